package app

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
	"tocsin/record"
)

// NewEpoch ends a divergence by opening the next life of the log, under a new
// origin and with new keys. presented is the largest checkpoint of the old
// epoch that was seen outside, nil if none is known beyond the mark. The App
// must be opened anew afterwards. The first record of the new life repeats the
// last time where the clock of this machine is not believed.
func (a *App) NewEpoch(ctx context.Context, reason, by, with string, presented *receipt.Checkpoint) (ledger.Opening, error) {
	return a.NewEpochWithout(ctx, 0, reason, by, with, presented)
}

// Hearsay tells whether it is not known here what was signed last: the mark was
// lost, or came with the backup that was restored.
func (a *App) Hearsay() bool {
	w, err := a.dir.Guard().Water()
	return err == nil && w.Hearsay || err != nil && fault.KindOf(err) != fault.NotFound
}

// NewEpochWithout is NewEpoch where so many records may be lost, at most: none of
// the numbers that they may have had is given again.
func (a *App) NewEpochWithout(ctx context.Context, lost int64, reason, by, with string, presented *receipt.Checkpoint) (ledger.Opening, error) {
	if reason == "" || by == "" || with == "" || by == with {
		return ledger.Opening{}, fault.New(fault.Invalid, "a new epoch needs a reason and two people who are named")
	}
	// A mark that is torn or gone cannot say what was signed: it is given up, and
	// no key of the epochs before signs again.
	if _, err := a.dir.Guard().Water(); fault.KindOf(err) == fault.Forbidden && err != nil {
		if err := a.dir.Guard().Abandon("new epoch by " + by + " with " + with); err != nil {
			return ledger.Opening{}, err
		}
	}
	var next int
	err := a.db.ViewLog(ctx, func(r ledger.Reader) (err error) {
		next, err = a.watch.NextEpoch(ctx, r)
		return err
	})
	if err != nil {
		return ledger.Opening{}, err
	}
	if _, err := a.dir.NewSigners(next); err != nil {
		return ledger.Opening{}, err
	}
	o, err := record.OpenEpoch(ctx, a.db, a.recordOptions(), a.watch, a.dir.Base(),
		record.EpochOpening{Reason: reason, Presented: presented, By: by, With: with, Lost: lost})
	if err != nil {
		return o, err
	}
	if err := a.reapply(ctx); err != nil {
		return o, fault.New(fault.KindOf(err), "epoch %d was opened, but what was erased is not recorded in it yet: %v", o.Epoch, err)
	}
	return o, nil
}

// Recover takes the leaves that are missing here from a copy of the log: a
// folder that `tocsin ledger tiles` wrote, or the address of one. The target is
// the largest checkpoint known to be signed: what the copy holds, what was
// presented (nil if nothing was), or the mark beside the database.
func (a *App) Recover(ctx context.Context, from string, presented *receipt.Checkpoint) (ledger.Head, error) {
	src, err := source(from)
	if err != nil {
		return ledger.Head{}, err
	}
	target, reaches := presented, int64(-1)
	if note, err := src.Tile(ctx, "checkpoint"); err == nil {
		cp, err := a.Signed(note)
		if err != nil {
			return ledger.Head{}, fault.New(fault.Invalid, "the checkpoint of the copy: %v", err)
		}
		target, reaches = larger(target, cp), cp.Size
	}
	w, err := a.dir.Guard().Water()
	switch {
	case err == nil && w.Restored && target == nil:
		// The mark of a restored database may be no more than what the backup says.
		return ledger.Head{}, fault.New(fault.Invalid, "the copy has no checkpoint; after a restore something from outside has to say how far the log had come: --checkpoint FILE")
	case err == nil:
		target = larger(target, receipt.Checkpoint{Origin: w.Origin, Size: w.Size, Root: w.Root})
	case fault.KindOf(err) != fault.NotFound && target == nil:
		return ledger.Head{}, err
	}
	if target == nil {
		return ledger.Head{}, fault.New(fault.NotFound, "it is not known what was signed last; bring the largest checkpoint or receipt that anybody has with --checkpoint FILE")
	}
	h, err := a.keeper.Recover(ctx, a.watch, src, *target)
	if fault.KindOf(err) == fault.NotFound && err != nil && reaches >= 0 && reaches < target.Size {
		return h, fault.New(fault.NotFound, "the copy ends at %d entries, and %d were signed: it does not have all that is missing. Look for a newer copy; without one, tocsin ledger new-epoch is the way out", reaches, target.Size)
	}
	if err != nil {
		return h, err
	}
	if err := a.reapply(ctx); err != nil {
		return h, fault.New(fault.KindOf(err), "the entries were put back, but what was erased is not recorded yet: %v", err)
	}
	return h, nil
}

