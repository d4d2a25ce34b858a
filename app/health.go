package app

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"tocsin/internal/fault"
	"tocsin/ledger"
)

// readyTime is how long the database has to answer the question of readiness.
const readyTime = 2 * time.Second

// check is one thing that must hold for people to rely on the platform.
type check struct {
	name string // a fixed word: strangers may read it
	ok   func(ctx context.Context) bool
}

// checks of readiness. Whoever watches the platform from outside asks for them;
// the words of a check say no more than its name.
func (p *Platform) checks() []check {
	return []check{
		{"database", p.reachable},
		{"ledger", func(ctx context.Context) bool { return p.app.Trouble(ctx) == "" }},
		{"checkpoint", p.published},
		{"watcher", func(context.Context) bool { return p.watching() }},
		{"canary", func(context.Context) bool { return p.canary.fresh() }},
	}
}

func (p *Platform) reachable(ctx context.Context) bool {
	err := p.app.db.ViewLog(ctx, func(r ledger.Reader) error {
		_, err := r.Head(ctx)
		return err
	})
	return err == nil
}

// published tells whether the last checkpoint is not older than three ticks, or
// an hour: a log that does not grow is signed again each hour.
func (p *Platform) published(ctx context.Context) bool {
	age, err := p.checkpointAge(ctx)
	return err == nil && age <= max(3*p.o.Every, 90*time.Minute)
}

// checkpointAge is how long ago a checkpoint was signed last; fault.NotFound
// before the first.
func (p *Platform) checkpointAge(ctx context.Context) (age time.Duration, err error) {
	err = p.app.db.ViewLog(ctx, func(r ledger.Reader) error {
		last, err := r.LastCheckpoint(ctx, ledger.Published)
		age = p.app.o.Now().Sub(last.At)
		return err
	})
	return age, err
}

// Ready gives the names of the checks that do not hold.
func (p *Platform) Ready(ctx context.Context) (not []string) {
	ctx, done := context.WithTimeout(ctx, readyTime)
	defer done()
	for _, c := range p.checks() {
		if !c.ok(ctx) {
			not = append(not, c.name)
		}
	}
	return not
}

// mountHealth answers whoever watches: /healthz while the process answers at
// all, /readyz while people can rely on it.
func (p *Platform) mountHealth(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { line(w, http.StatusOK, "alive") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if not := p.Ready(r.Context()); len(not) > 0 {
			line(w, http.StatusServiceUnavailable, "not ready: "+strings.Join(not, ", "))
			return
		}
		line(w, http.StatusOK, "ready")
	})
}

func line(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // a broken connection is the client's own affair
}

// quiet is how long a failure that was told is not told again.
const quiet = time.Minute

// failures counts what the database could not do, and tells each sort of it once
// a minute: a full disk is heard of at the first write that fails.
func (p *Platform) failures() func(error) {
	var mu sync.Mutex
	told := map[string]time.Time{}
	return func(err error) {
		p.parts.metrics.DatabaseError(fault.KindOf(err))
		now := p.app.o.Now()
		mu.Lock()
		defer mu.Unlock()
		if at, ok := told[err.Error()]; ok && now.Sub(at).Abs() < quiet {
			return
		}
		told[err.Error()] = now
		p.app.o.Log.Error("the database", "why", err.Error())
	}
}
