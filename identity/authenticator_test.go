package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"
	"time"

	"tocsin/internal/fault"
)

// authenticator is one in software: it makes ES256 keys, gives no attestation,
// and signs what it is asked (WebAuthn Level 3, sections 6.1, 6.5 and 8.7). It
// can be told to do it wrong.
type authenticator struct {
	*world
	keys   map[string]*softKey // by rpId
	origin string
	flags  byte // UP and UV
	rp     string
	count  bool // has a counter
}

type softKey struct {
	id     []byte
	key    *ecdsa.PrivateKey
	handle []byte
	n      uint32
}

const (
	flagUP = 1 << 0
	flagUV = 1 << 2
	flagAT = 1 << 6
)

func newAuthenticator(w *world) *authenticator {
	return &authenticator{world: w, keys: map[string]*softKey{}, origin: "https://tocsin.example.org", flags: flagUP | flagUV, count: true}
}

func (a *authenticator) json(v any) []byte {
	a.Helper()
	b, err := json.Marshal(v)
	a.must(err)
	return b
}

func enc(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// data is authenticator data for a relying party.
func (a *authenticator) data(rp string, flags byte, k *softKey, attested []byte) []byte {
	if a.rp != "" {
		rp = a.rp
	}
	sum := sha256.Sum256([]byte(rp))
	if a.count {
		k.n++
	}
	out := append(sum[:], flags)
	out = binary.BigEndian.AppendUint32(out, k.n)
	return append(out, attested...)
}

func (a *authenticator) client(kind, challenge string) []byte {
	return a.json(map[string]any{"type": kind, "challenge": challenge, "origin": a.origin, "crossOrigin": false})
}

// A little CBOR (RFC 8949), enough for a key and an attestation object.
func cborHead(major byte, n int) []byte {
	switch {
	case n < 24:
		return []byte{major<<5 | byte(n)}
	case n < 256:
		return []byte{major<<5 | 24, byte(n)}
	}
	return []byte{major<<5 | 25, byte(n >> 8), byte(n)}
}

func cborText(s string) []byte  { return append(cborHead(3, len(s)), s...) }
func cborBytes(b []byte) []byte { return append(cborHead(2, len(b)), b...) }

// cose is an ES256 key as a COSE_Key (RFC 9053).
func cose(k *ecdsa.PrivateKey) []byte {
	point, err := k.PublicKey.Bytes()
	if err != nil {
		panic(err)
	}
	out := []byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21}
	out = append(out, cborBytes(point[1:33])...)
	out = append(out, 0x22)
	return append(out, cborBytes(point[33:65])...)
}

