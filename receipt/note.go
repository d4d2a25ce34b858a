package receipt

import (
	"bytes"
	"encoding/binary"
	"strings"
	"time"
	"unicode/utf8"

	"tocsin/internal/fault"
)

// Bounds of a note. The specification asks for at least 16 signatures; an
// ML-DSA-44 line has 3.3 kB.
const (
	MaxNote       = 256 << 10
	maxSignatures = 100
)

// Note is a signed note taken apart; nothing in it is verified.
type Note struct {
	Text       []byte // with its final newline
	Signatures []Signature
}

// Signature is one signature line.
type Signature struct {
	Name string
	ID   uint32
	Data []byte // without the key id
}

// Verified is a signature that holds. Time is what it states, zero if nothing.
type Verified struct {
	Key  Key
	Time time.Time
}

// ParseNote reads a signed note strictly (signed-note, "Format"): at most
// MaxNote bytes and 100 signatures.
func ParseNote(data []byte) (Note, error) {
	if len(data) > MaxNote {
		return Note{}, fault.New(fault.Invalid, "the signed note has %d bytes; at most %d are read", len(data), MaxNote)
	}
	if err := checkNoteText(data); err != nil {
		return Note{}, err
	}
	split := bytes.LastIndex(data, []byte("\n\n"))
	if split < 0 {
		return Note{}, fault.New(fault.Invalid, "the note has no signatures: no empty line divides them from the text")
	}
	sigs, err := ParseSignatures(data[split+2:])
	if err != nil {
		return Note{}, err
	}
	if len(sigs) == 0 {
		return Note{}, fault.New(fault.Invalid, "the note has no signatures")
	}
	return Note{Text: bytes.Clone(data[:split+1]), Signatures: sigs}, nil
}

func checkNoteText(data []byte) error {
	if !utf8.Valid(data) {
		return fault.New(fault.Invalid, "the note is not UTF-8")
	}
	if i := bytes.IndexFunc(data, func(r rune) bool { return r < 0x20 && r != '\n' }); i >= 0 {
		return fault.New(fault.Invalid, "the note holds the control character 0x%02x at byte %d", data[i], i)
	}
	return nil
}

const dash = "— "

// ParseSignatures reads signature lines alone, as a witness answers them. No
// lines are no error.
func ParseSignatures(lines []byte) ([]Signature, error) {
	if len(lines) > MaxNote {
		return nil, fault.New(fault.Invalid, "the signatures have %d bytes; at most %d are read", len(lines), MaxNote)
	}
	if err := checkNoteText(lines); err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		return nil, nil
	}
	text, ok := strings.CutSuffix(string(lines), "\n")
	if !ok {
		return nil, fault.New(fault.Invalid, "the last signature line does not end: the file is cut off")
	}
	var sigs []Signature
	for line := range strings.SplitSeq(text, "\n") {
		s, err := parseSignature(line)
		if err != nil {
			return nil, err
		}
		if sigs = append(sigs, s); len(sigs) > maxSignatures {
			return nil, fault.New(fault.Invalid, "the note has more than %d signatures", maxSignatures)
		}
	}
	return sigs, nil
}

func parseSignature(line string) (Signature, error) {
	rest, ok := strings.CutPrefix(line, dash)
	name, encoded, two := strings.Cut(rest, " ")
	if !ok || !two {
		return Signature{}, fault.At("", 0, "", "%q is no signature line: a dash, a key name and a signature are expected", line)
	}
	// Whoever the name belongs to: a length of ours must not refuse a note.
	if name == "" || strings.ContainsFunc(name, notInName) {
		return Signature{}, fault.At("", 0, "", "%q is no key name", name)
	}
	raw, err := decode64(encoded)
	if err != nil || len(raw) < 5 {
		return Signature{}, fault.At("", 0, "", "the signature of %q is no base64 of a key id and a signature", name)
	}
	return Signature{Name: name, ID: binary.BigEndian.Uint32(raw), Data: raw[4:]}, nil
}

// Line writes the signature line with its newline.
func (s Signature) Line() []byte {
	raw := append(binary.BigEndian.AppendUint32(nil, s.ID), s.Data...)
	return []byte(dash + s.Name + " " + encode64(raw) + "\n")
}

// Bytes writes the note.
func (n Note) Bytes() []byte {
	out := append(bytes.Clone(n.Text), '\n')
	for _, s := range n.Signatures {
		out = append(out, s.Line()...)
	}
	return out
}

// Checkpoint reads the note's text as a checkpoint.
func (n Note) Checkpoint() (Checkpoint, error) { return ParseCheckpoint(n.Text) }

