package identity

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/access"
	"tocsin/internal/fault"
	"tocsin/partner"
)

func TestATokenDoesWhatItSaysUntilItEnds(t *testing.T) {
	w := newWorld(t)
	text, tok, err := w.NewToken(t.Context(), chen, " nightly\njob ", []string{"see", "add", "see"}, 24*time.Hour)
	w.must(err)
	if len(text) != len("tocsin_")+43+6 || !strings.HasPrefix(text, "tocsin_") || tok.Hint != text[:11] || tok.Name != "nightly job" ||
		!slices.Equal(tok.Scopes, []string{"add", "see"}) {
		t.Fatalf("%s %+v", text, tok)
	}
	r, err := w.process().TokenReader(t.Context(), text, home)
	w.must(err)
	if r.Person != chen || r.Fresh || r.Session != tok.ID || !slices.Equal(r.Scopes, []string{"add", "see"}) || len(r.Acting) != 1 {
		t.Errorf("%+v", r)
	}
	c, err := w.Of(t.Context(), chen)
	w.must(err)
	if len(c.Tokens) != 1 || !c.Tokens[0].Used.Equal(w.clock.now().Truncate(time.Hour)) {
		t.Errorf("%+v", c.Tokens)
	}
	if again, err := w.Again(t.Context(), tok.ID); err != nil || again.Person != chen {
		t.Errorf("%+v %v", again, err)
	}
	w.refuse(w.DropToken(t.Context(), dora, tok.ID), fault.NotFound, "no such token")
	w.must(w.DropToken(t.Context(), chen, tok.ID))
	_, err = w.TokenReader(t.Context(), text, home)
	w.refuse(err, fault.Forbidden, "not signed in")

	text, _, err = w.NewToken(t.Context(), chen, "x", []string{"see"}, 24*time.Hour)
	w.must(err)
	w.clock.pass(24 * time.Hour)
	_, err = w.TokenReader(t.Context(), text, home)
	w.refuse(err, fault.Forbidden, "not signed in")

	text, _, err = w.NewToken(t.Context(), chen, "x", []string{"see"}, 24*time.Hour)
	w.must(err)
	w.putPerson(func(p *partner.Person) { p.Disabled = true }, chen)
	_, err = w.TokenReader(t.Context(), text, home)
	w.refuse(err, fault.Forbidden, "not signed in")
	_, _, err = w.NewToken(t.Context(), chen, "x", []string{"see"}, time.Hour)
	w.refuse(err, fault.Conflict, "disabled")
}

func TestAStarGivesNoPower(t *testing.T) {
	w := newWorld(t)
	text, _, err := w.NewToken(t.Context(), ada, "all", []string{"*"}, time.Hour)
	w.must(err)
	r, err := w.TokenReader(t.Context(), text, home)
	w.must(err)
	for _, act := range []access.Act{access.Erase, access.Invite, access.Administer, access.Approve, access.BreakGlass, access.Export} {
		if slices.Contains(r.Scopes, string(act)) {
			t.Errorf("* gives %s", act)
		}
	}
	if !has(r.Scopes, "see", "add", "open") || slices.Contains(r.Scopes, "*") {
		t.Errorf("%v", r.Scopes)
	}
	if err := administers(r); fault.KindOf(err) != fault.Forbidden || err == nil {
		t.Errorf("a token administers: %v", err)
	}
	text, _, err = w.NewToken(t.Context(), ada, "named", []string{"*", "administer"}, time.Hour)
	w.must(err)
	r, err = w.TokenReader(t.Context(), text, home)
	w.must(err)
	if err := administers(r); fault.KindOf(err) != fault.Forbidden || !slices.Contains(r.Scopes, "administer") {
		t.Errorf("a token is fresh: %v %v", err, r.Scopes)
	}
}

