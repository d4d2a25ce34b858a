package receipt

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"filippo.io/mldsa"

	"tocsin/internal/fault"
)

// Type is the signature type of a key (C2SP signed-note, "Signature types").
type Type byte

// The types that are known here.
const (
	Ed25519            Type = 0x01 // signs a note's text
	Ed25519Cosignature Type = 0x04 // signs a time and a checkpoint
	MLDSA44Cosignature Type = 0x06 // signs a time, a checkpoint and its own name
)

// String says the type to a person.
func (t Type) String() string {
	switch t {
	case Ed25519:
		return "Ed25519"
	case Ed25519Cosignature:
		return "Ed25519 cosignature"
	case MLDSA44Cosignature:
		return "ML-DSA-44"
	}
	return fmt.Sprintf("type 0x%02x", byte(t))
}

// publicSize is the length of a raw public key, 0 for an unknown type.
func (t Type) publicSize() int {
	switch t {
	case Ed25519, Ed25519Cosignature:
		return ed25519.PublicKeySize
	case MLDSA44Cosignature:
		return mldsa.MLDSA44PublicKeySize
	}
	return 0
}

// maxName is the most bytes of a key name or an origin: the ML-DSA message has
// one byte for its length (tlog-cosignature, "ML-DSA-44 signed message").
const maxName = 255

// Key is a verifier key: whose signature, of which type. Two Keys are equal
// with == when they are the same key of the same name. The zero Key verifies
// nothing.
type Key struct {
	name   string
	typ    Type
	id     uint32
	public string // raw public key
}

// NewKey makes the key of a name and the raw public key of a type.
func NewKey(name string, t Type, public []byte) (Key, error) {
	if err := checkName(name); err != nil {
		return Key{}, err
	}
	size := t.publicSize()
	if size == 0 {
		return Key{}, fault.New(fault.Invalid, "keys of signature type 0x%02x are not supported", byte(t))
	}
	if len(public) != size {
		return Key{}, fault.New(fault.Invalid, "the %v public key has %d bytes, not %d", t, len(public), size)
	}
	if t == MLDSA44Cosignature {
		if _, err := mldsa.NewPublicKey(mldsa.MLDSA44(), public); err != nil {
			return Key{}, fault.New(fault.Invalid, "the ML-DSA-44 public key cannot be read: %v", err)
		}
	}
	return Key{name: name, typ: t, id: keyID(name, t, public), public: string(public)}, nil
}

// keyID is the recommended one (signed-note, "Signatures"); every type here
// prescribes it.
func keyID(name string, t Type, public []byte) uint32 {
	h := sha256.New()
	h.Write([]byte(name))
	h.Write([]byte{'\n', byte(t)})
	h.Write(public)
	return binary.BigEndian.Uint32(h.Sum(nil))
}

// checkName accepts key names (signed-note, "Format").
func checkName(name string) error {
	switch {
	case name == "":
		return fault.New(fault.Invalid, "the key has no name")
	case len(name) > maxName:
		return fault.New(fault.Invalid, "the key's name has %d bytes; at most %d are possible", len(name), maxName)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, notInName):
		return fault.At("", 0, "", "the key name %q holds a space, a plus sign or a control character, or is not UTF-8", name)
	}
	return nil
}

func notInName(r rune) bool { return r < 0x20 || r == '+' || unicode.IsSpace(r) }

// ParseKey reads a vkey: name+hexid+base64(type||public) (signed-note,
// "Verifier keys"). The key id must be the one that follows from the rest.
func ParseKey(vkey string) (Key, error) {
	name, rest, _ := strings.Cut(vkey, "+")
	id, material, ok := strings.Cut(rest, "+")
	if !ok {
		return Key{}, fault.At("", 0, "", "%q is no verifier key: name+id+key is expected", vkey)
	}
	t, public, err := typed(material)
	if err != nil {
		return Key{}, err
	}
	key, err := NewKey(name, t, public)
	if err != nil {
		return Key{}, err
	}
	return key, checkID(key, id)
}

// typed takes apart base64(type||key).
func typed(material string) (Type, []byte, error) {
	raw, err := decode64(material)
	if err != nil || len(raw) == 0 {
		return 0, nil, fault.New(fault.Invalid, "the key is not in base64")
	}
	return Type(raw[0]), raw[1:], nil
}

