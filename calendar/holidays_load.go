package calendar

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

//go:embed holidays/*.json
var holidayFiles embed.FS

// holidayFormat is the first line of every table; holidays/README.md explains it.
const holidayFormat = "tocsin-holidays/1"

// tableFile is the written form of a table.
type tableFile struct {
	Format  string     `json:"format"`
	Code    string     `json:"code"`
	Name    string     `json:"name"`
	Licence string     `json:"licence"`
	Years   []yearFile `json:"years"`
}

type yearFile struct {
	Year         int       `json:"year"`
	Complete     bool      `json:"complete"`
	SettledUntil string    `json:"settled-until,omitempty"`
	Verified     bool      `json:"verified"`
	Sources      []string  `json:"sources"`
	Note         string    `json:"note,omitempty"`
	Days         []dayFile `json:"days"`
}

type dayFile struct {
	Date      string   `json:"date"`
	Kind      string   `json:"kind"`
	Name      string   `json:"name"`
	Regions   []string `json:"regions,omitempty"`
	Unsettled bool     `json:"unsettled,omitempty"`
}

// tables maps each code to the loader of its table; each is parsed once, when
// it is first asked for.
var tables = sync.OnceValue(func() map[string]func() (*Table, error) {
	out := map[string]func() (*Table, error){}
	for _, name := range holidayFileNames() {
		code := strings.TrimSuffix(name, ".json")
		if code == "EU-INST" {
			code = "EU"
		}
		out[code] = sync.OnceValues(func() (*Table, error) {
			data, err := holidayFiles.ReadFile("holidays/" + name)
			if err != nil {
				return nil, fmt.Errorf("holidays/%s: %w", name, err)
			}
			t, err := parseTable(data)
			if err != nil {
				return nil, fmt.Errorf("holidays/%s: %w", name, err)
			}
			if t.code != code {
				return nil, fmt.Errorf("holidays/%s: code is %q, want %q", name, t.code, code)
			}
			return t, nil
		})
	}
	return out
})

func holidayFileNames() []string {
	entries, err := holidayFiles.ReadDir("holidays")
	if err != nil {
		return nil // the folder is compiled in; a build without it does not link
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	slices.Sort(names)
	return names
}

// Codes lists the codes that Holidays knows, sorted.
func Codes() []string {
	var codes []string
	for code := range tables() {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
}

// HolidayDigest is the SHA-256 of all embedded tables in the order of their
// file names, each as name, NUL, length as decimal, NUL, bytes. It names the
// holiday data that a plan was computed with.
func HolidayDigest() string { return holidayDigest() }

var holidayDigest = sync.OnceValue(func() string {
	h := sha256.New()
	for _, name := range holidayFileNames() {
		data, err := holidayFiles.ReadFile("holidays/" + name)
		if err != nil {
			continue // listed a line above, so it is there
		}
		fmt.Fprintf(h, "%s\x00%d\x00", name, len(data))
		h.Write(data)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
})

// parseTable reads the written form, and refuses what a table may not hold:
// unknown keys and kinds, dates outside their year, a date said twice, a
// make-up day on a weekday, a year without a source.
func parseTable(data []byte) (*Table, error) {
	var f tableFile
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("more follows the table")
	}
	if f.Format != holidayFormat {
		return nil, fmt.Errorf("format is %q, want %q", f.Format, holidayFormat)
	}
	if f.Code == "" || f.Name == "" {
		return nil, fmt.Errorf("code and name must be given")
	}
	t := &Table{code: f.Code, name: f.Name, years: map[int]tableYear{}, days: map[Date]tableDay{}, regional: map[Date][]string{}, unsettled: map[Date]string{}}
	for _, y := range f.Years {
		if err := t.addYear(y); err != nil {
			return nil, fmt.Errorf("year %d: %w", y.Year, err)
		}
	}
	slices.Sort(t.regions)
	t.regions = slices.Compact(t.regions)
	return t, nil
}

func (t *Table) addYear(y yearFile) error {
	if _, twice := t.years[y.Year]; twice {
		return fmt.Errorf("is given twice")
	}
	if len(y.Sources) == 0 {
		return fmt.Errorf("has no source")
	}
	year := tableYear{complete: y.Complete, verified: y.Verified, sources: y.Sources, note: y.Note}
	if y.SettledUntil != "" {
		d, err := ParseDate(y.SettledUntil)
		if err != nil || d.Year != y.Year {
			return fmt.Errorf("settled-until %q: want a date of the year", y.SettledUntil)
		}
		year.settledUntil = d
	}
	t.years[y.Year] = year
	for _, day := range y.Days {
		if err := t.addDay(y.Year, day); err != nil {
			return err
		}
	}
	return nil
}

func (t *Table) addDay(year int, day dayFile) error {
	d, err := ParseDate(day.Date)
	if err != nil {
		return err
	}
	if d.Year != year {
		return fmt.Errorf("%s lies in another year", d)
	}
	if day.Name == "" {
		return fmt.Errorf("%s has no name", d)
	}
	if (day.Kind == "regional") != (len(day.Regions) > 0) {
		return fmt.Errorf("%s: regions belong to regional days, and every such day names some", d)
	}
	if day.Unsettled {
		if day.Kind == "regional" {
			return fmt.Errorf("%s: a regional day is never reckoned with, so it cannot be unsettled", d)
		}
		t.unsettled[d] = day.Name
	}
	if day.Kind == "regional" {
		t.regional[d] = append(t.regional[d], day.Regions...)
		t.regions = append(t.regions, day.Regions...)
		return nil
	}
	if _, twice := t.days[d]; twice {
		return fmt.Errorf("%s is given twice", d)
	}
	switch day.Kind {
	case "holiday":
		t.days[d] = tableDay{Holiday, day.Name}
	case "work":
		if t.Kind(d) != Weekend {
			return fmt.Errorf("%s: only a Saturday or Sunday can be a make-up working day", d)
		}
		t.days[d] = tableDay{MakeUpWork, day.Name}
	case "ordinary":
		// What its weekday makes of it; the line is there for the doubt.
		if !day.Unsettled {
			return fmt.Errorf("%s: an ordinary day is listed only when it is unsettled", d)
		}
	default:
		return fmt.Errorf("%s: kind %q is none of holiday, work, regional, ordinary", d, day.Kind)
	}
	return nil
}