// keyRef names a key on a signature line (signed-note: "The tuple of key name
// and key ID uniquely identifies the key").
type keyRef struct {
	name string
	id   uint32
}

// Verify gives the signatures of the given keys, in order of the note's lines.
// Lines of others are passed over, also those that share only a name or only an
// id with a given key; one by a given key that does not hold refuses the whole
// note. No signature by a given key is no error here: the caller counts.
func (n Note) Verify(keys []Key) ([]Verified, error) {
	known := make(map[keyRef]Key, len(keys))
	for _, k := range keys {
		ref := keyRef{k.name, k.id}
		if other, taken := known[ref]; taken && other != k {
			return nil, fault.New(fault.Invalid, "two different keys have the name %s and the id %08x", k.name, k.id)
		}
		known[ref] = k
	}
	var out []Verified
	for _, s := range n.Signatures {
		k, ok := known[keyRef{s.Name, s.ID}]
		if !ok {
			continue
		}
		at, err := k.Verify(n.Text, s.Data)
		if err != nil {
			return nil, err
		}
		out = append(out, Verified{Key: k, Time: at})
	}
	return out, nil
}

// Sign makes the signed note of a checkpoint. Each signer's name must be the
// checkpoint's origin (tlog-checkpoint, "Signatures").
//
// The log's ML-DSA-44 key signs in the form of a cosignature, the only one that
// C2SP defines for it and the one it recommends to logs: start is 0, end the
// size, and the time is at. That time is the operator's own clock. It is in the
// signed message because the form has it, and it proves no time to anybody.
func Sign(cp Checkpoint, signers []Signer, at time.Time) ([]byte, error) {
	text := []byte(cp.Text())
	if _, err := ParseCheckpoint(text); err != nil {
		return nil, err
	}
	if len(signers) == 0 {
		return nil, fault.New(fault.Internal, "there is no key to sign the checkpoint with")
	}
	n := Note{Text: text}
	types := map[string]Type{}
	for _, s := range signers {
		switch {
		case s.key.name != cp.Origin:
			return nil, fault.New(fault.Internal, "the key %s may not sign for the origin %s", s.key.name, cp.Origin)
		case s.key.typ == Ed25519Cosignature:
			return nil, fault.New(fault.Internal, "a cosignature key is a witness's; a log does not sign with one")
		case types[s.key.public] != 0:
			return nil, fault.New(fault.Internal, "the same key is to sign twice")
		}
		types[s.key.public] = s.key.typ
		sig, err := s.sign(text, at)
		if err != nil {
			return nil, err
		}
		n.Signatures = append(n.Signatures, Signature{Name: s.key.name, ID: s.key.id, Data: sig})
	}
	return n.Bytes(), nil
}

// Cosign gives a witness's signature line, with its newline, for a signed
// checkpoint, in the name of the time at. It does not verify the note: the
// witness has done so, and has made sure of its consistency.
func Cosign(note []byte, s Signer, at time.Time) ([]byte, error) {
	n, err := ParseNote(note)
	if err != nil {
		return nil, err
	}
	cp, err := n.Checkpoint()
	if err != nil {
		return nil, err
	}
	switch {
	case s.key.typ != Ed25519Cosignature && s.key.typ != MLDSA44Cosignature:
		return nil, fault.New(fault.Invalid, "a key of type %v cannot cosign", s.key.typ)
	case s.key.name == cp.Origin:
		return nil, fault.New(fault.Invalid, "the log %s cannot be its own witness", cp.Origin)
	}
	sig, err := s.sign(n.Text, at)
	if err != nil {
		return nil, err
	}
	return Signature{Name: s.key.name, ID: s.key.id, Data: sig}.Line(), nil
}

// AddSignatures adds signature lines to a note, which it does not verify. A key
// that has signed already keeps its first line, since for a receipt the earlier
// time is the better bound.
func AddSignatures(note, lines []byte) ([]byte, error) {
	n, err := ParseNote(note)
	if err != nil {
		return nil, err
	}
	more, err := ParseSignatures(lines)
	if err != nil {
		return nil, err
	}
	have := map[keyRef]bool{}
	for _, s := range n.Signatures {
		have[keyRef{s.Name, s.ID}] = true
	}
	for _, s := range more {
		if ref := (keyRef{s.Name, s.ID}); !have[ref] {
			have[ref] = true
			n.Signatures = append(n.Signatures, s)
		}
	}
	out := n.Bytes()
	if len(n.Signatures) > maxSignatures || len(out) > MaxNote {
		return nil, fault.New(fault.Invalid, "with %d signatures and %d bytes the note would be too large", len(n.Signatures), len(out))
	}
	return out, nil
}
