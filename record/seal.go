package record

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"sync"

	"tocsin/internal/fault"
)

// Sealer seals what is kept. Each case has a random key; the keys of the cases
// are wrapped under the current generation of the wrapping key, which lives
// outside the database. Destroying a generation makes everything unreadable
// that was sealed under keys wrapped by it alone.
type Sealer struct {
	wraps  WrapKeys
	lookup [32]byte
	rand   io.Reader

	mu    sync.Mutex
	cache map[string]cachedKey
}

type cachedKey struct {
	wrapped []byte // the key is good for these bytes only, whoever wrote them
	gen     int
	key     CaseKey
}

// NewSealer makes a sealer; rand gives the keys of new cases.
func NewSealer(wraps WrapKeys, lookup [32]byte, rand io.Reader) *Sealer {
	return &Sealer{wraps: wraps, lookup: lookup, rand: rand, cache: map[string]cachedKey{}}
}

// CaseKey seals under the key of one case.
type CaseKey struct {
	aead  cipher.AEAD
	nonce [32]byte
}

// derive keeps the uses of one key apart.
func derive(key []byte, use string) [32]byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(use))
	return [32]byte(m.Sum(nil))
}

func caseKey(raw *[32]byte) (CaseKey, error) {
	enc := derive(raw[:], "tocsin.case.seal/1")
	block, err := aes.NewCipher(enc[:])
	clear(enc[:])
	if err != nil {
		return CaseKey{}, fault.New(fault.Internal, "no cipher: %v", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return CaseKey{}, fault.New(fault.Internal, "no cipher: %v", err)
	}
	return CaseKey{aead: aead, nonce: derive(raw[:], "tocsin.case.nonce/1")}, nil
}

// place is what a sealed text is bound to: it opens nowhere else.
type place struct {
	what   string // row or view
	handle string
	epoch  int
	index  int64
}

func (p place) bytes() []byte {
	b := append([]byte("tocsin."+p.what+"/1\n"), byte(len(p.handle)>>8), byte(len(p.handle)))
	b = append(b, p.handle...)
	b = binary.BigEndian.AppendUint64(b, uint64(p.epoch))
	return binary.BigEndian.AppendUint64(b, uint64(p.index))
}

func rowPlace(handle string, epoch int, index int64) place {
	return place{"row", handle, epoch, index}
}

func viewPlace(handle string, version int64) place {
	return place{"view", handle, 0, version}
}

// seal computes its nonce from key, place and content (as in SIV, RFC 5297), so
// that the same content at the same place gives the same bytes and a projection
// can be rebuilt to them.
func (c CaseKey) seal(p place, plain []byte) []byte {
	aad := p.bytes()
	m := hmac.New(sha256.New, c.nonce[:])
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(aad)))
	m.Write(n[:])
	m.Write(aad)
	m.Write(plain)
	nonce := m.Sum(nil)[:c.aead.NonceSize()]
	out := make([]byte, 0, len(nonce)+len(plain)+c.aead.Overhead())
	return c.aead.Seal(append(out, nonce...), nonce, plain, aad)
}

func (c CaseKey) open(p place, sealed []byte) ([]byte, error) {
	n := c.aead.NonceSize()
	if len(sealed) > n {
		if plain, err := c.aead.Open(nil, sealed[:n], sealed[n:], p.bytes()); err == nil {
			return plain, nil
		}
	}
	if p.what == "view" {
		return nil, fault.New(fault.Internal, "the projection of case %s does not open: changed, or sealed under another key; rebuild the projections", p.handle)
	}
	return nil, fault.New(fault.Internal, "the record at epoch %d, index %d does not open: it was changed, moved, or sealed under another key", p.epoch, p.index)
}

// NewKey makes the key of a case and wraps it under the current generation.
func (s *Sealer) NewKey(handle string) (CaseKey, Key, error) {
	var raw [32]byte
	defer clear(raw[:])
	if _, err := io.ReadFull(s.rand, raw[:]); err != nil {
		return CaseKey{}, Key{}, fault.New(fault.Internal, "the source of random bytes failed: %v", err)
	}
	k, err := s.wrap(handle, &raw)
	if err != nil {
		return CaseKey{}, Key{}, err
	}
	c, err := caseKey(&raw)
	if err != nil {
		return CaseKey{}, Key{}, err
	}
	return c, k, nil
}

func wrapCipher(gen int, key *[32]byte) (cipher.AEAD, error) {
	enc := derive(key[:], "tocsin.case.wrap/1")
	defer clear(enc[:])
	block, err := aes.NewCipher(enc[:])
	if err == nil {
		var aead cipher.AEAD
		if aead, err = cipher.NewGCM(block); err == nil {
			return aead, nil
		}
	}
	return nil, fault.New(fault.Internal, "no cipher for generation %d: %v", gen, err)
}

