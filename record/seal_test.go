package record

import (
	"bytes"
	"crypto/rand"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"tocsin/internal/fault"
	"tocsin/receipt"
)

// oneWrap is a generation of the wrapping key that never changes.
type oneWrap struct {
	key  [32]byte
	gen  int
	gone bool
}

func (w *oneWrap) Current() (int, [32]byte, error) { return w.gen, w.key, nil }
func (w *oneWrap) Generation(n int) ([32]byte, error) {
	if w.gone {
		return [32]byte{}, fault.New(fault.NotFound, "destroyed")
	}
	return w.key, nil
}
func (w *oneWrap) Rotate() (int, [32]byte, error) { w.gen++; return w.gen, w.key, nil }
func (w *oneWrap) Destroy(int) error              { return nil }

func freshKey(t *testing.T) CaseKey {
	t.Helper()
	c, _, err := NewSealer(&oneWrap{gen: 1}, [32]byte{}, rand.Reader).NewKey("a")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// What is sealed opens at its place and under its key, and nowhere else; a bit
// that was flipped anywhere is found.
func TestSealedTextOpensAtItsPlaceOnly(t *testing.T) {
	key, other := freshKey(t), freshKey(t)
	at := rowPlace("case-a", 2, 17)
	sealed := key.seal(at, []byte("the words"))
	if bytes.Contains(sealed, []byte("words")) {
		t.Fatal("it is not sealed")
	}
	if plain, err := key.open(at, sealed); err != nil || string(plain) != "the words" {
		t.Fatalf("%q %v", plain, err)
	}
	refused := func(what string, k CaseKey, p place, b []byte) {
		t.Helper()
		if _, err := k.open(p, b); err == nil || fault.KindOf(err) != fault.Internal {
			t.Errorf("%s: %v", what, err)
		}
	}
	refused("another key", other, at, sealed)
	refused("another case", key, rowPlace("case-b", 2, 17), sealed)
	refused("another epoch", key, rowPlace("case-a", 1, 17), sealed)
	refused("another index", key, rowPlace("case-a", 2, 18), sealed)
	refused("another use", key, viewPlace("case-a", 17), sealed)
	for bit := range len(sealed) * 8 {
		b := bytes.Clone(sealed)
		b[bit/8] ^= 1 << (bit % 8)
		refused("a flipped bit", key, at, b)
	}
	for n := range sealed {
		refused("a piece", key, at, sealed[:n])
	}
	if _, err := key.open(at, sealed[1:]); err == nil || err.Error() != "the record at epoch 2, index 17 does not open: it was changed, moved, or sealed under another key" {
		t.Errorf("%v", err)
	}
}

// The same content at the same place gives the same bytes; anything else gives
// another nonce.
func TestSealingIsRepeatable(t *testing.T) {
	key := freshKey(t)
	nonces := map[string]string{}
	rapid.Check(t, func(t *rapid.T) {
		p := rowPlace(rapid.SampledFrom([]string{"", "a", "ab"}).Draw(t, "handle"), rapid.IntRange(0, 3).Draw(t, "epoch"), rapid.Int64Range(0, 3).Draw(t, "index"))
		plain := rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, "content")
		sealed := key.seal(p, plain)
		if !bytes.Equal(sealed, key.seal(p, plain)) {
			t.Fatal("two answers to one question")
		}
		id := string(p.bytes()) + "|" + string(plain)
		if was, ok := nonces[string(sealed[:12])]; ok && was != id {
			t.Fatalf("one nonce for %q and %q", was, id)
		}
		nonces[string(sealed[:12])] = id
	})
}

// A wrapped key opens under its own generation and for its own case.
func TestWrappedKeys(t *testing.T) {
	w := &oneWrap{gen: 4}
	s := NewSealer(w, [32]byte{}, rand.Reader)
	ck, k, err := s.NewKey("case-a")
	if err != nil {
		t.Fatal(err)
	}
	sealed := ck.seal(rowPlace("case-a", 1, 1), []byte("x"))
	opens := func(k Key) error {
		s.forget()
		got, err := s.Unwrap(k)
		if err != nil {
			return err
		}
		_, err = got.open(rowPlace("case-a", 1, 1), sealed)
		return err
	}
	if err := opens(k); err != nil {
		t.Fatal(err)
	}
	again, err := s.rewrap(k)
	if err != nil || bytes.Equal(again.Wrapped, k.Wrapped) || opens(again) != nil {
		t.Errorf("wrapped again: %v", err)
	}
	for what, change := range map[string]func(*Key){
		"another case":       func(k *Key) { k.Handle = "case-b" },
		"another generation": func(k *Key) { k.Generation = 3 },
		"a flipped bit":      func(k *Key) { k.Wrapped[20] ^= 1 },
		"a piece":            func(k *Key) { k.Wrapped = k.Wrapped[:30] },
		"nothing":            func(k *Key) { k.Wrapped = nil },
	} {
		c := k
		c.Wrapped = bytes.Clone(k.Wrapped)
		change(&c)
		if err := opens(c); err == nil || fault.KindOf(err) != fault.Internal {
			t.Errorf("%s: %v", what, err)
		}
	}
	w.gone = true
	if err := opens(k); err == nil || err.Error() != "generation 4 of the wrapping key is not in the folder of keys: what it wraps cannot be read" {
		t.Errorf("%v", err)
	}
	if _, _, err := NewSealer(w, [32]byte{}, iotest.ErrReader(bytes.ErrTooLarge)).NewKey("x"); err == nil {
		t.Error("a key without chance")
	}
}

