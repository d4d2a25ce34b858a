package storetest

import (
	"fmt"
	"sync"
	"testing"

	"tocsin/escalation"
)

// BenchDesk measures a page of 50 lines, a page of 50 cases and a search over
// 100,000 lines of 10,000 cases, for visitors who see all, some, few and the
// last of them, and putting the lines of a case.
func BenchDesk(b *testing.B, s DeskStore, settle func()) {
	const cases, each = 10_000, 10
	fillDesk(b, s, cases, each)
	settle()
	eu := law("eu")
	q := func(name string, q escalation.Query) {
		b.Run("Lines/"+name, func(b *testing.B) {
			n := 0
			for b.Loop() {
				list, err := s.Lines(b.Context(), q)
				if err != nil {
					b.Fatal(err)
				}
				n = len(list)
			}
			b.ReportMetric(float64(n), "lines")
		})
	}
	visitor := func(names ...string) (out [][32]byte) {
		for _, n := range names {
			out = append(out, who(n))
		}
		return out
	}
	middle := &escalation.Place{Due: cases * each / 2}
	q("all", escalation.Query{Who: visitor("coordinator", "nobody", "nobody2"), Limit: 50})
	q("all-middle", escalation.Query{Who: visitor("coordinator", "nobody", "nobody2"), Limit: 50, After: middle})
	q("all-last", escalation.Query{Who: visitor("coordinator"), Limit: 50, After: &escalation.Place{Due: cases*each - 20}})
	q("all-of-a-law", escalation.Query{Who: visitor("coordinator"), Limit: 50, Law: &eu})
	mine := who("member")
	q("all-but-mine", escalation.Query{Who: visitor("coordinator", "member"), Only: &mine, Limit: 50})
	q("three-cases", escalation.Query{Who: visitor("member", "nobody", "nobody2"), Limit: 50})
	q("a-side-of-300", escalation.Query{Who: visitor("vendor"), Limit: 50})
	q("every-tenth", escalation.Query{Who: visitor("tenth"), Limit: 50})
	q("every-tenth-of-a-law", escalation.Query{Who: visitor("tenth"), Limit: 50, Law: &eu})
	q("the-last-tenth", escalation.Query{Who: visitor("far"), Limit: 50})
	q("nothing", escalation.Query{Who: visitor("nobody"), Limit: 50})
	q("one-case", escalation.Query{Who: visitor("coordinator"), Limit: 50, Handle: "case-005000"})
	for name, visitors := range map[string][][32]byte{"all": visitor("coordinator", "nobody"), "three-cases": visitor("member")} {
		b.Run("CasesOf/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.CasesOf(b.Context(), visitors, 1, "case-004000", 50); err != nil {
					b.Fatal(err)
				}
			}
		})
		for what, words := range map[string][][32]byte{
			"common": {word("all")}, "rare": {word("all"), word("case-005000")}, "none": {word("all"), word("none")},
		} {
			b.Run("CasesWith/"+name+"/"+what, func(b *testing.B) {
				for b.Loop() {
					if _, err := s.CasesWith(b.Context(), visitors, 1, words, "", 50); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
	b.Run("Stale", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Stale(b.Context(), basis, 0, 100); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("PutLines/one-changed", func(b *testing.B) {
		v := int64(1)
		for b.Loop() {
			v++
			lines := benchLines("case-000001", 1, each)
			lines[0].Sealed = fmt.Append(nil, "version ", v)
			if err := s.PutLines(b.Context(), caseRow("case-000001", v), lines); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("PutLines/1000-lines", func(b *testing.B) {
		v := int64(0)
		for b.Loop() {
			v++
			lines := benchLines("case-big", 1, 1000)
			lines[0].Sealed = fmt.Append(nil, "version ", v)
			if err := s.PutLines(b.Context(), caseRow("case-big", v), lines); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func benchLines(h string, i, each int) []escalation.Row {
	lines := make([]escalation.Row, each)
	for n := range lines {
		lines[n] = line(int64(i*each+n), h, fmt.Sprintf("p%d", n%5), []string{"eu", "cn"}[n%2])
		lines[n].Handle, lines[n].N, lines[n].Sealed = h, n, make([]byte, 900)
	}
	return lines
}

// fillDesk has one line a second and 12 words a case.
func fillDesk(b testing.TB, s DeskStore, cases, each int) {
	b.Helper()
	var rows []escalation.SeatRow
	var wg sync.WaitGroup
	gate := make(chan struct{}, 64)
	for i := range cases {
		h := fmt.Sprintf("case-%06d", i)
		c := caseRow(h, 1)
		for w := range 10 {
			c.Words = append(c.Words, word(fmt.Sprint(w, i%(w*100+7))))
		}
		rows = append(rows, seat("c"+h, h, "coordinator", ""), seat("o"+h, h, "owner"+fmt.Sprint(i%100), ""),
			seat("p"+h, h, "other"+fmt.Sprint(i%500), "p1"), seat("q"+h, h, "another"+fmt.Sprint(i%1000), "p2"))
		if i%10 == 0 {
			rows = append(rows, seat("t"+h, h, "tenth", ""))
		}
		if i >= cases*9/10 {
			rows = append(rows, seat("f"+h, h, "far", ""))
		}
		if i%(cases/3) == 17 {
			rows = append(rows, seat("m"+h, h, "member", "p3"))
		}
		if i%(cases/300) == 5 {
			rows = append(rows, seat("v"+h, h, "vendor", "p4"))
		}
		gate <- struct{}{}
		wg.Go(func() {
			defer func() { <-gate }()
			if err := s.PutLines(b.Context(), c, benchLines(h, i, each)); err != nil {
				b.Errorf("put lines: %v (%v)", err, causes(err))
			}
		})
	}
	wg.Wait()
	for len(rows) > 0 {
		n := min(len(rows), 5000)
		sit(b, s, rows[:n]...)
		rows = rows[n:]
	}
}
