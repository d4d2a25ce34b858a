package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"tocsin/coordination"
	"tocsin/identity"
	"tocsin/internal/edge"
	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/partnership"
	"tocsin/tasking"
)

// Platform is what people sign in to: everything that App holds, with the desk,
// identity, pages and API on top, on one address. Start and Stop are called once
// each.
type Platform struct {
	app    *App
	o      PlatformOptions
	parts  *parts
	canary *canary

	url      string
	began    time.Time
	alive    atomic.Bool // the watcher runs
	stopping chan struct{}
	failed   chan error
	ends     []end // what Stop undoes, last first
}

// end is a named clean-up.
type end struct {
	name string
	undo func() error
}

// Platform builds the platform on the opened record. It answers nobody yet.
func (a *App) Platform(o PlatformOptions) (*Platform, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	if a.o.ReadOnly {
		return nil, fault.New(fault.Internal, "a platform writes; the record was opened to be read")
	}
	return &Platform{app: a, o: o, stopping: make(chan struct{}), failed: make(chan error, 2)}, nil
}

// Partnerships is what an authority and its members do; after Start.
func (p *Platform) Partnerships() *partnership.Service { return p.parts.circles }

// Directives is what an authority orders or asks of its members; after Start.
func (p *Platform) Directives() *tasking.Service { return p.parts.tasks }

// Desk is what people do with cases; after Start.
func (p *Platform) Desk() *coordination.Desk { return p.parts.desk }

// People is who is there; after Start.
func (p *Platform) People() *identity.Service { return p.parts.people }

// URL is where people reach the platform; after Start.
func (p *Platform) URL() string { return p.url }

// Start takes the addresses, builds the parts, and answers from then on. What
// takes long (projecting cases that changed meanwhile, publishing) goes on
// behind it. If it fails, everything is undone.
func (p *Platform) Start(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Stop())
		}
	}()
	p.began = p.app.o.Now()
	if err := p.app.reapply(ctx); err != nil {
		return err
	}
	var cert *certificate
	if p.o.tls() {
		if cert, err = newCertificate(p.o.TLSCert, p.o.TLSKey, p.app.o.Now, p.app.o.Log); err != nil {
			return err
		}
	}
	l, err := listen(ctx, "--addr", p.o.Addr)
	if err != nil {
		return err
	}
	listeners := []net.Listener{l}
	p.ends = append(p.ends, end{"the address", func() (err error) {
		for _, l := range listeners {
			err = errors.Join(err, ignoreClosed(l.Close()))
		}
		return err
	}})
	other, named := beside(ctx, l)
	if other != nil {
		listeners = append(listeners, other)
	}
	addr := l.Addr().String()
	p.url = p.o.url(addr, named)
	if p.parts, err = p.build(addr); err != nil {
		return err
	}
	first, err := p.first(ctx)
	if err != nil {
		return err
	}
	recovery := ""
	if first == "" { // else nobody ever came in, and this link would end that one
		if recovery, err = p.recovery(ctx); err != nil {
			return err
		}
	}
	p.canary = newCanary(p.parts.book, p.parts.lines, p.parts.seats, p.parts.keys, p.app.o, p.o.Ping)
	if err := p.behind(ctx); err != nil {
		return err
	}
	pages := p.handler(addr)
	metrics, err := p.startMetrics(ctx)
	if err != nil {
		return err
	}
	s := newServer(listeners, pages, p.o.Proxies, cert, p.stopping)
	p.ends = append(p.ends, end{"the pages", s.stop})
	p.serve(s)
	p.startControl()
	if p.o.Ready != nil {
		p.o.Ready(Listening{Addr: addr, URL: p.url, Metrics: metrics, First: first, Recovery: recovery})
	}
	p.certificateOnHangup(cert)
	return nil
}

// behind starts what works without being asked: the watcher, the canary, the
// cadence of checkpoints. The canary sings before the first checkpoint is signed.
func (p *Platform) behind(ctx context.Context) error {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{}, 5)
	running := 0
	run := func(fn func()) {
		running++
		go func() { defer func() { done <- struct{}{} }(); fn() }()
	}
	p.ends = append(p.ends, end{"the work behind", func() error {
		cancel()
		for range running {
			<-done
		}
		ctx, done := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		defer done()
		return p.parts.desk.Close(ctx)
	}})
	p.alive.Store(true)
	run(func() {
		defer p.alive.Store(false)
		if err := p.parts.watcher.Run(ctx, nil); err != nil && ctx.Err() == nil {
			p.app.o.Log.Error("the watcher of deadlines ended", "why", err.Error())
		}
	})
	run(func() {
		if err := p.parts.desk.Run(ctx, nil); err != nil && ctx.Err() == nil {
			p.app.o.Log.Error("keeping who read what ended", "why", err.Error())
		}
	})
	run(func() { p.sweep(ctx) })
	run(func() { p.remind(ctx) })
	sung := make(chan struct{})
	run(func() {
		_ = p.canary.run(ctx) // it says itself what is wrong
		close(sung)
		t := time.NewTicker(canaryEvery)
		defer t.Stop()
		p.canary.watch(ctx, t.C)
	})
	run(func() {
		select {
		case <-sung:
		case <-ctx.Done():
			return
		}
		tick := p.o.Tick
		if tick == nil {
			t := time.NewTicker(p.o.Every)
			defer t.Stop()
			tick = t.C
		}
		c := &ledger.Cadence{Publisher: p.app.pub, Fill: p.app.keeper.Fillers, Pad: p.o.Pad, Log: p.app.o.Log}
		p.app.beat(ctx, p.gated(c.Tick), tick)
	})
	return nil
}

