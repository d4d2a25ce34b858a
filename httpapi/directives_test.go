package httpapi

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/directive"
	"tocsin/examples"
	"tocsin/internal/fault"
	"tocsin/tasking"
)

// task is one directive on the round's platform: the invented example, as issued.
const task = "d1"

func (r round) example() *directive.Directive {
	data, err := examples.Directives.ReadFile("directives/move-to-state-cloud.yaml")
	if err == nil {
		var d *directive.Directive
		if d, err = directive.Parse("example", data); err == nil {
			return d
		}
	}
	panic(err)
}

func (r round) view(at time.Time) *tasking.View {
	d := r.example()
	if at.IsZero() {
		at = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	}
	st, err := directive.Fold(d, d.Acts, at)
	if err != nil {
		panic(err)
	}
	due := calendar.Instant(now)
	v := &tasking.View{Row: tasking.Row{ID: task, Platform: circle, Doc: d.ID, Number: d.Number, Issuer: "Office of State Data", Title: d.Title, TLP: "GREEN", Status: tasking.Issued, Side: tasking.OfAuthority, Changed: now, Issued: now,
		Waits: 3, Due: &due, Past: 1, Count: map[string]int{"members": 7}, Own: []string{"castor"}}, At: at, Version: 9, State: st, Sealed: []byte(`{"directive":"d1"}`), Successor: "d2",
		Editions: []tasking.Edition{{N: 1, At: now, By: "p1", Issued: true, Proof: tasking.Proof{Hash: "00ff", Epoch: 1, Index: 3}}}}
	for _, c := range st.Cells {
		v.Duties = append(v.Duties, tasking.Duty{Cell: c, Kind: d.Step(c.Step).Kind, Reminded: now})
	}
	for i, a := range d.Acts {
		v.Acts = append(v.Acts, tasking.Kept{Act: a, N: i + 1, Recorded: now, Person: "p1", Proof: tasking.Proof{Hash: "00ff", Epoch: 1, Index: int64(i)}, Sealed: []byte("{}")})
	}
	return v
}

// roundTasks is apart, since List and Get are methods of other interfaces too.
type roundTasks struct{ round }

func (r roundTasks) List(_ context.Context, who access.Reader, f tasking.Filter) ([]tasking.Row, error) {
	if err := r.on(who, f.Platform, circle); err != nil {
		return nil, err
	}
	draft := tasking.Row{ID: "d0", Platform: circle, Number: "2", Title: directive.Text{"en": "A draft"}, TLP: "AMBER", Status: tasking.Drafted, Side: tasking.OfAuthority, Changed: now}
	withheld := tasking.Row{ID: "d3", Platform: circle, Number: "3", TLP: "AMBER", Status: tasking.Ended, Side: tasking.OfMember, Changed: now, Withheld: true, End: &directive.End{Kind: directive.Closed, At: now, Act: "a9"}}
	return []tasking.Row{draft, r.view(time.Time{}).Row, withheld}, nil
}

func (r roundTasks) Draft(_ context.Context, who access.Reader, platform string, text []byte, _ string) (*tasking.View, error) {
	r.wrote++
	if !strings.Contains(string(text), directive.Format) {
		return nil, fault.At("", 1, "format", "is missing")
	}
	v := &tasking.View{Row: tasking.Row{ID: "d0", Platform: circle, Status: tasking.Drafted, TLP: "AMBER", Side: tasking.OfAuthority, Changed: now}, At: now, Version: 1, Refused: "steps: is missing"}
	return v, r.on(who, platform, circle)
}

func (r roundTasks) Get(_ context.Context, who access.Reader, id string, at time.Time) (*tasking.View, error) {
	return r.view(at), r.on(who, id, task)
}

func (r roundTasks) File(_ context.Context, who access.Reader, id string) (*directive.Directive, error) {
	return r.example(), r.on(who, id, task)
}

func (r roundTasks) Act(_ context.Context, who access.Reader, id string, a directive.Act, _ int, _ string) (*tasking.View, error) {
	r.wrote++
	v := r.view(time.Time{})
	a.ID = "new"
	a.At.Value = now.Format(time.RFC3339)
	v.Acts = append(v.Acts, tasking.Kept{Act: a, Recorded: now})
	return v, r.on(who, id, task)
}

