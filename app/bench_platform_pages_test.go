package app

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

const (
	pageReaders = 20
	largeRate   = 100 // requests a second of all readers together, in the open loop
)

// largeCase has so many parties over eight countries and so many events: of every
// ten parties four are vendors of a product that holds the one component, four
// run such a product, two are finders. The rest of the events is talk among them.
func largeCase(parties, events int) string {
	countries := []string{"CN", "DE", "FR", "US", "IN", "JP", "KR", "AU"}
	var products, who, what strings.Builder
	vendors, n := parties*4/10, 0
	began := time.Now().Add(-14 * 24 * time.Hour)
	event := func(format string, args ...any) {
		at := began.Add(time.Duration(n) * time.Minute).Format(time.RFC3339)
		fmt.Fprintf(&what, "  - {id: e%d, at: %q, "+format+"}\n", append([]any{n + 1, at}, args...)...)
		n++
	}
	for i := range parties {
		country, product := countries[i%len(countries)], max(1, i-vendors)
		switch {
		case i < vendors:
			if i > 0 {
				fmt.Fprintf(&products, "  - {id: p%d, name: Product %d, provider: v%d, contains: [lib]}\n", i, i, i)
			}
			fmt.Fprintf(&who, "  - {id: v%d, name: Vendor %d, country: %s, markets: [%s, EU]}\n", i, i, country, country)
			event("kind: aware, by: v%d, of: lib", i)
		case i < 2*vendors:
			fmt.Fprintf(&who, "  - {id: o%d, name: Operator %d, country: %s, roles: [essential-entity], operates: [p%d]}\n", i, i, country, product)
			event("kind: detected, by: o%d, of: p%d", i, product)
		default:
			fmt.Fprintf(&who, "  - {id: f%d, name: Finder %d, country: %s, roles: [finder]}\n", i, i, country)
			event("kind: aware, by: f%d, of: lib, how: found", i)
		}
	}
	for i := 0; n < events; i++ {
		event("kind: commented, by: v%d, to: [o%d], of: lib, text: %q", i%vendors, vendors+i%vendors, "a few words of what was said that day")
	}
	return "format: tocsin-casefile/1\ncase: TOC-LARGE\ntitle: A large case (invented)\nrecord: kept\ntlp: AMBER\nproducts:\n  - {id: lib, provider: v0}\n" +
		products.String() + "parties:\n" + who.String() + "events:\n" + what.String()
}

// BenchmarkCasePages is each page of a case with 1,000 parties and 10,000 events,
// through the whole handler stack: 20 readers with sessions of their own, who see
// all of it, or one party's side. The clients are in the same process, and so on
// the same two cores. One reader alone says what a page costs; the closed loop is
// the load at which both cores are always busy.
//
//	go test ./app -run '^$' -bench CasePages -benchtime 2000x
func BenchmarkCasePages(b *testing.B) {
	p := openPlatform(b, "")
	crew(b, p, pageReaders)
	handle := brought(b, p, largeCase(1000, 10000), "v1")
	for _, org := range []string{"house", "acme"} {
		clients := make([]*http.Client, pageReaders)
		for i := range clients {
			clients[i] = visitorOf(b, p, fmt.Sprintf("%s-%d", org, i))
		}
		for _, page := range []string{"plan", "record", "when", "people"} {
			address := p.URL() + "/cases/" + handle + "/" + page
			size := 0
			ask := func(reader int) (err error) {
				size, err = fetched(b.Context(), clients[0], address, "TOC-LARGE")
				return err
			}
			if err := ask(0); err != nil { // the case and its plan are read once
				b.Fatal(err)
			}
			size0 := size
			for _, c := range []struct {
				name          string
				readers, rate int
			}{{"alone", 1, 0}, {"closed", pageReaders, 0}, {"open", pageReaders, largeRate}} {
				b.Run(org+"/"+page+"/"+c.name, func(b *testing.B) {
					crowd(b, c.readers, c.rate, func(reader int) error {
						_, err := fetched(b.Context(), clients[reader], address, "TOC-LARGE")
						return err
					})
					b.ReportMetric(float64(size0)/1024, "KiB")
				})
			}
		}
	}
}
