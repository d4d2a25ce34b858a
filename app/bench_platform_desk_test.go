package app

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/internal/testkit/pgtest"

	"tocsin/access"
	"tocsin/coordination"
)

const (
	deskCases = 5_000
	deskLines = 100_000 // at least, of all of them
	deskRate  = 100     // requests a second of all readers together, in the open loop
)

// deskCase is what manufacturers owe who know of an attack on what they sell in
// the EU: about twenty duties that are not done.
func deskCase(n int) string {
	var products, parties, events strings.Builder
	at := time.Now().Add(-time.Duration(n%96) * time.Hour).Format(time.RFC3339)
	for i, country := range []string{"DE", "FR", "NL", "SE", "DE", "IT", "ES"} {
		fmt.Fprintf(&products, "  - {id: p%d, name: Product %d, provider: m%d}\n", i, i, i)
		fmt.Fprintf(&parties, "  - {id: m%d, name: Maker %d of case %d, country: %s, markets: [EU], roles: [manufacturer]}\n", i, i, n, country)
		fmt.Fprintf(&events, "  - {id: a%d, kind: aware, by: m%d, of: p%d, at: %q, how: found}\n", i, i, i, at)
		fmt.Fprintf(&events, "  - {id: x%d, kind: exploitation-observed, by: m%d, of: p%d, at: %q}\n", i, i, i, at)
	}
	return fmt.Sprintf("format: tocsin-casefile/1\ncase: TOC-%d\ntitle: Case %d (invented)\nrecord: kept\ntlp: AMBER\nproducts:\n%sparties:\n%sevents:\n%s",
		n, n, products.String(), parties.String(), events.String())
}

// crowded keeps n cases through the desk, each projected when it is kept, and
// seats acme as a maker of three.
func crowded(b *testing.B, p *Platform, n int) {
	b.Helper()
	who := as(b, p, "house")
	work := make(chan int)
	var group sync.WaitGroup
	for range 32 {
		group.Go(func() {
			for i := range work {
				r, err := p.Desk().Import(b.Context(), who, "bench.yaml", []byte(deskCase(i)), "")
				if err == nil && i < 3 {
					seat := coordination.SeatAsked{Org: "acme", Role: access.PartySeat, Party: "m0"}
					_, err = p.Desk().GiveSeat(b.Context(), who, r.Handle, seat)
				}
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	group.Wait()
}

// BenchmarkDesk is the first page of the desk, and one far down, over 5,000 cases
// with 100,000 open duties, through the whole handler stack, for 20 readers who
// run all cases, and for 20 who are a party of three.
//
//	go test ./app -run '^$' -bench Desk -benchtime 2000x -timeout 30m
func BenchmarkDesk(b *testing.B) {
	platforms(b, func(b *testing.B, p *Platform) {
		crew(b, p, pageReaders)
		began := time.Now()
		crowded(b, p, deskCases)
		if url := p.app.o.Database; url != "" {
			pgtest.Analyse(b, url)
		}
		f, err := p.app.db.Figures(b.Context(), time.Now().Unix())
		if err != nil || f.Open < deskLines {
			b.Fatalf("%+v, %v", f, err)
		}
		b.Logf("%d open duties, of them %d past due, in %d cases, kept and projected in %s", f.Open, f.Past, deskCases, time.Since(began).Round(time.Second))
		for _, org := range []string{"house", "acme"} {
			clients := make([]*http.Client, pageReaders)
			for i := range clients {
				clients[i] = visitorOf(b, p, fmt.Sprintf("%s-%d", org, i))
			}
			for _, page := range []string{"/desk", "/desk?due=week", "/desk?law=eu-cra", "/cases"} {
				for _, c := range []struct {
					name          string
					readers, rate int
				}{{"alone", 1, 0}, {"closed", pageReaders, 0}, {"open", pageReaders, deskRate}} {
					b.Run(org+page+"/"+c.name, func(b *testing.B) {
						crowd(b, c.readers, c.rate, func(reader int) error {
							_, err := fetched(b.Context(), clients[reader], p.URL()+page, "TOC-")
							return err
						})
					})
				}
			}
		}
	})
}
