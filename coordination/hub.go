package coordination

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"tocsin/internal/fault"
	"tocsin/partner"
)

const (
	usualListeners = 16
	allListeners   = 4096
	askAgain       = 5 // ticks after which every listener is asked for anew
	pollWithin     = 5 * time.Second
)

// listener is one page that stands open.
type listener struct {
	person, handle string
	wake           chan struct{} // room for one: waking never blocks
	out            chan Change   // room for one, and only listen sends
	seen           [32]byte
	stood          map[string]partner.Standing // where the reader's organisations stood at the beginning

	// Of the hub: told of a write since the last tick, and to be told of another at
	// the next.
	spent, late bool
}

// rouse wakes the listener.
func (l *listener) rouse() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// rouseNow wakes it without waiting for a tick, once between two: to look costs,
// and whoever writes a hundred times a second must not make everybody look as
// often.
func (l *listener) rouseNow() {
	if l.spent {
		l.late = true
		return
	}
	l.spent = true
	l.rouse()
}

// versions is what the hub looks at, once a tick for all who listen.
type versions interface {
	Versions(ctx context.Context, handles []string) (map[string]int64, error)
}

type edition interface {
	Edition(ctx context.Context) (int64, error)
}

// hub wakes those who listen. It has one poller, and only while somebody
// listens: other processes write to the same database.
type hub struct {
	seats     versions
	lines     edition
	tick      <-chan time.Time
	perPerson int
	log       *slog.Logger

	mu      sync.Mutex
	all     map[*listener]bool
	persons map[string]int
	stop    context.CancelFunc // of the poller; nil while there is none

	polls int // how often the database was asked, for tests
}

func newHub(o Options) *hub {
	h := &hub{seats: o.Seats, lines: o.Lines, tick: o.Live.Tick, perPerson: o.Live.PerPerson, log: o.Log, all: map[*listener]bool{}, persons: map[string]int{}}
	if h.perPerson <= 0 {
		h.perPerson = usualListeners
	}
	return h
}

func (h *hub) join(l *listener) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.persons[l.person] >= h.perPerson || len(h.all) >= allListeners {
		return fault.New(fault.Unavailable, "too many pages of yours stand open and wait for changes; close some of them")
	}
	h.all[l] = true
	h.persons[l.person]++
	if h.stop == nil {
		ctx, stop := context.WithCancel(context.Background())
		h.stop = stop
		go h.poll(ctx)
	}
	return nil
}

func (h *hub) leave(l *listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.all, l)
	if h.persons[l.person]--; h.persons[l.person] <= 0 {
		delete(h.persons, l.person)
	}
	if len(h.all) == 0 && h.stop != nil {
		h.stop()
		h.stop = nil
	}
}

// woke wakes whoever looks at a case; with lines whoever looks at a desk too.
func (h *hub) woke(handle string, lines bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.all {
		if l.handle == handle || lines && l.handle == "" {
			l.rouseNow()
		}
	}
}

// polled wakes whoever looks at a case that another process may have written.
func (h *hub) polled(handle string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.all {
		if l.handle == handle {
			l.rouse()
		}
	}
}

// listened lists the cases that somebody looks at, each once.
func (h *hub) listened() (handles []string, desk bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.all {
		if l.handle == "" {
			desk = true
		} else {
			handles = append(handles, l.handle)
		}
	}
	slices.Sort(handles)
	return slices.Compact(handles), desk
}

// poll looks once a tick, and every few ticks has every listener ask for the
// reader anew: a session may have ended, a seat may have been taken.
func (h *hub) poll(ctx context.Context) {
	tick := h.tick
	if tick == nil {
		t := time.NewTicker(time.Second)
		defer t.Stop()
		tick = t.C
	}
	was, edition := map[string]int64{}, int64(-1)
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick:
		}
		if ctx.Err() != nil {
			return
		}
		h.mu.Lock()
		for l := range h.all {
			again := l.late || n%askAgain == 0
			if l.spent, l.late = false, false; again {
				l.rouse()
			}
		}
		h.mu.Unlock()
		if err := h.look(ctx, &was, &edition); err != nil && ctx.Err() == nil {
			h.log.Error("changes could not be looked for", "kind", string(fault.KindOf(err)))
		}
	}
}

func (h *hub) look(ctx context.Context, was *map[string]int64, edition *int64) error {
	ctx, cancel := context.WithTimeout(ctx, pollWithin)
	defer cancel()
	handles, desk := h.listened()
	h.mu.Lock()
	h.polls++
	h.mu.Unlock()
	if len(handles) > 0 {
		now, err := h.seats.Versions(ctx, handles)
		if err != nil {
			return err
		}
		for handle, v := range now {
			if old, ok := (*was)[handle]; !ok || old != v { // of a new one nobody knows what was missed
				h.polled(handle)
			}
		}
		*was = now
	}
	if desk {
		now, err := h.lines.Edition(ctx)
		if err != nil {
			return err
		}
		if now != *edition {
			h.polled("")
		}
		*edition = now
	}
	return nil
}
