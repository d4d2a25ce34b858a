package app

import (
	"context"
	"errors"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
	"tocsin/witness"
)

// OutsideTime is what `tocsin ledger outside` sets up. A nil Policy and an empty
// TSA leave what is there.
type OutsideTime struct {
	Policy []byte
	TSA    string
	Roots  []byte // PEM
	Clear  bool   // takes both away first
}

// SetOutside writes DIR/outside. What it sets holds from the next Open on.
func (a *App) SetOutside(o OutsideTime) error {
	if o.Policy != nil {
		p, err := receipt.ParsePolicy(o.Policy)
		if err != nil {
			return err
		}
		if err := a.fits(p); err != nil {
			return err
		}
	}
	if o.Clear {
		if err := a.dir.SetPolicy(nil); err != nil {
			return err
		}
		if err := a.dir.SetTSA("", nil); err != nil {
			return err
		}
	}
	if o.Policy != nil {
		if err := a.dir.SetPolicy(o.Policy); err != nil {
			return err
		}
	}
	if o.TSA != "" {
		return a.dir.SetTSA(o.TSA, o.Roots)
	}
	return nil
}

// fits refuses a policy that is some other log's: what others verify with must
// be what is asked for here.
func (a *App) fits(p *receipt.Policy) error {
	for _, l := range p.Logs() {
		for _, k := range a.keys() {
			if l.Key.String() == k.String() {
				return nil
			}
		}
	}
	if len(p.Logs()) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, "the policy names other logs than this one; tocsin ledger status prints the keys for its log lines")
}

// Outside is what is set up.
func (a *App) Outside() (policy *receipt.Policy, tsa string) { return a.outside.Policy, a.outside.TSA }

// WitnessRequest makes the file for a witness that cannot be reached over the
// network. old is the size that the witness saw last; with -1 it is looked up.
func (a *App) WitnessRequest(ctx context.Context, name string, old int64) ([]byte, error) {
	key, err := a.witnessKey(name)
	if err != nil {
		return nil, err
	}
	if old < 0 {
		if old, err = a.lastSeen(ctx, key); err != nil {
			return nil, err
		}
	}
	var proof []tlog.Hash
	var note []byte
	if proof, note, err = a.pub.WitnessRequest(ctx, old); err != nil {
		return nil, err
	}
	return witness.WriteRequest(old, proof, note)
}

// witnessKey finds a witness of the policy; "" if there is only one.
func (a *App) witnessKey(name string) (receipt.Key, error) {
	if a.outside.Policy == nil || len(a.outside.Policy.Witnesses()) == 0 {
		return receipt.Key{}, fault.New(fault.NotFound, "no witness is set up; tocsin ledger outside --policy FILE names them")
	}
	list := a.outside.Policy.Witnesses()
	if name == "" && len(list) == 1 {
		return list[0].Key, nil
	}
	for _, w := range list {
		if w.Name == name || w.Key.Name() == name {
			return w.Key, nil
		}
	}
	return receipt.Key{}, fault.New(fault.NotFound, "the policy names no witness %q; choose one with --witness (tocsin ledger status lists them)", name)
}

// lastSeen is the size of the newest checkpoint that a witness has cosigned, as
// far as we know.
func (a *App) lastSeen(ctx context.Context, key receipt.Key) (size int64, err error) {
	err = a.db.ViewLog(ctx, func(r ledger.Reader) error {
		head, err := r.Head(ctx)
		if err != nil {
			return err
		}
		return r.EachCheckpoint(ctx, func(c ledger.Signed) error {
			if c.State != ledger.Published || c.Epoch != head.Epoch {
				return nil
			}
			note, err := receipt.ParseNote(c.Note)
			if err != nil {
				return err
			}
			if v, err := note.Verify([]receipt.Key{key}); err == nil && len(v) > 0 {
				size = max(size, c.Size)
			}
			return nil
		})
	})
	return size, err
}

// WitnessAnswer takes the file that a witness made, and puts its signatures on
// the checkpoint that they are over.
func (a *App) WitnessAnswer(ctx context.Context, answer []byte) (ledger.Release, error) {
	if a.outside.Policy == nil {
		return ledger.Release{}, fault.New(fault.NotFound, "no witness is set up; tocsin ledger outside --policy FILE names them")
	}
	var keys []receipt.Key
	for _, w := range a.outside.Policy.Witnesses() {
		keys = append(keys, w.Key)
	}
	var notes [][]byte // newest last
	err := a.db.ViewLog(ctx, func(r ledger.Reader) error {
		return r.EachCheckpoint(ctx, func(c ledger.Signed) error {
			if c.State == ledger.Published {
				notes = append(notes, c.Note)
			}
			return nil
		})
	})
	if err != nil {
		return ledger.Release{}, err
	}
	if len(notes) == 0 {
		return ledger.Release{}, fault.New(fault.NotFound, "no checkpoint was published yet, so this answers none of ours")
	}
	// The log may have gone on since the request was written.
	var first error
	for i := len(notes) - 1; i >= max(0, len(notes)-1000); i-- {
		lines, err := witness.ReadAnswer(answer, notes[i], keys)
		if err == nil {
			return a.signing(ctx, func(ctx context.Context) (ledger.Release, error) { return a.pub.Attach(ctx, lines, nil) })
		}
		if first == nil {
			first = err
		}
		var ahead *ledger.WitnessAhead
		var refused *ledger.WitnessRefused
		if errors.As(err, &ahead) || errors.As(err, &refused) {
			break // it answered, and not with a signature
		}
	}
	return ledger.Release{}, first
}