func TestATokenThatCannotBe(t *testing.T) {
	w := newWorld(t)
	for name, try := range map[string]func() error{
		"no scope":      func() error { _, _, err := w.NewToken(t.Context(), chen, "x", nil, time.Hour); return err },
		"a made-up one": func() error { _, _, err := w.NewToken(t.Context(), chen, "x", []string{"fly"}, time.Hour); return err },
		"no name":       func() error { _, _, err := w.NewToken(t.Context(), chen, " ", []string{"see"}, time.Hour); return err },
		"no end":        func() error { _, _, err := w.NewToken(t.Context(), chen, "x", []string{"see"}, 0); return err },
		"for ever": func() error {
			_, _, err := w.NewToken(t.Context(), chen, "x", []string{"see"}, 1e6*time.Hour)
			return err
		},
	} {
		if err := try(); fault.KindOf(err) != fault.Invalid || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := range maxTokens {
		if _, _, err := w.NewToken(t.Context(), chen, "x", []string{"see"}, time.Hour); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
	_, _, err := w.NewToken(t.Context(), chen, "x", []string{"see"}, time.Hour)
	w.refuse(err, fault.Conflict, "already")
}

func TestAMistypedTokenIsRefusedWithoutAsking(t *testing.T) {
	w := newWorld(t)
	text, _, err := w.NewToken(t.Context(), chen, "x", []string{"see"}, time.Hour)
	w.must(err)
	before := w.store.Calls()
	for i := range text {
		other := []byte(text)
		if other[i]++; other[i] == 0x7f || other[i] == '{' || other[i] == '[' {
			other[i] = 'A'
		}
		if _, err := w.TokenReader(t.Context(), string(other), home); err != errNobody {
			t.Fatalf("%s: %v", other, err)
		}
	}
	if w.store.Calls() != before {
		t.Error("the database was asked")
	}
	if _, err := w.TokenReader(t.Context(), text, home); err != nil { // the control
		t.Error(err)
	}
}

func TestAFrozenTokenStays(t *testing.T) {
	w := newWorld(t)
	text, tok, err := w.NewToken(t.Context(), chen, "x", []string{"see"}, time.Hour)
	w.must(err)
	w.must(w.Freeze(t.Context(), tok.ID, "many-cases"))
	_, err = w.TokenReader(t.Context(), text, home)
	w.refuse(err, fault.Forbidden, "not signed in")
	c, err := w.Of(t.Context(), chen)
	w.must(err)
	if len(c.Tokens) != 1 || !c.Tokens[0].Frozen {
		t.Errorf("%+v", c.Tokens)
	}
}

func TestThePlatformsScopesAreActs(t *testing.T) {
	for _, a := range always {
		if !slices.Contains(acts, a) {
			t.Errorf("%s is no act", a)
		}
	}
	for _, x := range []string{scopeSetUp, scopeStepUp} {
		if slices.Contains(acts, access.Act(x)) {
			t.Errorf("%s is an act, and limited sessions have it", x)
		}
	}
}

// TestWhateverIsDoneNobodyStandsWhereTheyMayNot drives a person through random
// steps, and holds two processes and a model against one another.
func TestWhateverIsDoneNobodyStandsWhereTheyMayNot(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, func(o *Options) { o.Demo = true })
		demo := func(s *Service) { s.o.Demo = true }
		other := w.process()
		demo(other)
		link, _, err := w.NewLink(t.Context(), chen, "demo", 0, "")
		w.must(err)
		type here struct{ secret, id string }
		var open []here // sessions that must work
		var over []string
		tokens, ended := map[string]string{}, []string(nil)
		disabled := false
		end := func(keep string) {
			var left []here
			for _, x := range open {
				if x.id == keep {
					left = append(left, x)
				} else {
					over = append(over, x.secret)
				}
			}
			open = left
		}
		rt.Repeat(map[string]func(*rapid.T){
			"come in": func(rt *rapid.T) {
				step, err := w.UseLink(t.Context(), link, home)
				if (err == nil) == disabled {
					rt.Fatalf("disabled %v, and %v", disabled, err)
				}
				if err == nil {
					open = append(open, here{step.Secret, step.Session.ID})
				}
			},
			"sign out": func(*rapid.T) {
				if len(open) > 0 {
					w.must(other.SignOut(t.Context(), open[0].secret))
					over, open = append(over, open[0].secret), open[1:]
				}
			},
			"end the others": func(*rapid.T) {
				if len(open) > 0 {
					keep := open[len(open)-1].id
					w.must(w.EndSession(t.Context(), chen, "", keep))
					end(keep)
				}
			},
			"make a token": func(*rapid.T) {
				if text, tok, err := w.NewToken(t.Context(), chen, "x", []string{"see"}, time.Hour); err == nil {
					tokens[text] = tok.ID
				}
			},
			"end a token": func(*rapid.T) {
				for text, id := range tokens {
					w.must(other.DropToken(t.Context(), chen, id))
					delete(tokens, text)
					ended = append(ended, text)
					break
				}
			},
			"disable or not": func(*rapid.T) {
				w.putPerson(func(p *partner.Person) { p.Disabled = !p.Disabled; disabled = p.Disabled }, chen)
				if disabled {
					end("")
					for text := range tokens {
						ended = append(ended, text)
					}
					clear(tokens)
				}
			},
			"": func(rt *rapid.T) {
				for _, s := range []*Service{w.Service, other} {
					for _, x := range open {
						if _, _, err := s.Reader(t.Context(), x.secret, home); err != nil {
							rt.Fatalf("a session that runs: %v", err)
						}
					}
					for _, secret := range over {
						if _, _, err := s.Reader(t.Context(), secret, home); err != errNobody {
							rt.Fatalf("a session that is over: %v", err)
						}
					}
					for text := range tokens {
						if _, err := s.TokenReader(t.Context(), text, home); err != nil {
							rt.Fatalf("a token that holds: %v", err)
						}
					}
					for _, text := range ended {
						if _, err := s.TokenReader(t.Context(), text, home); err != errNobody {
							rt.Fatalf("a token that ended: %v", err)
						}
					}
				}
			},
		})
	})
}
