package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/internal/edge"
	"tocsin/internal/testkit/pgtest"
	"tocsin/partner"
)

// openPlatform runs the whole platform on loopback, with sessions that last and
// without a bound on requests from one address (all clients are on this one).
func openPlatform(b *testing.B, database string) *Platform {
	b.Helper()
	a := opened(b, Options{DataDir: filepath.Join(b.TempDir(), "data"), Create: true, Database: database})
	p, err := a.Platform(PlatformOptions{Addr: "127.0.0.1:0", Demo: true, Every: 10 * time.Minute, Pad: 8, Rate: edge.Rate{PerSecond: -1}})
	if err != nil {
		b.Fatal(err)
	}
	if err := p.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := p.Stop(); err != nil {
			b.Error(err)
		}
	})
	return p
}

// platforms runs a benchmark on both databases.
func platforms(b *testing.B, run func(b *testing.B, p *Platform)) {
	b.Run("sqlite", func(b *testing.B) { run(b, openPlatform(b, "")) })
	b.Run("postgres", func(b *testing.B) { run(b, openPlatform(b, pgtest.Database(b))) })
}

// crew seeds two organisations with so many people each: house runs the cases,
// acme is a party.
func crew(b *testing.B, p *Platform, each int) {
	b.Helper()
	orgs := []partner.Org{
		{ID: "house", Name: "The House", Kind: "authority", Country: "DE", Standing: partner.Active},
		{ID: "acme", Name: "Acme Networks", Kind: "legal-entity", Country: "DE", Standing: partner.Active},
	}
	var people []partner.Person
	for _, o := range orgs {
		for i := range each {
			id := fmt.Sprintf("%s-%d", o.ID, i)
			x := partner.Person{ID: id, Name: "Somebody " + id, Login: id, Place: "DE", Zone: "Europe/Berlin",
				Member: []partner.Membership{{Org: o.ID, Roles: []partner.Role{partner.Responder}}}}
			if o.ID == "house" {
				x.Platform = []partner.Role{partner.Coordinator}
			}
			people = append(people, x)
		}
	}
	if err := p.People().Seed(b.Context(), orgs, people); err != nil {
		b.Fatal(err)
	}
}

// as is one of the crew as if they had just stepped up.
func as(b *testing.B, p *Platform, org string) access.Reader {
	b.Helper()
	all, err := p.People().ReadersOf(b.Context(), org)
	if err != nil || len(all) == 0 {
		b.Fatal(len(all), err)
	}
	all[0].Fresh = true
	return all[0]
}

// brought imports a case for the house and seats acme as one of its parties.
func brought(b *testing.B, p *Platform, file, party string) string {
	b.Helper()
	who := as(b, p, "house")
	r, err := p.Desk().Import(b.Context(), who, "bench.yaml", []byte(file), "")
	if err != nil {
		b.Fatal(err)
	}
	if party != "" {
		seat := coordination.SeatAsked{Org: "acme", Role: access.PartySeat, Party: party, Despite: "a benchmark"}
		if _, err := p.Desk().GiveSeat(b.Context(), who, r.Handle, seat); err != nil {
			b.Fatal(err)
		}
	}
	return r.Handle
}

// visitorOf is a signed-in client with a cookie and a connection of its own.
func visitorOf(b *testing.B, p *Platform, person string) *http.Client {
	b.Helper()
	secret, _, err := p.People().NewLink(b.Context(), person, "demo", 0, "")
	if err != nil {
		b.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	c := &http.Client{Jar: jar, Timeout: time.Minute, Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 2},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	b.Cleanup(c.CloseIdleConnections)
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, p.Link(secret), strings.NewReader(url.Values{}.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := c.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		b.Fatalf("signing in: %d", res.StatusCode)
	}
	return c
}

// fetched reads a page to its end, and gives how many bytes it was.
func fetched(ctx context.Context, c *http.Client, address, words string) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Accept-Language", "en")
	res, err := c.Do(r)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err
	}
	if res.StatusCode != http.StatusOK || !bytes.Contains(text, []byte(words)) {
		return 0, fmt.Errorf("%s: %d %.300s", address, res.StatusCode, text)
	}
	return len(text), nil
}

// crowd has every reader ask again and again until b.N requests were made: the
// next one as soon as the answer is there (a closed loop, rate 0), or at instants
// that together make rate requests a second, whatever became of those before (an
// open loop; the time counts from the instant at which the request was due).
func crowd(b *testing.B, readers, rate int, ask func(reader int) error) {
	b.Helper()
	took := make([][]time.Duration, readers)
	n := max(b.N, readers)
	var group sync.WaitGroup
	start, used := time.Now(), cpuTime()
	b.ResetTimer()
	for r := range readers {
		group.Go(func() {
			for i := r; i < n; i += readers {
				began := time.Now()
				if rate > 0 {
					began = start.Add(time.Duration(i) * time.Second / time.Duration(rate))
					time.Sleep(time.Until(began))
				}
				if err := ask(r); err != nil {
					b.Error(err)
					return
				}
				took[r] = append(took[r], time.Since(began))
			}
		})
	}
	group.Wait()
	elapsed, used := b.Elapsed(), cpuTime()-used
	all := slices.Concat(took...)
	b.ReportMetric(ms(used)/float64(len(all)), "cpu-ms/req")
	b.ReportMetric(float64(len(all))/elapsed.Seconds(), "req/s")
	for _, q := range []int{50, 95, 99} {
		b.ReportMetric(ms(percentile(all, q)), fmt.Sprintf("p%d-ms", q))
	}
	b.ReportMetric(0, "ns/op")
}
