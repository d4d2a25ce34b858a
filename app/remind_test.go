package app

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/directive"
	"tocsin/internal/edge"
)

// A reminder that fell due while nothing ran is on record soon after the start, once.
func TestRemindersFallDueWhileNothingRuns(t *testing.T) {
	dir := folder(t)
	var ahead atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	opened := func(t *testing.T) *App {
		t.Helper()
		a, err := Open(t.Context(), Options{DataDir: dir, Create: true, Now: clock})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { closed(t, a) })
		return a
	}
	var id string
	t.Run("an office orders something", func(t *testing.T) {
		w := anvilOn(t, opened(t))
		// Due in 48 hours, with a reminder two seconds from now.
		text := strings.NewReplacer("SO 2026/7", "SO 2026/8", "so-2026-7", "so-2026-8", "tlp: AMBER", "tlp: AMBER\nreminders: [PT47H59M58S]",
			"{value: DAY, zone: Europe/Berlin}", `"`+clock().Add(48*time.Hour).UTC().Format(time.RFC3339)+`"`).Replace(order)
		d, err := w.platforms[0].Directives().Draft(t.Context(), w.reader("office", "karin"), "circle", []byte(text), "")
		w.must(err)
		_, err = w.platforms[0].Directives().Issue(t.Context(), w.reader("office", "karin"), d.ID, -1, "")
		w.must(err)
		id = d.ID
	})
	ahead.Store(int64(time.Minute))
	t.Run("and is started again", func(t *testing.T) {
		p := started(t, opened(t), PlatformOptions{Demo: true, Pad: 8, PersonRate: edge.Rate{PerSecond: -1}})
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		all, err := p.People().ReadersOf(ctx, "office")
		if err != nil {
			t.Fatal(err)
		}
		karin := all[slices.IndexFunc(all, func(r access.Reader) bool { return r.Person == "karin" })]
		for {
			v, err := p.Directives().Get(ctx, karin, id, time.Time{})
			if err != nil {
				t.Fatalf("no reminder is on record: %v", err)
			}
			if len(v.Acts) > 0 {
				if a := v.Acts[0]; len(v.Acts) != 1 || a.Kind != directive.Reminded || !slices.Contains(a.For, "acme") || a.Person != "sweep" {
					t.Errorf("on record: %+v", v.Acts)
				}
				return
			}
		}
	})
}
