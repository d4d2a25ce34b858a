package identity

import (
	"net/netip"
	"testing"
	"time"
	"unicode/utf8"

	"tocsin/internal/fault"
	"tocsin/partner"
)

// FuzzSecrets hands whatever bytes to everything that a stranger can reach:
// nothing panics, nobody comes in, and an error has a kind for outside.
func FuzzSecrets(f *testing.F) {
	w := newWorld(f)
	now := time.Now()
	w.clock.at = now
	for _, seed := range []string{"", "x", "tocsin_", "\xff", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"tocsin_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", `{"id":"x","rawId":"x","type":"public-key","response":{}}`} {
		f.Add(seed, []byte(seed))
	}
	f.Fuzz(func(t *testing.T, text string, raw []byte) {
		w.clock.pass(time.Hour) // no waits between
		ctx := t.Context()
		came := Came{Address: netip.Addr{}, Agent: text}
		check := func(what string, err error) {
			if err == nil {
				t.Fatalf("%s: came in by %q", what, text)
			}
			if k := fault.KindOf(err); k == fault.Internal {
				t.Fatalf("%s: %v", what, err)
			}
		}
		_, _, err := w.Reader(ctx, text, came)
		check("Reader", err)
		_, err = w.TokenReader(ctx, text, came)
		check("TokenReader", err)
		_, err = w.Again(ctx, text)
		check("Again", err)
		_, err = w.LookLink(ctx, text)
		check("LookLink", err)
		_, err = w.UseLink(ctx, text, came)
		check("UseLink", err)
		_, err = w.Second(ctx, text, string(raw), came)
		check("Second", err)
		_, err = w.PasskeyFinish(ctx, text, raw, came)
		check("PasskeyFinish", err)
		_, err = w.PasskeyAddFinish(ctx, chen, text, string(raw), raw)
		check("PasskeyAddFinish", err)
		_, err = w.TOTPConfirm(ctx, chen, text, string(raw))
		check("TOTPConfirm", err)
		check("StepUp", w.StepUp(ctx, text, Proof{Ticket: text, Answer: raw}, came))
		check("EndSession", w.EndSession(ctx, chen, "x"+text, ""))
		check("DropToken", w.DropToken(ctx, chen, text))
		if err := w.SignOut(ctx, text); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzTicket opens what was sealed for one purpose and altered by somebody.
func FuzzTicket(f *testing.F) {
	w := newWorld(f)
	ctx := f.Context()
	ticket, err := w.seal(ctx, forSecond, time.Minute, secondTicket{Person: chen})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(ticket)
	f.Add(ticket[:10])
	f.Fuzz(func(t *testing.T, other string) {
		var got secondTicket
		_, _, err := w.unseal(ctx, forSecond, other, &got)
		if (err == nil) != (other == ticket) {
			t.Fatalf("%q: %v", other, err)
		}
		if _, _, err := w.unseal(ctx, forSSO, other, &got); err == nil {
			t.Fatal("taken for another purpose")
		}
	})
}

// FuzzAnswer gives an authenticator's answers, altered, to open ceremonies.
func FuzzAnswer(f *testing.F) {
	w := newWorld(f)
	w.clock.at = time.Now()
	ctx := f.Context()
	_, in, err := w.PasskeyBegin(ctx)
	if err != nil {
		f.Fatal(err)
	}
	_, add, err := w.PasskeyAddBegin(ctx, chen)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{"id":"AAAA","rawId":"AAAA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AAAA","signature":"AAAA","userHandle":"cC1jaGVu"}}`))
	f.Add([]byte(`{"id":"AAAA","rawId":"AAAA","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YUA"}}`))
	f.Fuzz(func(t *testing.T, answer []byte) {
		if _, err := w.PasskeyFinish(ctx, in, answer, Came{}); err == nil || fault.KindOf(err) == fault.Internal {
			t.Fatalf("sign-in: %v", err)
		}
		if _, err := w.PasskeyAddFinish(ctx, chen, add, "x", answer); err == nil || fault.KindOf(err) == fault.Internal {
			t.Fatalf("registration: %v", err)
		}
	})
}

// FuzzWords prepares whatever people type: twice is once, and bounds hold.
func FuzzWords(f *testing.F) {
	for _, seed := range []string{"", "Ada@Example.org", "ａｄａ", "a\u0308", "\u202e", "pass word\u3000漢字", "ﬁ", "İ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if p, ok := opaque(text); ok {
			if again, ok := opaque(p); !ok || again != p {
				t.Fatalf("%q is %q and then %q", text, p, again)
			}
			_ = weak(p, text)
		}
		if l, ok := foldLogin(text); ok {
			if again, ok := foldLogin(l); !ok || again != l {
				t.Fatalf("%q is %q and then %q", text, l, again)
			}
		}
		if l := line(text, 40); !utf8.ValidString(l) || len(l) > 40 {
			t.Fatalf("%q is the line %q", text, l)
		}
		c := credential{Person: chen, TOTP: &totpSecret{Secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", Last: 1 << 40}, Recovery: [][]byte{{1}}}
		if _, err := spend(&c, text, time.Unix(59, 0)); err == nil {
			t.Fatalf("%q is a code", text)
		}
		p := partner.Person{ID: text, Name: text, Login: text, Zone: text, Lang: text, Place: text}
		if err := checkPerson(&p); err == nil {
			if _, err := personItem(p, 0); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
		}
	})
}
