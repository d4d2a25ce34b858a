package webui

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"tocsin/cabinet/cabinettest"
	"tocsin/identity"
	"tocsin/internal/edge"
	"tocsin/webui/webuitest"
)

// css is how elements are found.
type css = chromedp.CSS

// noNotes takes what would be kept in the log.
type noNotes struct{}

func (noNotes) Note(context.Context, string, map[string]any, string) error { return nil }

// real is the pages over the real identity, with a clock that can be moved.
type real struct {
	service *identity.Service
	ahead   atomic.Int64
	origin  string
}

func (r *real) now() time.Time { return time.Now().Add(time.Duration(r.ahead.Load())) }

func newReal(t *testing.T) *real {
	t.Helper()
	r := &real{}
	r.origin = webuitest.Serve(t, func(origin string) http.Handler {
		var err error
		r.service, err = identity.New(identity.Options{
			Cabinet: cabinettest.New(), Notes: noNotes{}, Origins: []string{origin}, Name: "Tocsin", Now: r.now, Rand: rand.Reader,
		})
		if err != nil {
			t.Fatal(err)
		}
		s, err := New(Options{Identity: r.service, Platform: platform, Version: "test", Now: r.now, Log: discard})
		if err != nil {
			t.Fatal(err)
		}
		mux := http.NewServeMux()
		s.Mount(mux)
		return edge.Wrap(mux, edge.Options{
			Hosts: []string{strings.TrimPrefix(origin, "http://")}, Now: r.now, Log: discard, Refuse: s.Refuse,
			PerAddress: edge.Rate{PerSecond: 1e6, Burst: 1e6},
		})
	})
	return r
}

// first is a link for the first administrator.
func (r *real) first(t *testing.T) string {
	t.Helper()
	secret, made, err := r.service.First(t.Context())
	if err != nil || !made {
		t.Fatal(made, err)
	}
	return r.origin + "/in/" + secret
}

// do lets the browser take steps, one after the other, and says at which one
// and where it got stuck.
func do(t *testing.T, ctx context.Context, complaints func() []string, steps ...webuitest.Step) {
	t.Helper()
	for i, step := range steps {
		short, stop := context.WithTimeout(ctx, 20*time.Second)
		_, err := chromedp.Run(short, step)
		stop()
		if err != nil {
			where, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`)) // to help whoever reads
			t.Fatalf("step %d: %v\nat %s\n%v", i+1, err, where, complaints())
		}
	}
}

// arrive looks until the browser is at a path; it needs no script of the page.
func arrive(path string) webuitest.Step {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		ctx, stop := context.WithTimeout(ctx, 20*time.Second)
		defer stop()
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			there, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`location.pathname === `+quoted(path)+` && document.readyState === "complete"`))
			if there {
				return chromedp.Void{}, nil
			}
			select {
			case <-ctx.Done():
				return chromedp.Void{}, errors.Join(ctx.Err(), err)
			case <-tick.C:
			}
		}
	}
}

// press clicks on a button and waits for the page that it leads to.
func press(selector, path string) webuitest.Step {
	return chromedp.Steps(chromedp.Click(css(selector)), arrive(path))
}

// TestAPasskeyFromTheFirstLinkOn: the first administrator takes the link, adds a
// passkey, signs out, comes back by the passkey, and proves it again for an
// irreversible act.
func TestAPasskeyFromTheFirstLinkOn(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes a minute; -short")
	}
	r := newReal(t)
	ctx := webuitest.Chromium(t)
	complaints := webuitest.Complaints(t, ctx)
	do(t, ctx, complaints,
		webuitest.SecurityKey(),
		webuitest.As(webuitest.Look{Width: 1024, Lang: "en"}),
		chromedp.Navigate(r.first(t)),
		press(`main form button`, "/setup"),
		chromedp.SendKeys(css(`#f-name`), "Test key"),
		chromedp.Click(css(`form[data-passkey] button`)),
	)
	// The session is full now, and leads on to the desk.
	do(t, ctx, complaints, arrive("/desk"), chromedp.Navigate(r.origin+"/settings/sign-in"))
	said, err := chromedp.Run(ctx, chromedp.Text(css(`main`)))
	if err != nil || !strings.Contains(said, "Test key") {
		t.Fatalf("%v: %s", err, said)
	}
	do(t, ctx, complaints,
		chromedp.Click(css(`details[data-menu] summary`)),
		press(`details[data-menu] form button`, "/sign-in"),
		chromedp.Navigate(r.origin+"/sign-in?to=/settings/tokens"),
		press(`button[data-passkey]`, "/settings/tokens"),
	)
	r.ahead.Store(int64(30 * time.Minute)) // the proof is stale now
	do(t, ctx, complaints,
		chromedp.SendKeys(css(`#f-name`), "ci"),
		chromedp.Click(css(`#scope-see`)),
		chromedp.Click(css(`main form[action="/settings/tokens"] button`)),
		chromedp.WaitVisible(css(`button[data-passkey]`)),
		chromedp.Click(css(`button[data-passkey]`)),
		chromedp.WaitVisible(css(`#token`)),
	)
	token, err := chromedp.Run(ctx, chromedp.Text(css(`#token`)))
	if err != nil || !strings.HasPrefix(token, "tocsin_") {
		t.Errorf("%v: %q", err, token)
	}
	if list := complaints(); len(list) > 0 {
		t.Errorf("the browser complains: %v", list)
	}
}

// TestAPasswordWithoutScript: the same way in for whoever has switched script
// off, with an authenticator app.
func TestAPasswordWithoutScript(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes a minute; -short")
	}
	r := newReal(t)
	ctx := webuitest.Chromium(t)
	complaints := webuitest.Complaints(t, ctx)
	const phrase = "umbrella seventeen granite whistle"
	do(t, ctx, complaints,
		webuitest.NoScript(),
		webuitest.As(webuitest.Look{Width: 1024, Lang: "en"}),
		chromedp.Navigate(r.first(t)),
		press(`main form button`, "/setup"),
		chromedp.SendKeys(css(`#f-password`), phrase),
		chromedp.SendKeys(css(`#f-repeat`), phrase),
		press(`form[action="/settings/password"] button`, "/setup"),
		press(`form[action="/settings/second-factor"] button`, "/settings/second-factor"),
	)
	secret, err := chromedp.Run(ctx, chromedp.Text(css(`#totp-secret`)))
	if err != nil {
		t.Fatal(err)
	}
	secret = strings.ReplaceAll(secret, " ", "")
	code := func() string {
		c, err := totp.GenerateCode(secret, r.now())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	do(t, ctx, complaints,
		chromedp.SendKeys(css(`#f-code`), code()),
		press(`form[action="/settings/second-factor/confirm"] button`, "/settings/second-factor/confirm"),
		chromedp.WaitVisible(css(`#recovery-codes`)),
	)
	r.ahead.Store(int64(time.Minute)) // each code is taken once
	do(t, ctx, complaints,
		chromedp.Navigate(r.origin+"/settings/sessions"),
		chromedp.Click(css(`details[data-menu] summary`)),
		press(`details[data-menu] form button`, "/sign-in"),
		chromedp.Navigate(r.origin+"/sign-in?to=/settings"),
		chromedp.SendKeys(css(`#f-login`), "administrator"),
		chromedp.SendKeys(css(`#f-password`), phrase),
		press(`main form button`, "/sign-in"),
		chromedp.SendKeys(css(`#f-code`), code()),
		press(`main form button`, "/settings"),
	)
}
