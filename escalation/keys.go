package escalation

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"

	"tocsin/internal/fault"
)

// Keys makes the keyed hashes by which the database finds lines, cases and
// seats, and seals what is told in them. Whoever has the database alone can
// neither guess a word of a case nor tell that two cases share a party.
type Keys [32]byte

// Who is the hash of the id of a person or an organisation, for seats.
func (k Keys) Who(id string) [32]byte { return k.hash("who", id) }

// Party is the hash of a party of one case: the same party of another case has
// another one.
func (k Keys) Party(handle, party string) [32]byte { return k.hash("party", handle, party) }

// Law is the hash of a pack, such as eu-cra.
func (k Keys) Law(pack string) [32]byte { return k.hash("law", pack) }

// Word is the hash of a normalised word (see Words).
func (k Keys) Word(word string) [32]byte { return k.hash("word", word) }

// hash is HMAC-SHA256 over the parts, each with its length, so that no two lists
// of parts are the same bytes.
func (k Keys) hash(what string, parts ...string) (out [32]byte) {
	mac := hmac.New(sha256.New, k[:])
	var n [8]byte
	for _, p := range append([]string{"escalation " + what}, parts...) {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		mac.Write(n[:])
		mac.Write([]byte(p))
	}
	mac.Sum(out[:0])
	return out
}

// Sealer seals and opens under keys of its own; it is safe for many goroutines.
type Sealer struct {
	aead  cipher.AEAD
	nonce Keys
}

// Sealer gives the sealer of one purpose; what one seals no other opens.
func (k Keys) Sealer(purpose string) Sealer {
	key := k.hash("seal", purpose)
	block, err := aes.NewCipher(key[:])
	if err == nil {
		var aead cipher.AEAD
		if aead, err = cipher.NewGCM(block); err == nil {
			return Sealer{aead, k.hash("nonce", purpose)}
		}
	}
	panic(err) // a key of 32 bytes and the standard nonce are never refused
}

// Seal seals plain for a place. The nonce is computed from both, so that what
// did not change gives the same bytes and is not written again: the database
// learns that it is the same, and nothing else.
func (s Sealer) Seal(place string, plain []byte) []byte {
	n := s.aead.NonceSize()
	out := make([]byte, n, n+len(plain)+s.aead.Overhead())
	sum := s.nonce.hash("of", place, string(plain))
	copy(out, sum[:])
	return s.aead.Seal(out, out, plain, []byte(place))
}

// Open opens what was sealed for that place; fault.Invalid for anything else.
func (s Sealer) Open(place string, sealed []byte) ([]byte, error) {
	n := s.aead.NonceSize()
	if len(sealed) < n {
		return nil, fault.New(fault.Invalid, "what was sealed is too short to be opened")
	}
	plain, err := s.aead.Open(nil, sealed[:n], sealed[n:], []byte(place))
	if err != nil {
		return nil, fault.New(fault.Invalid, "what was sealed does not open here")
	}
	return plain, nil
}
