package app

import (
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
}

// Sound tells whether nothing was found.
func (a Audited) Sound() bool { return len(a.Log.Findings)+len(a.Records.Findings) == 0 }

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
	out.Records, err = a.keeper.Audit(ctx, step("records"))
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

// put writes a file of the copy, which is for anybody to read.
func put(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fault.New(fault.Unavailable, "%v", err)
	}
	return durable.WriteFile(name, data, 0o644)
}
