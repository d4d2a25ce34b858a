package app

import (
	"bytes"
	"context"
	"os"
	"path/filepath"

	"tocsin/internal/durable"
	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
	"tocsin/record"
)

// Audited is what both audits found: of the tree, and of what it is about.
type Audited struct {
	Log     ledger.Report      `json:"log"`
	Records record.AuditReport `json:"records"`
	State   string             `json:"state"`  // as in Status: what lies in the database can be all right, and not be all that was signed
	Reason  string             `json:"reason"` // why, where it is not "sound"
}

// Sound tells whether nothing was found, and the database is the one that was
// signed from.
func (a Audited) Sound() bool { return a.State == "sound" && a.Findings() == 0 }

// Findings is how many there are in the database.
func (a Audited) Findings() int { return len(a.Log.Findings) + len(a.Records.Findings) }

// Audit derives everything again. progress may be nil; stage is "log" or
// "records".
func (a *App) Audit(ctx context.Context, progress func(stage string, done, total int64)) (out Audited, err error) {
	step := func(stage string) func(done, total int64) {
		if progress == nil {
			return nil
		}
		return func(done, total int64) { progress(stage, done, total) }
	}
	err = a.db.ViewLog(ctx, func(r ledger.Reader) (err error) {
		out.Log, err = ledger.Audit(ctx, r, a.keys(), step("log"))
		return err
	})
	if err != nil {
		return out, err
	}
	if out.Records, err = a.keeper.Audit(ctx, step("records")); err != nil {
		return out, err
	}
	out.State, out.Reason, err = a.state(ctx)
	if err != nil && ctx.Err() == nil {
		err = nil // the audit has been made, and the guard's failure is in the reason
	}
	return out, err
}

// OpenLeaf opens one leaf to an auditor: an event, a filler or an erasure.
func (a *App) OpenLeaf(ctx context.Context, epoch int, index int64) (receipt.Disclosure, error) {
	if epoch == 0 {
		err := a.db.ViewLog(ctx, func(r ledger.Reader) error {
			h, err := r.Head(ctx)
			epoch = h.Epoch
			return err
		})
		if err != nil {
			return receipt.Disclosure{}, err
		}
	}
	return a.keeper.OpenLeaf(ctx, epoch, index)
}

// Tiles writes a static copy of the published log to a folder: what a mirror
// serves, and what Recover can take leaves from. It gives the size copied.
// Tiles that are there already are left, for they never change.
func (a *App) Tiles(ctx context.Context, dir string) (size int64, err error) {
	err = a.db.ViewLog(ctx, func(r ledger.Reader) error {
		head, err := r.Head(ctx)
		if err != nil {
			return err
		}
		last, err := r.LastCheckpoint(ctx, ledger.Published)
		if fault.KindOf(err) == fault.NotFound && err != nil || err == nil && last.Epoch != head.Epoch {
			return fault.New(fault.TooEarly, "no checkpoint of this epoch was published yet; tocsin ledger publish signs one")
		}
		if err != nil {
			return err
		}
		if err := sameEpoch(filepath.Join(dir, "checkpoint"), last.Note); err != nil {
			return err
		}
		size = last.Size
		err = ledger.EachTile(last.Size, func(path string) error {
			name := filepath.Join(dir, filepath.FromSlash(path))
			if _, err := os.Lstat(name); err == nil {
				return nil
			}
			data, err := ledger.Tile(ctx, r, path)
			if err != nil {
				return err
			}
			return put(name, data)
		})
		if err != nil {
			return err
		}
		// Last, so that a copy never claims more than it holds.
		return put(filepath.Join(dir, "checkpoint"), last.Note)
	})
	return size, err
}

// sameEpoch refuses a folder with a copy of another log, or of another epoch of
// this one: their tiles have the same names.
func sameEpoch(name string, note []byte) error {
	old, err := os.ReadFile(name)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return fault.New(fault.Unavailable, "%v", err)
	}
	was, _, _ := bytes.Cut(old, []byte("\n"))
	is, _, _ := bytes.Cut(note, []byte("\n"))
	if !bytes.Equal(was, is) {
		return fault.New(fault.Conflict, "%s is of the log %.200q, and this is %s: choose another folder for each epoch", name, was, is)
	}
	return nil
}

// put writes a file of the copy, which is for anybody to read.
func put(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fault.New(fault.Unavailable, "%v", err)
	}
	return durable.WriteFile(name, data, 0o644)
}
