package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/coordination/desktest"
	"tocsin/escalation"
	"tocsin/plan"
	"tocsin/rulebook"
)

// aviary is a canary in a world where time stands still until it is moved.
type aviary struct {
	*canary
	store   *desktest.Store
	said    *lines
	wall    time.Time
	forward time.Duration
}

func newAviary(t *testing.T) *aviary {
	t.Helper()
	book, err := rulebook.Load(rulebook.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	v := &aviary{store: desktest.New(func() map[string]int64 { return nil }), said: &lines{}, wall: time.Date(2027, 3, 1, 9, 30, 15, 5, time.UTC)}
	o := Options{Now: func() time.Time { return v.wall }, Log: slog.New(slog.NewTextHandler(v.said, nil))}
	v.canary = newCanary(book, v.store, v.store, escalation.Keys{1}, o, "")
	v.elapsed = func() time.Duration { return v.forward }
	return v
}

// pass lets both clocks go on.
func (v *aviary) pass(d time.Duration) {
	v.wall, v.forward = v.wall.Add(d), v.forward+d
}

func TestTheCanarySings(t *testing.T) {
	v := newAviary(t)
	if v.fresh() {
		t.Error("fresh before the first run")
	}
	for range 3 {
		if err := v.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		v.pass(canaryEvery)
	}
	if !v.fresh() {
		t.Error("not fresh after five minutes")
	}
	v.pass(canaryLasts)
	if v.fresh() {
		t.Error("still fresh long after")
	}
	got, err := v.store.Lines(t.Context(), escalation.Query{Who: [][32]byte{v.keys.Who(v.handle)}, Limit: 10})
	if err != nil || len(got) != 0 {
		t.Errorf("it left %d lines behind, %v", len(got), err)
	}
	if said := v.said.String(); said != "" {
		t.Errorf("it said: %s", said)
	}
}

// It sings on every day of two years, leap days and changes of the hour among
// them: a canary that is wrong itself would stop a sound platform.
func TestTheCanarySingsOnEveryDay(t *testing.T) {
	v := newAviary(t)
	for day := range 800 {
		now := time.Date(2026, 9, 1, 0, 30, 0, 0, time.UTC).AddDate(0, 0, day)
		duties, err := v.plan(now)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.rows(duties, now); err != nil {
			t.Fatalf("%s: %v", now, err)
		}
	}
}

// distorted gives lines otherwise than they were put.
type distorted struct {
	*desktest.Store
	bend func([]escalation.Row) ([]escalation.Row, error)
}

func (d distorted) Lines(ctx context.Context, q escalation.Query) ([]escalation.Row, error) {
	got, err := d.Store.Lines(ctx, q)
	if err != nil {
		return nil, err
	}
	return d.bend(got)
}

// Whatever a duty needs on its way, when it breaks the canary falls silent.
func TestTheCanaryFallsSilent(t *testing.T) {
	lost := func([]escalation.Row) ([]escalation.Row, error) { return nil, nil }
	for name, c := range map[string]struct {
		breaks func(*aviary)
		want   string
	}{
		"a calendar that forgot a holiday": {func(v *aviary) {
			was := v.canary.plan
			v.canary.plan = func(now time.Time) ([]*plan.Duty, error) {
				duties, err := was(now)
				for _, d := range duties {
					for _, r := range d.Readings {
						if r.Calc == "eu-1182-days" && r.DueLatest != nil {
							r.DueLatest.Time = r.DueLatest.AddDate(0, 0, -1)
						}
					}
				}
				return duties, err
			}
		}, "eu-1182-days"},
		"hours that are too long": {func(v *aviary) {
			was := v.canary.plan
			v.canary.plan = func(now time.Time) ([]*plan.Duty, error) {
				duties, err := was(now)
				if now.Equal(canaryAt) {
					return duties, err
				}
				for _, d := range duties {
					for _, r := range d.Readings {
						if r.Calc == "elapsed" && r.DueLatest != nil {
							r.DueLatest.Time = r.DueLatest.Add(time.Hour)
						}
					}
				}
				return duties, err
			}
		}, "not due an hour from now"},
		"a rulebook that lost the rule": {func(v *aviary) {
			v.canary.plan = func(time.Time) ([]*plan.Duty, error) { return nil, nil }
		}, "not 2026-12-11T16:20:00+01:00"},
		"a case that cannot be planned": {func(v *aviary) {
			v.canary.plan = func(time.Time) ([]*plan.Duty, error) { return nil, errors.New("no plan") }
		}, "no plan"},
		"a clock that was set forward": {func(v *aviary) { v.wall = v.wall.Add(time.Hour) }, "jumped by 1h"},
		"a clock that was set back":    {func(v *aviary) { v.wall = v.wall.Add(-3 * time.Minute) }, "jumped by 3m"},
		"a clock that stands still":    {func(v *aviary) { v.forward += time.Hour }, "jumped by 1h"},
		"a desk that shows nothing":    {func(v *aviary) { v.canary.lines = distorted{v.store, lost} }, "shows 0 of"},
		"a desk that shows other lines": {func(v *aviary) {
			v.canary.lines = distorted{v.store, func(r []escalation.Row) ([]escalation.Row, error) {
				for i := range r {
					r[i].Due++
				}
				return r, nil
			}}
		}, "otherwise than it was kept"},
		"a database that cannot be read": {func(v *aviary) {
			v.canary.lines = distorted{v.store, func([]escalation.Row) ([]escalation.Row, error) { return nil, errors.New("disk on fire") }}
		}, "disk on fire"},
		"lines that were not replaced": {func(v *aviary) { v.canary.lines = deaf{v.store} }, "shows 0 of"},
	} {
		t.Run(name, func(t *testing.T) {
			v := newAviary(t)
			if err := v.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			v.pass(canaryEvery)
			sound, lines := v.canary.plan, v.canary.lines
			c.breaks(v)
			err := v.run(t.Context())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("%v, want %q", err, c.want)
			}
			if !v.fresh() && name != "a clock that stands still" { // an hour has passed there
				t.Error("one bad run ends it at once")
			}
			for range 3 {
				v.pass(canaryEvery)
				if err := v.run(t.Context()); err == nil {
					t.Fatal("well again by itself")
				}
			}
			if v.fresh() {
				t.Error("it counts as fresh although nothing was good for 20 minutes")
			}
			if n := strings.Count(v.said.String(), "canary failed"); n != 1 {
				t.Errorf("it was told %d times: %s", n, v.said)
			}
			v.canary.plan, v.canary.lines = sound, lines
			if strings.Contains(name, "clock") {
				return // a person has to look at it: the program is started anew
			}
			if err := v.run(t.Context()); err != nil || !v.fresh() || !strings.Contains(v.said.String(), "well again") {
				t.Errorf("after the repair: %v, %s", err, v.said)
			}
		})
	}
}