// larger is the larger one of two checkpoints; of two origins the first.
func larger(a *receipt.Checkpoint, b receipt.Checkpoint) *receipt.Checkpoint {
	if a == nil || a.Origin == b.Origin && b.Size > a.Size {
		return &b
	}
	return a
}

// Presented compares a receipt or checkpoint that somebody brought with the log.
// It must be signed by this log. fault.Forbidden: it contradicts the log, which
// is diverged from now on.
func (a *App) Presented(ctx context.Context, data []byte) (receipt.Checkpoint, error) {
	cp, err := a.Signed(data)
	if err != nil {
		return cp, err
	}
	return cp, a.db.ViewLog(ctx, func(r ledger.Reader) error { return a.watch.Presented(ctx, r, cp) })
}

// Signed reads the checkpoint in a receipt or a signed note, and verifies that
// this log signed it, in whichever epoch.
func (a *App) Signed(data []byte) (receipt.Checkpoint, error) {
	text := data
	if p, err := receipt.ParseProof(data); err == nil {
		text = p.Checkpoint
	}
	note, err := receipt.ParseNote(text)
	if err != nil {
		return receipt.Checkpoint{}, fault.New(fault.Invalid, "neither a receipt nor a signed checkpoint (%v)", err)
	}
	cp, err := note.Checkpoint()
	if err != nil {
		return cp, err
	}
	var keys []receipt.Key
	for _, k := range a.keys() {
		if k.Name() == cp.Origin {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return cp, fault.New(fault.Invalid, "the checkpoint is of the log %q, whose keys are not here", cp.Origin)
	}
	signed, err := note.Verify(keys)
	if err != nil {
		return cp, err
	}
	if len(signed) == 0 {
		return cp, fault.New(fault.Invalid, "the checkpoint carries no signature of this log; whoever wrote it, this log did not")
	}
	return cp, nil
}

// AcceptClock lets appends go on after the clock jumped and a person looked. What
// a way out could not record for the sake of the clock follows.
func (a *App) AcceptClock(ctx context.Context, by string) (record.Result, error) {
	res, err := a.keeper.AcceptClock(ctx, by)
	if err != nil {
		return res, err
	}
	return res, a.reapply(ctx)
}

// source reads tiles from a folder or an address.
func source(from string) (ledger.Source, error) {
	if strings.HasPrefix(from, "http://") || strings.HasPrefix(from, "https://") {
		u, err := url.Parse(from)
		if err != nil || u.Host == "" {
			return nil, fault.New(fault.Invalid, "%q is not an address", from)
		}
		return httpTiles{u, &http.Client{Timeout: 30 * time.Second}}, nil
	}
	st, err := os.Stat(from)
	if err != nil || !st.IsDir() {
		return nil, fault.New(fault.Invalid, "%s is not a folder with a copy of the log", from)
	}
	return dirTiles{from}, nil
}

// maxTile is more than any tile or bundle of this log has.
const maxTile = 64 << 10

type dirTiles struct{ dir string }

func (d dirTiles) Tile(_ context.Context, path string) ([]byte, error) {
	if !filepath.IsLocal(filepath.FromSlash(path)) {
		return nil, fault.New(fault.NotFound, "there is no such tile")
	}
	f, err := os.Open(filepath.Join(d.dir, filepath.FromSlash(path)))
	if os.IsNotExist(err) {
		return nil, fault.New(fault.NotFound, "the copy lacks %s", path)
	}
	if err != nil {
		return nil, fault.New(fault.Unavailable, "reading the copy: %v", err)
	}
	defer f.Close()
	return whole(f, path)
}

type httpTiles struct {
	base   *url.URL
	client *http.Client
}

func (h httpTiles) Tile(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.base.JoinPath(path).String(), nil)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%v", err)
	}
	res, err := h.client.Do(req)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "asking the copy: %v", err)
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusOK:
		return whole(res.Body, path)
	case http.StatusNotFound:
		return nil, fault.New(fault.NotFound, "the copy lacks %s", path)
	}
	return nil, fault.New(fault.Unavailable, "the copy answered %s with status %d", path, res.StatusCode)
}

func whole(r io.Reader, path string) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxTile+1))
	if err != nil {
		return nil, fault.New(fault.Unavailable, "reading %s of the copy: %v", path, err)
	}
	if len(data) > maxTile {
		return nil, fault.New(fault.Invalid, "%s of the copy is too large to be a tile", path)
	}
	return data, nil
}
