package webui

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"tocsin/webui/webuitest"
)

// until asks the page until it answers yes.
func until(script string) webuitest.Step {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		ctx, stop := context.WithTimeout(ctx, 90*time.Second)
		defer stop()
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			yes, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script))
			if yes {
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

func evaluate[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	x, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// drop lets a file fall onto the box of the page of the ledger, as a hand does.
func drop(name string, data []byte) string {
	b, _ := json.Marshal(base64.StdEncoding.EncodeToString(data)) // a text
	return `(() => { document.getElementById("receipt-result").replaceChildren();
		const bytes = Uint8Array.from(atob(` + string(b) + `), (c) => c.charCodeAt(0));
		const t = new DataTransfer(); t.items.add(new File([bytes], ` + quoted(name) + `));
		document.getElementById("receipt-box").dispatchEvent(new DragEvent("drop", { dataTransfer: t, bubbles: true, cancelable: true })); })()`
}

// TestAReceiptIsCheckedInTheBrowser drops a receipt on the page: proved; one bit
// changed: not proved; by other keys: not proved. Nothing is asked of any address
// meanwhile. Without script the page gives the command.
func TestAReceiptIsCheckedInTheBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes a minute; -short")
	}
	var requests atomic.Int64
	f := newFake()
	f.ledger = someLedger{}
	h := f.site(t, func(o *Options) { o.Secure = false })
	origin := webuitest.Serve(t, func(string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, "/icon.svg") { // which a browser fetches when it likes
				requests.Add(1)
			}
			h.ServeHTTP(w, r)
		})
	})
	file := func(name string) []byte {
		t.Helper()
		data, err := os.ReadFile("../receipt/testdata/v1/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	proof, keys := file("event.tlog-proof"), string(file("keys.txt"))
	ctx := webuitest.Chromium(t)
	complaints := webuitest.Complaints(t, ctx)
	if err := chromedp.Do(ctx, webuitest.As(webuitest.Look{Width: 1024, Lang: "en"}), chromedp.Navigate(origin+"/ledger"),
		until(`!document.getElementById("receipt-box").hidden`)); err != nil {
		t.Fatal(err)
	}
	setKeys := func(keys string) {
		t.Helper()
		evaluate[bool](t, ctx, `(() => { const k = document.getElementById("receipt-keys"); k.value = `+quoted(keys)+`; k.dispatchEvent(new Event("change")); return true; })()`)
	}
	setKeys(keys)
	const entries = `performance.getEntriesByType("resource").filter((e) => !e.name.endsWith("/icon.svg")).length`
	before, asked := requests.Load(), evaluate[int](t, ctx, entries)
	check := func(what string, data []byte, verdict string, says ...string) {
		t.Helper()
		evaluate[chromedp.Void](t, ctx, drop("event.tlog-proof", data))
		if err := chromedp.Do(ctx, until(`document.querySelector("#receipt-result .receipt-head") !== null`)); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		text := evaluate[string](t, ctx, `document.getElementById("receipt-result").innerText`)
		if class := evaluate[string](t, ctx, `document.querySelector("#receipt-result section").className`); !strings.Contains(class, verdict) {
			t.Errorf("%s: %s\n%s", what, class, text)
		}
		for _, s := range says {
			if !strings.Contains(text, s) {
				t.Errorf("%s: the page does not say %q:\n%s", what, s, text)
			}
		}
	}
	check("as it was given", proof, "receipt-good", "reported", "acme.example/ledger/1", "2026-11-22T12:00:01Z", "It is not proved that what was recorded is true, complete, or was read.")
	changed := append([]byte(nil), proof...)
	at := strings.Index(string(changed), "\n\n") / 2
	changed[at] ^= 1
	check("with one bit changed", changed, "receipt-bad")
	check("something else", []byte("not a receipt"), "receipt-bad")
	setKeys("tocsin.example.org/ledger/1+fd35a89e+AQgF9WfRq1DHNEQUZV5mq5KKxlJLDoM7yYKIoVxd1eJ4")
	check("by another's keys", proof, "receipt-bad")
	setKeys(keys)
	check("by the right keys again", proof, "receipt-good")
	if n := requests.Load() - before; n != 0 {
		t.Errorf("the page asked the platform %d times while it checked", n)
	}
	if n := evaluate[int](t, ctx, entries) - asked; n != 0 {
		t.Errorf("the page asked for %d addresses while it checked: %s", n, evaluate[string](t, ctx, `performance.getEntriesByType("resource").map((e) => e.name).join(" ")`))
	}
	if list := complaints(); len(list) > 0 {
		t.Error(list)
	}
	off := func(on bool) webuitest.Step {
		return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
			_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: on})
			return chromedp.Void{}, err
		}
	}
	if err := chromedp.Do(ctx, off(true), chromedp.Navigate(origin+"/ledger")); err != nil {
		t.Fatal(err)
	}
	page := evaluate[string](t, ctx, `document.querySelector("main").textContent + getComputedStyle(document.getElementById("receipt-box")).display`)
	if !strings.Contains(page, "tocsin verify receipt.tlog-proof --key keys.txt") || !strings.Contains(page, "Your browser runs no scripts here") || !strings.HasSuffix(page, "none") {
		t.Errorf("without script the page does not say what to do: %s", page)
	}
	if err := chromedp.Do(ctx, off(false)); err != nil {
		t.Fatal(err)
	}
}