// checkID compares the id as it was written with the key's own.
func checkID(key Key, id string) error {
	n, err := strconv.ParseUint(id, 16, 32)
	if err != nil || len(id) != 8 || id != strings.ToLower(id) {
		return fault.At("", 0, "", "%q is no key id: eight digits or letters a to f are expected", id)
	}
	if uint32(n) != key.id {
		return fault.New(fault.Invalid, "the key id %08x does not belong to this key and name; %08x would", uint32(n), key.id)
	}
	return nil
}

// String is the vkey.
func (k Key) String() string {
	return fmt.Sprintf("%s+%08x+%s", k.name, k.id, encode64(append([]byte{byte(k.typ)}, k.public...)))
}

// Name is the key name: the origin of a log, the name of a witness.
func (k Key) Name() string { return k.name }

// ID is the key id: four bytes of a hash of name, type and public key.
func (k Key) ID() uint32 { return k.id }

// Type is the signature type.
func (k Key) Type() Type { return k.typ }

// Public is the raw public key.
func (k Key) Public() []byte { return []byte(k.public) }

// IsZero tells whether there is no key.
func (k Key) IsZero() bool { return k == Key{} }

// MarshalText writes the vkey.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// lastTime is 31 December 9999, 23:59:59 UTC in seconds: the last time that
// RFC 3339 can write. Later ones are refused.
const lastTime = 253402300799

// timestampSize is the length of the time before a cosignature.
const timestampSize = 8

// Verify checks one signature (without the key id) over a note's text, and
// gives the time that it states: zero for type Ed25519 and for cosignatures
// that state none.
func (k Key) Verify(text, signature []byte) (time.Time, error) {
	refused := fault.New(fault.Invalid, "the signature of %s (%v, id %08x) does not verify", k.name, k.typ, k.id)
	if k.typ == Ed25519 {
		if len(signature) != ed25519.SignatureSize || !ed25519.Verify([]byte(k.public), text, signature) {
			return time.Time{}, refused
		}
		return time.Time{}, nil
	}
	if len(signature) < timestampSize {
		return time.Time{}, refused
	}
	seconds, signature := binary.BigEndian.Uint64(signature), signature[timestampSize:]
	if seconds > lastTime {
		return time.Time{}, refused
	}
	switch k.typ {
	case Ed25519Cosignature:
		if len(signature) != ed25519.SignatureSize || !ed25519.Verify([]byte(k.public), ed25519Message(seconds, text), signature) {
			return time.Time{}, refused
		}
	case MLDSA44Cosignature:
		cp, err := ParseCheckpoint(text)
		if err != nil {
			return time.Time{}, err
		}
		public, err := mldsa.NewPublicKey(mldsa.MLDSA44(), []byte(k.public))
		if err != nil || mldsa.Verify(public, mldsaMessage(k.name, seconds, cp), signature, nil) != nil {
			return time.Time{}, refused
		}
	default:
		return time.Time{}, refused
	}
	if seconds == 0 {
		return time.Time{}, nil // the cosigner states no time
	}
	return time.Unix(int64(seconds), 0).UTC(), nil
}

// ed25519Message is what a cosigner of type 0x04 signs (tlog-cosignature,
// "Ed25519 signed message").
func ed25519Message(seconds uint64, text []byte) []byte {
	return append(fmt.Appendf(nil, "cosignature/v1\ntime %d\n", seconds), text...)
}

// mldsaMessage is the cosigned_message of type 0x06 over a whole checkpoint:
// start is 0 and end its size (tlog-cosignature, "ML-DSA-44 signed message").
func mldsaMessage(name string, seconds uint64, cp Checkpoint) []byte {
	m := append([]byte("subtree/v1\n\x00"), byte(len(name)))
	m = append(m, name...)
	m = binary.BigEndian.AppendUint64(m, seconds)
	m = append(m, byte(len(cp.Origin)))
	m = append(m, cp.Origin...)
	m = binary.BigEndian.AppendUint64(m, 0)
	m = binary.BigEndian.AppendUint64(m, uint64(cp.Size))
	return append(m, cp.Root[:]...)
}

func encode64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// decode64 reads RFC 4648 section 4 strictly: one text for the same bytes. The
// standard decoder passes over line ends, which must not be in here.
func decode64(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, fault.New(fault.Invalid, "a line end inside base64")
	}
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil, fault.New(fault.Invalid, "not base64: %v", err)
	}
	return b, nil
}
