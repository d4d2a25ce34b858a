package record_test

import (
	"context"
	"testing"

	"tocsin/internal/fault"
	"tocsin/record"
)

// bent is a store whose remembered answers were damaged on the disk.
type bent struct {
	record.Store
	bend func(*record.Request)
}

type bentTx struct {
	record.Tx
	bend func(*record.Request)
}

func (b bent) Update(ctx context.Context, fn func(record.Tx) error) error {
	return b.Store.Update(ctx, func(tx record.Tx) error { return fn(bentTx{tx, b.bend}) })
}

func (b bentTx) RequestBy(ctx context.Context, key [32]byte) (record.Request, error) {
	r, err := b.Tx.RequestBy(ctx, key)
	b.bend(&r)
	return r, err
}

// A repeated command is answered as it was, or not at all: never with the place
// of another command's record, whichever bit of the remembered answer changed.
func TestADamagedAnswerIsNotGivenAgain(t *testing.T) {
	d := newDesk(t)
	handle := d.keep(small).Handle
	add := func(k *record.Keeper, key, spec string) (record.Result, error) {
		return k.AddEvent(d.ctx(), handle, event(spec), record.AnyVersion, "tester", key)
	}
	const first, second = "commented by=maker at=2026-11-20T10:00Z text=one", "commented by=maker at=2026-11-20T11:00Z text=two"
	if _, err := add(d.k, "k1", first); err != nil {
		t.Fatal(err)
	}
	want, err := add(d.k, "k2", second)
	if err != nil {
		t.Fatal(err)
	}
	try := func(bend func(*record.Request)) (record.Result, error) {
		k, err := record.New(bent{d.store, bend}, d.o)
		if err != nil {
			t.Fatal(err)
		}
		defer k.Close()
		return add(k, "k2", second)
	}
	got, err := try(func(*record.Request) {})
	if err != nil || !got.Replayed || got.ID != want.ID || got.First != want.First || got.Version != want.Version {
		t.Fatalf("control, nothing damaged: %+v, %v, want %+v", got, err, want)
	}
	for bit := range 64 {
		for name, bend := range map[string]func(*record.Request){
			"first":   func(r *record.Request) { r.First ^= 1 << bit },
			"count":   func(r *record.Request) { r.Count ^= 1 << bit },
			"version": func(r *record.Request) { r.Version ^= 1 << bit },
			"epoch":   func(r *record.Request) { r.Epoch ^= 1 << bit },
			"digest":  func(r *record.Request) { r.Digest[bit/8] ^= 1 << (bit % 8) },
		} {
			if got, err := try(bend); err == nil {
				t.Errorf("bit %d of %s: answered with %+v", bit, name, got)
			} else if kind := fault.KindOf(err); name == "count" && kind != fault.Internal {
				t.Errorf("bit %d of %s: %v", bit, name, err)
			}
		}
	}
}
