package plan

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tocsin/casefile"
)

// FuzzPlan takes any bytes as a case file: what can be read can be planned, and
// the plan can be written. A case that names what no pack knows is refused with
// a sentence.
func FuzzPlan(f *testing.F) {
	b, err := shipped()
	if err != nil {
		f.Fatal(err)
	}
	for _, body := range []string{kept, sources, told1451, bundle, desk, finder, signal, partner, goldenCase, finder + `
  - {id: s, kind: reported, by: f, to: [friend], of: p, denies: true, disputes: [a], at: {not-after: "2026-10-07T10:00:00+08:00"}}`,
		supplements(supplement("n1", "re: f2, "), supplement("n2", "basis: claim, recorded-by: k, supersedes: [n1], ")),
		windowCase("2022-02-04T00:00:00+08:00", "2022-02-21T00:00:00+08:00", ""),
		severe("2026-11-02T09:00:00+01:00"), dora("financial-entity", `{id: c, kind: classified, by: b, incident: i1, result: major, at: "2026-11-10T12:00:00+01:00"}`)} {
		f.Add(file(body), int64(1767225600))
	}
	examples, err := filepath.Glob("../examples/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range examples {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		if len(data) < 12<<10 { // small seeds mutate better
			f.Add(data, int64(1767225600))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, at int64) {
		if len(data) > 16<<10 {
			return
		}
		c, err := casefile.Parse("case.yaml", data)
		if err != nil {
			return
		}
		p, err := For(c, b, Options{At: time.Unix(at%(1<<36), 0).UTC()})
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without a sentence")
			}
			return
		}
		if _, err := json.Marshal(p); err != nil {
			t.Errorf("the plan cannot be written: %v", err)
		}
	})
}
