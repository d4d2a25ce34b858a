package coordination

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"tocsin/access"
)

// recent remembers for a moment what a desk shows beside its lines: a page that
// many people keep open asks for it again and again, and for each it is a look at
// hundreds of cases. Who writes forgets their own, so that they see at once what
// they did; what others do shows when the moment is over. Nobody's writes change
// what another's look costs.
type recent struct {
	mu  sync.Mutex
	all map[string]map[string]lately // person → what, with the rights it was asked with
}

type lately struct {
	at   time.Time
	what any
}

const (
	recentFor  = 2 * time.Second
	recentMost = 4096 // people
)

// recently gives what fn makes for a reader, or made less than a moment ago for
// the same person with the same rights. anew makes it in any case: whoever is told
// that something changed has to find it when they look.
func recently[T any](ctx context.Context, d *Desk, who access.Reader, what string, anew bool, fn func(context.Context, access.Reader) (T, error)) (T, error) {
	rights := who
	rights.Session, rights.Fresh, rights.Lang, rights.Zone = "", false, "", ""
	text, err := json.Marshal(rights)
	if err != nil {
		return fn(ctx, who)
	}
	key, now := what+" "+string(text), d.o.Now()
	r := &d.recent
	r.mu.Lock()
	x, ok := r.all[who.Person][key]
	r.mu.Unlock()
	if age := now.Sub(x.at); ok && !anew && age >= 0 && age < recentFor {
		return x.what.(T), nil
	}
	made, err := fn(ctx, who)
	if err != nil {
		return made, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all == nil || len(r.all) >= recentMost {
		r.all = map[string]map[string]lately{}
	}
	if r.all[who.Person] == nil || len(r.all[who.Person]) > 16 {
		r.all[who.Person] = map[string]lately{}
	}
	r.all[who.Person][key] = lately{now, made}
	return made, nil
}

// forget drops what is remembered for somebody who wrote.
func (d *Desk) forget(person string) {
	d.recent.mu.Lock()
	defer d.recent.mu.Unlock()
	delete(d.recent.all, person)
}
