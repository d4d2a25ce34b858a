package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"tocsin/internal/fault"
	"tocsin/receipt"
)

// A machine that was put back as a whole, database and marks together, knows
// nothing of what it signed since, and finds nothing wrong. Only somebody
// outside does. So where witnesses are configured, a process releases nothing
// new before enough of them were heard in its own life: each has said what it
// saw of this log, and that is here. One that goes away later stops nothing.
//
// Enough are so many that the others together do not meet the policy's quorum:
// whatever was released elsewhere with the quorum, one of those that were heard
// has cosigned it. What went out without the quorum is beyond this, and so is a
// witness that is asked by files only, if those with an address were all heard.

// hear remembers that a witness was heard in this process.
func (w *Watch) hear(k receipt.Key) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.heard == nil {
		w.heard = map[string]bool{}
	}
	w.heard[k.String()] = true
}

// heardOf tells which witnesses were heard, by key; the map is the caller's.
func (w *Watch) heardOf() map[string]bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := map[string]bool{}
	for k := range w.heard {
		out[k] = true
	}
	return out
}

// enough tells whether these witnesses, by key, are enough to release something.
func (p *Publisher) enough(heard map[string]bool) bool {
	n := 0
	for _, w := range p.Witnesses {
		if heard[w.Key().String()] {
			n++
		}
	}
	switch {
	case n == len(p.Witnesses):
		return true // those that there are; none where none is configured
	case n == 0:
		return false
	case p.Policy == nil || p.Policy.Met(nil):
		return true // no quorum is asked for
	}
	others := map[string]bool{}
	for _, w := range p.Policy.Witnesses() {
		others[w.Name] = !heard[w.Key.String()]
	}
	return !p.Policy.Met(others)
}

// heardEnough tells whether something may be released.
func (p *Publisher) heardEnough() bool { return p.enough(p.Watch.heardOf()) }

// errUnasked takes back a transaction in which something was going to be signed.
var errUnasked = errors.New("the witnesses were not asked yet")

// ask asks the witnesses that were not heard yet, all at once and no longer than
// until enough have answered. One that is reached and cannot tell, as before the
// first checkpoint, is enough to sign for: what it answers to that decides
// whether it is released (see kept). fault.Unavailable: too few are reached.
func (p *Publisher) ask(ctx context.Context) error {
	q, err := p.Watch.question(ctx, p.Store)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, p.patience())
	defer cancel()
	before, reached := p.Watch.heardOf(), p.Watch.heardOf()
	errs := make([]error, len(p.Witnesses))
	var mu sync.Mutex
	var all sync.WaitGroup
	for i, wit := range p.Witnesses {
		if before[wit.Key().String()] {
			continue
		}
		all.Go(func() {
			_, err := p.Watch.ask(ctx, p.Store, wit, q)
			mu.Lock()
			defer mu.Unlock()
			if errs[i] = err; err != nil {
				return
			}
			if reached[wit.Key().String()] = true; p.enough(reached) {
				cancel()
			}
		})
	}
	all.Wait()
	var silent []string
	for i, err := range errs {
		var stop contradicted
		if errors.As(err, &stop) {
			return err
		}
		if err != nil {
			silent = append(silent, fmt.Sprintf("witness %s: %v", p.Witnesses[i].Key().Name(), err))
		}
	}
	if p.enough(reached) {
		return nil
	}
	return unheard(len(silent) == len(p.Witnesses), silent, "nothing was signed")
}

// kept refuses to release a checkpoint that was signed for witnesses of which
// too few have answered then. Its intent stays, and the next try completes it.
func (p *Publisher) kept(missing []string) error {
	if p.heardEnough() {
		return nil
	}
	var silent []string
	for _, m := range missing {
		if strings.HasPrefix(m, "witness ") { // the others are time-stamp authorities
			silent = append(silent, m)
		}
	}
	return unheard(len(p.Watch.heardOf()) == 0, silent, "the checkpoint was shown to them alone, and is not released")
}

func unheard(none bool, silent []string, so string) error {
	who := "too few witnesses could be asked"
	if none {
		who = "no witness could be asked"
	}
	return fault.New(fault.Unavailable, "%s since this process began (%s), and without them nobody can tell whether this machine was put back to an earlier state; %s; appends go on; try again, or take the witness out of the policy with tocsin ledger outside",
		who, strings.Join(silent, "; "), so)
}

// patience is how long witnesses and stampers are waited for.
func (p *Publisher) patience() time.Duration {
	if p.Patience == 0 {
		return 15 * time.Second
	}
	return p.Patience
}
