package client

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/app"
	"tocsin/casefile"
	"tocsin/partner"
)

// served is the real platform on loopback, until the test ends.
func served(ctx context.Context, t *testing.T, demo bool) *app.Platform {
	t.Helper()
	a, err := app.Open(ctx, app.Options{DataDir: filepath.Join(t.TempDir(), "data"), Now: time.Now, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	p, err := a.Platform(app.PlatformOptions{Addr: "127.0.0.1:0", Every: time.Hour, Pad: 8, Demo: demo})
	if err == nil {
		err = p.Start(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// On the real platform, over a network that goes away before or after every third
// write: each event that was acknowledged is kept once, and nothing else is.
func TestWritesOverABadNetwork(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	p := served(ctx, t, false)
	first := must(p.People().People(ctx, "", 1))[0]
	admin := access.Reader{Person: first.ID, Platform: []partner.Role{partner.Administrator}, Fresh: true}
	org := must(p.People().PutOrg(ctx, admin, partner.Org{Name: "Example Desk", Kind: partner.Authority, Country: "DE", Standing: partner.Active}, 0))
	ada, _, err := p.People().PutPerson(ctx, admin, partner.Person{Name: "Ada Example", Login: "ada", Place: "DE", Member: []partner.Membership{{Org: org.ID, Roles: []partner.Role{partner.Responder}}}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	secret, _, err := p.People().NewToken(ctx, ada.ID, "tests", []string{"*"}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}

	// The bad network stands in front of the platform.
	to, err := url.Parse(p.URL())
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }}
	turn := func(of int) func(*http.Request) bool {
		var mu sync.Mutex
		n := 0
		return func(r *http.Request) bool {
			mu.Lock()
			defer mu.Unlock()
			if r.Method == http.MethodPost {
				n++
			}
			return r.Method == http.MethodPost && n%3 == of
		}
	}
	way := cut(1000, true, turn(1))(cut(1000, false, turn(2))(proxy))
	fake := &platform{t: t}
	c, _ := fake.through(way, secret)

	kept, err := c.Import(ctx, []byte(`{"format": "tocsin-casefile/1", "case": "T-1", "record": "kept", "parties": [{"id": "acme"}]}`), "acme", Write{})
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for i := range 12 {
		k, err := c.AddEvent(ctx, kept.Handle, casefile.Event{Kind: "commented", Text: fmt.Sprint(i), At: at("2026-10-01T09:00:00Z")}, Write{})
		if err != nil {
			t.Fatal(err)
		}
		ids[k.ID] = true
	}
	_, cs, _, err := c.Seen(ctx, "T-1")
	if err != nil {
		t.Fatal(err)
	}
	if len(ids) != 12 || len(cs.Events) != 12 {
		t.Errorf("%d acknowledged, %d kept", len(ids), len(cs.Events))
	}
	for i, e := range cs.Events {
		if !ids[e.ID] || e.Text != fmt.Sprint(i) {
			t.Errorf("number %d is %s %q", i, e.ID, e.Text)
		}
	}
}
