package app

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"tocsin/escalation"
	"tocsin/internal/edge"
	"tocsin/internal/telemetry"
	"tocsin/ledger"
)

// figuresLast is how long counted figures are shown again: counting all lines
// is not free, and a scraper that asks often must not make it dear.
const figuresLast = 15 * time.Second

// figureStore counts over all lines of the desk.
type figureStore interface {
	Figures(ctx context.Context, now int64) (escalation.Figures, error)
}

// startMetrics makes the counters and, where an address was named for them,
// serves them there with the two answers about health. It gives that address.
func (p *Platform) startMetrics(ctx context.Context) (string, error) {
	f := &figures{p: p}
	p.parts.metrics = telemetry.New(telemetry.Options{
		Patterns: p.parts.patterns, Figures: f.ask, Version: Version(), Began: p.began,
	})
	tell := p.failures()
	p.app.failed.Store(&tell)
	p.ends = append(p.ends, end{"the counters", func() error { p.app.failed.Store(nil); return nil }})
	if p.o.MetricsAddr == "" {
		return "", nil
	}
	l, err := listen(ctx, "--metrics-addr", p.o.MetricsAddr)
	if err != nil {
		return "", err
	}
	mux := http.NewServeMux()
	p.mountHealth(mux)
	mux.Handle("GET /metrics", p.parts.metrics.Handler())
	var h http.Handler = mux
	addr := l.Addr().String()
	if host, port, err := net.SplitHostPort(addr); err == nil && isLoopback(host) {
		// A page elsewhere must not reach it under a name of its own (DNS rebinding).
		// On another address whoever scrapes may call it what they like.
		h = edge.Wrap(mux, edge.Options{Hosts: append(edge.Loopback(port), addr), Now: p.app.o.Now, Log: p.app.o.Log.With("side", "metrics")})
	}
	s := newServer([]net.Listener{l}, h, nil, nil, make(chan struct{}))
	p.ends = append(p.ends, end{"the metrics", s.stop})
	p.serve(s)
	return addr, nil
}

// figures are counted at most every figuresLast.
type figures struct {
	p *Platform

	mu   sync.Mutex
	at   time.Time
	last telemetry.Figures
}

func (f *figures) ask(ctx context.Context) telemetry.Figures {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.p.app.o.Now()
	if f.at.IsZero() || now.Sub(f.at) >= figuresLast || now.Before(f.at) {
		f.last, f.at = f.p.figures(ctx, now), now
	}
	return f.last
}

// figures counts; what cannot be told is -1.
func (p *Platform) figures(ctx context.Context, now time.Time) telemetry.Figures {
	out := telemetry.Figures{Duties: -1, PastDue: -1, OldestPastDue: -1, LedgerSize: -1, CheckpointAge: -1, CanaryAge: -1}
	p.canary.stage.Lock() // its lines are nobody's duties
	n, err := p.app.db.Figures(ctx, now.Unix())
	p.canary.stage.Unlock()
	if err == nil {
		out.Duties, out.PastDue, out.OldestPastDue = n.Open, n.Past, 0
		if n.Past > 0 {
			out.OldestPastDue = now.Sub(time.Unix(n.Oldest, 0))
		}
	}
	_ = p.app.db.ViewLog(ctx, func(r ledger.Reader) error { // the store tells of failures
		h, err := r.Head(ctx)
		if err == nil {
			out.LedgerSize = h.Size
		}
		return err
	})
	if age, err := p.checkpointAge(ctx); err == nil {
		out.CheckpointAge = max(age, 0)
	}
	if age, ok := p.canary.age(); ok {
		out.CanaryAge = age
	}
	out.Ready = len(p.Ready(ctx)) == 0
	out.Diverged = p.app.Trouble(ctx) != ""
	return out
}
