package receipt

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"

	"tocsin/internal/fault"
)

// The example of the specification (signed-note, "Verifier keys").
const (
	specVKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
	specNote = "This is an example message.\n\n" +
		"— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)

func TestSignedNoteExampleOfTheSpecification(t *testing.T) {
	key := must(ParseKey(specVKey))
	if key.Name() != "example.com/foo" || key.ID() != 0x530d903a || key.Type() != Ed25519 || key.String() != specVKey {
		t.Errorf("the key reads as %s %08x %v, and is written %s", key.Name(), key.ID(), key.Type(), key)
	}
	n := must(ParseNote([]byte(specNote)))
	got, err := n.Verify([]Key{key})
	if err != nil || len(got) != 1 || !got[0].Time.IsZero() {
		t.Errorf("the note does not verify: %v, %v", got, err)
	}
	if string(n.Bytes()) != specNote {
		t.Errorf("the note is written as %q", n.Bytes())
	}
}

// Type bytes: 0x01 Ed25519, 0x04 Ed25519 cosignature, 0x06 ML-DSA-44.
func TestTypeBytesOfTheSpecification(t *testing.T) {
	for _, c := range []struct {
		typ    Type
		b      byte
		public int
		text   string
	}{{Ed25519, 1, 32, "Ed25519"}, {Ed25519Cosignature, 4, 32, "Ed25519 cosignature"}, {MLDSA44Cosignature, 6, 1312, "ML-DSA-44"}} {
		s := must(NewSigner("w.example/1", c.typ, chance("types")))
		if byte(c.typ) != c.b || len(s.Key().Public()) != c.public || c.typ.String() != c.text {
			t.Errorf("type %v: byte %d, %d bytes of key", c.typ, byte(c.typ), len(s.Key().Public()))
		}
	}
	if Type(0x02).String() != "type 0x02" {
		t.Errorf("%v", Type(0x02))
	}
}

// Keys come back from their text, and others read them the same.
func TestKeysAsOthersReadThem(t *testing.T) {
	rand := chance("keys")
	for _, typ := range []Type{Ed25519, Ed25519Cosignature, MLDSA44Cosignature} {
		s := must(NewSigner("w.example/1", typ, rand))
		back, err := ParseKey(s.Key().String())
		if err != nil || back != s.Key() {
			t.Errorf("%v: the key does not come back: %v", typ, err)
		}
		again, err := ParseSigner(s.Secret())
		if err != nil || again.Key() != s.Key() || again.Secret() != s.Secret() {
			t.Errorf("%v: the private key does not come back: %v", typ, err)
		}
		var hash uint32
		switch typ {
		case Ed25519:
			v := must(note.NewVerifier(s.Key().String()))
			hash = v.KeyHash()
			if n := must(note.NewSigner(s.Secret())); n.KeyHash() != hash {
				t.Errorf("the Go checksum database's reader takes the private key for another")
			}
		default:
			v := must(fnote.NewVerifierForCosignatureV1(s.Key().String()))
			hash = v.KeyHash()
			if n := must(fnote.NewSignerForCosignatureV1(s.Secret())); n.KeyHash() != hash {
				t.Errorf("%v: another's reader takes the private key for another", typ)
			}
		}
		if hash != s.Key().ID() {
			t.Errorf("%v: id %08x, another's reader says %08x", typ, s.Key().ID(), hash)
		}
	}
}

// Two private keys made one after the other are never the same Ed25519 key.
func TestEachTypeHasAKeyOfItsOwn(t *testing.T) {
	rand := chance("own")
	a := must(NewSigner("x.example", Ed25519, rand))
	b := must(NewSigner("x.example", Ed25519Cosignature, rand))
	if bytes.Equal(a.Key().Public(), b.Key().Public()) {
		t.Error("one Ed25519 key serves two types")
	}
	// Where somebody makes it so by hand, a verifier refuses.
	both := must(NewKey("x.example", Ed25519Cosignature, a.Key().Public()))
	_, err := KeysPolicy([]Key{a.Key(), both})
	wantInvalid(t, err, "serves two signature types")
}

func TestParseKeyRefuses(t *testing.T) {
	s := must(NewSigner("w.example/1", Ed25519, chance("x"))).Key()
	good := s.String()
	material := good[strings.Index(good, "+")+10:]
	id := fmt.Sprintf("%08x", s.ID())
	for name, c := range map[string]struct{ vkey, piece string }{
		"nothing":            {"", "is no verifier key"},
		"a name only":        {"w.example/1", "is no verifier key"},
		"no key":             {"w.example/1+" + id, "is no verifier key"},
		"no name":            {"+" + id + "+" + material, "the key has no name"},
		"a space in it":      {"w.example /1+" + id + "+" + material, "holds a space"},
		"another space":      {"w.example\u00a0/1+" + id + "+" + material, "holds a space"},
		"a control sign":     {"w.example\x01+" + id + "+" + material, "control character"},
		"bytes, not text":    {"w.example\xff+" + id + "+" + material, "not UTF-8"},
		"a name too long":    {strings.Repeat("w", 256) + "+" + id + "+" + material, "at most 255"},
		"another's id":       {"w.example/1+00000000+" + material, "does not belong to this key"},
		"another name":       {"w.example/2+" + id + "+" + material, "does not belong to this key"},
		"a short id":         {"w.example/1+" + id[1:] + "+" + material, "is no key id"},
		"an id in capitals":  {"w.example/1+ABCDEF12+" + material, "is no key id"},
		"no base64":          {"w.example/1+" + id + "+!!!", "not in base64"},
		"base64 and a line":  {"w.example/1+" + id + "+" + material + "\n", "not in base64"},
		"loose base64":       {"w.example/1+" + id + "+" + material + "=", "not in base64"},
		"an empty key":       {"w.example/1+" + id + "+", "not in base64"},
		"a short key":        {"w.example/1+" + id + "+" + encode64(append([]byte{1}, s.Public()[:31]...)), "31 bytes, not 32"},
		"a long key":         {"w.example/1+" + id + "+" + encode64(append(append([]byte{1}, s.Public()...), 0)), "33 bytes, not 32"},
		"ECDSA":              {"w.example/1+" + id + "+" + encode64(append([]byte{2}, s.Public()...)), "0x02 are not supported"},
		"a CT log's":         {"w.example/1+" + id + "+" + encode64(append([]byte{5}, s.Public()...)), "0x05 are not supported"},
		"a short ML-DSA key": {"w.example/1+" + id + "+" + encode64(append([]byte{6}, s.Public()...)), "32 bytes, not 1312"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseKey(c.vkey)
			wantInvalid(t, err, c.piece)
		})
	}
	if _, err := ParseKey(good); err != nil {
		t.Errorf("the control is refused: %v", err)
	}
}

