package ledger

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/receipt"
)

// Watch compares the database with what this installation knows of itself. It
// is shared by all that write in one process.
type Watch struct {
	guard     Guard
	keys      []receipt.Key
	witnesses []Witness
	now       func() time.Time
	log       *slog.Logger

	// mu guards what follows. It is held while a reader is read, never while a
	// witness is asked.
	mu     sync.Mutex
	seen   Head            // the newest head that was seen committed
	within Water           // the mark that seen is known to contain
	place  string          // where the database is; "" until a connection said so
	doubt  bool            // place is not the mark's, and nobody has vouched for it yet
	next   int             // number that the next epoch has at least
	heard  map[string]bool // witnesses that answered in this process, by key; see heard.go
}

// WatchOptions are what a Watch needs. Guard is required.
type WatchOptions struct {
	Guard     Guard
	Keys      []receipt.Key // the log's own keys, of every epoch that is known
	Witnesses []Witness     // asked when the database is another than before
	Now       func() time.Time
	Log       *slog.Logger
}

// NewWatch makes a watch.
func NewWatch(o WatchOptions) *Watch {
	w := &Watch{guard: o.Guard, keys: o.Keys, witnesses: o.Witnesses, now: o.Now, log: o.Log}
	if w.now == nil {
		w.now = time.Now
	}
	if w.log == nil {
		w.log = slog.New(slog.DiscardHandler)
	}
	return w
}

// Check says whether the log that r reads may be written to. It is called at
// start, on every new connection (with the place that the database names), and
// under the log's lock in every transaction that writes (place "": what r itself
// names, by a method Place, or as on the connection). r must be a view whose first read is made here, or one that
// holds the lock: an older one would look like a rollback.
//
// fault.Forbidden: reading stays possible, writing does not, and a rollback, a
// fork or another database has been found, now or before; the sentence names
// the ways out. Any other error says that nothing could be found out.
func (w *Watch) Check(ctx context.Context, r Reader, place string) error {
	// A pool can hold connections to two servers at once, so that what the newest
	// one said need not hold for the one that this transaction runs on.
	if p, ok := r.(interface{ Place() string }); ok && place == "" {
		place = p.Place()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.check(ctx, r, place)
}

// Connected is Check for a connection hook: what only forbids writing is
// remembered and passes, so that reading stays possible. Writing is refused
// under the lock.
func (w *Watch) Connected(ctx context.Context, r Reader, place string) error {
	err := w.Check(ctx, r, place)
	if err != nil && fault.KindOf(err) == fault.Forbidden {
		// Whoever writes gets this error, and whoever serves says it: no warning here,
		// for each connection of a pool would repeat it.
		w.log.Info("connected", "why", err.Error())
		return nil
	}
	return err
}

func (w *Watch) check(ctx context.Context, r Reader, place string) error {
	if err := w.diverged(); err != nil {
		return err
	}
	// The mark is read before the head: it is raised after a commit, so a head
	// that is read later has reached it.
	water, err := w.water()
	if err != nil {
		return err
	}
	head, err := soundHead(ctx, r)
	if fault.KindOf(err) == fault.NotFound {
		head, err = Head{}, nil
	}
	if err != nil {
		return err
	}
	if err := w.compare(ctx, r, head, water); err != nil {
		return err
	}
	if err := w.checkPlace(place, water); err != nil {
		return err
	}
	if water.Restored {
		return readOnly("the database was restored from a backup, and nobody has vouched yet that nothing was signed after it")
	}
	w.seen, w.within = head, water
	return nil
}

// diverged refuses if something was found before.
func (w *Watch) diverged() error {
	reason, err := w.guard.Diverged()
	if err != nil {
		return err
	}
	if reason != "" {
		return readOnly(reason)
	}
	return nil
}

// water reads the mark. No mark at all is a zero one: compare has the word then.
func (w *Watch) water() (Water, error) {
	water, err := w.guard.Water()
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return Water{}, nil
	}
	return water, err
}

