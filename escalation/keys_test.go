package escalation_test

import (
	"bytes"
	"testing"

	"tocsin/escalation"
)

func TestKeyedHashesKeepTheirPartsApart(t *testing.T) {
	k := escalation.Keys{1}
	all := map[[32]byte]string{}
	for name, h := range map[string][32]byte{
		"who a": k.Who("a"), "word a": k.Word("a"), "law a": k.Law("a"), "who b": k.Who("b"),
		"party a bc": k.Party("a", "bc"), "party ab c": k.Party("ab", "c"), "another key": escalation.Keys{2}.Who("a"),
	} {
		if other, ok := all[h]; ok {
			t.Errorf("%s and %s are one hash", name, other)
		}
		all[h] = name
	}
	if k.Who("a") != (escalation.Keys{1}).Who("a") {
		t.Error("the same is not the same")
	}
}

func TestWhatIsSealedOpensInItsPlaceAlone(t *testing.T) {
	s := escalation.Keys{1}.Sealer("lines")
	sealed := s.Seal("here", []byte("words"))
	if !bytes.Equal(sealed, s.Seal("here", []byte("words"))) {
		t.Error("the same content in the same place is other bytes")
	}
	if bytes.Contains(sealed, []byte("words")) || bytes.Equal(sealed[:12], s.Seal("there", []byte("words"))[:12]) {
		t.Error("it is not sealed, or a nonce is used twice")
	}
	if plain, err := s.Open("here", sealed); err != nil || string(plain) != "words" {
		t.Errorf("it opens as %q, %v", plain, err)
	}
	bad := map[string]func() ([]byte, error){
		"another place":   func() ([]byte, error) { return s.Open("there", sealed) },
		"another purpose": func() ([]byte, error) { return escalation.Keys{1}.Sealer("cursor").Open("here", sealed) },
		"another key":     func() ([]byte, error) { return escalation.Keys{2}.Sealer("lines").Open("here", sealed) },
		"nothing":         func() ([]byte, error) { return s.Open("here", nil) },
		"cut":             func() ([]byte, error) { return s.Open("here", sealed[:len(sealed)-1]) },
		"turned": func() ([]byte, error) {
			b := bytes.Clone(sealed)
			b[len(b)/2] ^= 1
			return s.Open("here", b)
		},
	}
	for what, open := range bad {
		if _, err := open(); err == nil {
			t.Errorf("%s: it opens", what)
		}
	}
}
