package sqlstore

import (
	"context"
	"errors"
	"sync"

	"tocsin/internal/fault"
)

// link is a connection with what is known of it.
type link struct {
	Conn
	place  string
	used   bool  // it has been through a transaction since it was made
	barred error // why nothing may be written on it; nil if it may
}

// pool keeps a bounded number of connections of one sort.
type pool struct {
	dial  func(ctx context.Context) (*link, error)
	slots chan struct{}

	mu     sync.Mutex
	idle   []*link // newest last
	closed bool
}

func newPool(n int, dial func(ctx context.Context) (*link, error)) *pool {
	return &pool{dial: dial, slots: make(chan struct{}, n)}
}

var errClosed = fault.New(fault.Unavailable, "the database is closed")

// get waits for a free place and gives a connection, a new one if need be.
func (p *pool) get(ctx context.Context) (*link, error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	p.mu.Lock()
	closed := p.closed
	var l *link
	if n := len(p.idle); n > 0 && !closed {
		l, p.idle = p.idle[n-1], p.idle[:n-1]
	}
	p.mu.Unlock()
	if closed {
		<-p.slots
		return nil, errClosed
	}
	if l != nil {
		return l, nil
	}
	l, err := p.dial(ctx)
	if err != nil {
		<-p.slots
		return nil, err
	}
	return l, nil
}

// put gives a connection back; one that is broken is closed instead. What
// closing a broken connection says is of no use to anybody.
func (p *pool) put(l *link, broken bool) {
	p.mu.Lock()
	keep := !broken && !p.closed
	if keep {
		l.used = true
		p.idle = append(p.idle, l)
	}
	p.mu.Unlock()
	if !keep {
		_ = l.Close()
	}
	<-p.slots
}

// close waits for the connections that are in use and closes all.
func (p *pool) close() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil
	}
	p.closed = true
	p.mu.Unlock()
	for range cap(p.slots) {
		p.slots <- struct{}{}
	}
	var errs []error
	for _, l := range p.idle {
		errs = append(errs, l.Close())
	}
	p.idle = nil
	for range cap(p.slots) {
		<-p.slots
	}
	return errors.Join(errs...)
}
