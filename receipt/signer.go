package receipt

import (
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"time"

	"filippo.io/mldsa"

	"tocsin/internal/fault"
)

// Signer is a private key. However it is printed, it shows dots; only Secret
// gives it away. Signatures are deterministic for both algorithms.
type Signer struct {
	key  Key
	seed *[seedSize]byte
	pq   *mldsa.PrivateKey // of an ML-DSA-44 key, expanded once
}

// seedSize is the length of a private key of either algorithm.
const seedSize = ed25519.SeedSize

// dots stand for a secret.
const dots = "••••••••"

// NewSigner makes a private key from 32 bytes of rand. Each call makes a key of
// its own: the same Ed25519 key is never used for two signature types.
func NewSigner(name string, t Type, rand io.Reader) (Signer, error) {
	var seed [seedSize]byte
	if _, err := io.ReadFull(rand, seed[:]); err != nil {
		return Signer{}, noChance(err)
	}
	return newSigner(name, t, &seed)
}

func newSigner(name string, t Type, seed *[seedSize]byte) (Signer, error) {
	s := Signer{seed: seed}
	var public []byte
	switch t {
	case Ed25519, Ed25519Cosignature:
		public = ed25519.NewKeyFromSeed(seed[:]).Public().(ed25519.PublicKey)
	case MLDSA44Cosignature:
		var err error
		if s.pq, err = mldsa.NewPrivateKey(mldsa.MLDSA44(), seed[:]); err != nil {
			return Signer{}, fault.New(fault.Internal, "the ML-DSA-44 key cannot be made: %v", err)
		}
		public = s.pq.PublicKey().Bytes()
	}
	var err error
	s.key, err = NewKey(name, t, public)
	if err != nil {
		return Signer{}, err
	}
	return s, nil
}

const privatePrefix = "PRIVATE+KEY+"

// ParseSigner reads what Secret wrote. For Ed25519 it is the form of the Go
// checksum database's keys; the other types have the same form with their type
// byte. No error repeats any of the text.
func ParseSigner(text string) (Signer, error) {
	bad := fault.New(fault.Invalid, "this is no private key: %sname+id+key is expected", privatePrefix)
	rest, ok := strings.CutPrefix(text, privatePrefix)
	if !ok {
		return Signer{}, bad
	}
	name, rest, _ := strings.Cut(rest, "+")
	id, material, ok := strings.Cut(rest, "+")
	if !ok {
		return Signer{}, bad
	}
	t, seed, err := typed(material)
	if err != nil || len(seed) != seedSize {
		return Signer{}, bad
	}
	if t.publicSize() == 0 {
		return Signer{}, fault.New(fault.Invalid, "private keys of signature type 0x%02x are not supported", byte(t))
	}
	if checkName(name) != nil {
		return Signer{}, bad
	}
	s, err := newSigner(name, t, (*[seedSize]byte)(seed))
	if err != nil {
		return Signer{}, err
	}
	if checkID(s.key, id) != nil {
		return Signer{}, fault.New(fault.Invalid, "the private key's id does not belong to it: the file is damaged or not complete")
	}
	return s, nil
}

// Key is the public side.
func (s Signer) Key() Key { return s.key }

// Secret is the text form of the private key, for a file that nobody else
// reads: PRIVATE+KEY+name+hexid+base64(type||seed), without a newline.
func (s Signer) Secret() string {
	if s.seed == nil {
		return ""
	}
	return fmt.Sprintf("%s%s+%08x+%s", privatePrefix, s.key.name, s.key.id, encode64(append([]byte{byte(s.key.typ)}, s.seed[:]...)))
}

// String shows dots.
func (s Signer) String() string { return dots }

// Format shows dots whatever the verb, %#v and %+v among them.
func (s Signer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, dots) }

// MarshalText shows dots, for logs and JSON.
func (s Signer) MarshalText() ([]byte, error) { return []byte(dots), nil }

// sign gives the signature (without the key id) over a note's text.
func (s Signer) sign(text []byte, at time.Time) ([]byte, error) {
	if s.seed == nil {
		return nil, fault.New(fault.Internal, "there is no key to sign with")
	}
	if s.key.typ == Ed25519 {
		return ed25519.Sign(ed25519.NewKeyFromSeed(s.seed[:]), text), nil
	}
	seconds := at.Unix()
	if seconds <= 0 || seconds > lastTime {
		return nil, fault.New(fault.Internal, "a cosignature cannot state the time %v", at)
	}
	out := binary.BigEndian.AppendUint64(nil, uint64(seconds))
	if s.key.typ == Ed25519Cosignature {
		return append(out, ed25519.Sign(ed25519.NewKeyFromSeed(s.seed[:]), ed25519Message(uint64(seconds), text))...), nil
	}
	cp, err := ParseCheckpoint(text)
	if err != nil {
		return nil, err
	}
	sig, err := s.pq.SignDeterministic(mldsaMessage(s.key.name, uint64(seconds), cp), nil)
	if err != nil {
		return nil, fault.New(fault.Internal, "the ML-DSA-44 key does not sign: %v", err)
	}
	return append(out, sig...), nil
}
