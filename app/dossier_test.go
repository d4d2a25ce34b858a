package app

import (
	"bytes"
	"strings"
	"testing"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/partnership"
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
	decided := p.dossiersOfDecisions(t, strings.Join(state.Keys, "\n"))
	if decided < 2 {
		t.Errorf("only %d dossiers of decisions", decided)
	}
	if made < 5 || narrow < 2 {
		t.Errorf("only %d dossiers, %d of them of a side", made, narrow)
	}
}

// dossiersOfDecisions takes, for both sides of every membership of the demo, the
// dossier of the partnership and of each decision: every receipt in them holds, and
// none tells more than the side sees, or they would not be written.
func (p *Platform) dossiersOfDecisions(t *testing.T, keys string) int {
	t.Helper()
	made := 0
	orgs, err := p.People().Orgs(t.Context(), "", 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range orgs {
		people, err := p.People().ReadersOf(t.Context(), o.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, who := range people {
			who.Fresh = true
			members, err := p.Partnerships().Members(t.Context(), who, "")
			if err != nil {
				t.Fatal(err)
			}
			for i, m := range members {
				acts := []string{""}
				for _, d := range m.State.Decisions {
					acts = append(acts, d.Event)
				}
				for _, act := range acts {
					asked := partnership.DossierAsked{Act: act, Lang: []string{"en", "zh", "fr", "de"}[i%4], By: "demo", Keys: keys}
					d, err := p.Partnerships().Dossier(t.Context(), who, m.ID, asked)
					if err != nil && fault.KindOf(err) == fault.Forbidden {
						if m.Side == partnership.OfMember {
							continue // reads, and takes nothing away
						}
						p.approved(t, who, people, m.Handle)
						d, err = p.Partnerships().Dossier(t.Context(), who, m.ID, asked)
					}
					if err != nil {
						t.Errorf("%s, %s, act %q: %v", who.Name, m.Name, act, err)
						continue
					}
					if len(d.Pending) == 0 && !bytes.Contains(d.File, []byte("tlog-proof")) {
						t.Errorf("%s, %s, act %q: no receipt is in it", who.Name, m.Name, act)
					}
					if act != "" {
						made++
					}
				}
			}
		}
	}
	return made
}

// approved lets somebody take a case away once: they ask, and a colleague approves.
func (p *Platform) approved(t *testing.T, who access.Reader, colleagues []access.Reader, handle string) {
	t.Helper()
	a, err := p.Desk().AskExport(t.Context(), who, handle)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range colleagues {
		if c.Fresh = true; c.Person == who.Person {
			continue
		}
		if _, err := p.Desk().Decide(t.Context(), c, a.ID, true, ""); err == nil {
			return
		}
	}
	t.Fatal("nobody approves")
}
