package dossier_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"tocsin/webui/webuitest"
)

// shots is a folder for pictures of the file in every look; "" takes none.
var shots = os.Getenv("TOCSIN_SHOTS")

// offline takes the network from the browser, as at an appeal body's desk.
func offline(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
	none := network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{{Offline: true, DownloadThroughput: -1, UploadThroughput: -1}}}
	_, err1 := cdp.Call(ctx, t, network.Enable, network.EnableParams{})
	_, err2 := cdp.Call(ctx, t, network.EmulateNetworkConditionsByRule, none)
	_, err3 := cdp.Call(ctx, t, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: true, DownloadThroughput: -1, UploadThroughput: -1})
	return chromedp.Void{}, errors.Join(err1, err2, err3)
}

// opened writes the file and opens it by its address on the disk.
func opened(t *testing.T, ctx context.Context, dir, content string) {
	t.Helper()
	file := filepath.Join(dir, "dossier.html")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, offline, chromedp.Navigate("file://"+file)); err != nil {
		t.Fatal(err)
	}
}

// checked presses the button and gives what the file then says: of the whole, of
// each receipt, and beside the events.
func checked(t *testing.T, ctx context.Context) (whole string, receipts, events []string) {
	t.Helper()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.getElementById("do-check").click(),0`)); err != nil {
		t.Fatal(err)
	}
	until := time.Now().Add(60 * time.Second)
	for {
		done, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.getElementById("result").className !== "" && !document.getElementById("do-check").disabled`))
		if err != nil {
			t.Fatal(err)
		}
		if done {
			break
		}
		if time.Now().After(until) {
			t.Fatal("the check does not end")
		}
	}
	text := func(js string) []string {
		list, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](js))
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	return strings.Join(text(`[document.getElementById("result").innerText]`), ""),
		text(`[...document.querySelectorAll(".receipt .live")].map((e) => e.innerText)`),
		text(`[...document.querySelectorAll(".event .live")].map((e) => e.innerText).filter(Boolean)`)
}

// An appeal body opens the file from its disk, without a network, and presses
// one button: it reads what is proved, and in the next sentence what is not. One
// byte of a receipt changed, and it is not proved; other changes are told too.
func TestAppealBodyChecksTheFileOffline(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes a while; -short")
	}
	ctx := webuitest.Chromium(t)
	complaints := webuitest.Complaints(t, ctx)
	dir := t.TempDir()
	good, _ := written(t, example("en"))

	opened(t, ctx, dir, good)
	whole, receipts, events := checked(t, ctx)
	for _, want := range []string{"Proved: every receipt in this file holds", "2 of 2", "It is not proved that what was recorded is true, complete, or was read", "Compare them with those that the operator publishes"} {
		if !strings.Contains(whole, want) {
			t.Errorf("the result lacks %q: %s", want, whole)
		}
	}
	if len(receipts) != 2 || !strings.Contains(receipts[0], "Proved: this was recorded by this operator ("+origin) || !strings.Contains(receipts[0], "The security team found the flaw") || !strings.Contains(receipts[0], "while testing") ||
		!strings.Contains(receipts[0], "No later than 2026-12-20T12:00:01Z, says witness witness.example/w1") || !strings.Contains(receipts[0], "ML-DSA-44") {
		t.Errorf("receipts: %q", receipts)
	}
	if len(events) != 2 || !strings.Contains(events[0], "Proved by receipt 1, as recorded: entry, recorded-at, id, kind, by, at, text") {
		t.Errorf("events: %q", events)
	}
	// A second press says the same: what the check wrote is not taken for content.
	if again, _, _ := checked(t, ctx); again != whole {
		t.Errorf("the second check says %s", again)
	}

	changed := func(name, from, to string, want ...string) {
		t.Helper()
		if strings.Count(good, from) == 0 {
			t.Fatalf("%s: %q is not in the file", name, from)
		}
		opened(t, ctx, dir, strings.Replace(good, from, to, 1))
		whole, receipts, _ := checked(t, ctx)
		said := whole + "\n" + strings.Join(receipts, "\n")
		for _, w := range append(want, "Not proved.", "Nothing that this file says may be relied on.") {
			if !strings.Contains(said, w) {
				t.Errorf("%s: the file does not say %q: %s", name, w, said)
			}
		}
		if strings.Contains(whole, "Proved: every") {
			t.Errorf("%s: proved all the same: %s", name, whole)
		}
	}
	d := example("en")
	proof := string(d.Receipts[0].Proof)
	extra := strings.Split(proof, "\n")[1]
	middle := extra[200:260]
	flipped := strings.Replace(middle, middle[:1], map[bool]string{true: "B", false: "A"}[middle[0] == 'A'], 1)
	both := strings.NewReplacer(middle, flipped)
	changed("the receipt as text", middle, flipped, "1 of 2", "are not the same", "page/receipts")
	// The receipt changed in both forms, as a careful forger would.
	other := d.Receipts[0]
	other.Proof = []byte(both.Replace(proof))
	forged := replaceProof(good, d.Receipts[0].Proof, other.Proof)
	opened(t, ctx, dir, forged)
	whole, receipts, _ = checked(t, ctx)
	if !strings.Contains(whole, "1 of 2") || strings.Contains(whole, "Proved: every") || !strings.HasPrefix(receipts[0], "Not proved.") || strings.Contains(receipts[0], "not the same") {
		t.Errorf("a forged receipt: %s\n%s", whole, receipts[0])
	}
	changed("words of the record", "Told the office by telephone.", "Told the office by letter.", "page/record")
	changed("the key", `<pre id="keys" tabindex="0">o`, `<pre id="keys" tabindex="0">O`, "0 of 2", "is not signed by the keys of the log")
	changed("the list", `id="list" tabindex="0">`, `id="list" tabindex="0">`+strings.Repeat("0", 64)+"  page/x\n", "list", "page/x")
	if list := complaints(); len(list) > 0 {
		t.Errorf("the browser complains: %q", list)
	}
}

