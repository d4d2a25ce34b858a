package calendar

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

//go:embed tzdata/zoneinfo.zip
var zoneZip []byte

// zoneVersion is the IANA release in tzdata/zoneinfo.zip; see tzdata/README.md.
const zoneVersion = "2025c"

// ZoneData returns the version of the embedded IANA time zone database.
func ZoneData() string { return zoneVersion }

// zoneFiles indexes the archive once: IANA name to entry.
var zoneFiles = sync.OnceValues(func() (map[string]*zip.File, error) {
	r, err := zip.NewReader(bytes.NewReader(zoneZip), int64(len(zoneZip)))
	if err != nil {
		return nil, fmt.Errorf("embedded time zone data cannot be read: %w", err)
	}
	files := make(map[string]*zip.File, len(r.File))
	for _, f := range r.File {
		if !strings.HasSuffix(f.Name, "/") {
			files[f.Name] = f
		}
	}
	return files, nil
})

// zones caches what Zone has built; only names that exist enter it, so that
// outside bytes cannot make it grow without end.
var zones sync.Map // string to *time.Location

// Zone returns the location of an IANA name, "UTC", "Z", or an offset such as
// "+08:00" (from −14:00 to +14:00). It reads the embedded data only, so the
// host's zone files and the ZONEINFO variable change nothing.
func Zone(name string) (*time.Location, error) {
	if name == "UTC" || name == "Z" {
		return time.UTC, nil
	}
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location), nil
	}
	loc, err := loadZone(name)
	if err != nil {
		return nil, err
	}
	kept, _ := zones.LoadOrStore(name, loc)
	return kept.(*time.Location), nil
}

func loadZone(name string) (*time.Location, error) {
	if strings.HasPrefix(name, "+") || strings.HasPrefix(name, "-") {
		return offsetZone(name)
	}
	files, err := zoneFiles()
	if err != nil {
		return nil, err
	}
	f, ok := files[name]
	if !ok {
		return nil, fmt.Errorf("zone %q is unknown: want an IANA name such as Europe/Berlin, UTC, or an offset such as +08:00", name)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("zone %q: embedded data cannot be read: %w", name, err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("zone %q: embedded data cannot be read: %w", name, err)
	}
	loc, err := time.LoadLocationFromTZData(name, data)
	if err != nil {
		return nil, fmt.Errorf("zone %q: embedded data cannot be read: %w", name, err)
	}
	return loc, nil
}

// offsetZone reads "+08:00". The bounds are those of civil time on earth: no
// place has ever been more than 14 hours ahead, and allowing as much behind
// costs nothing.
func offsetZone(s string) (*time.Location, error) {
	t, err := time.Parse("-07:00", s)
	if err != nil || len(s) != len("+08:00") || s[4] > '5' { // Parse lets :60 pass
		return nil, fmt.Errorf("zone %q: an offset is written +HH:MM or -HH:MM", s)
	}
	_, seconds := t.Zone()
	if seconds < -14*3600 || seconds > 14*3600 {
		return nil, fmt.Errorf("zone %q: no place is more than 14 hours from UTC", s)
	}
	if seconds == 0 {
		return time.UTC, nil
	}
	return time.FixedZone(s, seconds), nil
}
