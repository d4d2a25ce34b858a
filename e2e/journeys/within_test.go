package journeys

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/app"
	"tocsin/internal/edge"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/webui/webuitest"
)

// company is who is there when a platform begins, instead of nobody.
type company struct {
	orgs   []partner.Org
	people []partner.Person
	also   func(context.Context, *app.Platform) error // what they have done before
}

// within runs a platform in this process, on a clock that is ahead: the one
// thing that the built program cannot be asked for. A company gets the links of
// the demo, for a new folder and for one where it was before.
func within(t *testing.T, dir string, ahead time.Duration, there *company) (p *platform, stop func()) {
	t.Helper()
	now := func() time.Time { return time.Now().Add(ahead) }
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	a, err := app.Open(t.Context(), app.Options{DataDir: dir, Create: true, Now: now, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	p = &platform{links: map[string]string{}}
	inner, err := a.Platform(app.PlatformOptions{
		Addr: "127.0.0.1:0", Every: time.Second, Pad: 8, Rate: edge.Rate{PerSecond: -1}, Demo: there != nil,
		Ready: func(l app.Listening) { p.url, p.first = named(l.URL), named(l.First) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := inner.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		if err := errors.Join(inner.Stop(), a.Close()); err != nil {
			t.Error(err)
		}
	})
	if there != nil {
		if err := there.come(t.Context(), inner, p); err != nil {
			stop()
			t.Fatal(err)
		}
	}
	return p, stop
}

// come puts the company on a platform, and keeps a link for each.
func (c *company) come(ctx context.Context, inner *app.Platform, p *platform) error {
	err := inner.People().Seed(ctx, c.orgs, c.people)
	if err != nil && fault.KindOf(err) != fault.Conflict { // they are there already
		return err
	}
	for _, x := range c.people {
		secret, _, err := inner.People().NewLink(ctx, x.ID, "demo", 0, "")
		if err != nil {
			return err
		}
		p.links[x.Name] = p.url + "/in/" + secret
	}
	if c.also != nil {
		return c.also(ctx, inner)
	}
	return nil
}

// named is an address by the name of this machine: passkeys belong to names.
func named(address string) string {
	return strings.Replace(address, "//127.0.0.1:", "//localhost:", 1)
}

// firstAdministrator comes in by the first link of a platform, with a passkey.
func (p *platform) firstAdministrator(t *testing.T) *tab {
	t.Helper()
	admin := newTab(t, p.url)
	admin.do(webuitest.SecurityKey())
	admin.open(p.first)
	admin.see("You become the first administrator")
	admin.press("main form button")
	admin.keepPasskey("The key on my ring")
	return admin
}

// keepPasskey makes a passkey on a page that offers one.
func (b *tab) keepPasskey(name string) {
	b.t.Helper()
	b.fill("form[data-passkey=create] [name=name]", name)
	b.press("form[data-passkey=create] button")
	b.see("The passkey is kept")
}
