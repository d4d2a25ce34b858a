package crashsim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/internal/fault"
)

// script is a short life of the product: everything that it does to a disk.
func (w *world) script(ctx context.Context, dir string) (p *process, err error) {
	if p, err = w.start(ctx, dir); err != nil {
		return nil, err
	}
	steps := []func() error{
		func() error { return w.importCase(ctx, p) },
		func() error { return w.add(ctx, p, "key-0", "word 0") },
		func() error { _, err := p.publisher.Publish(ctx); return err },
		func() error { return p.keeper.Fillers(ctx, 3) },
		func() error { return w.add(ctx, p, "key-1", "word 1") },
		func() error { return w.add(ctx, p, "key-0", "word 0") }, // once more
		func() error { return p.keeper.Rebuild(ctx) },
		func() error { _, err := p.publisher.Publish(ctx); return err },
		func() error { return w.erase(ctx, p, rand.New(rand.NewPCG(1, 1))) },
		func() error { return w.add(ctx, p, "key-2", "word 2") },
	}
	for i, step := range steps {
		if err := step(); err != nil {
			return p, fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return p, nil
}

// TestFaultAtEveryOperation lets every n-th operation on the disk fail, in every
// way, until none is left to fail; then the system or only the process restarts.
// Whatever failed says so as unavailable, what was acknowledged stands, and a
// client that tries again with its keys has each event once.
func TestFaultAtEveryOperation(t *testing.T) {
	for _, c := range []struct {
		fault   Fault
		lasting bool
		power   bool  // the power fails after it; otherwise only the process ends
		step    int64 // 1: every operation; 3: every third, from a random one on
	}{
		{EIO, false, true, 1},
		{ENOSPC, true, true, 1},
		{Short, false, true, 1},
		{EIO, false, false, 3},
		{EIO, true, true, 3},
		{ENOSPC, false, false, 3},
	} {
		name := fmt.Sprintf("%s, once, then the process ends", c.fault)
		if c.lasting {
			name = strings.Replace(name, "once", "from then on", 1)
		}
		if c.power {
			name = strings.Replace(name, "process ends", "power fails", 1)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seed := seed(t)
			step := c.step
			if testing.Short() {
				step *= 10
			}
			n, runs := 1+int64(seed)%step, 0
			for faultAt(t, seed, Plan{FaultAt: n, Fault: c.fault, Lasting: c.lasting}, c.power) {
				n += step
				runs++
			}
			t.Logf("of about %d operations %d failed, one a run", n, runs)
			if n < 50 {
				t.Errorf("the script ends after %d operations; too few to mean anything", n)
			}
		})
	}
}

// faultAt runs the script with one plan, and tells whether its fault was met.
func faultAt(t *testing.T, seed uint64, plan Plan, power bool) (met bool) {
	t.Helper()
	var wrong []string
	synctest.Test(t, func(*testing.T) { met, wrong = faultInside(seed, plan, power) })
	for _, what := range wrong {
		t.Errorf("%s at operation %d: %s", plan.Fault, plan.FaultAt, what)
	}
	return met
}

func faultInside(seed uint64, plan Plan, power bool) (fired bool, wrong []string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	w := newWorld(seed)
	w.journal.texts = map[string]string{"key-0": "word 0", "key-1": "word 1", "key-2": "word 2"}
	w.journal.next = 3
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	p, err := w.script(ctx, w.disk.Boot(plan))
	fired = w.disk.Fired()
	switch {
	case err != nil && !fired:
		say("nothing failed, and yet: %v", err)
	case err != nil && fault.KindOf(err) != fault.Unavailable:
		say("the error is of kind %q: %v", fault.KindOf(err), err)
	}
	if power {
		w.disk.Cut()
	}
	if p != nil {
		p.stop()
	}
	if !power {
		w.disk.Halt()
	}
	if err := w.disk.Release(); err != nil {
		say("%v", err)
	}

	// Somebody repairs the disk, and the program starts again.
	p, err = w.start(ctx, w.disk.Boot(Plan{}))
	if err != nil {
		say("the next start fails: %v", err)
		return fired, wrong
	}
	defer func() {
		w.disk.Cut()
		p.stop()
		_ = w.disk.Release()
	}()
	for round := range 2 {
		v, err := w.check(ctx, p)
		if err != nil || v.bad() {
			say("check %d after it: %+v, %v", round+1, v, err)
			return fired, wrong
		}
		if round == 1 {
			break
		}
		if err := w.importCase(ctx, p); err != nil {
			say("importing again: %v", err)
			return fired, wrong
		}
		for key, text := range w.journal.texts {
			if err := w.add(ctx, p, key, text); err != nil {
				say("adding %s again: %v", key, err)
				return fired, wrong
			}
		}
		if _, err := p.publisher.Publish(ctx); err != nil {
			say("publishing again: %v", err)
			return fired, wrong
		}
	}
	if len(w.journal.acked) != 3 {
		say("%d of 3 events are acknowledged at the end", len(w.journal.acked))
	}
	return fired, wrong
}
