package ledger

import (
	"context"
	"fmt"
	"strings"

	"tocsin/internal/fault"
	"tocsin/receipt"
)

// Source gives tiles by their C2SP path: a mirror, or a static copy on disk.
type Source interface {
	Tile(ctx context.Context, path string) ([]byte, error)
}

// Recover takes the leaves that are missing here from a source, up to a
// checkpoint that this log has signed, and puts them in only if its root is
// then reached. kept is called in the same transaction with what was added; it
// may be nil. Once the transaction has committed, call Watch.Recovered.
//
// What the leaves stood for is not recovered, only that they stood there.
// fault.Conflict: the root is not reached, and nothing may be put in.
func Recover(ctx context.Context, w Writer, src Source, target receipt.Checkpoint,
	kept func(first int64, entries []receipt.Entry) error) (Head, error) {
	head, err := soundHead(ctx, w)
	if err != nil {
		return Head{}, err
	}
	epoch, err := epochOf(ctx, w, head.Epoch)
	if err != nil {
		return Head{}, err
	}
	switch {
	case target.Origin != epoch.Origin:
		return Head{}, fault.New(fault.Conflict, "the checkpoint is of %.200q, and this log is %s", target.Origin, epoch.Origin)
	case target.Size < head.Size:
		return Head{}, fault.New(fault.Conflict, "the checkpoint is over %d leaves, and there are %d here: nothing is missing up to it", target.Size, head.Size)
	case target.Size-head.Size > maxRecovered:
		return Head{}, fault.New(fault.Invalid, "%d leaves are missing, which is more than one recovery takes", target.Size-head.Size)
	}
	missing, err := fetchEntries(ctx, src, head.Size, target.Size)
	if err != nil {
		return Head{}, err
	}
	next, nodes := head.Append(missing)
	if next.Root() != target.Root {
		return Head{}, fault.New(fault.Conflict, "with the %d leaves of the source the root of the checkpoint is not reached: the two logs parted before",
			len(missing))
	}
	if len(missing) == 0 {
		return next, nil
	}
	if err := w.PutLeaves(ctx, head.Epoch, head.Size, missing, nodes); err != nil {
		return Head{}, err
	}
	if err := w.PutHead(ctx, next); err != nil {
		return Head{}, err
	}
	if kept != nil {
		if err := kept(head.Size, missing); err != nil {
			return Head{}, err
		}
	}
	return next, nil
}

// maxRecovered bounds what a checkpoint from outside can make us hold in
// memory: some 600 MB.
const maxRecovered = 1 << 24

// fetchEntries reads entries from the bundles of a mirror. The last bundle may
// be there whole where the mirror has grown since.
func fetchEntries(ctx context.Context, src Source, from, to int64) ([]receipt.Entry, error) {
	var out []receipt.Entry
	for n := from >> tileBits; from < to && n<<tileBits < to; n++ {
		start := n << tileBits
		t := tile{level: entriesLevel, n: n, width: int(min(tileWidth, to-start))}
		data, err := src.Tile(ctx, t.path())
		if err != nil && fault.KindOf(err) == fault.NotFound && t.width < tileWidth {
			whole := t
			whole.width = tileWidth
			data, err = src.Tile(ctx, whole.path())
		}
		if err != nil {
			return nil, err
		}
		entries, err := unbundle(data)
		if err != nil {
			return nil, err
		}
		if len(entries) < t.width {
			return nil, fault.New(fault.Invalid, "%s of the source holds %d entries", t.path(), len(entries))
		}
		out = append(out, entries[max(0, from-start):t.width]...)
	}
	return out, nil
}

