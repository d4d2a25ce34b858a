package receipt

import (
	"fmt"
	"testing"
)

// An event as it is usually kept: some twenty fields, a paragraph of text.
func usual(tb testing.TB) *Record {
	tb.Helper()
	values := map[string][]byte{
		"entry": []byte(`"event"`), "handle": []byte(`"c-7f3a9d0e"`), "sequence": []byte(`14`),
		"prev": []byte(`"` + fmt.Sprintf("%064d", 7) + `"`), "recorded-at": []byte(`"2026-11-22T06:45:01.123Z"`),
		"recorded-by": []byte(`"desk"`), "basis": []byte(`"own"`), "id": []byte(`"e14"`), "kind": []byte(`"reported"`),
		"by": []byte(`"acme"`), "to": []byte(`["example-soft"]`), "of": []byte(`"gateway"`), "at": []byte(`"2026-11-22T06:40:00Z"`),
		"text": []byte(`"` + fmt.Sprintf("%0800d", 1) + `"`),
	}
	r, err := NewRecord(values, chance("usual"))
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func BenchmarkCommitment(b *testing.B) {
	r := usual(b)
	b.ReportAllocs()
	for b.Loop() {
		r.Commitment()
	}
}

func BenchmarkDisclose(b *testing.B) {
	r := usual(b)
	for b.Loop() {
		if _, err := r.Disclose([]string{"entry", "handle", "sequence", "recorded-at", "kind"}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	w := newWorld(b)
	p := w.receipt(b, w.size-1, nil)
	policy, err := KeysPolicy(w.allKeys())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if v := Verify(p, policy, Options{}); !v.Proved {
			b.Fatal(v.Reason)
		}
	}
}