// sweepEvery is how often what has ended is dropped.
const sweepEvery = time.Hour

// sweep drops sessions, links and tokens that have ended, and finishes acts of
// partnerships that were begun.
func (p *Platform) sweep(ctx context.Context) {
	t := time.NewTicker(sweepEvery)
	defer t.Stop()
	for {
		if _, err := p.parts.people.Sweep(ctx); err != nil && ctx.Err() == nil {
			p.app.o.Log.Warn("dropping sessions that have ended", "why not", err.Error())
		}
		if err := p.parts.circles.Sweep(ctx); err != nil && ctx.Err() == nil {
			p.app.o.Log.Warn("acts of partnerships that were begun are not all finished", "kind", string(fault.KindOf(err)))
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// gated signs nothing while the canary is silent: whoever sees no new checkpoint
// knows that dates cannot be relied on.
func (p *Platform) gated(tick func(context.Context) (ledger.Release, error)) func(context.Context) (ledger.Release, error) {
	return func(ctx context.Context) (ledger.Release, error) {
		if !p.canary.fresh() {
			return ledger.Release{}, fault.New(fault.Unavailable, "no run of the canary was good for %s; nothing is signed until one is", canaryLasts)
		}
		return tick(ctx)
	}
}

func (p *Platform) watching() bool { return p.alive.Load() }

// serve answers until the server ends.
func (p *Platform) serve(s *server) {
	s.start()
	go func() {
		if err := <-s.failed; err != nil && !errors.Is(err, http.ErrServerClosed) {
			p.failed <- fault.New(fault.Unavailable, "serving on %s: %v", s.listeners[0].Addr(), err)
		}
	}()
}

// handler is all that is answered, behind the edge.
func (p *Platform) handler(addr string) http.Handler {
	mux := http.NewServeMux()
	p.mountHealth(mux)
	p.mountSecurity(mux)
	p.parts.mount(mux)
	if p.o.Mounted != nil {
		p.o.Mounted(mux)
	}
	return edge.Wrap(mux, edge.Options{
		Hosts: p.o.hosts(addr), Proxies: p.o.Proxies, Secure: p.o.secure(), Now: p.app.o.Now, Log: p.app.o.Log,
		Observe: p.parts.observe, Larger: p.parts.larger, PerAddress: p.o.Rate,
		Stopping: p.stopping, Refuse: p.parts.refuse,
	})
}

// first makes the first administrator of a platform that has nobody, and gives
// the address of their one-time link; "" otherwise.
func (p *Platform) first(ctx context.Context) (string, error) {
	if p.o.Demo { // Demo does it, and nobody comes in as the first
		return "", nil
	}
	secret, made, err := p.parts.people.First(ctx)
	if err != nil || !made {
		return "", err
	}
	return p.Link(secret), nil
}

// recovery gives the one-time link by which the person of Recover comes back. The
// right to it is that of whoever starts the program: they have everything anyway.
func (p *Platform) recovery(ctx context.Context) (string, error) {
	if p.o.Recover == "" {
		return "", nil
	}
	x, err := p.parts.people.ByLogin(ctx, p.o.Recover)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return "", refused("--recover: nobody here has the login %q; the administrator of the first start has the login administrator, unless it was changed", p.o.Recover)
		}
		return "", err
	}
	secret, _, err := p.parts.people.NewLink(ctx, x.ID, "recovery", 0, "")
	if err != nil {
		return "", err
	}
	return p.Link(secret), nil
}

// Link is the address of a one-time link.
func (p *Platform) Link(secret string) string { return p.url + "/in/" + secret }

// Wait returns when ctx ends, or with the error of an address that stopped
// answering.
func (p *Platform) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-p.failed:
		return err
	}
}

// Stop takes no more requests, ends open streams, lets what is under way finish,
// and undoes what Start did, last first. The record stays open: App.Close.
func (p *Platform) Stop() error {
	var errs []error
	for i := len(p.ends) - 1; i >= 0; i-- {
		if err := p.ends[i].undo(); err != nil {
			errs = append(errs, fmt.Errorf("ending %s: %w", p.ends[i].name, err))
		}
	}
	p.ends = nil
	return errors.Join(errs...)
}

// Run starts the platform, serves until ctx ends, and stops it.
func (p *Platform) Run(ctx context.Context) error {
	if err := p.Start(ctx); err != nil {
		return err
	}
	return errors.Join(p.Wait(ctx), p.Stop())
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
