package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/clipperhouse/displaywidth"
	ufcli "github.com/urfave/cli/v3"

	"tocsin/internal/durable"
	"tocsin/internal/fault"
)

func outputFlag() ufcli.Flag {
	return &ufcli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write to this file instead of standard output", TakesFile: true}
}

func formatFlag() ufcli.Flag {
	return &ufcli.StringFlag{Name: "format", Value: "table", Usage: "table or json"}
}

// wantsJSON reads --format of the commands that know a table and JSON.
func wantsJSON(c *ufcli.Command) (bool, error) {
	switch f := c.String("format"); f {
	case "table":
		return false, nil
	case "json":
		return true, nil
	default:
		return false, &exit{exitBad, fmt.Errorf("--format: %q is not table or json", f)}
	}
}

// writeOut writes a document to --output or to standard output. A file is
// whole or not there: a receipt that was torn by a full disk proves nothing.
func (e *env) writeOut(c *ufcli.Command, data []byte) error {
	name := c.String("output")
	if name == "" || name == "-" {
		if _, err := e.out.Write(data); err != nil {
			return fault.New(fault.Unavailable, "writing the result: %v", err)
		}
		return nil
	}
	return e.writeFile(name, data)
}

func (e *env) writeFile(name string, data []byte) error {
	// A pipe or a device is written to, never replaced by a file of its name; a
	// link is followed, so that what it points to is what changes.
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return fault.New(fault.Invalid, "%s is a folder, not a file", name)
	case err == nil && !info.Mode().IsRegular():
		return writeThrough(name, data)
	case err == nil:
		if name, err = filepath.EvalSymlinks(name); err != nil {
			return fault.New(fault.Unavailable, "%s", pathError(err))
		}
	}
	return durable.WriteFile(name, data, 0o600)
}

func writeThrough(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err == nil {
		_, err = f.Write(data)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return fault.New(fault.Unavailable, "%s", pathError(err))
	}
	return nil
}

func sayf(format string, args ...any) string { return fmt.Sprintf(format, args...) }

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// instant is a recorded time as this program shows it.
func instant(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z07:00")
}

// columns writes rows as aligned columns; the last may be as long as it likes.
func columns(w io.Writer, rows [][]string) {
	var width []int
	for _, r := range rows {
		for i, cell := range r {
			if i == len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], displaywidth.String(cell))
		}
	}
	for _, r := range rows {
		var b strings.Builder
		for i, cell := range r {
			b.WriteString(cell)
			if i < len(r)-1 {
				b.WriteString(strings.Repeat(" ", width[i]-displaywidth.String(cell)+2))
			}
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}

// shellWord quotes a word where a shell would not take it as it is.
func shellWord(s string) string {
	if s != "" && strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.:/", r))
	}) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// fileWord makes the part of a file name that a word can be.
func fileWord(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, s)
	return strings.Trim(s, "-")
}
