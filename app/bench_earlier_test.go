package app

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/coordination"
	"tocsin/earlier"
)

// The world in which earlier knowledge is looked for.
const (
	earlierMembers = 1_000
	earlierOften   = 30    // cases of a flaw that several members kept a case of
	earlierWide    = 1_000 // cases of a flaw that every member kept a case of
	earlierGroups  = 3     // flaws of each of these kinds
)

// earlierSize is how many cases there are: 100,000, or TOCSIN_CASES.
func earlierSize(b *testing.B) (cases, wide int) {
	b.Helper()
	cases = 100_000
	if s := os.Getenv("TOCSIN_CASES"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 300 {
			b.Fatalf("TOCSIN_CASES=%s: at least 300 cases are needed", s)
		}
		cases = n
	}
	return cases, min(earlierWide, cases/(2*earlierGroups))
}

// flawOf is the vulnerability that case n is about: the first are of the flaws that
// every member knows, the next of those that several know, each other of its own.
func flawOf(n, wide int) string {
	switch m := n - earlierGroups*wide; {
	case m < 0:
		return fmt.Sprintf("CVE-2026-1%03d", n%earlierGroups)
	case m < earlierGroups*earlierOften:
		return fmt.Sprintf("CVE-2026-2%03d", m%earlierGroups)
	}
	return fmt.Sprintf("CVE-2026-%d", 1_000_000+n)
}

// earlierCase is what a member kept: it knew, told the maintainer, who confirmed
// it, and of the authority there is no word.
func earlierCase(n, wide int, began time.Time) string {
	member := n % earlierMembers
	country := []string{"DE", "FR", "NL", "CN", "US"}[member%5]
	at := func(hours int) string {
		return began.Add(time.Duration(n%96+hours) * time.Hour).Format(time.RFC3339)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "format: tocsin-casefile/1\ncase: TOC-E%d\ntitle: Case %d (invented)\nrecord: kept\ntlp: AMBER\nvulnerabilities: [%s]\n", n, n, flawOf(n, wide))
	fmt.Fprintf(&b, "products:\n  - {id: parser, name: Example Parser %d, purl: \"pkg:maven/org.example/parser-%d@2.1\", provider: project}\n", n%500, n%500)
	fmt.Fprintf(&b, "  - {id: gateway, name: Gateway of member %d, purl: \"pkg:generic/member-%d/gateway\", provider: member, contains: [parser]}\n", member, member)
	fmt.Fprintf(&b, "parties:\n  - {id: member, name: Member %d, country: %s, markets: [EU, CN]}\n  - {id: project, name: Example Project, country: NL, roles: [oss-project]}\n", member, country)
	fmt.Fprintf(&b, "  - {id: desk, name: National Desk, country: DE, roles: [authority]}\nevents:\n")
	fmt.Fprintf(&b, "  - {id: e1, kind: aware, by: member, of: parser, how: found, basis: own, at: %q}\n", at(0))
	fmt.Fprintf(&b, "  - {id: e2, kind: reported, by: member, to: [project], of: parser, basis: own, at: %q}\n", at(2))
	fmt.Fprintf(&b, "  - {id: e3, kind: acknowledged, by: project, re: e2, basis: own, at: %q}\n", at(9))
	if n%4 == 0 {
		fmt.Fprintf(&b, "  - {id: e4, kind: exploitation-observed, by: member, of: gateway, basis: own, at: %q}\n", at(20))
	}
	return b.String()
}

