package journeys

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"tocsin/webui/webuitest"
)

// tab is one person's browser: cookies, downloads and complaints of its own.
type tab struct {
	t     *testing.T
	ctx   context.Context
	base  string // origin of the platform
	files string // folder of downloads

	complaints func() []string
	mu         sync.Mutex
	strays     []string // requests that left the platform
	provider   string   // of single sign-on, whose pages are not ours to judge
	restarted  bool     // the platform went away and came back
}

// newTab opens a private window on a platform. When the test ends, nothing may
// have been on its console, nothing refused by the pages' policy, and nothing
// asked of another address.
func newTab(t *testing.T, base string) *tab {
	t.Helper()
	return newTabAs(t, base, webuitest.Look{Width: 1280, Lang: "en"})
}

func newTabAs(t *testing.T, base string, look webuitest.Look) *tab {
	t.Helper()
	ctx, end := chromedp.NewContext(chromium(t), chromedp.WithNewBrowserContext())
	t.Cleanup(end)
	b := &tab{t: t, ctx: ctx, base: base, files: t.TempDir()}
	b.complaints = webuitest.Complaints(t, ctx)
	if err := chromedp.Listen(ctx, b.heard); err != nil {
		t.Fatal(err)
	}
	b.do(webuitest.As(look), focused)
	save := cdpbrowser.SetDownloadBehaviorParams{
		Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllow, DownloadPath: b.files, BrowserContextID: chromedp.FromContext(ctx).BrowserContextID,
	}
	if _, err := chromedp.CallBrowser(ctx, cdpbrowser.SetDownloadBehavior, save); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.check)
	return b
}

// heard keeps what a page asked of anybody but the platform.
func (b *tab) heard(event any) {
	e, ok := event.(*network.EventRequestWillBeSent)
	if !ok {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.provider != "" && (strings.HasPrefix(e.Request.URL, b.provider+"/") || strings.HasPrefix(e.DocumentURL, b.provider+"/")) {
		return
	}
	u, err := url.Parse(e.Request.URL)
	if err != nil || (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "ws") && u.Scheme+"://"+u.Host != b.base {
		b.strays = append(b.strays, e.Request.URL)
	}
}

// moved says that the platform is at another address from now on.
func (b *tab) moved(base string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.base, b.restarted = base, true
}

func (b *tab) check() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.strays {
		b.t.Errorf("a page asked another address: %s", s)
	}
	for _, s := range b.complaints() {
		// An open page asks for what is new while the platform is down.
		if b.restarted && strings.Contains(s, "ERR_CONNECTION_REFUSED") {
			continue
		}
		b.t.Errorf("the browser complains: %s", s)
	}
}

// focused lets a window behave as the one in front, which only one can be.
func focused(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
	return cdp.Call(ctx, t, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
}

// enter comes in by a link of the demo, and arrives where the person begins.
func (p *platform) enter(t *testing.T, name string) *tab {
	t.Helper()
	return p.enterAs(t, name, webuitest.Look{Width: 1280, Lang: "en"})
}

func (p *platform) enterAs(t *testing.T, name string, look webuitest.Look) *tab {
	t.Helper()
	b := newTabAs(t, p.url, look)
	b.open(p.links[name])
	b.press("main form button")
	return b
}

// do runs steps within the patience that a person has.
func (b *tab) do(steps ...webuitest.Step) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.fail("%v", err)
	}
}

// js evaluates an expression in the page.
func js[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.fail("%s: %v", expression, err)
	}
	return v
}

