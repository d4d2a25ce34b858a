package identity

import (
	"strings"
	"testing"
	"time"

	"tocsin/internal/fault"
)

func TestAPasswordHasToBeMoreThanWhatEverybodyTries(t *testing.T) {
	w := newWorld(t)
	for password, says := range map[string]string{
		"short":                            "at least 12",
		"elevenchars":                      "at least 12",
		"漢字漢字漢字":                           "at least 12", // 18 bytes, 6 characters
		strings.Repeat("xy z", 65):         "256",
		"passwordpassword":                 "tried first",
		"P@ssw0rd12345!":                   "tried first",
		"123456789012":                     "tried first",
		"qwertyuiop123":                    "tried first",
		"aaaaaaaaaaaaaaaa":                 "tried first",
		"abababababababab":                 "tried first",
		"Welcome2026!!!":                   "tried first",
		"chen@acme.example1":               "tried first",
		"Chen Li Chen Li Chen":             "tried first",
		"correct horse battery staple":     "tried first",
		strings.Repeat("xq7m", 50):         "tried first",
		"Tocsin-Tocsin-2026":               "tried first",
		"a\x00bcdefghijklm-nop":            "typed",
		"\xff\xfe\xfd\xfc\xfb\xfaabcdefgh": "typed",
		"":                                 "typed",
	} {
		err := w.SetPassword(t.Context(), chen, password, "")
		if fault.KindOf(err) != fault.Invalid || err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", password, err)
		}
	}
	for _, password := range []string{
		plain, "seven geese over Lisbon", "春眠不覺曉處處聞啼鳥夜來", "Vier Möwen am Kai", strings.Repeat("x", 200) + " and kT9#vLm2$xQp", "8372 9182 7463 1129", "kT9#vLm2$xQp", "🦆🦢🦉🦜🐧🦚🦩🐓🦃🦅🦤🐦",
	} {
		if err := w.SetPassword(t.Context(), chen, password, ""); err != nil {
			t.Errorf("%q: %v", password, err)
		}
	}
	w.refuse(w.SetPassword(t.Context(), "p-nobody", plain, ""), fault.NotFound, "no such person")
}

// TestThePasswordIsTheSameOnAnotherKeyboard is RFC 8265, 4.2.
func TestThePasswordIsTheSameOnAnotherKeyboard(t *testing.T) {
	w := newWorld(t)
	_, secret, _, ticket, err := w.TOTPBegin(t.Context(), chen)
	w.must(err)
	_, err = w.TOTPConfirm(t.Context(), chen, ticket, w.code(secret))
	w.must(err)
	w.must(w.SetPassword(t.Context(), chen, "Vier M\u00f6wen am Kai", ""))
	if _, err = w.Password(t.Context(), "chen@acme.example", "Vier Mo\u0308wen\u00a0am Kai", home); err != nil {
		t.Error(err)
	}
	w.clock.pass(time.Minute)
	if _, err = w.Password(t.Context(), "chen@acme.example", "vier m\u00f6wen am kai", home); err != errRefused {
		t.Errorf("case of letters does not count: %v", err)
	}
}

func TestAHashIsKeptAsItsStandardSays(t *testing.T) {
	defer func(c cost) { costNow = c }(costNow)
	costNow = realCost
	h := newHasher()
	phc, err := h.make(t.Context(), "a password", []byte("sixteen bytes ok"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$") || len(strings.Split(phc, "$")) != 6 {
		t.Errorf("%s", phc)
	}
	for password, want := range map[string]bool{"a password": true, "a passwore": false, "": false} {
		if ok, stale, err := h.check(t.Context(), phc, password); ok != want || stale || err != nil {
			t.Errorf("%q: %v %v %v", password, ok, stale, err)
		}
	}
	// Another's hash: argon2-cffi's documentation, "password" hashed with 64 MiB.
	const foreign = "$argon2id$v=19$m=65536,t=3,p=4$MIIRqgvgQbgj220jfp0MPA$YfwJSVjtjSU0zzV/P3S9nnQ/USre2wvJMjfCIjrTQbg"
	if _, _, _, ok := parsePHC(foreign); !ok {
		t.Error("another's hash is not read")
	}
	for _, bad := range []string{"", "x", "$argon2id$", "$argon2i$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$" + strings.Repeat("A", 43),
		"$argon2id$v=19$m=4294967295,t=2,p=1$c2FsdHNhbHQ$" + strings.Repeat("A", 43), "$argon2id$v=19$m=19456,t=0,p=1$c2FsdHNhbHQ$" + strings.Repeat("A", 43),
		"$argon2id$v=19$m=19456,t=2,p=0$c2FsdHNhbHQ$" + strings.Repeat("A", 43), "$argon2id$v=19$m=19456,t=2,p=1$$", "$argon2id$v=16$m=19456,t=2,p=1$c2FsdHNhbHQ$AA"} {
		if _, _, _, ok := parsePHC(bad); ok {
			t.Errorf("%q is read", bad)
		}
		if ok, _, err := h.check(t.Context(), bad, "a password"); ok || err != nil {
			t.Errorf("%q opens", bad)
		}
	}
}

func TestASecondFactorIsShownAndConfirmed(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Name = "Tocsin: Test" })
	uri, secret, image, ticket, err := w.TOTPBegin(t.Context(), chen)
	w.must(err)
	if !strings.HasPrefix(uri, "otpauth://totp/Tocsin%20%20Test:chen@acme.example?") || !strings.Contains(uri, "secret="+secret) || len(secret) != 32 ||
		!strings.HasPrefix(string(image), "\x89PNG") {
		t.Errorf("%s %s", uri, secret)
	}
	_, err = w.TOTPConfirm(t.Context(), dora, ticket, w.code(secret))
	w.refuse(err, fault.Forbidden, "begin again")
	_, err = w.TOTPConfirm(t.Context(), chen, ticket, "000000")
	w.refuse(err, fault.Forbidden, "wrong")
	if c, _ := w.Of(t.Context(), chen); c.TOTP {
		t.Error("set without a code")
	}
	codes, err := w.TOTPConfirm(t.Context(), chen, ticket, w.code(secret))
	w.must(err)
	if len(codes) != 10 || len(codes[0]) != 19 {
		t.Errorf("%v", codes)
	}
	_, err = w.TOTPConfirm(t.Context(), chen, ticket, w.code(secret)) // as good as before: the person has the secret
	w.must(err)
	w.clock.pass(setUpLife)
	_, err = w.TOTPConfirm(t.Context(), chen, ticket, w.code(secret))
	w.refuse(err, fault.Forbidden, "too long")
	_, _, _, _, err = w.TOTPBegin(t.Context(), "p-nobody")
	w.refuse(err, fault.NotFound, "no such person")
}

// TestCodesAreThoseOfTheStandard checks RFC 6238, appendix B (SHA-1), of whose
// eight digits the last six count.
func TestCodesAreThoseOfTheStandard(t *testing.T) {
	const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // 12345678901234567890
	for at, code := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		step, ok := matchCode(secret, code, 0, time.Unix(at, 0))
		if !ok || step != at/30 {
			t.Errorf("%d: %v %d", at, ok, step)
		}
		if _, ok := matchCode(secret, code, at/30, time.Unix(at, 0)); ok {
			t.Errorf("%d: taken twice", at)
		}
		if _, ok := matchCode(secret, code, 0, time.Unix(at+90, 0)); ok {
			t.Errorf("%d: taken 90 seconds later", at)
		}
	}
	if _, ok := matchCode("not base32!", "000000", 0, time.Unix(59, 0)); ok {
		t.Error("a secret that is none")
	}
}
