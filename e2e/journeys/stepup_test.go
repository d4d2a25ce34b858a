package journeys

import (
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
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

// within runs a platform in this process, for the one thing that the built
// program cannot be asked for: half an hour that has passed.
func within(t *testing.T) (p *platform, ahead *atomic.Int64) {
	t.Helper()
	ahead = &atomic.Int64{}
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	a, err := app.Open(t.Context(), app.Options{DataDir: filepath.Join(t.TempDir(), "data"), Create: true, Now: now, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	p = &platform{}
	inner, err := a.Platform(app.PlatformOptions{
		Addr: "127.0.0.1:0", Every: time.Minute, Pad: 8, Rate: edge.Rate{PerSecond: -1},
		Ready: func(l app.Listening) { p.first = strings.Replace(l.First, "//127.0.0.1:", "//localhost:", 1) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := inner.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := inner.Stop(); err != nil {
			t.Error(err)
		}
	})
	p.url, _, _ = strings.Cut(p.first, "/in/")
	return p, ahead
}

// TestStepUp: half an hour after signing in, whoever sits at the administrator's
// browser is asked who they are before they change anything; what they typed is
// not lost over it. Without the proof nothing happens.
func TestStepUp(t *testing.T) {
	t.Parallel()
	p, ahead := within(t)
	admin := newTab(t, p.url)
	admin.do(webuitest.SecurityKey())
	admin.open(p.first)
	admin.press("main form button")
	admin.fill("form[data-passkey=create] [name=name]", "The key on my ring")
	admin.press("form[data-passkey=create] button")
	admin.open("/admin/organisations/new")
	admin.fill("#f-name", "Larchwood Valves AG")
	admin.fill("#f-kind", "legal-entity")
	admin.fill("#f-country", "CH")
	ahead.Store(int64(30 * time.Minute))
	admin.press(`main form button[type=submit]`)
	admin.see("Confirm that it is you")

	other := newTab(t, p.url) // a second window of the same person shows that nothing was done
	other.open("/admin/organisations")
	other.see("Sign in")

	admin.stepUp()
	admin.see("Larchwood Valves AG")
	admin.open("/admin/organisations")
	admin.see("Larchwood Valves AG")
}
