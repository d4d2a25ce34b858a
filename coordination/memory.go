package coordination

import (
	linked "container/list"
	"context"
	"sync"
	"time"

	"tocsin/internal/fault"
)

// memoKey names what is remembered: something that was made of one version of a
// case. An older version of the same case is never answered with.
type memoKey struct {
	handle  string
	version int64
	head    [32]byte
	what    string
}

// made is something worth remembering: about how many bytes it takes, and until
// when it is true (zero: as long as its version is the newest).
type made struct {
	value any
	bytes int64
	until time.Time
}

// memory keeps what was made of cases, the least recently used going first when
// it grows over its bound. Many who ask at once for what is not there have it
// made once.
type memory struct {
	limit int64
	now   func() time.Time

	mu      sync.Mutex
	used    int64
	order   *linked.List // of *kept, the most recently used in front
	items   map[memoKey]*linked.Element
	newest  map[string]map[memoKey]bool // by handle
	flights map[memoKey]*flight
	makes   int64 // how often something was made, for tests
}

type kept struct {
	key memoKey
	made
}

// flight is a making on its way.
type flight struct {
	done chan struct{}
	made made
	err  error
}

const defaultMemory = 64 << 20

func newMemory(limit int64, now func() time.Time) *memory {
	if limit <= 0 {
		limit = defaultMemory
	}
	return &memory{limit: limit, now: now, order: linked.New(), items: map[memoKey]*linked.Element{},
		newest: map[string]map[memoKey]bool{}, flights: map[memoKey]*flight{}}
}

// peek gives what is remembered, without making it.
func (m *memory) peek(k memoKey) (any, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.look(k)
}

// look is peek with the lock held.
func (m *memory) look(k memoKey) (any, bool) {
	e, ok := m.items[k]
	if !ok {
		return nil, false
	}
	it := e.Value.(*kept)
	if !it.until.IsZero() && !m.now().Before(it.until) {
		m.remove(e)
		return nil, false
	}
	m.order.MoveToFront(e)
	return it.value, true
}

// get gives what is remembered, or has it made. A caller who goes away leaves
// the making to those who still wait.
func (m *memory) get(ctx context.Context, k memoKey, produce func(context.Context) (made, error)) (any, error) {
	m.mu.Lock()
	if v, ok := m.look(k); ok {
		m.mu.Unlock()
		return v, nil
	}
	f, flying := m.flights[k]
	if !flying {
		f = &flight{done: make(chan struct{})}
		m.flights[k] = f
		m.makes++
		m.mu.Unlock()
		go m.fly(context.WithoutCancel(ctx), k, f, produce)
	} else {
		m.mu.Unlock()
	}
	select {
	case <-f.done:
		return f.made.value, f.err
	case <-ctx.Done():
		return nil, fault.New(fault.Unavailable, "the reader has gone: %v", context.Cause(ctx))
	}
}

func (m *memory) fly(ctx context.Context, k memoKey, f *flight, produce func(context.Context) (made, error)) {
	f.err = fault.New(fault.Internal, "what was to be made of the case was not made")
	defer func() {
		_ = recover() // f.err says it; a reader's request is no reason to end the program
		m.mu.Lock()
		delete(m.flights, k)
		if f.err == nil {
			m.put(k, f.made)
		}
		m.mu.Unlock()
		close(f.done)
	}()
	v, err := produce(ctx)
	f.made, f.err = v, err
}

// put remembers, and forgets what was made of older versions of the case.
func (m *memory) put(k memoKey, v made) {
	if v.bytes > m.limit || v.bytes < 0 {
		return // too large, or not to be kept
	}
	for old := range m.newest[k.handle] {
		switch {
		case old.version > k.version:
			return // somebody was slow
		case old.version < k.version || old.head != k.head || old.what == k.what:
			m.remove(m.items[old])
		}
	}
	m.items[k] = m.order.PushFront(&kept{k, v})
	m.used += v.bytes
	if m.newest[k.handle] == nil {
		m.newest[k.handle] = map[memoKey]bool{}
	}
	m.newest[k.handle][k] = true
	for m.used > m.limit {
		m.remove(m.order.Back())
	}
}

func (m *memory) remove(e *linked.Element) {
	it := e.Value.(*kept)
	m.order.Remove(e)
	delete(m.items, it.key)
	delete(m.newest[it.key.handle], it.key)
	if len(m.newest[it.key.handle]) == 0 {
		delete(m.newest, it.key.handle)
	}
	m.used -= it.bytes
}

// drop forgets a case, after an erasure.
func (m *memory) drop(handle string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, h := range []string{handle, sideOfCase + handle} {
		for k := range m.newest[h] {
			m.remove(m.items[k])
		}
	}
}