// compare looks for less than was signed or acknowledged.
func (w *Watch) compare(ctx context.Context, r Reader, head Head, water Water) error {
	switch {
	case water.Epoch == 0 && head.Epoch > 0:
		return readOnly("the database holds a log, and the high-water mark beside it is missing: what was signed from it is not known")
	case water.Epoch == 1 && water.Size == 0 && head.Epoch == 0 && water.Place == "":
		return nil // the process ended while it opened the first epoch: nothing was signed
	case water.Epoch == 1 && water.Size == 0 && head.Epoch == 0:
		// Nothing was signed, and yet something may have been acknowledged. A backup
		// may still be read into the empty database.
		return readOnly(fmt.Sprintf("the log was begun in the database %s, and this one is empty", water.Place))
	case water.Epoch > head.Epoch:
		return w.diverge("epoch %d was signed, and the database knows of %d only", water.Epoch, head.Epoch)
	case water.Epoch == head.Epoch && water.Size > head.Size:
		return w.diverge("%d leaves of epoch %d were signed, and the database holds %d", water.Size, head.Epoch, head.Size)
	case w.seen.Epoch > head.Epoch || w.seen.Epoch == head.Epoch && w.seen.Size > head.Size:
		return w.diverge("%d leaves of epoch %d were acknowledged, and the database holds %d of epoch %d",
			w.seen.Size, w.seen.Epoch, head.Size, head.Epoch)
	}
	// An older mark than the newest epoch: that epoch was opened, and the process
	// ended before it raised the mark. The way out has been taken.
	known := w.seen.Epoch == head.Epoch && head.Epoch > 0
	if known {
		root, err := rootWithin(ctx, r, head, w.seen.Size)
		if err != nil {
			return err
		}
		if root != w.seen.Root() {
			return w.diverge(fork+"the first %d leaves of epoch %d are not those that were acknowledged", w.seen.Size, head.Epoch)
		}
	}
	if water.Epoch == head.Epoch && water.Size > 0 && !(known && sameMark(water, w.within)) {
		root, err := rootWithin(ctx, r, head, water.Size)
		if err != nil {
			return err
		}
		if root != water.Root {
			return w.diverge(fork+"the first %d leaves of epoch %d are not those that were signed", water.Size, head.Epoch)
		}
	}
	return nil
}

func sameMark(a, b Water) bool { return a.Epoch == b.Epoch && a.Size == b.Size && a.Root == b.Root }

// checkPlace looks for another database than the one that was signed from: a
// standby that was promoted, or a copy. It may lack what the first one
// acknowledged, without lacking anything that is known here.
func (w *Watch) checkPlace(place string, water Water) error {
	if place != "" && place != w.place {
		w.place = place
		w.doubt = water.Place != "" && water.Place != place
	}
	switch {
	case !w.doubt:
		return nil
	case len(w.witnesses) == 0:
		return w.diverge("promotion: what was signed came from the database %s, and this is %s; without a witness nobody can tell what the first one signed last",
			water.Place, w.place)
	}
	return readOnly(fmt.Sprintf("what was signed came from the database %s, and this is %s; a witness is asked before anything is written", water.Place, w.place))
}

// fork begins the reasons that no missing leaf explains: two different logs
// under one origin. Only a new epoch ends them.
const fork = "fork: "

// waysOut ends every refusal to write.
const waysOut = "; the ways out are tocsin ledger recover and tocsin ledger new-epoch"

// ReadOnly begins them.
const ReadOnly = "the log is read-only: "

func readOnly(reason string) error {
	return fault.New(fault.Forbidden, ReadOnly+"%s%s", reason, waysOut)
}

// contradicted is the error of what was just found: a rollback, a fork, another
// database. It stops whatever is under way, whether or not it could be written
// down; the spoiled answer of a stranger does not.
type contradicted struct{ error }

func (c contradicted) Unwrap() error { return c.error }

// diverge records what was found, for good.
func (w *Watch) diverge(format string, args ...any) error {
	reason := fmt.Sprintf(format, args...)
	w.log.Info("the log has diverged", "reason", reason) // the error below is for whoever asked
	if err := w.guard.Diverge(reason); err != nil {
		return contradicted{fault.New(fault.Internal, "the log has diverged (%s), and that could not be written down: %v", reason, err)}
	}
	return contradicted{readOnly(reason)}
}

// Acknowledged tells the watch of a head whose commit has returned: a database
// that later shows less has lost what was acknowledged.
func (w *Watch) Acknowledged(h Head) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if h.Epoch > w.seen.Epoch || h.Epoch == w.seen.Epoch && h.Size > w.seen.Size {
		w.seen = h
	}
}

