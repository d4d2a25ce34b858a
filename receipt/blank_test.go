package receipt

import (
	"bytes"
	"crypto/rand"
	"testing"

	"pgregory.net/rapid"

	"tocsin/internal/fault"
)

// A record made from a blank is the one that is made at once from the same
// chance, to the byte.
func TestABlankGivesTheSameRecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := map[string][]byte{}
		for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom(FieldNames()), func(s string) string { return s }).Draw(t, "fields") {
			values[name] = []byte(`"` + rapid.StringMatching(`[a-z]{0,100}`).Draw(t, "value") + `"`)
		}
		chance := rapid.SliceOfN(rapid.Byte(), SaltSize*(Slots+1), SaltSize*(Slots+1)).Draw(t, "chance")
		want, err := NewRecord(values, bytes.NewReader(chance))
		if err != nil {
			t.Fatal(err)
		}
		source := bytes.NewReader(chance)
		b, err := NewBlank(source)
		if err != nil {
			t.Fatal(err)
		}
		got, commitment, err := b.Record(values, source)
		if err != nil {
			t.Fatal(err)
		}
		a, errA := want.MarshalBinary()
		z, errZ := got.MarshalBinary()
		if errA != nil || errZ != nil || !bytes.Equal(a, z) || commitment != want.Commitment() || commitment != got.Commitment() {
			t.Fatalf("the records differ (%v, %v)", errA, errZ)
		}
	})
}

// A blank is good for one record, and refuses what NewRecord refuses.
func TestABlankIsUsedOnce(t *testing.T) {
	b, err := NewBlank(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.Record(map[string][]byte{"made-up": []byte("1")}, rand.Reader); fault.KindOf(err) != fault.Invalid || err == nil {
		t.Errorf("an unknown name: %v", err)
	}
	if _, _, err := b.Record(map[string][]byte{"id": []byte(`"a"`)}, rand.Reader); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.Record(map[string][]byte{"id": []byte(`"a"`)}, rand.Reader); err == nil || fault.KindOf(err) != fault.Internal {
		t.Errorf("a blank used twice: %v", err)
	}
	if _, err := NewBlank(bytes.NewReader(nil)); err == nil {
		t.Error("a blank without chance")
	}
}

func BenchmarkBlank(b *testing.B) {
	blanks := make([]*Blank, 0, b.N)
	for range b.N {
		blank, err := NewBlank(rand.Reader)
		if err != nil {
			b.Fatal(err)
		}
		blanks = append(blanks, blank)
	}
	values := map[string][]byte{"entry": []byte(`"event"`), "handle": []byte(`"abc"`), "kind": []byte(`"aware"`), "at": []byte(`"2026-01-01T00:00:00Z"`), "by": []byte(`"x"`)}
	b.ResetTimer()
	for _, blank := range blanks {
		if _, _, err := blank.Record(values, rand.Reader); err != nil {
			b.Fatal(err)
		}
	}
}
