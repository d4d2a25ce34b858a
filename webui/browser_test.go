package webui

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"tocsin/webui/webuitest"
)

// shots is a folder for pictures of every page in every look; "" takes none.
var shots = os.Getenv("TOCSIN_SHOTS")

// only narrows the pages by a part of their name, and onlyLooks the looks.
var (
	only      = os.Getenv("TOCSIN_PAGES")
	onlyLooks = os.Getenv("TOCSIN_LOOKS")
)

// TestPagesInABrowser opens every page in Chromium: nothing on the console, no
// serious finding of axe-core on a phone in the dark and on a desk by light, and
// no page that scrolls sideways on a phone.
func TestPagesInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes a minute; -short")
	}
	var current atomic.Pointer[http.Handler]
	origin := webuitest.Serve(t, func(string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*current.Load()).ServeHTTP(w, r) })
	})
	ctx := webuitest.Chromium(t)
	complaints := webuitest.Complaints(t, ctx)
	looks := []webuitest.Look{{Width: 1024, Lang: "en"}, {Width: 390, Dark: true, Lang: "zh"}, {Width: 390, Lang: "de"}}
	if shots != "" {
		looks = slices.DeleteFunc(webuitest.Looks(), func(l webuitest.Look) bool { return !strings.Contains(l.String(), onlyLooks) })
	}
	for _, c := range append(ownPages(), morePages...) {
		name := c.Name
		if name == "" {
			name = strings.ReplaceAll(strings.Trim(c.Path, "/"), "/", "-")
		}
		if only != "" && !strings.Contains(name, only) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			for i, look := range looks {
				f := newFake()
				if c.Set != nil {
					c.Set(f)
				}
				h := f.site(t, func(o *Options) { o.Secure = false })
				current.Store(&h)
				if err := chromedp.Do(ctx, webuitest.As(look), as(origin, c.Who), open(origin, c)); err != nil {
					t.Fatalf("%s: %v", look, err)
				}
				if wide, err := webuitest.Overflow(ctx); err != nil || wide > 0 {
					t.Errorf("%s: the page is %d pixels too wide (%v)", look, wide, err)
				}
				if shots != "" {
					if err := webuitest.Shoot(ctx, filepath.Join(shots, name+"-"+look.String()+".png")); err != nil {
						t.Fatal(err)
					}
				}
				if i > 1 {
					continue
				}
				found, err := webuitest.Axe(ctx)
				if err != nil {
					t.Fatal(err)
				}
				for _, x := range webuitest.Grave(found) {
					t.Errorf("%s: %s", look, x)
				}
			}
			for _, said := range complaints() {
				t.Errorf("the browser complains: %s", said)
			}
		})
	}
}

// as signs the browser in as one of the fakes, or out.
func as(origin, who string) webuitest.Step {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		if _, err := cdp.Call(ctx, t, network.ClearBrowserCookies, cdp.Empty{}); err != nil || who == "" {
			return chromedp.Void{}, err
		}
		_, err := cdp.Call(ctx, t, network.SetCookie, network.SetCookieParams{Name: cookieSession, Value: who, URL: origin + "/"})
		return chromedp.Void{}, err
	}
}

// open goes to a page, by a form where it has one.
func open(origin string, c pageCase) webuitest.Step {
	if c.Form == nil {
		return chromedp.Navigate(origin + c.Path)
	}
	form, _ := json.Marshal(c.Form) // a map of texts
	return chromedp.Steps(
		chromedp.Navigate(origin+"/help"),
		send(`(() => { const f = document.createElement("form"); f.method = "post"; f.action = `+quoted(c.Path)+`;
			for (const [k, vs] of Object.entries(`+string(form)+`)) for (const v of vs) {
				const i = document.createElement("input"); i.type = "hidden"; i.name = k; i.value = v; f.append(i); }
			document.body.append(f); f.submit(); })()`),
	)
}

// send runs a script that leads to another page, and waits until it is there.
func send(script string) webuitest.Step {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.RunResponse(ctx, chromedp.Evaluate[chromedp.Void](script))
		return chromedp.Void{}, err
	}
}

func quoted(s string) string {
	b, _ := json.Marshal(s) // a text
	return string(b)
}

// TestAxeSees is the control: a page that must fail.
func TestAxeSees(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes a minute; -short")
	}
	origin := webuitest.Serve(t, func(string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte(`<!doctype html><html><body style="background:#fff"><p style="color:#ddd">pale</p><input><img src="x.png"><div style="width:3000px">wide</div><script>throw new Error("thrown")</script></body></html>`))
		})
	})
	ctx := webuitest.Chromium(t)
	complaints := webuitest.Complaints(t, ctx)
	if err := chromedp.Do(ctx, webuitest.As(webuitest.Look{Width: 390, Lang: "en"}), chromedp.Navigate(origin+"/"+url.PathEscape("x"))); err != nil {
		t.Fatal(err)
	}
	found, err := webuitest.Axe(ctx)
	if err != nil {
		t.Fatal(err)
	}
	ids := ""
	for _, x := range webuitest.Grave(found) {
		ids += x.ID + " "
	}
	for _, want := range []string{"color-contrast", "label", "image-alt", "html-has-lang"} {
		if !strings.Contains(ids, want) {
			t.Errorf("axe-core does not see %s: %s", want, ids)
		}
	}
	if wide, err := webuitest.Overflow(ctx); err != nil || wide < 2000 {
		t.Errorf("the overflow is %d, %v", wide, err)
	}
	if list := strings.Join(complaints(), "\n"); !strings.Contains(list, "thrown") {
		t.Errorf("what the page threw is not seen: %q", list)
	}
}
