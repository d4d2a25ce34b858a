package app

import (
	"bytes"
	"strings"
	"testing"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/internal/fault"
)

// Every person of the demo takes a dossier of each case that they see, in every
// language: with its receipts, which open what that person sees and nothing else.
func TestEverybodysDossier(t *testing.T) {
	p := started(t, begun(t, folder(t)), PlatformOptions{Demo: true})
	if _, err := p.Demo(t.Context()); err != nil {
		t.Fatal(err)
	}
	state, err := p.parts.ledger.Ledger(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	made, narrow := 0, 0
	for _, org := range []string{"demo-yuhe", "demo-csirt", "demo-authority", "demo-harbour", "demo-ferrule", "demo-nordhain"} {
		people, err := p.People().ReadersOf(t.Context(), org)
		if err != nil {
			t.Fatal(err)
		}
		for _, who := range people {
			who.Fresh = true
			cases, _, err := p.Desk().Cases(t.Context(), who, coordination.Page{Limit: 100})
			if err != nil {
				t.Fatal(err)
			}
			for i, c := range cases {
				lang := []string{"en", "zh", "fr", "de"}[i%4]
				d, err := p.Desk().Dossier(t.Context(), who, c.Handle, coordination.DossierAsked{Lang: lang, By: "demo", Keys: strings.Join(state.Keys, "\n")})
				if r := fault.KindOf(err); err != nil && r == fault.Forbidden {
					continue // needs a second person, or is not theirs to take
				}
				if err != nil {
					t.Errorf("%s, %s in %s: %v", who.Name, c.Case, lang, err)
					continue
				}
				made++
				if s, err := p.Desk().See(t.Context(), who, c.Handle); err == nil && !s.View.All {
					narrow++
					if !bytes.Contains(d.File, []byte("BEGIN")) && len(d.Pending) == 0 && s.May[access.Prove].Allowed && len(s.Case.Events) > 0 && !bytes.Contains(d.File, []byte("tlog-proof")) {
						t.Errorf("%s, %s: no receipt is in it", who.Name, c.Case)
					}
				}
			}
		}
	}
	if made < 5 || narrow < 2 {
		t.Errorf("only %d dossiers, %d of them of a side", made, narrow)
	}
}
