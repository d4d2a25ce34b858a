package coordination

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"tocsin/access"
	"tocsin/internal/fault"
)

// Freezer stops a session that reads more than anybody reads; it is the
// identity service.
type Freezer interface {
	Freeze(ctx context.Context, session, why string) error
}

// Reads bounds how reads are kept. Zero values are the usual ones.
type Reads struct {
	Every time.Duration // a batch is written at least so often; 5 minutes
	Most  int           // or when so many reads wait; 500
	Cases int           // different cases that one session may read in an hour before it is frozen; 300
}

const (
	waitingMost = 20_000 // different reads that wait while the log takes none
	hour        = time.Hour
)

// readKey is who read what, and from where it was seen.
type readKey struct{ person, session, kind, handle, view string }

// readCount is how often, and when first and last.
type readCount struct {
	n           int
	first, last time.Time
}

// reading keeps who read which case until it is in the log, in batches: a leaf a
// read would drown the log, and tell its watchers the hour of every glance.
type reading struct {
	mu      sync.Mutex
	waiting map[readKey]*readCount
	reads   int
	dropped int // reads that were not kept, for the log took none for too long
	since   time.Time
	full    chan struct{}

	flushing sync.Mutex

	cases map[string]map[string]time.Time // of each session, in the last hour
	froze map[string]time.Time
}

func newReading() *reading {
	return &reading{waiting: map[readKey]*readCount{}, full: make(chan struct{}, 1), cases: map[string]map[string]time.Time{}, froze: map[string]time.Time{}}
}

// read keeps that a reader read something of a case: case, plan, record, event,
// receipt, export, search.
func (d *Desk) read(who access.Reader, kind, handle string, v access.Viewpoint) {
	view := "side"
	switch {
	case v.All:
		view = "all"
	case v.Own:
		view = "own"
	}
	d.keepRead(who, readKey{who.Person, who.Session, kind, handle, view}, kind != "search")
}

// Looked keeps that a reader read something that is no case, such as what was shared
// on a platform, in the batches of those that are. Whoever keeps it counts by
// themselves how much one session reads.
func (d *Desk) Looked(who access.Reader, kind, id string, all bool) {
	view := "side"
	if all {
		view = "all"
	}
	d.keepRead(who, readKey{who.Person, who.Session, kind, id, view}, false)
}

// keepRead puts a read beside those that wait; counted: it is one of the cases that
// a session reads.
func (d *Desk) keepRead(who access.Reader, k readKey, counted bool) {
	r, now := d.reads, d.o.Now()
	r.mu.Lock()
	c := r.waiting[k]
	switch {
	case c != nil:
		c.n, c.last = c.n+1, now
	case len(r.waiting) < waitingMost:
		r.waiting[k] = &readCount{1, now, now}
	default:
		r.dropped++
	}
	if r.reads++; r.since.IsZero() {
		r.since = now
	}
	full := r.reads >= d.o.Reads.Most || now.Sub(r.since) >= d.o.Reads.Every
	freeze := counted && d.o.Freezer != nil && who.Session != "" && r.tooMany(who.Session, k.handle, now, d.o.Reads.Cases)
	r.mu.Unlock()
	if full {
		select {
		case r.full <- struct{}{}:
		default:
		}
	}
	if freeze {
		d.freeze(who, now)
	}
}

// tooMany counts the different cases of a session within the hour; true once an
// hour at most.
func (r *reading) tooMany(session, handle string, now time.Time, most int) bool {
	seen := r.cases[session]
	if seen == nil {
		seen = map[string]time.Time{}
		r.cases[session] = seen
	}
	seen[handle] = now
	if len(seen) <= most {
		return false
	}
	for h, t := range seen {
		if now.Sub(t) >= hour {
			delete(seen, h)
		}
	}
	if t, ok := r.froze[session]; len(seen) <= most || ok && now.Sub(t) < hour {
		return false
	}
	r.froze[session] = now
	return true
}

// freeze stops the session before the answer is given, and notes it.
func (d *Desk) freeze(who access.Reader, now time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := d.o.Freezer.Freeze(ctx, who.Session, "it read more cases in an hour than anybody does"); err != nil {
		d.o.Log.Error("a session that reads too much could not be frozen", "session", who.Session, "kind", string(fault.KindOf(err)))
		d.reads.mu.Lock()
		delete(d.reads.froze, who.Session) // the next read tries again
		d.reads.mu.Unlock()
		return
	}
	if _, err := d.o.Keeper.Note(ctx, "frozen", map[string]any{"person": who.Person, "session": who.Session, "at": stampOf(now)}, "coordination"); err != nil {
		d.o.Log.Error("the freezing of a session could not be noted", "session", who.Session, "kind", string(fault.KindOf(err)))
	}
}

func stampOf(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// noted is a read as the log keeps it.
type noted struct {
	Person  string `json:"person"`
	Session string `json:"session,omitempty"`
	Kind    string `json:"kind"`
	Case    string `json:"case"`
	View    string `json:"view"`
	N       int    `json:"n"`
	First   string `json:"first"`
	Last    string `json:"last"`
}

// batchMost is how many different reads one note holds.
const batchMost = 2_000

// flush writes the reads that wait as one note of the log (several, if there are
// very many). What could not be written goes on waiting.
func (d *Desk) flush(ctx context.Context) error {
	r := d.reads
	r.flushing.Lock()
	defer r.flushing.Unlock()
	for {
		r.mu.Lock()
		batch := make(map[readKey]*readCount, min(len(r.waiting), batchMost))
		for k, c := range r.waiting {
			if len(batch) == batchMost {
				break
			}
			batch[k] = c
			delete(r.waiting, k)
		}
		dropped := r.dropped
		r.dropped = 0
		r.mu.Unlock()
		if len(batch) == 0 && dropped == 0 {
			break
		}
		body := map[string]any{"reads": inOrder(batch)}
		if dropped > 0 {
			body["not-kept"] = dropped
		}
		if _, err := d.o.Keeper.Note(ctx, "reads", body, "coordination"); err != nil {
			r.mu.Lock()
			r.dropped += dropped
			for k, c := range batch {
				r.again(k, c)
			}
			r.since = d.o.Now() // not at every read
			r.reads = 0
			r.mu.Unlock()
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reads, r.since = 0, time.Time{}
	r.forget(d.o.Now())
	return nil
}

// again puts back what could not be written.
func (r *reading) again(k readKey, c *readCount) {
	if now := r.waiting[k]; now != nil {
		now.n, now.first = now.n+c.n, c.first
		return
	}
	r.waiting[k] = c
}

// forget drops the sessions that read nothing in the last hour.
func (r *reading) forget(now time.Time) {
	for session, cases := range r.cases {
		for h, t := range cases {
			if now.Sub(t) >= hour {
				delete(cases, h)
			}
		}
		if len(cases) == 0 {
			delete(r.cases, session)
			delete(r.froze, session)
		}
	}
}

// inOrder puts a batch in an order that does not hang on chance.
func inOrder(batch map[readKey]*readCount) []noted {
	out := make([]noted, 0, len(batch))
	for k, c := range batch {
		out = append(out, noted{k.person, k.session, k.kind, k.handle, k.view, c.n, stampOf(c.first), stampOf(c.last)})
	}
	slices.SortFunc(out, func(a, b noted) int {
		return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.Person, b.Person), cmp.Compare(a.Session, b.Session), cmp.Compare(a.Case, b.Case), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.View, b.View))
	})
	return out
}