// TestACaseMovesWhileItIsLookedAt: somebody adds an event, and the page of
// somebody else shows it without being loaded again, scrolled as it was, and
// without taking away what is being typed.
func TestACaseMovesWhileItIsLookedAt(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes a minute; -short")
	}
	o := newOffice()
	f := newFake()
	o.in(f)
	var h http.Handler
	origin := webuitest.Serve(t, func(string) http.Handler {
		h = f.site(t, func(o *Options) { o.Secure = false })
		return h
	})
	behind := o.site(t) // another person's browser, to the same office
	ctx := webuitest.Chromium(t)
	complaints := webuitest.Complaints(t, ctx)
	add := func(text string) {
		t.Helper()
		seeOther(t, behind, "tomas", "/cases/"+o.held+"/events", url.Values{"kind": {"commented"}, "by": {"ferrule"}, "text": {text}, "do": {"keep"}, "key": {text}}, "/cases/"+o.held+"/plan")
	}
	if err := chromedp.Do(ctx, webuitest.As(webuitest.Look{Width: 1024, Lang: "en"}), as(origin, "marit"), chromedp.Navigate(origin+"/cases/"+o.held+"/record"),
		until(`document.querySelectorAll(".event").length === 4`)); err != nil {
		t.Fatal(err)
	}
	evaluate[bool](t, ctx, `(() => { window.mark = 1; return true; })()`)
	add("A fix is being built.")
	if err := chromedp.Do(ctx, until(`document.querySelectorAll(".event").length === 5 && document.body.innerText.includes("A fix is being built.")`)); err != nil {
		t.Fatalf("the event does not come: %v %v", err, complaints())
	}
	if evaluate[int](t, ctx, `window.mark || 0`) != 1 {
		t.Error("the whole page was loaded again")
	}
	// The plan of another page of the same case moves too.
	if err := chromedp.Do(ctx, chromedp.Navigate(origin+"/cases/"+o.held+"/when"), until(`document.querySelector("#case-picture svg") !== null`)); err != nil {
		t.Fatal(err)
	}
	evaluate[bool](t, ctx, `(() => { document.querySelector(".picture").scrollLeft = 60; return true; })()`)
	seeOther(t, behind, "tomas", "/cases/"+o.held+"/events", url.Values{"kind": {"fix-committed"}, "by": {"ferrule"}, "of": {"ferrule-tls"}, "label": {"fix is public"}, "do": {"keep"}, "key": {"fc"}}, "/cases/"+o.held+"/plan")
	if err := chromedp.Do(ctx, until(`document.querySelector("#case-picture").innerHTML.includes("fix is public")`)); err != nil {
		t.Fatalf("the picture does not move: %v %v", err, complaints())
	}
	for _, said := range complaints() {
		t.Errorf("the browser complains: %s", said)
	}
}