// Hashes of one use are not those of another, nor those of texts that were cut
// elsewhere.
func TestKeyedHashes(t *testing.T) {
	s, o := NewSealer(&oneWrap{}, [32]byte{1}, rand.Reader), NewSealer(&oneWrap{}, [32]byte{2}, rand.Reader)
	seen := map[[32]byte]bool{}
	for _, h := range [][32]byte{s.Lookup("a"), s.Lookup("b"), s.ownLookup("a"), o.Lookup("a"), s.hash("x", []byte("ab"), []byte("c")), s.hash("x", []byte("a"), []byte("bc")), s.hash("x", []byte("abc"))} {
		if seen[h] {
			t.Error("two of them are the same")
		}
		seen[h] = true
	}
	if again := NewSealer(&oneWrap{}, [32]byte{1}, rand.Reader); s.Lookup("a") != again.Lookup("a") {
		t.Error("a look-up changes")
	}
}

// Contents are read as they were written, and nothing else is.
func TestContentIsReadStrictly(t *testing.T) {
	rec, err := receipt.NewRecord(Values{"entry": text("event"), "by": text("x"), "text": text("y"), "to": []byte(`["x"]`)}, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"by", "to", "text"} {
		if err := rec.Erase(f); err != nil {
			t.Fatal(err)
		}
	}
	good := content{rec: rec, stand: Values{"by": text("erased-1"), "to": []byte(`["erased-1"]`)}}
	b, err := good.marshal()
	if err != nil {
		t.Fatal(err)
	}
	back, err := parseContent(b)
	if err != nil || back.standIns() != good.standIns() || back.rec.Commitment() != rec.Commitment() || back.values().word("by") != "erased-1" || len(back.values()) != 3 {
		t.Errorf("%+v %v", back, err)
	}
	for n := range b {
		// Cut where a stand-in ends, it is a content with fewer of them; the seal
		// keeps that from happening.
		if c, err := parseContent(b[:n]); err == nil && len(c.stand) == 2 {
			t.Errorf("cut at %d of %d it still reads", n, len(b))
		}
	}
	for what, c := range map[string]content{
		"a stand-in for what is there":      {rec: rec, stand: Values{"entry": text("note")}},
		"a stand-in for what never was":     {rec: rec, stand: Values{"re": text("e1")}},
		"a stand-in that is nothing":        {rec: rec, stand: Values{"by": nil}},
		"a stand-in for an unknown field":   {rec: rec, stand: Values{"zzz": text("e1")}},
		"a stand-in for a field of no name": {rec: rec, stand: Values{"": text("e1")}},
	} {
		b, err := c.marshal()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parseContent(b); err == nil {
			t.Errorf("%s is read", what)
		}
	}
	if _, err := parseContent(append([]byte{9}, b[1:]...)); err == nil {
		t.Error("another version is read")
	}
}

func FuzzContent(f *testing.F) {
	rec, err := receipt.NewRecord(Values{"entry": text("event"), "by": text("x")}, rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	if err := rec.Erase("by"); err != nil {
		f.Fatal(err)
	}
	b, err := content{rec: rec, stand: Values{"by": text("y")}}.marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte{contentVersion, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := parseContent(b)
		if err != nil {
			return
		}
		again, err := c.marshal()
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("what was read is written otherwise (%v)", err)
		}
	})
}

// Names are found as words, whatever their case, and not inside other words.
func TestMentions(t *testing.T) {
	m := mention{pseudonym: "erased-1", words: []string{"Jo Finder", "Ünal", "发现者", "o'neil"}}
	for in, want := range map[string]string{
		"Jo Finder":              "erased-1",
		"said jo finder.":        "said erased-1.",
		"JO FINDER, Jo Finder":   "erased-1, erased-1",
		"Banjo Finder":           "Banjo Finder",
		"Jo Finders":             "Jo Finders",
		"Jo Finder2":             "Jo Finder2",
		"(Jo Finder's)":          "(erased-1's)",
		"ünal und ÜNAL":          "erased-1 und erased-1",
		"xünal":                  "xünal",
		"由发现者报告":                 "由erased-1报告",
		"O'Neil; o'neils":        "erased-1; o'neils",
		"":                       "",
		"Jo":                     "Jo",
		"Jo Finder Jo Finder Jo": "erased-1 erased-1 Jo",
		"\xff Jo Finder \xff":    "\xff erased-1 \xff",
	} {
		if got := m.text(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	raw, changed := m.within([]byte(`{"a":["Jo Finder",1.0,true],"jo finder":{"x":"y"}}`))
	if want := `{"a":["erased-1",1.0,true],"erased-1":{"x":"y"}}`; !changed || string(raw) != want {
		t.Errorf("%s", raw)
	}
	if raw, changed := m.within([]byte(`{"b":1,  "a":"x"}`)); changed || string(raw) != `{"b":1,  "a":"x"}` {
		t.Errorf("%s", raw)
	}
}
