package coordination_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/cabinet/cabinettest"
	"tocsin/coordination"
	"tocsin/record"
	"tocsin/record/recordtest"
	"tocsin/store/sqlite"
)

// largeCase has a thousand parties, over eight countries, and ten thousand
// events: of every ten parties four are vendors of a product with the one
// component, four run such a product, two are finders; the rest of the events is
// talk among them.
func largeCase(parties, events int) string {
	countries := []string{"CN", "DE", "FR", "US", "IN", "JP", "KR", "AU"}
	var products, who, what strings.Builder
	products.WriteString("products:\n  - {id: lib, provider: v0}\n")
	when := func(i int) string { return monday.Add(-time.Duration(20000-i) * time.Minute).Format(time.RFC3339) }
	vendors, n := parties*4/10, 0
	event := func(format string, args ...any) {
		fmt.Fprintf(&what, "  - {id: e%d, at: %q, "+format+"}\n", append([]any{n + 1, when(n)}, args...)...)
		n++
	}
	for i := range parties {
		country := countries[i%len(countries)]
		switch {
		case i < vendors:
			if i > 0 {
				fmt.Fprintf(&products, "  - {id: p%d, name: Product %d, provider: v%d, contains: [lib]}\n", i, i, i)
			}
			fmt.Fprintf(&who, "  - {id: v%d, name: Vendor %d, country: %s, markets: [%s, EU]}\n", i, i, country, country)
			event("kind: aware, by: v%d, of: lib", i)
		case i < 2*vendors:
			fmt.Fprintf(&who, "  - {id: o%d, name: Operator %d, country: %s, roles: [essential-entity], operates: [p%d]}\n", i, i, country, max(1, i-vendors))
			event("kind: detected, by: o%d, of: p%d", i, max(1, i-vendors))
		default:
			fmt.Fprintf(&who, "  - {id: f%d, name: Finder %d, country: %s, roles: [finder]}\n", i, i, country)
			event("kind: aware, by: f%d, of: lib, how: found", i)
		}
	}
	for i := 0; n < events; i++ {
		event("kind: commented, by: v%d, to: [o%d], of: lib, text: %q", i%vendors, vendors+i%vendors, "a few words of what was said that day")
	}
	return "format: tocsin-casefile/1\ncase: TOC-LARGE\ntitle: A large case (invented)\nrecord: kept\ntlp: AMBER\n" +
		products.String() + "parties:\n" + who.String() + "events:\n" + what.String()
}

// onDisk is the office over a database in a file.
func onDisk(b *testing.B) (w *office, handle string, restart func()) {
	b.Helper()
	book, err := theBook()
	if err != nil {
		b.Fatal(err)
	}
	s, err := sqlite.Open(b.Context(), sqlite.Options{Path: filepath.Join(b.TempDir(), "tocsin.db")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	if err := recordtest.OpenLog(b.Context(), s, monday); err != nil {
		b.Fatal(err)
	}
	w = &office{t: b, clock: recordtest.NewClock(monday)}
	ro := record.Options{Wraps: recordtest.NewWraps(), LookupKey: [32]byte{7}, Erasures: &recordtest.Erasures{}, Now: w.clock.Now, Elapsed: w.clock.Elapsed}
	do := coordination.Options{Cabinet: cabinettest.New(), Lines: s, Seats: s, Book: book, Lookup: [32]byte{7}, People: people{}, Now: w.clock.Now, Memory: 256 << 20}
	restart = func() { // nothing of it is from memory
		if w.keeper != nil {
			_ = w.keeper.Close()
		}
		if w.keeper, err = record.New(s, ro); err != nil {
			b.Fatal(err)
		}
		do.Keeper = w.keeper
		w.desk = coordination.New(do)
	}
	restart()
	b.Cleanup(func() { _ = w.keeper.Close() })
	h := w.imports(olga, largeCase(1000, 10000))
	w.seat(olga, h, coordination.SeatAsked{Org: "acme", Role: access.PartySeat, Party: "v1", Despite: "a benchmark"})
	return w, h, restart
}

// go test -run '^$' -bench LargeCase ./coordination
//
// See and Plan of one case with 1,000 parties and 10,000 events, on SQLite: from
// memory for whoever sees all and for a party, by twenty readers at once, after
// one event was added, and by a process that has just started.
func BenchmarkLargeCase(b *testing.B) {
	w, h, restart := onDisk(b)
	look := func(who access.Reader) {
		p, err := w.desk.Plan(context.Background(), who, h, coordination.PlanOptions{})
		if err != nil {
			b.Fatal(err)
		}
		if len(p.Plan.Duties) == 0 {
			b.Fatal("the plan is empty")
		}
	}
	for name, who := range map[string]access.Reader{"coordinator": olga, "party": ada} {
		b.Run("warm/"+name, func(b *testing.B) {
			look(who)
			b.ReportAllocs()
			for b.Loop() {
				look(who)
			}
		})
	}
	b.Run("warm/20-readers", func(b *testing.B) {
		look(olga)
		var wg sync.WaitGroup
		n := b.N
		for r := range 20 {
			wg.Go(func() {
				for i := r; i < n; i += 20 {
					look([]access.Reader{olga, ada}[i%2])
				}
			})
		}
		wg.Wait()
	})
	b.Run("added", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			add(w, olga, h, `commented of=lib at=2026-11-23T08:00:00Z`)
			b.StartTimer()
			look(olga)
		}
	})
	b.Run("add", func(b *testing.B) {
		for b.Loop() {
			add(w, olga, h, `commented of=lib at=2026-11-23T08:00:00Z`)
		}
	})
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			restart()
			b.StartTimer()
			look(olga)
		}
	})
}
