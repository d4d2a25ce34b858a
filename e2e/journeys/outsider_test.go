package journeys

import (
	"testing"

	"github.com/chromedp/chromedp"

	"tocsin/webui/webuitest"
)

// TestFrontInFourLanguages: whoever comes by sees the front page in a language
// that their browser asks for, and may choose another.
func TestFrontInFourLanguages(t *testing.T) {
	t.Parallel()
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

// TestOutsiderWithAReceipt: somebody was sent a receipt. They put it on the
// page of the ledger, which reads it without sending it anywhere; without
// script the page says what to do instead.
func TestOutsiderWithAReceipt(t *testing.T) {
	t.Parallel()
	p := demo(t)
	marit := p.enter(t, "Marit Solheim")
	marit.open(marit.caseOf("DEMO-REMOTE-ACCESS") + "/events/aware")
	name, data := marit.receipt()

	out := newTab(t, p.url)
	out.open("/ledger")
	out.wait("the box for receipts", `!document.getElementById("receipt-box").hidden`)
	const asked = `performance.getEntriesByType("resource").map((e) => e.name).join(" ")`
	before := js[string](out, asked)
	out.do(chromedp.SetUploadFiles(`#receipt-file`, []string{name}))
	out.seeIn("#receipt-result .receipt-good", "Proved", "own clock")
	out.see("It is not proved that what was recorded is true, complete, or was read")
	if after := js[string](out, asked); after != before {
		t.Errorf("checking a receipt asked for more addresses:\n%s\nbefore:\n%s", after, before)
	}

	forged := append([]byte(nil), data...)
	forged[len(forged)*2/3] ^= 1
	out.do(chromedp.SetUploadFiles(`#receipt-file`, []string{written(t, "forged.tlog-proof", forged)}))
	out.seeIn("#receipt-result .receipt-bad", "Not proved")

	plain := newTab(t, p.url)
	plain.do(webuitest.NoScript())
	plain.open("/ledger")
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
