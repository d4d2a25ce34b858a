package receipt

import (
	"bytes"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
)

// MaxProof is the most bytes of a proof file.
const MaxProof = 4 << 20

// maxPath is the most hashes of an inclusion proof: a tree of at most 2^63-1
// leaves is at most 63 levels high.
const maxPath = 63

// Proof is a C2SP tlog-proof taken apart; nothing in it is verified.
type Proof struct {
	Index      int64
	Hashes     []tlog.Hash // inclusion proof, the leaf's sibling first
	Checkpoint []byte      // the signed note, verbatim
	Extra      []byte      // decoded; nil if the line is missing
}

const (
	proofHeader = "c2sp.org/tlog-proof@v1"
	extraPrefix = "extra "
	indexPrefix = "index "
)

// NewProof makes a receipt: a proof that carries extra. fault.Invalid if the
// file would exceed MaxProof.
func NewProof(index int64, hashes []tlog.Hash, note []byte, extra Extra) (Proof, error) {
	encoded, err := extra.encode()
	if err != nil {
		return Proof{}, err
	}
	p := Proof{Index: index, Hashes: hashes, Checkpoint: note, Extra: encoded}
	if n := len(p.Bytes()); n > MaxProof {
		return Proof{}, fault.New(fault.Invalid, "the receipt would have %d bytes, more than %d: open fewer fields", n, MaxProof)
	}
	return p, nil
}

// ParseProof reads a .tlog-proof file strictly (C2SP tlog-proof, "Format"): each
// line in its place, each number and each base64 in its one form, the signed
// note well formed.
func ParseProof(data []byte) (Proof, error) {
	if len(data) > MaxProof {
		return Proof{}, fault.New(fault.Invalid, "the proof has %d bytes; at most %d are read", len(data), MaxProof)
	}
	head, note, ok := bytes.Cut(data, []byte("\n\n"))
	if !ok {
		return Proof{}, fault.New(fault.Invalid, "this is no proof, or it is cut off: no empty line divides it from its checkpoint")
	}
	lines := strings.Split(string(head), "\n")
	if lines[0] != proofHeader {
		return Proof{}, fault.At("", 1, "", "the first line is not %q: this is no proof of a transparency log", proofHeader)
	}
	p, n := Proof{}, 1
	if n < len(lines) && strings.HasPrefix(lines[n], extraPrefix) {
		extra, err := decode64(lines[n][len(extraPrefix):])
		if err != nil {
			return Proof{}, fault.At("", n+1, "", "the extra data is not in base64")
		}
		// An empty line stays a line: what was read is written again the same.
		p.Extra = append([]byte{}, extra...)
		n++
	}
	if n == len(lines) || !strings.HasPrefix(lines[n], indexPrefix) {
		return Proof{}, fault.At("", n+1, "", "the index of the entry is missing")
	}
	var err error
	if p.Index, err = decimal(lines[n][len(indexPrefix):]); err != nil {
		return Proof{}, fault.At("", n+1, "", "the index %v", err)
	}
	for n++; n < len(lines); n++ {
		h, err := decodeHash(lines[n])
		if err != nil {
			return Proof{}, fault.At("", n+1, "", "a hash of the inclusion proof %v", err)
		}
		if p.Hashes = append(p.Hashes, h); len(p.Hashes) > maxPath {
			return Proof{}, fault.At("", n+1, "", "the inclusion proof has more than %d hashes", maxPath)
		}
	}
	if bytes.HasPrefix(note, []byte("\n")) {
		return Proof{}, fault.At("", n+2, "", "two empty lines stand before the checkpoint")
	}
	if _, err := ParseNote(note); err != nil {
		return Proof{}, err
	}
	p.Checkpoint = bytes.Clone(note)
	return p, nil
}

// Bytes writes the file.
func (p Proof) Bytes() []byte {
	var b strings.Builder
	b.WriteString(proofHeader + "\n")
	if p.Extra != nil {
		b.WriteString(extraPrefix + encode64(p.Extra) + "\n")
	}
	b.WriteString(indexPrefix + itoa(p.Index) + "\n")
	for _, h := range p.Hashes {
		b.WriteString(encode64(h[:]) + "\n")
	}
	b.WriteByte('\n')
	b.Write(p.Checkpoint)
	return []byte(b.String())
}