// A private key is in no message, log line, or JSON; only Secret gives it away.
func TestPrivateKeysPrintAsDots(t *testing.T) {
	for _, typ := range []Type{Ed25519, Ed25519Cosignature, MLDSA44Cosignature} {
		s := must(NewSigner("w.example/1", typ, chance("dots")))
		secret := s.Secret()[strings.LastIndex(s.Secret(), "+")+1:]
		for _, text := range []string{
			s.String(), fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s %q %x %d", s, s, s, s, s, s, s), fmt.Sprintf("%v", &s),
			fmt.Sprintf("%+v", []Signer{s}), fmt.Sprintf("%+v", struct{ S Signer }{s}), string(must(json.Marshal(s))), string(must(json.Marshal(map[string]any{"k": &s}))),
		} {
			if strings.Contains(text, secret) || strings.Contains(text, fmt.Sprintf("%x", s.seed[:4])) || !strings.Contains(text, dots) {
				t.Errorf("%v prints as %s", typ, text)
			}
		}
		if !strings.HasPrefix(s.Secret(), "PRIVATE+KEY+w.example/1+") {
			t.Errorf("%v: the text form begins %s", typ, s.Secret()[:24])
		}
	}
	if (Signer{}).Secret() != "" {
		t.Error("no key has a secret")
	}
}

func TestParseSignerRefusesAndRepeatsNothing(t *testing.T) {
	s := must(NewSigner("w.example/1", Ed25519, chance("x")))
	good := s.Secret()
	seed := encode64(append([]byte{1}, s.seed[:]...))
	id := fmt.Sprintf("%08x", s.Key().ID())
	for name, text := range map[string]string{
		"nothing":         "",
		"a vkey":          s.Key().String(),
		"cut off":         good[:len(good)-4],
		"another id":      "PRIVATE+KEY+w.example/1+00000000+" + seed,
		"another name":    "PRIVATE+KEY+w.example/2+" + id + "+" + seed,
		"no id":           "PRIVATE+KEY+w.example/1+" + seed,
		"an unknown type": "PRIVATE+KEY+w.example/1+" + id + "+" + encode64(append([]byte{2}, s.seed[:]...)),
		"a bad name":      "PRIVATE+KEY+w example+" + id + "+" + seed,
		"two keys":        good + "\n" + good,
		"a newline":       good + "\n",
	} {
		_, err := ParseSigner(text)
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), seed[4:20]) {
			t.Errorf("%s: the error repeats the key: %v", name, err)
		}
	}
}

