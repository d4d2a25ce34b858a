package identity

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"tocsin/internal/fault"
)

// brake slows guessing down. It counts attempts before they are looked at, so
// that a thousand at once are not a thousand guesses, and asks for waits that
// grow and never become for good. It lives in memory: an attempt costs an
// attacker's patience and us no write. Several processes count apart.
type brake struct {
	mu  sync.Mutex
	now func() time.Time
	all map[string]*list.Element
	lru *list.List // front: used last
}

// count is how often something was tried in vain.
type count struct {
	key   string
	n     int
	last  time.Time
	until time.Time
}

// rule is what one attempt is counted under.
type rule struct {
	key  string
	free int           // attempts before there are waits
	most time.Duration // the longest wait
}

const (
	maxCounts = 50_000
	// forgets is after how long in peace a count is forgotten, at the least.
	forgets = time.Hour
	// trusted is how long an address from which somebody signed in is not held
	// up by what others try at that login.
	trusted = 30 * 24 * time.Hour
)

func newBrake(now func() time.Time) *brake {
	return &brake{now: now, all: map[string]*list.Element{}, lru: list.New()}
}

// wait is the answer to who comes too often.
func wait(seconds int) error {
	return fault.New(fault.Unavailable, "too many attempts; please try again in %d seconds", seconds)
}

// try counts an attempt under all rules, or gives the wait if one of them asks
// for it; then nothing is counted.
func (b *brake) try(rules ...rule) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	var longest time.Duration
	for _, r := range rules {
		if c := b.get(r.key); c != nil && c.until.After(now) {
			longest = max(longest, c.until.Sub(now))
		}
	}
	if longest > 0 {
		return wait(int((longest + time.Second - 1) / time.Second))
	}
	for _, r := range rules {
		c := b.put(r.key)
		if now.Sub(c.last) > max(forgets, 4*r.most) {
			c.n = 0
		}
		c.n++
		c.last = now
		if over := c.n - r.free; over > 0 {
			c.until = now.Add(min(r.most, time.Second<<min(over-1, 20)))
		}
	}
	return nil
}

// passed takes back what try counted: under the forgiven keys all of it, under
// the others this attempt only, so that one who may sign in does not open the
// way for guesses at others.
func (b *brake) passed(rules []rule, forgiven ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range rules {
		if c := b.get(r.key); c != nil {
			c.n--
			c.until = time.Time{}
		}
	}
	for _, key := range forgiven {
		if e, ok := b.all[key]; ok {
			b.lru.Remove(e)
			delete(b.all, key)
		}
	}
}

// trust remembers that somebody signed in at a login from an address.
func (b *brake) trust(login, from string) {
	if from == "" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.put("trust " + login + " " + from)
	c.last = b.now()
}

func (b *brake) trusts(login, from string) bool {
	if from == "" {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.get("trust " + login + " " + from)
	return c != nil && b.now().Sub(c.last) < trusted
}

func (b *brake) get(key string) *count {
	e, ok := b.all[key]
	if !ok {
		return nil
	}
	b.lru.MoveToFront(e)
	return e.Value.(*count)
}

func (b *brake) put(key string) *count {
	if c := b.get(key); c != nil {
		return c
	}
	for len(b.all) >= maxCounts {
		old := b.lru.Back()
		b.lru.Remove(old)
		delete(b.all, old.Value.(*count).key)
	}
	c := &count{key: key, last: b.now()}
	b.all[key] = b.lru.PushFront(c)
	return c
}

// from is what an address is counted as: whoever has one IPv6 address has the
// 2^64 beside it. "" where it is not known.
func from(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	a = a.Unmap().WithZone("")
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

// passwordRules are for an attempt at a login: by the pair of login and address,
// by the address, and by the login from wherever. The last asks for short waits
// only, since it can be used to keep its owner out, and not at all from where
// its owner has signed in.
func (b *brake) passwordRules(login string, a netip.Addr) []rule {
	at := from(a)
	rules := []rule{{key: "pair " + login + " " + at, free: 5, most: 15 * time.Minute}}
	if at != "" {
		rules = append(rules, rule{key: "from " + at, free: 30, most: 15 * time.Minute})
	}
	if !b.trusts(login, at) {
		rules = append(rules, rule{key: "login " + login, free: 20, most: time.Minute})
	}
	return rules
}

// codeRules are for codes of a second factor: six digits are guessed in a while,
// and who guesses knows the password already, so the waits are long.
func codeRules(person string, a netip.Addr) []rule {
	rules := []rule{{key: "code " + person, free: 5, most: time.Hour}}
	if at := from(a); at != "" {
		rules = append(rules, rule{key: "from " + at, free: 30, most: 15 * time.Minute})
	}
	return rules
}

// otherRules are for what cannot be guessed, and costs us a little.
func otherRules(what string, a netip.Addr) []rule {
	if at := from(a); at != "" {
		return []rule{{key: what + " " + at, free: 60, most: 5 * time.Minute}}
	}
	return nil
}
