package app

import (
	"net/url"
	"regexp"
	"testing"
	"time"

	"tocsin/casefile"
	"tocsin/examples"
	"tocsin/plan"
	"tocsin/rulebook"
)

var moment = regexp.MustCompile(`datetime="([^"]+)"`)

// The lawyer's page of one date holds each date of each reading as tocsin plan
// computes it from the file of the case.
func TestThePageOfADateHoldsItsDates(t *testing.T) {
	a := begun(t, folder(t))
	p := started(t, a, PlatformOptions{Demo: true})
	visitors, err := p.Demo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := newBrowser(t)
	for _, v := range visitors {
		if v.Name == "Karin Bauer" {
			b.enter(v.Link)
		}
	}
	who, err := (&seeding{p: p}).reader(t.Context(), othersKept)
	if err != nil {
		t.Fatal(err)
	}
	book, err := rulebook.Load(rulebook.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	dates := 0
	for _, name := range []string{"cra-all-stages.yaml", "cn-eu-conflict.yaml", "disclosure-90-days.yaml"} {
		data, err := examples.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		c, err := casefile.Parse(name, data)
		if err != nil {
			t.Fatal(err)
		}
		want, err := plan.For(c, book, plan.Options{At: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		seen, err := p.Desk().See(t.Context(), who, c.Case)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range want.Duties {
			if len(d.Readings) == 0 {
				continue
			}
			_, page := b.do("GET", p.URL()+"/cases/"+seen.Handle+"/duties?id="+url.QueryEscape(d.ID), nil)
			there := map[int64]bool{}
			for _, m := range moment.FindAllStringSubmatch(page, -1) {
				if at, err := time.Parse(time.RFC3339, m[1]); err == nil {
					there[at.Unix()] = true
				}
			}
			for _, r := range d.Readings {
				if r.DueLatest == nil {
					continue
				}
				if dates++; !there[r.DueLatest.Unix()] {
					t.Errorf("%s: %s by %s is not on its page", d.ID, r.DueLatest.Format(time.RFC3339), r.Calc)
				}
			}
		}
	}
	if dates < 10 {
		t.Errorf("only %d dates were looked for", dates)
	}
}
