package ledger

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/receipt"
)

// Opening is what the first record of an epoch says. The record itself is made
// by package record; all of it is for anybody to read.
type Opening struct {
	Epoch     int       `json:"epoch"`
	Origin    string    `json:"origin"`
	Opened    time.Time `json:"opened"`
	Reason    string    `json:"reason,omitempty"`
	OldOrigin string    `json:"old-origin,omitempty"`
	OldSize   int64     `json:"old-size"`    // leaves of the old epoch here
	OldRoot   tlog.Hash `json:"old-root"`    // of them
	Signed    int64     `json:"signed"`      // the largest size of the old epoch that is known to be signed
	Root      tlog.Hash `json:"signed-root"` // over that size
	Gap       int64     `json:"gap"`         // leaves of the old epoch that are lost here
	Carried   int64     `json:"carried"`     // its last leaves, entered again after this record
}

// OpenEpoch opens the next epoch, the first included, in a transaction that
// holds the log's lock. Its origin is base/N. first makes the first leaf, index
// 0, from what the epoch is opened on. Leaves of the old epoch that none of its
// published checkpoints covers follow it, so that they get proofs: see Locate.
// presented is the largest checkpoint of the old epoch that was seen outside,
// nil if none was; reason is "" for the first.
//
// Call Watch.NextEpoch before it, outside of the transaction. Once the
// transaction has committed, call Watch.Opened. If the process ends
// between the two, the log stays read-only and another epoch is opened.
func OpenEpoch(ctx context.Context, w Writer, watch *Watch, base, reason string, presented *receipt.Checkpoint, now time.Time,
	first func(Opening) (receipt.Entry, error)) (Opening, Head, error) {
	epochs, err := w.Epochs(ctx)
	if err != nil {
		return Opening{}, Head{}, err
	}
	now = now.UTC().Truncate(time.Millisecond)
	mark, err := watch.water()
	if err != nil {
		return Opening{}, Head{}, err
	}
	n := max(nextEpoch(epochs, mark), watch.floor())
	o := Opening{Epoch: n, Origin: originOf(base, n), Opened: now, Reason: reason, OldRoot: emptyRoot, Root: emptyRoot}
	old := Head{}
	if len(epochs) > 0 {
		if old, err = soundHead(ctx, w); err != nil {
			return Opening{}, Head{}, err
		}
		if err := o.after(ctx, w, epochs[len(epochs)-1], old); err != nil {
			return Opening{}, Head{}, err
		}
	}
	o.outside(mark, presented)
	entry, err := first(o)
	if err != nil {
		return Opening{}, Head{}, err
	}
	entries := []receipt.Entry{entry}
	if o.Carried > 0 {
		tail, err := readEntries(ctx, w, old.Epoch, old.Size-o.Carried, old.Size)
		if err != nil {
			return Opening{}, Head{}, err
		}
		entries = append(entries, tail...)
	}
	head, nodes := Head{Epoch: n}.Append(entries)
	if head.Recorded = now; now.Before(old.Recorded) {
		head.Recorded = old.Recorded
	}
	if err := w.PutEpoch(ctx, Epoch{N: n, Origin: o.Origin, Opened: now, Before: o.OldSize, Carried: o.Carried}); err != nil {
		return Opening{}, Head{}, err
	}
	if err := w.PutLeaves(ctx, n, 0, entries, nodes); err != nil {
		return Opening{}, Head{}, err
	}
	if err := w.PutHead(ctx, head); err != nil {
		return Opening{}, Head{}, err
	}
	if n == 1 {
		// The first mark comes before the commit: a database without a mark looks
		// like one whose mark was lost, and a mark over nothing harms nobody.
		return o, head, watch.guard.Raise(Water{Epoch: 1, Origin: o.Origin, Root: emptyRoot, At: now})
	}
	return o, head, nil
}

