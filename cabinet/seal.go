package cabinet

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"

	"tocsin/internal/fault"
)

// keyring holds what is derived from the data key for one kind. Each use has a
// subkey of its own (HMAC-SHA256 as a pseudorandom function, as in HKDF-Expand,
// RFC 5869 section 2.3), so that a key of one kind or use opens nothing of another.
type keyring struct {
	aead               cipher.AEAD
	names, words, ones [32]byte
}

func subkey(key [32]byte, use, kind string) [32]byte {
	return mac(key, "tocsin.cabinet."+use+"/1", kind)
}

// mac hashes its parts, each after its length: no two lists give the same bytes.
func mac(key [32]byte, parts ...string) (sum [32]byte) {
	m := hmac.New(sha256.New, key[:])
	for _, p := range parts {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		m.Write(n[:])
		io.WriteString(m, p)
	}
	m.Sum(sum[:0])
	return sum
}

func newKeyring(key [32]byte, kind string) (*keyring, error) {
	enc := subkey(key, "seal", kind)
	defer clear(enc[:])
	block, err := aes.NewCipher(enc[:])
	if err != nil {
		return nil, fault.New(fault.Internal, "no cipher: %v", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fault.New(fault.Internal, "no cipher: %v", err)
	}
	return &keyring{
		aead:  aead,
		names: subkey(key, "name", kind),
		words: subkey(key, "word", kind),
		ones:  subkey(key, "one", kind),
	}, nil
}

// name is what the database knows a document by: half of a hash is enough for
// names that are never to meet by chance.
func (k *keyring) name(id string) string {
	sum := mac(k.names, id)
	return hex.EncodeToString(sum[:16])
}

// A word and the same word where it must be the only one have hashes that are
// not alike: what is unique never meets what is not.
func (k *keyring) word(w string) [32]byte { return mac(k.words, w) }
func (k *keyring) one(w string) [32]byte  { return mac(k.ones, w) }

// letter is what is sealed: also the id and the words that only their hashes
// stand for outside, so that a restored document is found again under another key.
type letter struct {
	ID     string          `json:"id"`
	Keys   []string        `json:"keys,omitempty"`
	Unique []string        `json:"unique,omitempty"`
	Value  json.RawMessage `json:"value"`
}

// bound is the associated data: kind, name and version. A sealed document opens
// in no other place, and not as a newer or older version of itself.
func bound(kind, name string, version int64) []byte {
	b := []byte("tocsin.cabinet/1\n")
	for _, p := range []string{kind, name} {
		b = binary.BigEndian.AppendUint64(b, uint64(len(p)))
		b = append(b, p...)
	}
	return binary.BigEndian.AppendUint64(b, uint64(version))
}

// seal uses a random nonce of 96 bits: with one key per kind, 2^32 changes of
// documents of that kind stay within what NIST SP 800-38D section 8.3 allows.
func (k *keyring) seal(rand io.Reader, kind, name string, version int64, l letter) ([]byte, error) {
	plain, err := json.Marshal(l)
	if err != nil {
		return nil, fault.New(fault.Internal, "a document of kind %s cannot be written as JSON: %v", kind, err)
	}
	nonce := make([]byte, k.aead.NonceSize(), k.aead.NonceSize()+len(plain)+k.aead.Overhead())
	if _, err := io.ReadFull(rand, nonce); err != nil {
		return nil, fault.New(fault.Internal, "the source of random bytes failed: %v", err)
	}
	return k.aead.Seal(nonce, nonce, plain, bound(kind, name, version)), nil
}

// open gives what was sealed, or fault.Internal that names kind and row.
func (k *keyring) open(r Row) (l letter, err error) {
	broken := func(what string) (letter, error) {
		return letter{}, fault.New(fault.Internal, "the document %s of kind %s %s", r.ID, r.Kind, what)
	}
	n := k.aead.NonceSize()
	if len(r.Sealed) <= n {
		return broken("is cut off: the database is damaged")
	}
	plain, err := k.aead.Open(nil, r.Sealed[:n], r.Sealed[n:], bound(r.Kind, r.ID, r.Version))
	if err != nil {
		return broken("does not open: it was changed, moved, or sealed under another key")
	}
	if err := json.Unmarshal(plain, &l); err != nil {
		return broken("opens, and holds no document: another program sealed it")
	}
	if k.name(l.ID) != r.ID {
		return broken("holds the id of another one")
	}
	return l, nil
}
