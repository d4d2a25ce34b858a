package app

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
	"tocsin/tsa"
	"tocsin/witness"
)

// OutsideTime is what `tocsin ledger outside` sets up. A nil Policy and nil Roots
// leave what is there.
type OutsideTime struct {
	Policy []byte
	TSA    string // "" with Roots: an authority that is asked by files
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
	if o.TSA != "" || o.Roots != nil {
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

// ByFiles stands for the address of an authority that is asked by files.
const ByFiles = "by files"

// Outside is what is set up.
func (a *App) Outside() (policy *receipt.Policy, tsa string) { return a.outside.Policy, a.tsaName() }

// tsaName is the address of the time-stamp authority, ByFiles, or "" for none.
func (a *App) tsaName() string {
	if a.outside.TSA == "" && a.outside.Roots != nil {
		return ByFiles
	}
	return a.outside.TSA
}

// StampRequest makes the query (.tsq) for a time-stamp authority that cannot be
// reached over the network, over the last published checkpoint.
func (a *App) StampRequest(ctx context.Context) ([]byte, error) {
	var query []byte
	err := a.db.ViewLog(ctx, func(r ledger.Reader) error {
		last, err := r.LastCheckpoint(ctx, ledger.Published)
		if fault.KindOf(err) == fault.NotFound && err != nil {
			return fault.New(fault.TooEarly, "no checkpoint was published yet; tocsin ledger publish signs one")
		}
		if err != nil {
			return err
		}
		note, err := receipt.ParseNote(last.Note)
		if err != nil {
			return err
		}
		query, err = tsa.WriteRequest(note.Text)
		return err
	})
	return query, err
}

// StampAnswer takes the answer (.tsr) of an authority, or a bare token, and puts
// it on the checkpoint that it is over: the log may have gone on since.
func (a *App) StampAnswer(ctx context.Context, answer []byte) (ledger.Release, error) {
	if a.outside.Roots == nil {
		return ledger.Release{}, fault.New(fault.NotFound, "no root of a time-stamp authority is set up; tocsin ledger outside --tsa-roots FILE names it")
	}
	var token []byte
	var seq int64
	first := fault.New(fault.NotFound, "no checkpoint was published yet, so this answers none of ours")
	published, err := a.publishedNotes(ctx)
	if err != nil {
		return ledger.Release{}, err
	}
	for i, c := range published {
		note, err := receipt.ParseNote(c.Note)
		if err != nil {
			return ledger.Release{}, err
		}
		if token, err = tsa.ReadAnswer(answer, note.Text, a.outside.Roots); err == nil {
			seq = c.Seq
			break
		}
		if i == 0 {
			first = err
		}
	}
	if seq == 0 {
		return ledger.Release{}, first
	}
	return a.signing(ctx, func(ctx context.Context) (ledger.Release, error) {
		return a.pub.AttachStamps(ctx, seq, [][]byte{token})
	})
}

// mostAnswered is how many checkpoints back an answer may come late.
const mostAnswered = 1000

// publishedNotes are the published checkpoints, the newest first.
func (a *App) publishedNotes(ctx context.Context) (out []ledger.Signed, err error) {
	err = a.db.ViewLog(ctx, func(r ledger.Reader) error {
		return r.EachCheckpoint(ctx, func(c ledger.Signed) error {
			if c.State == ledger.Published {
				out = append(out, c)
			}
			return nil
		})
	})
	slices.Reverse(out)
	return out[:min(len(out), mostAnswered)], err
}

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
	published, err := a.publishedNotes(ctx)
	if err != nil {
		return ledger.Release{}, err
	}
	if len(published) == 0 {
		return ledger.Release{}, fault.New(fault.NotFound, "no checkpoint was published yet, so this answers none of ours")
	}
	// The log may have gone on since the request was written.
	var first error
	for _, c := range published {
		lines, err := witness.ReadAnswer(answer, c.Note, keys)
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
