package calendar

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestZoneNames(t *testing.T) {
	for name, want := range map[string]string{
		"UTC":              "2026-07-01T00:00:00Z",
		"Z":                "2026-07-01T00:00:00Z",
		"+00:00":           "2026-07-01T00:00:00Z",
		"-00:00":           "2026-07-01T00:00:00Z",
		"+08:00":           "2026-07-01T08:00:00+08:00",
		"-05:00":           "2026-06-30T19:00:00-05:00",
		"+05:45":           "2026-07-01T05:45:00+05:45",
		"+14:00":           "2026-07-01T14:00:00+14:00",
		"-12:00":           "2026-06-30T12:00:00-12:00",
		"Asia/Shanghai":    "2026-07-01T08:00:00+08:00",
		"Europe/Berlin":    "2026-07-01T02:00:00+02:00",
		"America/New_York": "2026-06-30T20:00:00-04:00",
		"Asia/Kolkata":     "2026-07-01T05:30:00+05:30",
		"Etc/UTC":          "2026-07-01T00:00:00Z",
	} {
		loc, err := Zone(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC).In(loc).Format(time.RFC3339); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		if again, _ := Zone(name); again != loc {
			t.Errorf("%s: two calls give two locations", name)
		}
	}
}

func TestZoneRefuses(t *testing.T) {
	for _, bad := range []string{"", "unknown", "Local", "CET+1", "europe/berlin", "Europe/", "Europe", "../etc/passwd", "+8:00", "+0800", "+08", "+08:60", "+24:00", "+14:01", "-14:01", "08:00", "+08:00 ", "−08:00"} {
		if loc, err := Zone(bad); err == nil {
			t.Errorf("%q was taken as %s", bad, loc)
		} else if bad != "" && !strings.Contains(err.Error(), "zone") {
			t.Errorf("%q: the error does not name the zone: %v", bad, err)
		}
	}
}

// Every entry of the archive loads, so no name can fail only when it is used.
func TestEveryEmbeddedZoneLoads(t *testing.T) {
	files, err := zoneFiles()
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 500 {
		t.Fatalf("%d zones only", len(files))
	}
	for name := range files {
		if _, err := loadZone(name); err != nil {
			t.Error(err)
		}
	}
}

func TestZoneIsSafeForManyAtOnce(t *testing.T) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, name := range []string{"Europe/Lisbon", "Asia/Tokyo", "+03:30", "no/where"} {
				Zone(name)
			}
		})
	}
	wg.Wait()
}

// The README states the sum and the release; both have to be so.
func TestZoneDataIsTheOneDocumented(t *testing.T) {
	readme, err := os.ReadFile("tzdata/README.md")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(zoneZip)
	if want := hex.EncodeToString(sum[:]); !strings.Contains(string(readme), want) {
		t.Errorf("README.md does not name the sum %s", want)
	}
	if !strings.Contains(string(readme), ZoneData()) {
		t.Errorf("README.md does not name the release %s", ZoneData())
	}
}

// falseBerlin makes a folder of zone files in which Berlin is Tokyo.
func falseBerlin(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.MkdirAll(folder+"/Europe", 0o755); err != nil {
		t.Fatal(err)
	}
	files, err := zoneFiles()
	if err != nil {
		t.Fatal(err)
	}
	r, err := files["Asia/Tokyo"].Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(folder+"/Europe/Berlin", data, 0o644); err != nil {
		t.Fatal(err)
	}
	return folder
}

// The host's zone data cannot change a date: the same program, run again with a
// ZONEINFO that leads nowhere and a TZ that means something else, prints the
// same. The test after it is the control.
func TestHostZonesChangeNothing(t *testing.T) {
	const marker = "TOCSIN_TEST_ZONE_CHILD"
	show := func() string {
		var out []string
		for _, name := range []string{"Asia/Shanghai", "Europe/Berlin", "America/New_York"} {
			loc, err := Zone(name)
			if err != nil {
				return err.Error()
			}
			out = append(out, (Date{2026, 10, 25}).Start(loc).Format(time.RFC3339)+" "+(Date{2026, 10, 25}).End(loc).UTC().Format(time.RFC3339))
		}
		return "zones: " + strings.Join(out, " ")
	}
	if os.Getenv(marker) != "" {
		t.Log(show())
		return
	}
	bogus := falseBerlin(t)
	for _, env := range [][]string{
		{"ZONEINFO=" + bogus, "TZ=Asia/Tokyo"},
		{"ZONEINFO=/does/not/exist", "TZ="},
		{"GOROOT=/does/not/exist"},
	} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestHostZonesChangeNothing$", "-test.v")
		cmd.Env = append(append(os.Environ(), marker+"=1"), env...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", env, err, out)
		}
		if !strings.Contains(string(out), show()) {
			t.Errorf("%v: want %q in\n%s", env, show(), out)
		}
	}
}

// The control for the test above: asked through the environment, the standard
// loader does take the false Berlin, so the trap is real.
func TestHostZonesWouldMatterToTheStandardLoader(t *testing.T) {
	const marker = "TOCSIN_TEST_ZONE_CONTROL"
	if os.Getenv(marker) != "" {
		loc, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		t.Log("standard: " + time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC).In(loc).Format(time.RFC3339))
		return
	}
	bogus := falseBerlin(t)
	cmd := exec.Command(os.Args[0], "-test.run=^TestHostZonesWouldMatterToTheStandardLoader$", "-test.v")
	cmd.Env = append(os.Environ(), marker+"=1", "ZONEINFO="+bogus)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(string(out), "standard: 2026-07-01T09:00:00+09:00") {
		t.Errorf("the standard loader did not fall for the false Berlin:\n%s", out)
	}
}

// Zone names come from case files, so any bytes may come.
func FuzzZone(f *testing.F) {
	for _, s := range []string{"Asia/Shanghai", "+08:00", "-00:00", "UTC", "", "../x", "+99:99"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		loc, err := Zone(s)
		if (loc == nil) == (err == nil) {
			t.Fatalf("%q: %v beside %v", s, loc, err)
		}
		if loc == nil {
			return
		}
		if _, offset := noonUTC.In(loc).Zone(); offset < -14*3600 || offset > 14*3600 {
			t.Fatalf("%q is %d seconds from UTC", s, offset)
		}
	})
}