// Presented compares a checkpoint that somebody brought, and whose signature by
// this log has been verified, with the log that r reads. If it is larger than
// the log, or differs at the same size, the log is diverged at once and the
// error is fault.Forbidden. fault.NotFound if the origin was never ours. An epoch
// that has ended diverges nothing: fault.Conflict says that it has, and how far
// the checkpoint was compared, fault.Forbidden that it tells a second story.
func (w *Watch) Presented(ctx context.Context, r Reader, cp receipt.Checkpoint) error {
	epochs, err := r.Epochs(ctx)
	if err != nil {
		return err
	}
	n, size := 0, int64(0)
	for i, e := range epochs {
		if e.Origin != cp.Origin {
			continue
		}
		if n = e.N; i+1 < len(epochs) {
			size = epochs[i+1].Before
		}
	}
	head, err := soundHead(ctx, r)
	switch {
	case n == 0:
		return fault.New(fault.NotFound, "no epoch of this log has the origin %.200q", cp.Origin)
	case err != nil:
		return err
	case n != head.Epoch:
		return ended(ctx, r, n, size, head.Epoch, cp)
	}
	return w.holds(ctx, r, head, cp.Size, cp.Root, "a checkpoint that was presented")
}

// ended compares a checkpoint of an epoch that has ended with so many leaves of
// it as are here.
func ended(ctx context.Context, r Reader, n int, size int64, now int, cp receipt.Checkpoint) error {
	if cp.Size > size {
		return fault.New(fault.Conflict, "the checkpoint is of epoch %d, which has ended; this is epoch %d. It is over %d leaves, and %d of that epoch are here: the rest was lost, so it cannot be compared",
			n, now, cp.Size, size)
	}
	own, err := RootAt(ctx, r, n, cp.Size)
	if err != nil {
		return err
	}
	if own != cp.Root {
		return fault.New(fault.Forbidden, "a second story: the checkpoint is of epoch %d, which has ended, and has another root over its first %d leaves than those that are here. "+
			"Two logs were signed under %s, or the leaves here were changed (tocsin ledger audit tells); keep the file. This is epoch %d, and it goes on", n, cp.Size, cp.Origin, now)
	}
	return fault.New(fault.Conflict, "the checkpoint is of epoch %d, which has ended; this is epoch %d. Its %d leaves are here, and fit", n, now, cp.Size)
}

// holds diverges unless the log contains the tree that was signed. What was
// signed is remembered as the mark, so that no way out forgets it.
func (w *Watch) holds(ctx context.Context, r Reader, head Head, size int64, root tlog.Hash, what string) error {
	if size > head.Size {
		return errors.Join(w.diverge("%s is over %d leaves of epoch %d, and the database holds %d", what, size, head.Epoch, head.Size),
			w.remember(head.Epoch, size, root))
	}
	own, err := rootWithin(ctx, r, head, size)
	if err != nil {
		return err
	}
	if own != root {
		return errors.Join(w.diverge(fork+"%s has another root over the first %d leaves of epoch %d", what, size, head.Epoch),
			w.remember(head.Epoch, size, root))
	}
	return nil
}

// remember raises the mark to what was signed and is not here.
func (w *Watch) remember(epoch int, size int64, root tlog.Hash) error {
	mark, err := w.water()
	if err != nil || mark.Epoch != epoch || mark.Size >= size {
		return err // a mark that is higher says enough
	}
	mark.Size, mark.Root, mark.At = size, root, w.now()
	return w.guard.Raise(mark)
}

// raise sets the mark before a signature leaves the process. A mark that is
// higher already stays: the entries contain both, as Check has seen.
func (w *Watch) raise(epoch Epoch, size int64, root tlog.Hash) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.diverged(); err != nil {
		return err
	}
	was, err := w.water()
	if err != nil {
		return err
	}
	if was.Epoch == epoch.N && was.Size > size {
		return nil
	}
	mark := Water{Epoch: epoch.N, Origin: epoch.Origin, Size: size, Root: root, Place: w.place, At: w.now()}
	if mark.Place == "" {
		mark.Place = was.Place
	}
	return w.guard.Raise(mark)
}

// unvouched tells whether a witness's word is needed before anything is written.
func (w *Watch) unvouched() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	water, err := w.water()
	return w.doubt || err == nil && water.Restored
}

func (w *Watch) floor() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.next
}

// Reset forgets what this process saw, after a way out of a divergence.
func (w *Watch) Reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen, w.within, w.doubt, w.heard = Head{}, Water{}, false, nil
}
