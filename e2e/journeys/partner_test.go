package journeys

import (
	"strings"
	"testing"
	"time"
)

// partnersEngineer: the security engineer of a utility sees that there is an embargo
// and what is asked; accepting opens the rest. Two minutes later a script of
// hers reads the same cases with a token.
func partnersEngineer(t *testing.T) {
	p := demo(t)
	b := p.enter(t, "Priya Raman")
	address := b.caseOf("DEMO-METER-EMBARGO")
	b.open(address)
	b.see("Ferrule TLS, session tickets that outlive their key", "not accepted the embargo yet")
	b.miss("CVE-2026-990703", "report with a working example", "Ola Brandt")
	b.press(`main a[href*="embargo-accepted"]`)
	b.fill("#f-by", "harbour")
	b.press("#event-form button[value=preview]")
	b.press("button[value=keep]")
	b.open(address)
	b.see("CVE-2026-990703")
	b.miss("not accepted the embargo yet")
	b.open(address + "/record")
	b.see("embargo accepted", "Harbour Grid Water and Power")

	// A token for her script: what it may do is chosen, and it is shown once.
	began := time.Now()
	b.open("/settings/tokens")
	b.fill("#f-name", "Nightly list")
	b.click("#scope-see")
	b.press("form[action='/settings/tokens'] button[type=submit]")
	token := b.text("#token")
	b.open("/settings/tokens")
	b.see("Nightly list")
	b.miss(token)
	said := tocsin(t, "case", "list", "--server", p.url, "--token-file", written(t, "token", []byte(token+"\n")))
	for _, id := range []string{"DEMO-METER-EMBARGO", "DEMO-REMOTE-ACCESS"} {
		if !strings.Contains(said, id) {
			t.Errorf("the list of her script lacks %s:\n%s", id, said)
		}
	}
	if strings.Contains(said, "DEMO-LINE-CONTROLLER") {
		t.Errorf("her script sees others' cases:\n%s", said)
	}
	if took := time.Since(began); took > 2*time.Minute {
		t.Errorf("a token took %s", took)
	}
	b.press("form[action='/settings/tokens/drop'] button")
	if out, err := command("case", "list", "--server", p.url, "--token-file", written(t, "ended", []byte(token+"\n"))); err == nil {
		t.Errorf("an ended token still reads:\n%s", out)
	}
}
