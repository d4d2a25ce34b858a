package coordination

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/escalation"
)

const (
	benchCases = 5_000
	benchLines = 20 // of each: 100,000 open duties
)

// crowded is a room with 100,000 open duties in 5,000 cases: a few are kept and
// projected, the rest are copies of their rows under other handles. One
// organisation coordinates all of them, another is a party of three.
func crowded(b *testing.B) *room {
	b.Helper()
	r := newRoom(b, false, nil)
	var three []string
	for i := range 3 {
		h := r.keep(flawed(fmt.Sprintf("TOC-%d", i)))
		r.seat(h, access.Seat{Org: "house", Role: access.Coordinates})
		r.seat(h, access.Seat{Org: "acme", Role: access.PartySeat, Party: "maker"})
		three = append(three, h)
	}
	keys := escalation.Keys(r.o.Lookup)
	sealer := escalation.LineSealer(keys)
	all, err := r.o.Lines.Lines(b.Context(), escalation.Query{Who: [][32]byte{keys.Who("house")}, Handle: three[0], Limit: 100})
	if err != nil {
		b.Fatal(err)
	}
	cases, err := r.o.Lines.CaseRows(b.Context(), three[:1])
	if err != nil {
		b.Fatal(err)
	}
	brief, err := cases[0].Brief(sealer)
	if err != nil {
		b.Fatal(err)
	}
	work := make(chan int)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for i := range work {
				h := fmt.Sprintf("bench%021d", i*7919%1_000_003)
				rows := make([]escalation.Row, benchLines)
				for n := range rows {
					line, err := all[n%len(all)].Open(sealer)
					if err != nil {
						b.Error(err)
						return
					}
					due := roomStart.Add(time.Duration((i*31+n*977)%2000-200) * time.Hour)
					line.Handle, line.Due, line.Duty = h, &due, fmt.Sprintf("%s-%d", line.Duty, n)
					rows[n] = escalation.Row{Handle: h, N: n, Due: due.Unix(), Party: keys.Party(h, line.Obliged), Law: keys.Law(line.Pack)}
					if err := rows[n].Seal(sealer, &line); err != nil {
						b.Error(err)
						return
					}
				}
				slices.SortFunc(rows, func(a, b escalation.Row) int { return int(a.Due - b.Due) })
				for n := range rows {
					rows[n].N = n
				}
				c := cases[0]
				c.Handle = h
				if err := c.Seal(sealer, &brief); err != nil {
					b.Error(err)
					return
				}
				if err := r.o.Lines.PutLines(b.Context(), c, rows); err != nil {
					b.Error(err)
					return
				}
				r.seat(h, access.Seat{ID: "seat-" + h, Org: "house", Role: access.Coordinates})
			}
		})
	}
	for i := range benchCases - 3 {
		work <- i
	}
	close(work)
	wg.Wait()
	return r
}

// BenchmarkLines is a page of 50 lines of a desk over 100,000 open duties. It
// reports p95 beside the mean, since that is what a reader notices.
func BenchmarkLines(b *testing.B) {
	r := crowded(b)
	boss, member := someone("cora", "house"), someone("ada", "acme")
	deep := ""
	for range 20 {
		page, err := r.d.Lines(b.Context(), boss, Filter{}, Page{After: deep, Limit: 500})
		if err != nil {
			b.Fatal(err)
		}
		deep = page.Next
	}
	for _, c := range []struct {
		name string
		who  access.Reader
		f    Filter
		p    Page
		want int
	}{
		{"coordinator", boss, Filter{}, Page{}, 50},
		{"coordinator-page-of-500", boss, Filter{}, Page{Limit: 500}, 500},
		{"coordinator-after-10000", boss, Filter{}, Page{After: deep}, 50},
		{"coordinator-past", boss, Filter{Past: true}, Page{}, 50},
		{"coordinator-law", boss, Filter{Law: "eu-cra"}, Page{}, 50},
		{"member-of-three", member, Filter{}, Page{}, 9},
		{"nobody", someone("eve", "evil"), Filter{}, Page{}, 0},
	} {
		b.Run(c.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				page, err := r.d.Lines(b.Context(), c.who, c.f, c.p)
				took = append(took, time.Since(began))
				if err != nil {
					b.Fatal(err)
				}
				if len(page.Lines) != c.want {
					b.Fatalf("%d lines, not %d", len(page.Lines), c.want)
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		})
	}
}

// BenchmarkCases is a page of the list over 5,000 cases.
func BenchmarkCases(b *testing.B) {
	r := crowded(b)
	for _, who := range []access.Reader{someone("cora", "house"), someone("ada", "acme")} {
		b.Run(who.Person, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := r.d.Cases(b.Context(), who, Page{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