func wrapPlace(handle string, gen int) []byte {
	return place{"wrap", handle, gen, 0}.bytes()
}

// wrap uses a random nonce: the same key is never wrapped to the same bytes, so
// a dead row does not tell that the key lived on.
func (s *Sealer) wrap(handle string, raw *[32]byte) (Key, error) {
	gen, key, err := s.wraps.Current()
	if err != nil {
		return Key{}, err
	}
	defer clear(key[:])
	aead, err := wrapCipher(gen, &key)
	if err != nil {
		return Key{}, err
	}
	nonce := make([]byte, aead.NonceSize())
	if _, err := io.ReadFull(s.rand, nonce); err != nil {
		return Key{}, fault.New(fault.Internal, "the source of random bytes failed: %v", err)
	}
	return Key{Handle: handle, Generation: gen, Wrapped: aead.Seal(nonce, nonce, raw[:], wrapPlace(handle, gen))}, nil
}

// Unwrap opens the key of a case. fault.Internal if it does not open, or if its
// generation was destroyed.
func (s *Sealer) Unwrap(k Key) (CaseKey, error) {
	s.mu.Lock()
	c, ok := s.cache[k.Handle]
	s.mu.Unlock()
	if ok && c.gen == k.Generation && bytes.Equal(c.wrapped, k.Wrapped) {
		return c.key, nil
	}
	raw, err := s.unwrap(k)
	if err != nil {
		return CaseKey{}, err
	}
	defer clear(raw[:])
	key, err := caseKey(&raw)
	if err != nil {
		return CaseKey{}, err
	}
	s.mu.Lock()
	if len(s.cache) >= 4096 {
		clear(s.cache)
	}
	s.cache[k.Handle] = cachedKey{wrapped: bytes.Clone(k.Wrapped), gen: k.Generation, key: key}
	s.mu.Unlock()
	return key, nil
}

func (s *Sealer) unwrap(k Key) (raw [32]byte, err error) {
	key, err := s.wraps.Generation(k.Generation)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return raw, &goneError{k.Generation}
		}
		return raw, err
	}
	defer clear(key[:])
	aead, err := wrapCipher(k.Generation, &key)
	if err != nil {
		return raw, err
	}
	n := aead.NonceSize()
	if len(k.Wrapped) > n {
		plain, err := aead.Open(nil, k.Wrapped[:n], k.Wrapped[n:], wrapPlace(k.Handle, k.Generation))
		if err == nil && len(plain) == len(raw) {
			copy(raw[:], plain)
			clear(plain)
			return raw, nil
		}
	}
	return raw, fault.New(fault.Internal, "the key of case %s does not open under generation %d of the wrapping key: it was changed, or the folder of keys is another one", k.Handle, k.Generation)
}

// goneError says that a generation was destroyed. A reader whose snapshot is
// older than an erasure looks again.
type goneError struct{ gen int }

func (e *goneError) Error() string {
	return fmt.Sprintf("generation %d of the wrapping key is not in the folder of keys: what it wraps cannot be read", e.gen)
}

func (e *goneError) Unwrap() error { return fault.New(fault.Internal, "%s", e.Error()) }

// rewrap wraps a key again under the current generation.
func (s *Sealer) rewrap(k Key) (Key, error) {
	raw, err := s.unwrap(k)
	if err != nil {
		return Key{}, err
	}
	defer clear(raw[:])
	return s.wrap(k.Handle, &raw)
}

// forget drops the keys that are held in memory.
func (s *Sealer) forget() {
	s.mu.Lock()
	clear(s.cache)
	s.mu.Unlock()
}

// hash is a keyed hash of something that the database may not hold in clear.
func (s *Sealer) hash(use string, parts ...[]byte) [32]byte {
	m := hmac.New(sha256.New, s.lookup[:])
	m.Write([]byte("tocsin." + use + "/1\n"))
	var n [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		m.Write(n[:])
		m.Write(p)
	}
	return [32]byte(m.Sum(nil))
}

// Lookup is the keyed hash by which the database finds a case by its id.
func (s *Sealer) Lookup(id string) [32]byte { return s.hash("lookup", []byte(id)) }

// twinLookup is that of a case whose id an earlier one has: the id alone leads to
// the earlier one.
func (s *Sealer) twinLookup(id, handle string) [32]byte {
	return s.hash("twin", []byte(id), []byte(handle))
}

// ownLookup is that of the log's own records, which no id can meet.
func (s *Sealer) ownLookup(handle string) [32]byte { return s.hash("own", []byte(handle)) }