// Without scripts all is there to read, save and check by command; the policy of
// the file keeps everything else from running and loading.
func TestFileWithoutScriptsAndWithForeignOnes(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes a while; -short")
	}
	ctx := webuitest.Chromium(t)
	dir := t.TempDir()
	good, _ := written(t, example("en"))
	if err := chromedp.Do(ctx, webuitest.NoScript()); err != nil {
		t.Fatal(err)
	}
	opened(t, ctx, dir, good)
	seen, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText + " LINKS " + document.querySelectorAll("a[download]").length + " " + document.getElementById("do-check").hidden`))
	if err != nil || !strings.Contains(seen, "save each receipt below and run the command") || !strings.Contains(seen, "tocsin verify receipt-1.tlog-proof") || !strings.HasSuffix(seen, "LINKS 7 true") {
		t.Errorf("%v: %s", err, seen)
	}
	// A receipt is saved by a click, byte for byte.
	save := func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: "allow", DownloadPath: dir})
		return chromedp.Void{}, err
	}
	if err := chromedp.Do(ctx, save, chromedp.Click(chromedp.CSS(`a[download="receipt-1.tlog-proof"]`))); err != nil {
		t.Fatal(err)
	}
	want := example("en").Receipts[0].Proof
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for until := time.Now().Add(30 * time.Second); ; <-tick.C {
		got, err := os.ReadFile(filepath.Join(dir, "receipt-1.tlog-proof"))
		if err == nil && bytes.Equal(got, want) {
			break
		}
		if time.Now().After(until) {
			t.Fatalf("the receipt is not saved: %v, %d bytes of %d", err, len(got), len(want))
		}
	}
	// A control: scripts, styles and pictures that somebody adds do not come alive.
	ctx = webuitest.Chromium(t)
	complaints := webuitest.Complaints(t, ctx)
	added := `<script>document.title = "RUN"</script><img src="x.png" alt="" onerror="document.title = 'RUN'"><style>body{color:red}</style></main>`
	opened(t, ctx, dir, strings.Replace(good, "</main>", added, 1))
	title, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.title + getComputedStyle(document.body).color`))
	if err != nil || strings.Contains(title, "RUN") || strings.Contains(title, "rgb(255, 0, 0)") {
		t.Errorf("%v: %s", err, title)
	}
	if len(complaints()) == 0 {
		t.Error("the browser does not say that its policy refused anything")
	}
}

// On a phone, a tablet and a desk nothing hinders people and nothing runs over.
func TestFileInEveryLook(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes a while; -short")
	}
	ctx := webuitest.Chromium(t)
	dir := t.TempDir()
	for _, lang := range []string{"en", "zh", "fr", "de"} {
		content, _ := written(t, example(lang))
		for _, w := range []int{390, 1024, 1440} {
			look := webuitest.Look{Width: w, Lang: lang}
			if err := chromedp.Do(ctx, webuitest.As(look)); err != nil {
				t.Fatal(err)
			}
			opened(t, ctx, dir, content)
			if w == 1024 {
				checked(t, ctx)
			}
			if wide, err := webuitest.Overflow(ctx); err != nil || wide > 0 {
				t.Errorf("%s: %d pixels too wide (%v)", look, wide, err)
			}
			if shots != "" {
				if err := errors.Join(webuitest.Shoot(ctx, filepath.Join(shots, "dossier-"+look.String()+".png")), printed(ctx, filepath.Join(shots, fmt.Sprintf("dossier-%s.pdf", lang)))); err != nil {
					t.Fatal(err)
				}
			}
			if w == 1440 || shots != "" && w != 390 {
				continue
			}
			found, err := webuitest.Axe(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range found {
				if x.Grave() || x.Impact == "moderate" {
					t.Errorf("%s: %s", look, x)
				}
			}
		}
	}
}

// printed writes the file as it comes out of a printer.
func printed(ctx context.Context, file string) error {
	yes := true
	pdf, err := chromedp.Run(ctx, func(ctx context.Context, t *chromedp.Target) ([]byte, error) {
		r, err := cdp.Call(ctx, t, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: &yes, PrintBackground: &yes})
		return r.Data, err
	})
	if err != nil {
		return err
	}
	return os.WriteFile(file, pdf, 0o600)
}
