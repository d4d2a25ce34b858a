package plan

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"tocsin/casefile"
)

func benchmarkFor(b *testing.B, c *casefile.Case, at time.Time) {
	bk := book(b)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		p, err := For(c, bk, Options{At: at})
		if err != nil {
			b.Fatal(err)
		}
		n = len(p.Duties)
	}
	b.ReportMetric(float64(n), "duties")
	if n > 0 {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/duty")
	}
}

func BenchmarkLog4Shell(b *testing.B) {
	data, err := os.ReadFile("../examples/log4shell.yaml")
	if err != nil {
		b.Fatal(err)
	}
	c, err := casefile.Parse("log4shell.yaml", data)
	if err != nil {
		b.Fatal(err)
	}
	benchmarkFor(b, c, time.Date(2022, 7, 15, 0, 0, 0, 0, time.UTC))
}

// mix is the stated mix: of every ten parties four are vendors, four operators
// and two finders, over eight countries; each vendor provides a product that
// contains the one component, each operator runs the product of a vendor; two
// events a party. All in one case.
func mix(parties int) string {
	countries := []string{"CN", "DE", "FR", "US", "IN", "JP", "KR", "AU"}
	var products, who, events strings.Builder
	products.WriteString("products:\n  - {id: lib, provider: v0}\n")
	who.WriteString("parties:\n")
	events.WriteString("events:\n")
	at := func(i int) string {
		return time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Minute).Format(time.RFC3339)
	}
	vendors := parties * 4 / 10
	for i := range parties {
		country := countries[i%len(countries)]
		switch {
		case i < vendors:
			if i > 0 {
				fmt.Fprintf(&products, "  - {id: p%d, provider: v%d, contains: [lib]}\n", i, i)
			}
			fmt.Fprintf(&who, "  - {id: v%d, country: %s, markets: [%s, EU]}\n", i, country, country)
			fmt.Fprintf(&events, "  - {id: a%d, kind: aware, by: v%d, of: lib, at: %q}\n", i, i, at(i))
			if i%3 == 0 {
				fmt.Fprintf(&events, "  - {id: b%d, kind: exploitation-observed, by: v%d, of: lib, at: %q}\n", i, i, at(i+200))
			} else {
				fmt.Fprintf(&events, "  - {id: b%d, kind: notified, by: v%d, to: [cn-miit-nvdb], of: lib, at: %q}\n", i, i, at(i+200))
			}
		case i < 2*vendors:
			fmt.Fprintf(&who, "  - {id: o%d, country: %s, roles: [essential-entity, body-corporate, ict-service-provider], operates: [%s]}\n", i, country, productOf(i-vendors))
			fmt.Fprintf(&events, "  - {id: a%d, kind: detected, by: o%d, of: %s, at: %q}\n", i, i, productOf(i-vendors), at(i))
			fmt.Fprintf(&events, "  - {id: b%d, kind: remediated, by: o%d, of: %s, at: %q}\n", i, i, productOf(i-vendors), at(i+3000))
		default:
			fmt.Fprintf(&who, "  - {id: f%d, country: %s, roles: [finder], adopts: [N-P0-90]}\n", i, country)
			fmt.Fprintf(&events, "  - {id: a%d, kind: aware, by: f%d, of: lib, how: found, at: %q}\n", i, i, at(i))
			fmt.Fprintf(&events, "  - {id: b%d, kind: reported, by: f%d, to: [v0], of: lib, at: %q}\n", i, i, at(i+100))
		}
	}
	return products.String() + who.String() + events.String()
}

func productOf(i int) string {
	if i == 0 {
		return "lib"
	}
	return fmt.Sprintf("p%d", i)
}

var mixAt = time.Date(2026, 10, 12, 0, 0, 0, 0, time.UTC)

// BenchmarkMix1000 is to stay under 200 ms.
func BenchmarkMix1000(b *testing.B) { benchmarkFor(b, parse(b, mix(1000)), mixAt) }

// BenchmarkPerDuty: the cost of a duty is not to grow with the case.
func BenchmarkPerDuty(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmarkFor(b, parse(b, mix(n)), mixAt) })
	}
}

func TestMixIsTheStatedMix(t *testing.T) {
	c := parse(t, mix(1000))
	if len(c.Parties) != 1000 || len(c.Events) != 2000 || len(c.Products) != 400 {
		t.Errorf("%d parties, %d events, %d products", len(c.Parties), len(c.Events), len(c.Products))
	}
	p, err := For(c, book(t), Options{At: mixAt})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Duties) < 5000 {
		t.Errorf("only %d duties", len(p.Duties))
	}
}