func (r roundTasks) Report(_ context.Context, who access.Reader, id string, at time.Time) (*directive.Closing, error) {
	d := r.example()
	if at.IsZero() {
		at = now
	}
	c, err := directive.Report(d, d.Acts, at)
	if err != nil {
		panic(err)
	}
	return c, r.on(who, id, task)
}

func init() {
	more := []asked{
		{"GET", "/platforms/circle/directives", "", nil, 200},
		{"GET", "/platforms/circle/directives?status=issued", "", nil, 200},
		{"POST", "/platforms/circle/directives", `{"format": "tocsin-directive/1"}`, []string{"Idempotency-Key", "k"}, 201},
		{"POST", "/platforms/circle/directives", "format: tocsin-directive/1\n", []string{"Content-Type", "application/yaml"}, 201},
		{"GET", "/directives/d1", "", nil, 200},
		{"GET", "/directives/d1?at=2026-06-01T00:00:00Z", "", nil, 200},
		{"GET", "/directives/d1/file", "", nil, 200},
		{"GET", "/directives/d1/file?format=json", "", nil, 200},
		{"POST", "/directives/d1/acts?expected=9", `{"kind": "completed", "by": "castor", "steps": ["move"], "done": 5, "total": 5, "as-of": "2026-10-01T09:00:00Z", "evidence": [{"as": "transfer", "text": "done", "digest": "sha256:00", "url": "https://e.example/1"}]}`, []string{"Idempotency-Key", "k"}, 201},
		{"POST", "/directives/d1/acts", `{"kind": "extended", "for": ["castor"], "until": {"value": "2027-06-30", "zone": "Europe/Berlin"}, "reason": "a flood"}`, nil, 201},
		{"GET", "/directives/d1/report?at=2026-06-01T00:00:00Z", "", nil, 200},
	}
	sharingAsked = append(sharingAsked, more...)
	every = append(every, more...)
}

// A directive is told as it is: its document byte for byte readable, each act whole,
// and what cannot be read refused with its place.
func TestADirectiveOverTheAPI(t *testing.T) {
	j := newShop(t).judged(t)
	for _, format := range []string{"json", "yaml"} {
		a := j.ask(t, "GET", "/directives/d1/file?format="+format, "tocsin_all", "")
		d, err := directive.Parse("file", []byte(a.body))
		if err != nil || len(d.Acts) != 28 && len(d.Acts) == 0 || a.header.Get("Content-Disposition") != `attachment; filename="osd-2026-7.`+format+`"` {
			t.Errorf("%s: %v %v", format, err, a.header)
		}
	}
	var v struct {
		Version int
		Acts    []struct{ Act struct{ Kind, By string } }
		State   struct {
			Cells []struct{ Member, Status string }
		}
		Duties []struct {
			Cell struct{ Step string }
			Kind string
		}
	}
	body := j.ask(t, "POST", "/directives/d1/acts", "tocsin_all", `{"kind": "progressed", "by": "castor", "steps": ["move"], "done": 4, "total": 5}`).body
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatal(err)
	}
	last := v.Acts[len(v.Acts)-1].Act
	if v.Version != 9 || last.Kind != "progressed" || last.By != "castor" || len(v.State.Cells) == 0 || v.Duties[0].Kind != "inventory" {
		t.Errorf("%+v", v)
	}
	for path, body := range map[string]string{
		"/directives/d1/acts": `{"kind": "progressed", "at": "2026-10-01T09:00:00Z"}`, "/platforms/circle/directives": `{"form": "x"}`, "/directives/d1/acts?expected=-2": `{"kind": "acknowledged"}`,
	} {
		if a := j.ask(t, "POST", path, "tocsin_all", body); a.status != 422 {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	if a := j.ask(t, "POST", "/platforms/circle/directives", "tocsin_all", "<xml/>", "Content-Type", "text/xml"); a.status != 415 {
		t.Errorf("%d %s", a.status, a.body)
	}
}
