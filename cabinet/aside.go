package cabinet

import (
	"crypto/cipher"
	"io"

	"tocsin/internal/fault"
)

// Kinds of documents have no slash, so that no place has the keys of a kind.
const asideKind = "aside/"

func (c *Cabinet) aside() (cipher.AEAD, error) {
	c.mu.RLock()
	k := c.rings[asideKind]
	c.mu.RUnlock()
	if k != nil {
		return k.aead, nil
	}
	k, err := newKeyring(c.o.Key, asideKind)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rings[asideKind] = k
	return k.aead, nil
}

// Seal seals what another package keeps in a table of its own. It opens at that
// place only, such as "seat/" and the seat's id.
func (c *Cabinet) Seal(place string, plain []byte) ([]byte, error) {
	aead, err := c.aside()
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	if _, err := io.ReadFull(c.o.Rand, nonce); err != nil {
		return nil, fault.New(fault.Internal, "the source of random bytes failed: %v", err)
	}
	return aead.Seal(nonce, nonce, plain, bound(asideKind, place, 0)), nil
}

// Open opens what Seal sealed at the same place; else fault.Internal.
func (c *Cabinet) Open(place string, sealed []byte) ([]byte, error) {
	aead, err := c.aside()
	if err != nil {
		return nil, err
	}
	if n := aead.NonceSize(); len(sealed) > n {
		if plain, err := aead.Open(nil, sealed[:n], sealed[n:], bound(asideKind, place, 0)); err == nil {
			return plain, nil
		}
	}
	return nil, fault.New(fault.Internal, "what is sealed at %.60q does not open: it was changed, moved, or sealed under another key", place)
}