// fail ends the test and says where the browser is and what it shows.
func (b *tab) fail(format string, args ...any) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	where, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(() => { const m = document.querySelector("main"); if (!m) return location.href;
		const c = m.cloneNode(true); for (const o of c.querySelectorAll("select, option, svg")) o.remove();
		return location.href + "\n" + c.textContent.replace(/[ \t]+/g, " ").replace(/\n\s*/g, "\n").slice(0, 6000); })()`))
	if err != nil {
		where = err.Error()
	}
	if dir := os.Getenv("TOCSIN_SHOTS"); dir != "" {
		_ = webuitest.Shoot(ctx, filepath.Join(dir, "failed", strings.ReplaceAll(b.t.Name(), "/", "-")+".png")) // only to look at
	}
	b.t.Fatalf("%s\nat %s\n%s", fmt.Sprintf(format, args...), where, strings.Join(b.complaints(), "\n"))
}

// wait looks until a condition of the page is true.
func (b *tab) wait(what, condition string) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	tick := time.NewTicker(40 * time.Millisecond)
	defer tick.Stop()
	for {
		// While one page gives way to the next there is nothing to ask; that is no failure.
		there, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`!!(`+condition+`)`))
		if there {
			return
		}
		select {
		case <-ctx.Done():
			b.fail("waited in vain: %s (%v)", what, err)
		case <-tick.C:
		}
	}
}

func quoted(s string) string {
	data, _ := json.Marshal(s) // a text
	return string(data)
}

// open goes to an address of the platform.
func (b *tab) open(path string) {
	b.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = b.base + path
	}
	b.do(chromedp.Navigate(path))
}

// at is where the browser is, without the origin.
func (b *tab) at() string {
	b.t.Helper()
	return js[string](b, `location.pathname + location.search`)
}

// find is the script that finds an element: by a selector, or by a selector and
// a text that it shows, as in "main a|Add an event".
func find(what string) string {
	selector, text, byText := strings.Cut(what, "|")
	if !byText {
		return `document.querySelector(` + quoted(selector) + `)`
	}
	return `[...document.querySelectorAll(` + quoted(selector) + `)].find((e) => e.innerText.replace(/\s+/g, " ").includes(` + quoted(text) + `))`
}

// point brings an element into view and gives its middle, where a hand would
// press it; what lies under something else cannot be pressed.
func (b *tab) point(what string) (x, y float64) {
	b.t.Helper()
	script := `(() => { const e = ` + find(what) + `; if (!e || e.disabled) return null;
		e.scrollIntoView({block: "center", inline: "nearest", behavior: "instant"});
		const r = e.getClientRects()[0]; if (!r || !r.width || !r.height) return null;
		const x = r.x + r.width / 2, y = r.y + r.height / 2, top = document.elementFromPoint(x, y);
		return top && (e.contains(top) || top.contains(e) && top.tagName === "LABEL") ? [x, y] : null; })()`
	for late := time.Now().Add(patience); time.Now().Before(late); {
		b.wait("something to press: "+what, script)
		at, again := js[[]float64](b, script), js[[]float64](b, script)
		if len(at) == 2 && slices.Equal(at, again) {
			return at[0], at[1]
		}
	}
	b.fail("it does not stand still: %s", what)
	return 0, 0
}

// click presses an element with the mouse.
func (b *tab) click(what string) {
	b.t.Helper()
	x, y := b.point(what)
	b.do(chromedp.MouseClickXY(x, y))
}

// press clicks on what leads to another page, and waits until that is there.
func (b *tab) press(what string) {
	b.t.Helper()
	b.leave(func() { b.click(what) })
}

// leave does what ends in another page, and waits for it.
func (b *tab) leave(act func()) {
	b.t.Helper()
	js[bool](b, `window.before = true`)
	act()
	b.wait("another page", `!window.before && document.readyState === "complete"`)
}

// fill types into a field, or chooses in it.
func (b *tab) fill(field, value string) {
	b.t.Helper()
	b.wait("the field "+field, find(field))
	kind := js[string](b, find(field)+`.type`)
	switch kind {
	case "date", "datetime-local", "select-one":
		took := js[string](b, `(() => { const e = `+find(field)+`; e.value = `+quoted(value)+`; e.dispatchEvent(new Event("change", {bubbles: true})); return e.value; })()`)
		if took != value {
			b.fail("%s does not take %q but %q", field, value, took)
		}
	case "checkbox", "radio":
		want := find(field) + `.checked === ` + fmt.Sprint(value == "on")
		for range 5 { // a page that still moves lets a hand press beside it, as it would a person's
			if js[bool](b, want) {
				return
			}
			b.click(field)
		}
		b.wait("the tick of "+field, want)
	default:
		js[bool](b, `(() => { const e = `+find(field)+`; e.focus(); e.select(); return true; })()`)
		b.do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
			return cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: value})
		})
	}
}

// pick chooses an option by the words that it shows.
func (b *tab) pick(field, words string) {
	b.t.Helper()
	value := js[string](b, `([...`+find(field)+`.options].find((o) => o.text.includes(`+quoted(words)+`)) || {value: "?"}).value`)
	b.fill(field, value)
}

// keys presses keys, one after the other.
func (b *tab) keys(keys string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys))
}

const squeezed = `.innerText.replace(/\s+/g, " ").toLowerCase()`

// see waits until the page says something to the eye.
func (b *tab) see(words ...string) {
	b.t.Helper()
	for _, w := range words {
		b.wait("to read "+w, `document.body`+squeezed+`.includes(`+quoted(strings.ToLower(w))+`)`)
	}
}

// seeIn waits until a part of the page says something.
func (b *tab) seeIn(what string, words ...string) {
	b.t.Helper()
	for _, w := range words {
		b.wait("to read "+w+" in "+what, `(`+find(what)+` || {innerText: ""})`+squeezed+`.includes(`+quoted(strings.ToLower(w))+`)`)
	}
}

// miss checks that a page does not hold some words, neither shown nor hidden.
func (b *tab) miss(words ...string) {
	b.t.Helper()
	all := js[string](b, `document.documentElement.outerHTML`)
	for _, w := range words {
		if strings.Contains(strings.ToLower(all), strings.ToLower(w)) {
			b.fail("the page must not say %q", w)
		}
	}
}

// text is what a part of the page shows; the first that fits.
func (b *tab) text(what string) string {
	b.t.Helper()
	b.wait("the part "+what, find(what))
	return strings.TrimSpace(js[string](b, find(what)+`.innerText`))
}

// attribute of an element.
func (b *tab) attribute(what, name string) string {
	b.t.Helper()
	b.wait("the part "+what, find(what))
	return js[string](b, find(what)+`.getAttribute(`+quoted(name)+`) || ""`)
}

// count is how many elements there are.
func (b *tab) count(selector string) int {
	b.t.Helper()
	return js[int](b, `document.querySelectorAll(`+quoted(selector)+`).length`)
}