// NextEpoch is the number that OpenEpoch will give, for keys are made before.
// It asks the witnesses too: a machine that was put back as a whole does not
// remember the epochs that it opened since. A witness that is not reached is
// passed over.
func (w *Watch) NextEpoch(ctx context.Context, r Epochs) (int, error) {
	epochs, err := r.Epochs(ctx)
	if err != nil {
		return 0, err
	}
	mark, err := w.water()
	if err != nil {
		return 0, err
	}
	n := nextEpoch(epochs, mark)
	last := Epoch{N: mark.Epoch, Origin: mark.Origin}
	if len(epochs) > 0 {
		last = epochs[len(epochs)-1]
	}
	base := strings.TrimSuffix(last.Origin, "/"+strconv.Itoa(last.N))
	for _, wit := range w.witnesses {
		for asks := 0; asks < maxForgotten && n > 1; asks++ {
			known, err := knows(ctx, wit, originOf(base, n))
			if err != nil {
				w.log.Warn("a witness said nothing of the next epoch", "witness", wit.Key().Name(), "why", err.Error())
			}
			if !known {
				break
			}
			n++
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next = max(w.next, n)
	return w.next, nil
}

// maxForgotten bounds what a witness that knows everything costs.
const maxForgotten = 100

// knows tells whether a witness has cosigned anything of an origin.
func knows(ctx context.Context, wit Witness, origin string) (bool, error) {
	r, ok := wit.(Remembering)
	if !ok {
		return false, nil
	}
	_, _, err := r.Latest(ctx, origin)
	if fault.KindOf(err) == fault.NotFound {
		return false, nil
	}
	return err == nil, err
}

func originOf(base string, epoch int) string { return base + "/" + strconv.Itoa(epoch) }

// nextEpoch never gives a number again, even if the database that knew of it is
// lost: nothing is signed twice under one origin.
func nextEpoch(epochs []Epoch, mark Water) int {
	n := mark.Epoch + 1
	if len(epochs) > 0 {
		return max(n, epochs[len(epochs)-1].N+1)
	}
	if mark.Epoch == 1 && mark.Size == 0 {
		return 1 // the process ended while it opened the first
	}
	return n
}

// after fills in what the epoch before was, as it is here.
func (o *Opening) after(ctx context.Context, r Reader, e Epoch, old Head) error {
	o.OldOrigin, o.OldSize, o.OldRoot = e.Origin, old.Size, old.Root()
	last, err := lastPublished(ctx, r, e.N)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	o.Signed, o.Root = last.Size, last.Root
	if last.Seq == 0 {
		o.Root = emptyRoot
	}
	// Never less than nothing: a checkpoint over more than is here is the very
	// thing that an epoch may be opened for.
	o.Carried = max(0, old.Size-last.Size)
	return nil
}

// outside fills in what is known to be signed beyond what is here.
func (o *Opening) outside(mark Water, presented *receipt.Checkpoint) {
	if o.OldOrigin == "" && mark.Size > 0 {
		o.OldOrigin = mark.Origin
	}
	if mark.Origin == o.OldOrigin && mark.Size > o.Signed {
		o.Signed, o.Root = mark.Size, mark.Root
	}
	if presented != nil && presented.Origin == o.OldOrigin && presented.Size > o.Signed {
		o.Signed, o.Root = presented.Size, presented.Root
	}
	o.Gap = max(0, o.Signed-o.OldSize)
}

// Opened sets the high-water mark to the new epoch and ends a divergence.
// place names the database, as in Check.
func (w *Watch) Opened(o Opening, place string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if place == "" {
		place = w.place
	}
	if err := w.guard.Raise(Water{Epoch: o.Epoch, Origin: o.Origin, Root: emptyRoot, Place: place, At: w.now()}); err != nil {
		return err
	}
	w.seen, w.within, w.place, w.doubt, w.next, w.heard = Head{}, Water{}, place, false, 0, nil
	return w.clear(fmt.Sprintf("epoch %d was opened", o.Epoch))
}

func (w *Watch) clear(how string) error {
	reason, err := w.guard.Diverged()
	if err != nil || reason == "" {
		return err
	}
	return w.guard.Clear(how)
}

// Locate follows a leaf that was entered again in a later epoch: there is its
// newest place, which can be the one given.
func Locate(ctx context.Context, r Epochs, epoch int, index int64) (int, int64, error) {
	epochs, err := r.Epochs(ctx)
	if err != nil {
		return 0, 0, err
	}
	for i, e := range epochs {
		if i == 0 || epochs[i-1].N != epoch {
			continue
		}
		if from := e.Before - e.Carried; e.Carried > 0 && index >= from && index < e.Before {
			epoch, index = e.N, 1+index-from
		}
	}
	return epoch, index, nil
}