// Recovered ends a divergence after Recover, if the log now holds what was
// signed; place as in Check. fault.Forbidden if it does not: the mark or a
// witness knows of more. Where witnesses are configured, one at least must
// answer, and all of them after a restore.
func (w *Watch) Recovered(ctx context.Context, r Reader, target receipt.Checkpoint, place string) error {
	reason, err := w.guard.Diverged()
	if err != nil {
		return err
	}
	if strings.HasPrefix(reason, fork) {
		return fault.New(fault.Forbidden, ReadOnly+"%s; no missing leaves explain that: only tocsin ledger new-epoch ends it", reason)
	}
	if err := w.firsthand(); err != nil {
		return err
	}
	q, err := w.question(ctx, only{r})
	if err != nil {
		return err
	}
	if err := w.caughtUp(ctx, r, q, target); err != nil {
		return err
	}
	if len(w.witnesses) > 0 {
		_, silent, err := w.askAll(ctx, only{r}, q)
		if err != nil {
			return err
		}
		if len(silent) == len(w.witnesses) {
			return fault.New(fault.Unavailable, "no witness could be asked whether it has seen more (%s); the log stays read-only", strings.Join(silent, "; "))
		}
		// Beside a mark that a backup set, a silent one may be the only one that saw more.
		if len(silent) > 0 && w.unvouched() {
			return fault.New(fault.Unavailable, "not every witness could be asked whether it has seen more (%s); the log stays read-only", strings.Join(silent, "; "))
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	mark, err := w.water()
	if err != nil {
		return err
	}
	if mark.Epoch != q.head.Epoch || target.Size > mark.Size {
		mark = Water{Epoch: q.head.Epoch, Origin: q.at.Origin, Size: target.Size, Root: target.Root, Place: mark.Place}
	}
	if place == "" {
		place = w.place
	}
	if place != "" {
		mark.Place = place
	}
	mark.At, mark.Restored, mark.Hearsay = w.now(), false, false
	if err := w.guard.Raise(mark); err != nil {
		return err
	}
	w.place, w.doubt = mark.Place, false
	return w.clear(fmt.Sprintf("the leaves up to %d of epoch %d were recovered", q.head.Size, q.head.Epoch))
}

// Recoverable says whether a recovery up to the target can end what is wrong. Ask
// before anything is put in: what follows the recovered leaves, such as a note
// about them, would stand where a better copy has its own.
//
// fault.Forbidden where the mark itself came from a backup and there is no
// witness: then nobody knows how far the log had come, a copy can be as old as
// the backup, and the log does not go on under its origin. fault.Conflict if a
// witness has seen more than the target.
func (w *Watch) Recoverable(ctx context.Context, target receipt.Checkpoint) error {
	if err := w.firsthand(); err != nil {
		return err
	}
	for _, wit := range w.witnesses {
		r, ok := wit.(Remembering)
		if !ok {
			continue
		}
		_, data, err := r.Latest(ctx, target.Origin)
		if err != nil {
			continue // Recovered asks again, and needs an answer
		}
		cp, err := openOwn(data, keysOf(w.keys, target.Origin))
		if err == nil && cp.Origin == target.Origin && cp.Size > target.Size {
			return fault.New(fault.Conflict, "witness %s has seen %d leaves, and the copy leads to %d: find a newer one; nothing was put in",
				wit.Key().Name(), cp.Size, target.Size)
		}
	}
	return nil
}

// firsthand refuses a mark of which nobody knows whether it is the last one.
func (w *Watch) firsthand() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	water, err := w.water()
	if err == nil && water.Hearsay && len(w.witnesses) == 0 {
		err = fault.New(fault.Forbidden, ReadOnly+"the mark beside the database came from a backup, and without a witness nobody can tell what was signed after it or after the copy: only tocsin ledger new-epoch ends it")
	}
	return err
}

// caughtUp compares the log with the mark and the target.
func (w *Watch) caughtUp(ctx context.Context, r Reader, q question, target receipt.Checkpoint) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	water, err := w.water()
	if err != nil {
		return err
	}
	w.seen, w.within = Head{}, Water{} // what was seen here may be what was lost
	if err := w.compare(ctx, r, q.head, water); err != nil {
		return err
	}
	return w.holds(ctx, r, q.head, target.Size, target.Root, "the checkpoint that was recovered to")
}

// only is a store that can do no more than its one view.
type only struct{ r Reader }

func (o only) ViewLog(_ context.Context, fn func(Reader) error) error { return fn(o.r) }

func (o only) UpdateLog(context.Context, func(Writer) error) error {
	return fault.New(fault.Internal, "a view cannot be written to")
}

// Restored sets the mark for a database that was read from a backup into a new
// place: what the backup knows to be signed, and that nobody has vouched for it.
func (w *Watch) Restored(ctx context.Context, r Reader, place string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	head, err := soundHead(ctx, r)
	if err != nil {
		return err
	}
	epoch, err := epochOf(ctx, r, head.Epoch)
	if err != nil {
		return err
	}
	last, err := lastPublished(ctx, r, head.Epoch)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	mark := Water{Epoch: head.Epoch, Origin: epoch.Origin, Size: last.Size, Root: last.Root, Place: place, At: w.now(), Restored: true, Hearsay: true}
	if last.Seq == 0 {
		mark.Root = emptyRoot
	}
	// What stands higher already is what the backup lacks: it stays, and Check
	// finds it. One that stands lower is not of the machine that signed.
	was, err := w.water()
	if err != nil {
		return err
	}
	if was.Epoch > mark.Epoch || was.Epoch == mark.Epoch && was.Size >= mark.Size {
		mark = was
		mark.Restored, mark.Place, mark.At = true, place, w.now()
	}
	return w.guard.Raise(mark)
}
