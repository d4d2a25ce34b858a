package journeys

import (
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/app"
	"tocsin/internal/edge"
	"tocsin/webui/webuitest"
)

// stepUp proves with a passkey who is there, where the page asks.
func (b *tab) stepUp() {
	b.t.Helper()
	b.see("Confirm that it is you")
	b.press(`button[data-passkey=get]`)
}

// within runs a platform in this process, on a clock that is ahead: the one
// thing that the built program cannot be asked for.
func within(t *testing.T, dir string, ahead time.Duration) (p *platform, stop func()) {
	t.Helper()
	now := func() time.Time { return time.Now().Add(ahead) }
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	a, err := app.Open(t.Context(), app.Options{DataDir: dir, Create: true, Now: now, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	p = &platform{}
	inner, err := a.Platform(app.PlatformOptions{
		Addr: "127.0.0.1:0", Every: time.Minute, Pad: 8, Rate: edge.Rate{PerSecond: -1},
		Ready: func(l app.Listening) { p.url, p.first = named(l.URL), named(l.First) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := inner.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p, sync.OnceFunc(func() {
		if err := errors.Join(inner.Stop(), a.Close()); err != nil {
			t.Error(err)
		}
	})
}

// named is an address by the name of this machine: passkeys belong to names.
func named(address string) string {
	return strings.Replace(address, "//127.0.0.1:", "//localhost:", 1)
}

// stepUpAsked: the platform was started anew meanwhile, and half an hour after
// signing in whoever sits at the administrator's browser is asked who they are
// before they change anything. Without the proof nothing happens; what was typed
// is not lost over it.
func stepUpAsked(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	p, stop := within(t, dir, 0)
	t.Cleanup(stop)
	admin := newTab(t, p.url)
	admin.do(webuitest.SecurityKey())
	admin.open(p.first)
	admin.press("main form button")
	admin.fill("form[data-passkey=create] [name=name]", "The key on my ring")
	admin.press("form[data-passkey=create] button")
	admin.see("The passkey is kept")
	stop()

	p, stop = within(t, dir, 30*time.Minute)
	t.Cleanup(stop)
	admin.moved(p.url)
	admin.open("/admin/organisations/new")
	admin.fill("#f-name", "Larchwood Valves AG")
	admin.fill("#f-kind", "legal-entity")
	admin.fill("#f-country", "CH")
	admin.press(`main form[action="/admin/organisations"] button[type=submit]`)
	admin.see("Confirm that it is you")
	back := admin.at()
	admin.open("/admin/organisations")
	admin.miss("Larchwood Valves AG")
	admin.open("/admin/organisations/new")
	admin.fill("#f-name", "Larchwood Valves AG")
	admin.fill("#f-kind", "legal-entity")
	admin.fill("#f-country", "CH")
	admin.press(`main form[action="/admin/organisations"] button[type=submit]`)
	if admin.at() != back {
		admin.fail("asked elsewhere than before: %s", back)
	}
	admin.stepUp()
	admin.open("/admin/organisations")
	admin.see("Larchwood Valves AG")
}