// create answers the options of a registration.
func (a *authenticator) create(options []byte) []byte {
	a.Helper()
	var o struct {
		PublicKey struct {
			Challenge string                `json:"challenge"`
			RP        struct{ ID string }   `json:"rp"`
			User      struct{ ID string }   `json:"user"`
			Exclude   []struct{ ID string } `json:"excludeCredentials"`
			Selection struct {
				ResidentKey      string `json:"residentKey"`
				UserVerification string `json:"userVerification"`
			} `json:"authenticatorSelection"`
			Attestation string `json:"attestation"`
		} `json:"publicKey"`
	}
	a.must(json.Unmarshal(options, &o))
	p := o.PublicKey
	if p.Selection.ResidentKey != "required" || p.Selection.UserVerification != "required" || p.Attestation != "none" || p.RP.ID != "tocsin.example.org" {
		a.Errorf("the options ask for %+v", p)
	}
	handle, err := base64.RawURLEncoding.DecodeString(p.User.ID)
	a.must(err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	a.must(err)
	k := &softKey{id: make([]byte, 16), key: key, handle: handle}
	_, _ = rand.Read(k.id)
	a.keys[p.RP.ID] = k
	return a.register(p.RP.ID, p.Challenge, k)
}

func (a *authenticator) register(rp, challenge string, k *softKey) []byte {
	attested := make([]byte, 16) // AAGUID: none
	attested = binary.BigEndian.AppendUint16(attested, uint16(len(k.id)))
	attested = append(append(attested, k.id...), cose(k.key)...)
	data := a.data(rp, a.flags|flagAT, k, attested)
	object := append(cborHead(5, 3), cborText("fmt")...)
	object = append(append(object, cborText("none")...), cborText("attStmt")...)
	object = append(append(object, cborHead(5, 0)...), cborText("authData")...)
	object = append(object, cborBytes(data)...)
	return a.json(map[string]any{"id": enc(k.id), "rawId": enc(k.id), "type": "public-key", "response": map[string]any{
		"clientDataJSON": enc(a.client("webauthn.create", challenge)), "attestationObject": enc(object)}})
}

// get answers the options of a sign-in.
func (a *authenticator) get(options []byte) []byte {
	a.Helper()
	var o struct {
		PublicKey struct {
			Challenge        string                `json:"challenge"`
			RPID             string                `json:"rpId"`
			UserVerification string                `json:"userVerification"`
			Allow            []struct{ ID string } `json:"allowCredentials"`
		} `json:"publicKey"`
	}
	a.must(json.Unmarshal(options, &o))
	p := o.PublicKey
	if p.UserVerification != "required" || len(p.Allow) != 0 {
		a.Errorf("the options ask for %+v", p)
	}
	k := a.keys[p.RPID]
	data := a.data(p.RPID, a.flags, k, nil)
	client := a.client("webauthn.get", p.Challenge)
	sum := sha256.Sum256(client)
	digest := sha256.Sum256(append(append([]byte(nil), data...), sum[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, k.key, digest[:])
	a.must(err)
	return a.json(map[string]any{"id": enc(k.id), "rawId": enc(k.id), "type": "public-key", "response": map[string]any{
		"clientDataJSON": enc(client), "authenticatorData": enc(data), "signature": enc(sig), "userHandle": enc(k.handle)}})
}

// add gives a person a passkey of this authenticator.
func (a *authenticator) add(person, name string) Passkey {
	a.Helper()
	options, ticket, err := a.PasskeyAddBegin(a.Context(), person)
	a.must(err)
	p, err := a.PasskeyAddFinish(a.Context(), person, ticket, name, a.create(options))
	a.must(err)
	return p
}

func (a *authenticator) signIn(s *Service) (Step, error) {
	a.Helper()
	options, ticket, err := s.PasskeyBegin(a.Context())
	a.must(err)
	return s.PasskeyFinish(a.Context(), ticket, a.get(options), home)
}

func TestAPasskeySignsInWithNothingElse(t *testing.T) {
	w := newWorld(t)
	a := newAuthenticator(w)
	p := a.add(chen, "  the\nlaptop ")
	if p.Name != "the laptop" || !p.Added.Equal(w.clock.now()) {
		t.Errorf("%+v", p)
	}
	w.clock.pass(time.Hour)
	step, err := a.signIn(w.process()) // begun and finished elsewhere
	w.must(err)
	sess, r := w.reader(w.Service, step.Secret)
	if r.Person != chen || sess.Limited || !r.Fresh || !has(sess.How, "passkey") {
		t.Errorf("%+v %+v", sess, r)
	}
	c, err := w.Of(t.Context(), chen)
	w.must(err)
	if len(c.Passkeys) != 1 || !c.Passkeys[0].Used.Equal(w.clock.now()) {
		t.Errorf("%+v", c.Passkeys)
	}
	w.clock.pass(11 * time.Minute)
	if _, r := w.reader(w.Service, step.Secret); r.Fresh {
		t.Error("still fresh after 11 minutes")
	}
	options, ticket, err := w.PasskeyBegin(t.Context())
	w.must(err)
	w.must(w.StepUp(t.Context(), step.Secret, Proof{Ticket: ticket, Answer: a.get(options)}, home))
	if _, r := w.reader(w.Service, step.Secret); !r.Fresh {
		t.Error("not fresh after the step-up")
	}
}

func TestAPasskeyThatIsNotRightIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*authenticator){
		"of another origin":            func(a *authenticator) { a.origin = "https://tocsin.example.com" },
		"in clear":                     func(a *authenticator) { a.origin = "http://tocsin.example.org" },
		"of another platform":          func(a *authenticator) { a.rp = "example.com" },
		"whose owner was not verified": func(a *authenticator) { a.flags = flagUP },
		"whose owner was not there":    func(a *authenticator) { a.flags = 0 },
		"of nobody":                    func(a *authenticator) { a.keys["tocsin.example.org"].handle = []byte("p-nobody") },
		"of somebody else":             func(a *authenticator) { a.keys["tocsin.example.org"].handle = []byte(dora) },
		"with another key": func(a *authenticator) {
			a.keys["tocsin.example.org"].key, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		},
		"of nobody that could be":           func(a *authenticator) { a.keys["tocsin.example.org"].handle = []byte("\x00'; --") },
		"without saying whose (no handle)":  func(a *authenticator) { a.keys["tocsin.example.org"].handle = nil },
		"that is a stranger to its account": func(a *authenticator) { a.keys["tocsin.example.org"].id = []byte("0123456789abcdef") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := newAuthenticator(w)
			a.add(chen, "laptop")
			spoil(a)
			if _, err := a.signIn(w.Service); fault.KindOf(err) != fault.Forbidden || err == nil {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestARegistrationThatIsNotRightIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*authenticator){
		"of another origin":            func(a *authenticator) { a.origin = "https://tocsin.example.com" },
		"of another platform":          func(a *authenticator) { a.rp = "example.com" },
		"whose owner was not verified": func(a *authenticator) { a.flags = flagUP },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := newAuthenticator(w)
			spoil(a)
			options, ticket, err := w.PasskeyAddBegin(t.Context(), chen)
			w.must(err)
			_, err = w.PasskeyAddFinish(t.Context(), chen, ticket, "laptop", a.create(options))
			w.refuse(err, fault.Forbidden, "not accepted")
		})
	}
	w := newWorld(t)
	a := newAuthenticator(w)
	options, ticket, err := w.PasskeyAddBegin(t.Context(), chen)
	w.must(err)
	answer := a.create(options)
	_, err = w.PasskeyAddFinish(t.Context(), dora, ticket, "laptop", answer)
	w.refuse(err, fault.Forbidden, "begin again")
	_, err = w.PasskeyAddFinish(t.Context(), chen, ticket, "laptop", []byte("{"))
	w.refuse(err, fault.Invalid, "cannot be read")
	_, err = w.PasskeyAddFinish(t.Context(), chen, ticket, "laptop", make([]byte, maxAnswer+1))
	w.refuse(err, fault.Invalid, "too long")
	_, err = w.PasskeyAddFinish(t.Context(), chen, ticket, "laptop", answer)
	w.must(err)
	_, err = w.PasskeyAddFinish(t.Context(), chen, ticket, "laptop", answer)
	w.refuse(err, fault.Conflict, "known already")
	_, t2, err := w.PasskeyAddBegin(t.Context(), dora)
	w.must(err)
	_, err = w.PasskeyAddFinish(t.Context(), dora, t2, "laptop", answer) // another's challenge
	w.refuse(err, fault.Forbidden, "not accepted")
}

func TestAnAssertionIsGoodOnce(t *testing.T) {
	w := newWorld(t)
	a := newAuthenticator(w)
	a.count = false // many authenticators have no counter: this must not rest on it
	a.add(chen, "phone")
	options, ticket, err := w.PasskeyBegin(t.Context())
	w.must(err)
	answer := a.get(options)
	_, err = w.PasskeyFinish(t.Context(), ticket, answer, home)
	w.must(err)
	_, err = w.process().PasskeyFinish(t.Context(), ticket, answer, home)
	w.refuse(err, fault.Forbidden, "begin again")
	_, err = a.signIn(w.Service) // without a counter, and again
	w.must(err)
	options, ticket, err = w.PasskeyBegin(t.Context())
	w.must(err)
	answer = a.get(options)
	w.clock.pass(passkeyLife)
	_, err = w.PasskeyFinish(t.Context(), ticket, answer, home)
	w.refuse(err, fault.Forbidden, "too long")
}

func TestACopiedPasskeyIsRefusedAndNoted(t *testing.T) {
	w := newWorld(t)
	a := newAuthenticator(w)
	a.add(chen, "laptop")
	for range 3 {
		_, err := a.signIn(w.Service)
		w.must(err)
	}
	a.keys["tocsin.example.org"].n -= 2 // the copy knows nothing of the last two
	_, err := a.signIn(w.Service)
	w.refuse(err, fault.Forbidden, "copied key")
	if !has(w.notes.whats("credential"), "passkey-cloned") {
		t.Error("the log does not know")
	}
}

func TestTheLastWayInStays(t *testing.T) {
	w := newWorld(t)
	a := newAuthenticator(w)
	first := a.add(chen, "laptop")
	w.refuse(w.PasskeyDrop(t.Context(), chen, first.ID), fault.Conflict, "last way in")
	second := newAuthenticator(w).add(chen, "phone")
	w.must(w.PasskeyDrop(t.Context(), chen, first.ID))
	w.refuse(w.PasskeyDrop(t.Context(), chen, first.ID), fault.NotFound, "no such passkey")
	w.refuse(w.PasskeyDrop(t.Context(), dora, second.ID), fault.NotFound, "no such passkey")
	w.equip(chen)
	w.must(w.PasskeyDrop(t.Context(), chen, second.ID))
	w.refuse(w.TOTPDrop(t.Context(), chen), fault.Conflict, "last way in")
	newAuthenticator(w).add(chen, "key")
	w.must(w.TOTPDrop(t.Context(), chen))
	if c, err := w.Of(t.Context(), chen); err != nil || c.Password || c.TOTP || c.Recovery != 0 || len(c.Passkeys) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
	w.refuse(w.TOTPDrop(t.Context(), chen), fault.NotFound, "no second factor")
}

func TestPasskeysBelongToANameOverASafeWay(t *testing.T) {
	for origin, want := range map[string]string{
		"https://tocsin.example.org":   "tocsin.example.org",
		"http://localhost:8080":        "localhost",
		"http://127.0.0.1:8080":        "",
		"https://[2001:db8::1]":        "",
		"http://tocsin.example.org":    "refused",
		"tocsin.example.org":           "refused",
		"https://tocsin.example.org/x": "refused",
		"https://u@tocsin.example.org": "refused",
		"":                             "refused",
	} {
		w, err := relyingParty("Tocsin", []string{origin})
		switch {
		case want == "refused":
			if fault.KindOf(err) != fault.Invalid || err == nil {
				t.Errorf("%q: %v", origin, err)
			}
		case err != nil || (w == nil) != (want == "") || w != nil && w.Config.RPID != want:
			t.Errorf("%q: %v %v", origin, w, err)
		}
	}
	w, err := relyingParty("Tocsin", []string{"http://127.0.0.1:1", "https://example.org", "https://a.example.org", "https://other.example"})
	if err != nil || len(w.Config.RPOrigins) != 2 || w.Config.RPID != "example.org" {
		t.Errorf("%+v %v", w, err)
	}
	loop := newWorld(t, func(o *Options) { o.Origins = []string{"http://127.0.0.1:8080"} })
	if loop.Passkeys() {
		t.Error("passkeys at an address")
	}
	_, _, err = loop.PasskeyBegin(t.Context())
	loop.refuse(err, fault.Unavailable, "localhost")
}