// deaf puts nothing.
type deaf struct{ *desktest.Store }

func (deaf) PutLines(context.Context, escalation.CaseRow, []escalation.Row) error { return nil }

// After each good run the outside watcher is asked, and only then.
func TestPing(t *testing.T) {
	var asked atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.Method != http.MethodGet || r.URL.Path != "/7" {
			t.Errorf("%s %s", r.Method, r.URL)
		}
	}))
	t.Cleanup(s.Close)
	v := newAviary(t)
	v.canary.ping = s.URL + "/7"
	if err := v.run(t.Context()); err != nil || asked.Load() != 1 {
		t.Errorf("%v, asked %d times", err, asked.Load())
	}
	v.canary.lines = deaf{v.store}
	if err := v.run(t.Context()); err == nil || asked.Load() != 1 {
		t.Errorf("%v, asked %d times", err, asked.Load())
	}
}

// A watcher that does not answer breaks nothing, is no way to elsewhere, and its
// address is not told to the log.
func TestPingsThatFail(t *testing.T) {
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(other.Close)
	turned := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusFound))
	t.Cleanup(turned.Close)
	for name, address := range map[string]string{
		"a redirect": turned.URL + "/secret-7", "nobody": "http://127.0.0.1:1/secret-7",
	} {
		v := newAviary(t)
		v.canary.ping = address
		if err := v.run(t.Context()); err != nil || !v.fresh() {
			t.Errorf("%s: %v", name, err)
		}
		if said := v.said.String(); !strings.Contains(said, "did not answer") || strings.Contains(said, "secret-7") {
			t.Errorf("%s: %s", name, said)
		}
	}
	if elsewhere.Load() != 0 {
		t.Error("the redirect was followed")
	}
}

// On the real store: it sings, and what it leaves is seen by nobody.
func TestTheCanaryOnADatabase(t *testing.T) {
	a := begun(t, folder(t))
	p := started(t, a, PlatformOptions{})
	ready(t, p)
	for range 2 {
		if err := p.canary.run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	f, err := a.db.Figures(t.Context(), time.Now().Unix()+1<<20)
	if err != nil || f.Open != 0 {
		t.Errorf("%+v, %v", f, err)
	}
	stale, err := a.db.Stale(t.Context(), [32]byte{9}, escalation.NoDue, 10)
	if err != nil || len(stale) != 0 {
		t.Errorf("the watcher would project %v, %v", stale, err)
	}
}
