// Command holidaygen writes the holiday tables of package calendar from rules,
// so that a reader can make them again and see where each date comes from.
//
// Run it at the module root: go run ./calendar/internal/holidaygen
// It promises the same bytes on every run. It never reads the clock, the
// network, or the tables that it replaces.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	out := flag.String("out", filepath.Join("calendar", "holidays"), "folder to write the tables to")
	flag.Parse()
	files, err := generate()
	if err == nil {
		err = write(*out, files)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "holidaygen:", err)
		os.Exit(1)
	}
}

func write(folder string, files map[string][]byte) error {
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generate returns every table by file name.
func generate() (map[string][]byte, error) {
	files := map[string][]byte{}
	china, err := chinaTable()
	if err != nil {
		return nil, err
	}
	tables := []table{china, institutions(), unitedStates()}
	for _, s := range states {
		tables = append(tables, s.table())
	}
	for _, t := range tables {
		data, err := encode(t)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Code, err)
		}
		name := t.Code + ".json"
		if t.Code == "EU" {
			name = "EU-INST.json"
		}
		if files[name] != nil {
			return nil, fmt.Errorf("%s is made twice", name)
		}
		files[name] = data
	}
	return files, nil
}

// encode writes a table with one line a day, so that a change of one date is a
// change of one line.
func encode(t table) ([]byte, error) {
	var b bytes.Buffer
	line := func(indent, key string, value any, end string) error {
		data, err := marshal(value)
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s%q: %s%s\n", indent, key, data, end)
		return nil
	}
	b.WriteString("{\n")
	for _, kv := range [][2]string{{"format", t.Format}, {"code", t.Code}, {"name", t.Name}, {"licence", t.Licence}} {
		if err := line("  ", kv[0], kv[1], ","); err != nil {
			return nil, err
		}
	}
	b.WriteString("  \"years\": [\n")
	for i, y := range t.Years {
		head, err := marshal(y)
		if err != nil {
			return nil, err
		}
		b.WriteString("    " + string(bytes.TrimSuffix(head, []byte("}"))) + ",\"days\": [\n")
		for j, d := range y.Days {
			data, err := marshal(d)
			if err != nil {
				return nil, err
			}
			b.WriteString("      " + string(data) + comma(j, len(y.Days)) + "\n")
		}
		b.WriteString("    ]}" + comma(i, len(t.Years)) + "\n")
	}
	b.WriteString("  ]\n}\n")
	return b.Bytes(), nil
}

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

func comma(i, n int) string {
	if i == n-1 {
		return ""
	}
	return ","
}
