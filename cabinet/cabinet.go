package cabinet

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"sync"
	"unicode/utf8"

	"tocsin/internal/fault"
)

// Options of a Cabinet. Key is the data key, 32 random bytes that never reach
// the database in clear.
type Options struct {
	Key  [32]byte
	Rand io.Reader // nil: crypto/rand
}

// redacted is what options and cabinets print as.
const redacted = "cabinet(…)"

// String keeps the key out of anything that prints the options.
func (Options) String() string { return redacted }

// GoString is what %#v prints.
func (Options) GoString() string { return redacted }

// LogValue is what a log keeps.
func (Options) LogValue() slog.Value { return slog.StringValue(redacted) }

// Cabinet seals documents and finds them again. It is safe for many goroutines.
type Cabinet struct {
	store Store
	o     Options

	mu    sync.RWMutex
	rings map[string]*keyring // by kind; the kinds are the program's own words
}

// oneByOne lets many goroutines read from a source that is made for one.
type oneByOne struct {
	mu sync.Mutex
	r  io.Reader
}

func (o *oneByOne) Read(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return io.ReadFull(o.r, p)
}

// New makes a cabinet over a store.
func New(store Store, o Options) *Cabinet {
	if o.Rand == nil {
		o.Rand = rand.Reader
	} else {
		o.Rand = &oneByOne{r: o.Rand}
	}
	return &Cabinet{store: store, o: o, rings: map[string]*keyring{}}
}

// Ref names a document at the version that was read; Version 0 is any, or for
// Put: it must be new.
type Ref struct {
	Kind    string // lower-case letters, digits and hyphens, at most 32
	ID      string // 1 to 256 bytes; never seen outside the seal
	Version int64
}

// Item is a document to be put; when Change has returned it is at Version+1.
// Keys are words under which it shall be found, such as
// "login:ada@example.org"; Unique those that it must be alone with: no other
// document of the kind may have one of them in its Unique. Each of Unique is
// found like one of Keys too.
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

// Into reads the document into v.
func (e Entry) Into(v any) error {
	if err := json.Unmarshal(e.JSON, v); err != nil {
		return fault.New(fault.Internal, "a document of kind %s does not have the shape that is expected of it", e.Kind)
	}
	return nil
}

// Bounds of what is taken; beyond them fault.Invalid.
const (
	maxKind = 32
	maxID   = 256
	maxWord = 1024
	maxSize = 8 << 20 // bytes of JSON
)

// ring gives the keys of a kind.
func (c *Cabinet) ring(kind string) (*keyring, error) {
	c.mu.RLock()
	k := c.rings[kind]
	c.mu.RUnlock()
	if k != nil {
		return k, nil
	}
	if !isKind(kind) {
		return nil, fault.New(fault.Invalid, "%.40q is no kind of document: 1 to %d lower-case letters, digits and hyphens", kind, maxKind)
	}
	k, err := newKeyring(c.o.Key, kind)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.rings[kind]; known != nil {
		return known, nil
	}
	c.rings[kind] = k
	return k, nil
}

func isKind(kind string) bool {
	for i := range len(kind) {
		b := kind[i]
		if (b < 'a' || b > 'z') && (i == 0 || b != '-' && (b < '0' || b > '9')) {
			return false
		}
	}
	return len(kind) >= 1 && len(kind) <= maxKind
}

func checkID(kind, id string) error {
	if len(id) < 1 || len(id) > maxID || !utf8.ValidString(id) {
		return fault.New(fault.Invalid, "the id of a document of kind %s has 1 to %d bytes of UTF-8", kind, maxID)
	}
	return nil
}

func checkWord(kind, word string) error {
	if len(word) < 1 || len(word) > maxWord || !utf8.ValidString(word) {
		return fault.New(fault.Invalid, "a key of a document of kind %s has 1 to %d bytes of UTF-8", kind, maxWord)
	}
	return nil
}

// missing is the same for an id that never was and for a key that no document
// has; neither is repeated, for it may be a secret.
func missing(kind string) error {
	return fault.New(fault.NotFound, "there is no such document of kind %s", kind)
}
