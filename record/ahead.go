package record

import (
	"context"
	"slices"

	"tocsin/internal/fault"
)

// ahead is a transaction that has read what a batch is going to ask for: the
// answers to its idempotency keys, the projections and the keys of its cases. To
// a database behind a network each question is a journey, and the log's lock is
// held meanwhile. What it has read holds until the transaction writes it, which a
// batch does when all its questions are asked.
type ahead struct {
	Tx
	views    map[string]*View // nil: asked for, and not there
	keys     map[string]*Key
	requests map[[32]byte]*Request
}

// readAhead asks for what the commands will ask for, if they are many. What it
// cannot have they ask for themselves, so that each gets its own answer.
func (b *batch) readAhead(ctx context.Context, jobs []*job) error {
	if len(jobs) < 2 {
		return nil
	}
	var handles []string
	var keys [][32]byte
	for _, j := range jobs {
		c := j.cmd
		switch {
		case c.fill > 0:
			handles = append(handles, fillerHandle)
			continue
		case c.create == "":
			handles = append(handles, c.handle)
		}
		if c.key != "" {
			keys = append(keys, b.k.seal.hash("request", []byte(c.key)))
		}
	}
	slices.Sort(handles)
	handles = slices.Compact(handles)
	a := &ahead{Tx: b.tx, views: map[string]*View{}, keys: map[string]*Key{}, requests: map[[32]byte]*Request{}}
	if len(handles) > 0 {
		views, err := b.tx.ViewsOf(ctx, handles)
		if err != nil {
			return unlessTheirs(err)
		}
		wrapped, err := b.tx.KeysOf(ctx, handles)
		if err != nil {
			return unlessTheirs(err)
		}
		for _, h := range handles {
			a.views[h], a.keys[h] = nil, nil
		}
		for i := range views {
			a.views[views[i].Handle] = &views[i]
		}
		for i := range wrapped {
			a.keys[wrapped[i].Handle] = &wrapped[i]
		}
	}
	if len(keys) > 0 {
		requests, err := b.tx.RequestsBy(ctx, keys)
		if err != nil {
			return unlessTheirs(err)
		}
		for _, k := range keys {
			a.requests[k] = nil
		}
		for i := range requests {
			a.requests[requests[i].Key] = &requests[i]
		}
	}
	b.tx = a
	return nil
}

// unlessTheirs keeps an error that one of the commands will meet by itself.
func unlessTheirs(err error) error {
	if fault.KindOf(err) == fault.Unavailable {
		return err
	}
	return nil
}

// known answers from what was read ahead; found is false if it was not asked for.
func known[K comparable, V any](table map[K]*V, key K, what string) (v V, found bool, err error) {
	p, found := table[key]
	switch {
	case !found:
		return v, false, nil
	case p == nil:
		return v, true, fault.New(fault.NotFound, "there is no such %s", what)
	}
	return *p, true, nil
}

// ViewOf implements Views.
func (a *ahead) ViewOf(ctx context.Context, handle string) (View, error) {
	if v, found, err := known(a.views, handle, "case"); found {
		return v, err
	}
	return a.Tx.ViewOf(ctx, handle)
}

// KeyOf implements Keys.
func (a *ahead) KeyOf(ctx context.Context, handle string) (Key, error) {
	if k, found, err := known(a.keys, handle, "key"); found {
		return k, err
	}
	return a.Tx.KeyOf(ctx, handle)
}

// RequestBy implements Requests.
func (a *ahead) RequestBy(ctx context.Context, key [32]byte) (Request, error) {
	if r, found, err := known(a.requests, key, "request"); found {
		return r, err
	}
	return a.Tx.RequestBy(ctx, key)
}
