package sqlstore

import (
	"context"
	"sync"

	"tocsin/internal/fault"
)

// queue puts projections that come at once into one transaction: whoever comes
// first carries those that wait behind it when its turn comes.
type queue struct {
	mu      sync.Mutex
	waiting []*queued
	busy    bool
}

type queued struct {
	p    projection
	done chan error
}

// most is how many projections one transaction takes.
const most = 64

// do gives the outcome of p, alone or with others. What was refused together
// is tried one by one, so that one caller's bad projection is its own.
func (q *queue) do(ctx context.Context, p projection, commit func(context.Context, []projection) error) error {
	mine := &queued{p, make(chan error, 1)}
	q.mu.Lock()
	q.waiting = append(q.waiting, mine)
	lead := !q.busy
	q.busy = true
	q.mu.Unlock()
	if lead {
		// What was begun for others is not given up with its first caller.
		go q.work(context.WithoutCancel(ctx), commit)
	}
	select {
	case err := <-mine.done:
		return err
	case <-ctx.Done():
		return fault.New(fault.Unavailable, "storing the lines of the desk: the caller gave up before it was done")
	}
}

func (q *queue) work(ctx context.Context, commit func(context.Context, []projection) error) {
	for {
		q.mu.Lock()
		n := min(len(q.waiting), most)
		batch := q.waiting[:n:n]
		q.waiting = q.waiting[n:]
		q.busy = n > 0
		q.mu.Unlock()
		if n == 0 {
			return
		}
		list := make([]projection, n)
		for i, j := range batch {
			list[i] = j.p
		}
		err := commit(ctx, list)
		for i, j := range batch {
			if n > 1 && err != nil && fault.KindOf(err) != fault.Unavailable {
				j.done <- commit(ctx, list[i:i+1])
				continue
			}
			j.done <- err
		}
	}
}
