package journeys

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"tocsin/webui/webuitest"
)

// frontInFourLanguages: whoever comes by sees the front page in a language
// that their browser asks for, and may choose another.
func frontInFourLanguages(t *testing.T) {
	p := demo(t)
	for ask, want := range map[string]struct{ lang, words string }{
		"en":       {"en", "Sign in"},
		"de-AT,de": {"de", "Anmelden"},
		"fr-CH":    {"fr", "Se connecter"},
		"zh-CN":    {"zh", "登录"},
		"pt-BR":    {"en", "Sign in"},
	} {
		t.Run(ask, func(t *testing.T) {
			b := newTabAs(t, p.url, webuitest.Look{Width: 1024, Lang: ask})
			b.open("/")
			b.see(want.words)
			if lang := b.attribute("html", "lang"); lang != want.lang {
				t.Errorf("<html lang=%q>", lang)
			}
			b.press(`footer a[hreflang="de"]`)
			b.see("Anmelden")
			b.open("/ledger")
			if lang := b.attribute("html", "lang"); lang != "de" {
				t.Errorf("the choice is forgotten: %q", lang)
			}
		})
	}
}

// outsiderWithAReceipt: somebody was sent a receipt. They put it on the
// page of the ledger, which reads it without sending it anywhere; without
// script the page says what to do instead.
func outsiderWithAReceipt(t *testing.T) {
	p := demo(t)
	marit := p.enter(t, "Marit Solheim")
	marit.open(marit.caseOf("DEMO-REMOTE-ACCESS") + "/events/aware")
	name, data := marit.receipt()

	out := newTab(t, p.url)
	out.open("/ledger")
	out.wait("the box for receipts", `!document.getElementById("receipt-box").hidden`)
	const asked = `performance.getEntriesByType("resource").map((e) => e.name)`
	before := js[[]string](out, asked)
	out.do(chromedp.SetUploadFiles(`#receipt-file`, []string{name}))
	out.seeIn("#receipt-result .receipt-good", "Proved", "own clock")
	out.see("It is not proved that what was recorded is true, complete, or was read")
	for _, name := range js[[]string](out, asked) {
		if !slices.Contains(before, name) && !strings.HasSuffix(name, "/icon.svg") { // the icon of the tab comes when it comes
			t.Errorf("checking a receipt asked for %s", name)
		}
	}

	forged := forge(t, data, `"value":"\"aware\""`, `"value":"\"asked\""`)
	out.do(chromedp.SetUploadFiles(`#receipt-file`, []string{written(t, "forged.tlog-proof", forged)}))
	out.seeIn("#receipt-result .receipt-bad", "Not proved")

	plain := newTab(t, p.url)
	plain.do(webuitest.NoScript())
	plain.open("/ledger")
	plain.click("summary|By one command")
	plain.see("tocsin verify", "checkpoint")
	if !js[bool](plain, `document.getElementById("receipt-box").hidden`) {
		t.Error("the box shows itself where nothing would come of it")
	}
	keys := js[string](plain, `document.getElementById("receipt-keys").value`)
	said := tocsin(t, "verify", name, "--key", written(t, "keys.txt", []byte(keys+"\n")))
	if said == "" {
		t.Error("the command says nothing about the receipt")
	}
}

// forge changes what a receipt discloses, and leaves the rest as it was.
func forge(t *testing.T, receipt []byte, old, changed string) []byte {
	t.Helper()
	lines := bytes.SplitN(receipt, []byte("\n"), 3)
	plain, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(string(lines[1]), "extra "))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(plain), old) {
		t.Fatalf("nothing to forge in %s", plain)
	}
	lines[1] = []byte("extra " + base64.StdEncoding.EncodeToString([]byte(strings.Replace(string(plain), old, changed, 1))))
	return bytes.Join(lines, []byte("\n"))
}