func TestKeyVerifyRefuses(t *testing.T) {
	w := newWorld(t)
	text := []byte(w.cp.Text())
	for _, s := range []Signer{w.ed, w.pq, w.w1, w.w2} {
		sig := must(s.sign(text, noon))
		if _, err := s.Key().Verify(text, sig); err != nil {
			t.Fatalf("%v: %v", s.Key().Type(), err)
		}
		for n := range sig {
			if n > 80 && n%97 != 0 { // ML-DSA signatures are long
				continue
			}
			bad := bytes.Clone(sig)
			bad[n] ^= 0x10
			if _, err := s.Key().Verify(text, bad); fault.KindOf(err) != fault.Invalid {
				t.Fatalf("%v: byte %d changed, and it still verifies: %v", s.Key().Type(), n, err)
			}
			if _, err := s.Key().Verify(text, sig[:n]); fault.KindOf(err) != fault.Invalid {
				t.Fatalf("%v: %d of %d bytes verify: %v", s.Key().Type(), n, len(sig), err)
			}
		}
		if _, err := s.Key().Verify([]byte(Checkpoint{w.origin, w.size + 1, w.cp.Root}.Text()), sig); err == nil {
			t.Errorf("%v: it verifies over another size", s.Key().Type())
		}
		if _, err := s.Key().Verify(text, append(bytes.Clone(sig), 0)); err == nil {
			t.Errorf("%v: it verifies with a byte more", s.Key().Type())
		}
	}
	if _, err := (Key{}).Verify(text, make([]byte, 72)); fault.KindOf(err) != fault.Invalid {
		t.Errorf("no key verifies: %v", err)
	}
	if !(Key{}).IsZero() || w.ed.Key().IsZero() {
		t.Error("IsZero is wrong")
	}
}

// tlog-cosignature: "It MUST NOT exceed 2^63 - 1"; a time that no date can be
// written for is refused, and zero says that the cosigner states none.
func TestCosignatureTimes(t *testing.T) {
	w := newWorld(t)
	text := []byte(w.cp.Text())
	for _, c := range []struct {
		seconds uint64
		ok      bool
		want    time.Time
	}{{0, true, time.Time{}}, {1, true, time.Unix(1, 0).UTC()}, {lastTime, true, time.Unix(lastTime, 0).UTC()}, {lastTime + 1, false, time.Time{}}, {1 << 63, false, time.Time{}}, {1<<64 - 1, false, time.Time{}}} {
		sig := must(w.w1.sign(text, noon))
		for i := range 8 {
			sig[i] = byte(c.seconds >> (56 - 8*i))
		}
		// Signed as it should be, whatever the time.
		sig = append(sig[:8], ed25519Sign(w.w1, ed25519Message(c.seconds, text))...)
		got, err := w.w1.Key().Verify(text, sig)
		if (err == nil) != c.ok || !got.Equal(c.want) {
			t.Errorf("time %d: %v, %v", c.seconds, got, err)
		}
	}
	for _, at := range []time.Time{{}, time.Unix(0, 0), time.Unix(-1, 0), time.Unix(lastTime+1, 0)} {
		if _, err := w.w1.sign(text, at); err == nil || fault.KindOf(err) != fault.Internal {
			t.Errorf("a cosignature states the time %v: %v", at, err)
		}
	}
}

func ed25519Sign(s Signer, message []byte) []byte {
	return ed25519.Sign(ed25519.NewKeyFromSeed(s.seed[:]), message)
}

func FuzzParseKey(f *testing.F) {
	f.Add(specVKey)
	w := newWorld(f)
	for _, k := range w.allKeys() {
		f.Add(k.String())
	}
	f.Fuzz(func(t *testing.T, text string) {
		k, err := ParseKey(text)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatal(err)
			}
			return
		}
		if k.String() != text {
			t.Fatalf("%q is read, and written as %q", text, k)
		}
		// Others read what we read.
		switch k.Type() {
		case Ed25519:
			if v, err := note.NewVerifier(text); err != nil || v.KeyHash() != k.ID() || v.Name() != k.Name() {
				t.Fatalf("the Go checksum database's reader: %v", err)
			}
		default:
			if v, err := fnote.NewVerifierForCosignatureV1(text); err != nil || v.KeyHash() != k.ID() || v.Name() != k.Name() {
				t.Fatalf("another's reader: %v", err)
			}
		}
	})
}
