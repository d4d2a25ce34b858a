package sharing

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"tocsin/access"
	"tocsin/internal/fault"
)

// Change tells that something which the reader receives has changed.
type Change struct{}

// Live bounds how changes are told. Zero values are the usual ones.
type Live struct {
	Tick      <-chan time.Time // when to look; nil: every second while somebody listens
	PerPerson int              // listeners of one person at a time; 16
}

const (
	usualListeners = 16
	allListeners   = 4096
	askAgain       = 3 // ticks after which every listener is asked for anew, whatever happened
	lookWithin     = 5 * time.Second
)

// Watch tells of changes on the reader's platforms, or on one, until ctx ends, the
// session ends, or the reader may receive less than when it began: then the
// channel is closed, within two seconds of it. Whoever still receives something
// may watch anew. again gives who asks, and an error when the session ended.
//
// What is told is what the reader would see differently, and never what. Who does
// not listen for a while gets one signal for all that they missed.
func (s *Service) Watch(ctx context.Context, again func(context.Context) (access.Reader, error), platform string) (<-chan Change, error) {
	who, err := again(ctx)
	if err != nil {
		return nil, err
	}
	l := &listener{person: who.Person, platform: platform, wake: make(chan struct{}, 1), out: make(chan Change, 1)}
	if l.seen, l.may, err = s.glance(ctx, who, platform); err != nil {
		return nil, err
	}
	if len(l.may) == 0 {
		return nil, noPlatform()
	}
	if err := s.hub.join(l); err != nil {
		return nil, err
	}
	l.rouse() // what changed before it joined is seen now
	go s.listen(ctx, again, l)
	return l.out, nil
}

// listen serves one listener: whatever wakes it, the reader is asked for anew, and
// what they may receive.
func (s *Service) listen(ctx context.Context, again func(context.Context) (access.Reader, error), l *listener) {
	defer close(l.out)
	defer s.hub.leave(l)
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.wake:
		}
		who, err := again(ctx)
		if err != nil || who.Person != l.person {
			return
		}
		seen, may, err := s.glance(ctx, who, l.platform)
		if err != nil || less(may, l.may) {
			return
		}
		if l.may = may; seen == l.seen {
			continue
		}
		l.seen = seen
		select {
		case <-l.out: // a signal that nobody has taken yet; the new one says it too
		default:
		}
		l.out <- Change{}
	}
}

// glance is what a reader would see first, as a hash, and how much they may
// receive: a number for each platform and organisation.
func (s *Service) glance(ctx context.Context, who access.Reader, platform string) (out [32]byte, may map[string]int, err error) {
	rows, _, err := s.List(ctx, who, Filter{Platform: platform}, Page{})
	if err != nil {
		return out, nil, err
	}
	circles, err := s.circles(ctx, who, platform)
	if err != nil {
		return out, nil, err
	}
	may = map[string]int{}
	for _, c := range circles {
		if access.Runs(who, c.Circle) {
			may[c.ID] = 1
		}
		for i := range who.Acting {
			if a := &who.Acting[i]; len(a.Roles) > 0 {
				at := c.ID + "\x00" + a.Org
				may[at] = max(may[at], 1+slices.Index(access.Labels(), a.Ceiling(c.Circle)))
			}
		}
	}
	h := sha256.New()
	if err := json.NewEncoder(h).Encode(rows); err != nil {
		return out, nil, fault.New(fault.Internal, "what is seen cannot be written: %v", err)
	}
	h.Sum(out[:0])
	return out, may, nil
}

// less tells that somebody may receive less than they could.
func less(now, was map[string]int) bool {
	for k, n := range was {
		if now[k] < n {
			return true
		}
	}
	return false
}

// listener is one stream that stands open.
type listener struct {
	person, platform string
	wake             chan struct{} // room for one: waking never blocks
	out              chan Change   // room for one, and only listen sends
	seen             [32]byte
	may              map[string]int
}

func (l *listener) rouse() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// hub wakes those who listen. It has one poller, and only while somebody listens:
// other processes write to the same database.
type hub struct {
	s *Service

	mu      sync.Mutex
	all     map[*listener]bool
	persons map[string]int
	stop    context.CancelFunc // of the poller; nil while there is none
}

func newHub(s *Service) *hub { return &hub{s: s, all: map[*listener]bool{}, persons: map[string]int{}} }

func (h *hub) join(l *listener) error {
	most := h.s.o.Live.PerPerson
	if most <= 0 {
		most = usualListeners
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.persons[l.person] >= most || len(h.all) >= allListeners {
		return fault.New(fault.Unavailable, "too many streams of yours stand open and wait for changes; close some of them")
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

// wake wakes everybody: what was shared may be for any of them.
func (h *hub) wake() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.all {
		l.rouse()
	}
}

// poll looks once a tick whether anything was shared or anybody's rights changed,
// and every few ticks has every listener ask anew, for time itself changes rights.
func (h *hub) poll(ctx context.Context) {
	tick := h.s.o.Live.Tick
	if tick == nil {
		t := time.NewTicker(time.Second)
		defer t.Stop()
		tick = t.C
	}
	var was [4]int64
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick:
		}
		now, err := h.look(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil { // whoever cannot be looked for is not told: they ask, and end
			h.s.o.Logger.Error("changes could not be looked for", "kind", string(fault.KindOf(err)))
		}
		if err != nil || now != was || n%askAgain == 0 {
			h.wake()
		}
		was = now
	}
}

func (h *hub) look(ctx context.Context) (now [4]int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	for i, kind := range []string{kindHead, kindAck, kindGroup} {
		if now[i], err = h.s.o.Cabinet.Edition(ctx, kind); err != nil {
			return now, err
		}
	}
	now[3], err = h.s.o.People.Rights(ctx)
	return now, err
}
