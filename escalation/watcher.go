package escalation

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"tocsin/internal/fault"
	"tocsin/record"
	"tocsin/rulebook"
)

// Options of a Watcher; all but Log are required.
type Options struct {
	Store  Store
	Keeper *record.Keeper
	Book   *rulebook.Book
	Lookup [32]byte
	Now    func() time.Time
	Log    *slog.Logger
}

// Watcher keeps the projection true. It is safe for many goroutines.
type Watcher struct {
	o     Options
	keys  Keys
	lines Sealer
	lanes [64]sync.Mutex

	mu      sync.Mutex
	pending map[string]bool // cases that were told to have changed
	order   []string
	woken   chan struct{}
	hear    []func(handle string, version int64)

	// Of Run alone.
	failed   map[string]failure
	next     int64 // next change of any case
	scanAt   time.Time
	beaten   bool
	nextBeat time.Time
	nextNote time.Time
	unnoted  []Gap
}

// New makes a watcher.
func New(o Options) *Watcher {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	k := Keys(o.Lookup)
	return &Watcher{o: o, keys: k, lines: LineSealer(k), pending: map[string]bool{}, woken: make(chan struct{}, 1), failed: map[string]failure{}}
}

// LineSealer opens lines and what is told of cases.
func LineSealer(k Keys) Sealer { return k.Sealer("lines") }

// now is whole seconds: that is how finely a plan changes.
func (w *Watcher) now() time.Time { return w.o.Now().UTC().Truncate(time.Second) }

// Changed tells that a case has a new version. It returns at once.
func (w *Watcher) Changed(handle string) {
	w.mu.Lock()
	if !w.pending[handle] {
		w.pending[handle] = true
		w.order = append(w.order, handle)
	}
	w.mu.Unlock()
	select {
	case w.woken <- struct{}{}:
	default:
	}
}

// Hear has fn called after the lines of a case were made anew; it must not block.
func (w *Watcher) Hear(fn func(handle string, version int64)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hear = append(w.hear, fn)
}

func (w *Watcher) tell(handle string, version int64) {
	w.mu.Lock()
	hear := w.hear
	w.mu.Unlock()
	for _, fn := range hear {
		fn(handle, version)
	}
}

// take gives the cases that were told to have changed, in that order.
func (w *Watcher) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.order
	w.order = nil
	clear(w.pending)
	return out
}

// lane is the lock of a case; two cases may share one.
func (w *Watcher) lane(handle string) int {
	h := uint32(2166136261)
	for i := range len(handle) {
		h = (h ^ uint32(handle[i])) * 16777619
	}
	return int(h % uint32(len(w.lanes)))
}

// Rebuild drops the projection and makes it again. A case that fails is left
// out; the error names how many, the log which.
func (w *Watcher) Rebuild(ctx context.Context) error {
	if err := w.o.Store.DropLines(ctx); err != nil {
		return err
	}
	done, broken := map[string]bool{}, 0
	again := map[string]bool{}
	for {
		list, err := w.o.Store.Stale(ctx, w.basis(), w.now().Unix(), scanPage+len(again))
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(h string) bool {
			if done[h] { // it failed, or has changed since: Run sees to it
				again[h] = true
			}
			return done[h] || h == record.LogHandle
		})
		if len(list) == 0 {
			break
		}
		for h, err := range w.each(ctx, list) {
			done[h] = true
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				broken++
				w.o.Log.Error("a case could not be projected", "handle", h, "kind", string(fault.KindOf(err)))
			}
		}
	}
	if broken > 0 {
		return fault.New(fault.Internal, "%d cases could not be projected; the log names them", broken)
	}
	return nil
}