// membersKept keeps all cases through the desk, each projected when it is kept;
// the house runs them.
func membersKept(b *testing.B, p *Platform, cases, wide int, began time.Time) {
	b.Helper()
	who := as(b, p, "house")
	work := make(chan int)
	var group sync.WaitGroup
	for range 32 {
		group.Go(func() {
			for i := range work {
				r, err := p.Desk().Import(b.Context(), who, "bench.yaml", []byte(earlierCase(i, wide, began)), "")
				if err == nil && i%1000 == 7 { // a member who sits on some of them as a party
					_, err = p.Desk().GiveSeat(b.Context(), who, r.Handle, coordination.SeatAsked{Org: "acme", Role: access.PartySeat, Party: "member", Despite: "a benchmark"})
				}
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	for i := range cases {
		work <- i
	}
	close(work)
	group.Wait()
}

// BenchmarkEarlier looks for earlier knowledge over 100,000 cases of 1,000 members
// on both databases. A report of a vulnerability and a package arrives, and what it
// names occurs in one case, in 30 and in 1,000 of those that the asker runs; a
// member asks too, who sits on a few. At most 200 ms.
//
// Method: the cases are kept and projected by the platform itself, which goes on
// running. Each search is a call of the desk, as the pages make it; they follow one
// another, for other flaws in turn. One case: another flaw in each search, so that
// nothing of it was read before. "remembering" is the desk as it runs, "forgetting"
// one whose memory holds nothing, so that each search reads its twenty cases from
// the record and plans them anew. The metric "cases" is how many an answer tells of, "cpu-ms"
// what a search costs both cores, the database's own process not counted.
//
//	go test ./app -run '^$' -bench Earlier -benchtime 200x -timeout 180m
//	TOCSIN_CASES=2000 go test ./app -run '^$' -bench Earlier -benchtime 50x
func BenchmarkEarlier(b *testing.B) {
	cases, wide := earlierSize(b)
	platforms(b, func(b *testing.B, p *Platform) {
		crew(b, p, 1)
		began := time.Now().Add(-10 * 24 * time.Hour).Truncate(time.Second)
		start := time.Now()
		membersKept(b, p, cases, wide, began)
		b.Logf("%d cases of %d members kept and projected in %s", cases, earlierMembers, time.Since(start).Round(time.Second))
		forgetting := coordination.New(coordination.Options{
			Keeper: p.app.keeper, Cabinet: p.parts.cabinet, Lines: p.parts.lines, Seats: p.parts.seats, Watch: p.parts.watcher, Book: p.parts.book,
			Lookup: [32]byte(p.parts.keys), People: p.parts.people, Now: time.Now, Memory: 1,
		})
		unique := earlierGroups * (wide + earlierOften)
		for _, c := range []struct {
			name string
			org  string
			flaw func(i int) string
			want int
		}{
			{"one", "house", func(i int) string { return flawOf(unique+i%(cases-unique), wide) }, 1},
			{"30", "house", func(i int) string { return fmt.Sprintf("CVE-2026-2%03d", i%earlierGroups) }, earlierOften},
			{strconv.Itoa(wide), "house", func(i int) string { return fmt.Sprintf("CVE-2026-1%03d", i%earlierGroups) }, wide},
			{"nowhere", "house", func(i int) string { return fmt.Sprintf("CVE-2027-%d", i) }, 0},
			{"member", "acme", func(int) string { return flawOf(7, wide) }, -1},
		} {
			for _, d := range []struct {
				name string
				desk *coordination.Desk
			}{{"remembering", p.Desk()}, {"forgetting", forgetting}} {
				b.Run(c.name+"/"+d.name, func(b *testing.B) {
					who := as(b, p, c.org)
					var took []time.Duration
					told, n, used := 0, 0, cpuTime()
					for b.Loop() {
						a := coordination.EarlierAsked{Report: earlier.Report{Flaws: []string{c.flaw(n)}, Purls: []string{"pkg:maven/org.example/none"},
							Received: calendar.Instant(began.Add(200 * time.Hour)), By: "A third party"}}
						n++
						at := time.Now()
						got, err := d.desk.Earlier(b.Context(), who, a)
						took = append(took, time.Since(at))
						if err != nil {
							b.Fatal(err)
						}
						if told = got.Cases; c.want >= 0 && told != c.want {
							b.Fatalf("%s is in %d cases, not %d", a.Flaws[0], told, c.want)
						}
					}
					b.ReportMetric(ms(cpuTime()-used)/float64(n), "cpu-ms")
					b.ReportMetric(float64(told), "cases")
					b.ReportMetric(ms(percentile(took, 50)), "p50-ms")
					b.ReportMetric(ms(percentile(took, 95)), "p95-ms")
					b.ReportMetric(0, "ns/op")
				})
			}
		}
	})
}
