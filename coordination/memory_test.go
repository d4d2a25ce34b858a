package coordination

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"
)

func key(handle string, version int64, what string) memoKey {
	return memoKey{handle: handle, version: version, what: what}
}

// produces counts how often it is called.
func produces(n *int, m made) func(context.Context) (made, error) {
	return func(context.Context) (made, error) { *n++; return m, nil }
}

// Twenty readers of a case that has just changed have it made once.
func TestMadeOnce(t *testing.T) {
	m := newMemory(0, time.Now)
	started, release, calls := make(chan struct{}), make(chan struct{}), 0
	slow := func(context.Context) (made, error) {
		calls++
		close(started)
		<-release
		return made{value: "plan", bytes: 10}, nil
	}
	var wg sync.WaitGroup
	ask := func(ctx context.Context) {
		if v, err := m.get(ctx, key("a", 1, "plan"), slow); ctx.Err() == nil && (err != nil || v != "plan") {
			t.Errorf("%v %v", v, err)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	wg.Go(func() { ask(gone) }) // the first reader goes away; the others still get it
	<-started
	for range 19 {
		wg.Go(func() { ask(t.Context()) })
	}
	cancel()
	close(release)
	wg.Wait()
	if calls != 1 || m.makes != 1 {
		t.Errorf("it was made %d times", calls)
	}
}

// What was made is true until its instant and for its version; a newer version
// drops what was made of older ones, and a slow older one does not come back.
func TestWhatIsRemembered(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	m, n := newMemory(0, func() time.Time { return now }), 0
	get := func(k memoKey, until time.Time) {
		t.Helper()
		if _, err := m.get(t.Context(), k, produces(&n, made{value: n, bytes: 10, until: until})); err != nil {
			t.Fatal(err)
		}
	}
	get(key("a", 1, "plan"), now.Add(time.Minute))
	get(key("a", 1, "plan"), now)
	get(key("a", 1, "case"), time.Time{})
	if n != 2 {
		t.Fatalf("made %d times", n)
	}
	now = now.Add(time.Minute)
	get(key("a", 1, "plan"), now.Add(time.Minute))
	if n != 3 {
		t.Errorf("what had ended was given again")
	}
	get(key("a", 2, "case"), time.Time{})
	if _, ok := m.peek(key("a", 1, "case")); ok || m.used != 10 {
		t.Errorf("an older version is kept, %d bytes", m.used)
	}
	get(key("a", 1, "case"), time.Time{}) // somebody was slow
	if _, ok := m.peek(key("a", 2, "case")); !ok || m.used != 10 {
		t.Errorf("a slow reader pushed the newer version out")
	}
	m.drop("a")
	if m.used != 0 || len(m.items) != 0 || len(m.newest) != 0 || m.order.Len() != 0 {
		t.Errorf("%d bytes are left after it was dropped", m.used)
	}
}

// The bound holds, what was used least goes first, and nothing that failed or is
// too large stays.
func TestTheBound(t *testing.T) {
	m, n := newMemory(100, time.Now), 0
	for i := range 20 {
		if _, err := m.get(t.Context(), key(fmt.Sprint("case ", i), 1, "case"), produces(&n, made{value: i, bytes: 30})); err != nil {
			t.Fatal(err)
		}
		if _, ok := m.peek(key("case 0", 1, "case")); !ok { // used again and again
			t.Fatalf("the most used one went at %d", i)
		}
		if m.used > 100 {
			t.Fatalf("%d bytes", m.used)
		}
	}
	if len(m.items) != 3 {
		t.Errorf("%d are kept", len(m.items))
	}
	for name, p := range map[string]func(context.Context) (made, error){
		"too large": produces(&n, made{value: 1, bytes: 101}),
		"passing":   produces(&n, made{value: 1, bytes: -1}),
		"an error":  func(context.Context) (made, error) { return made{}, errors.New("no") },
		"a panic":   func(context.Context) (made, error) { panic("no") },
	} {
		v, err := m.get(t.Context(), key(name, 1, "case"), p)
		if (err == nil) != (v == 1) {
			t.Errorf("%s: %v %v", name, v, err)
		}
		if _, ok := m.peek(key(name, 1, "case")); ok {
			t.Errorf("%s is kept", name)
		}
	}
}
