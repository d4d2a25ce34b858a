package cabinet

import (
	"context"
	"io"
)

// Options of a Cabinet. Key is the data key, 32 random bytes that never reach
// the database in clear.
type Options struct {
	Key  [32]byte
	Rand io.Reader // nil: crypto/rand
}

// Cabinet seals documents and finds them again. It is safe for many goroutines.
type Cabinet struct {
	store Store
	o     Options
}

// New makes a cabinet over a store.
func New(store Store, o Options) *Cabinet { return &Cabinet{store: store, o: o} }

// Ref names a document at the version that was read; Version 0 is any, or for
// Put: it must be new.
type Ref struct {
	Kind    string
	ID      string
	Version int64
}

// Item is a document to be put. Keys are words under which it shall be found,
// such as "login:ada@example.org"; Unique those that it must be alone with.
type Item struct {
	Ref
	Keys   []string
	Unique []string
	Value  any // marshalled to JSON
}

// Entry is a document that was found.
type Entry struct {
	Ref
	JSON []byte
}

// Get reads a document into v and gives its version; fault.NotFound.
func (c *Cabinet) Get(ctx context.Context, kind, id string, v any) (int64, error) { panic("todo") }

// Find gives the documents of a kind that have a key, or all of them for "", in
// order of their ids after the one given, at most limit.
func (c *Cabinet) Find(ctx context.Context, kind, key, after string, limit int) ([]Entry, error) {
	panic("todo")
}

// One gives the only document with a unique key; fault.NotFound.
func (c *Cabinet) One(ctx context.Context, kind, key string, v any) (Ref, error) { panic("todo") }

// Change puts and drops in one transaction, durably; fault.Conflict if one of
// the versions is not the one in the database or a unique key is taken.
func (c *Cabinet) Change(ctx context.Context, put []Item, drop []Ref) error { panic("todo") }

// Edition is a number that grows with every change of a kind, in any process.
func (c *Cabinet) Edition(ctx context.Context, kind string) (int64, error) { panic("todo") }
