package witness

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
)

// maxProof is the most lines of a consistency proof (tlog-witness,
// "add-checkpoint"): a tree has at most 63 levels.
const maxProof = 63

// The largest request: the old size, the proof, and a note of the size that
// package receipt accepts.
const maxRequest = 256<<10 + 64*64

// request is the body of an add-checkpoint call taken apart; nothing in it is
// verified.
type request struct {
	old   int64
	proof []tlog.Hash
	note  []byte
}

// bytes writes the body.
func (r request) bytes() []byte {
	b := fmt.Appendf(nil, "old %d\n", r.old)
	for _, h := range r.proof {
		b = append(b, base64.StdEncoding.EncodeToString(h[:])...)
		b = append(b, '\n')
	}
	b = append(b, '\n')
	return append(b, r.note...)
}

// parseRequest reads a body strictly: what it takes, bytes gives back to the
// letter.
func parseRequest(body []byte) (request, error) {
	var r request
	line, rest, ok := bytes.Cut(body, []byte("\n"))
	size, isOld := bytes.CutPrefix(line, []byte("old "))
	if !ok || !isOld {
		return r, fault.New(fault.Invalid, "the first line is not \"old\", a space and a tree size")
	}
	if r.old, ok = parseSize(string(size)); !ok {
		return r, fault.New(fault.Invalid, "the old size is no decimal number without leading zeros, or too large")
	}
	for {
		line, rest, ok = bytes.Cut(rest, []byte("\n"))
		if !ok {
			return r, fault.New(fault.Invalid, "no empty line ends the proof")
		}
		if len(line) == 0 {
			break
		}
		if len(r.proof) == maxProof {
			return r, fault.New(fault.Invalid, "the proof has more than %d lines", maxProof)
		}
		h, ok := parseHash(string(line))
		if !ok {
			return r, fault.New(fault.Invalid, "line %d of the proof is no SHA-256 hash in base64", len(r.proof)+1)
		}
		r.proof = append(r.proof, h)
	}
	if len(rest) == 0 {
		return r, fault.New(fault.Invalid, "no checkpoint follows the proof")
	}
	r.note = rest
	return r, nil
}

func parseSize(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n >= 0 && strconv.FormatInt(n, 10) == text
}

func parseHash(text string) (h tlog.Hash, ok bool) {
	b, err := base64.StdEncoding.Strict().DecodeString(text)
	// The decoder passes over line ends, which can not be here, but "\r" can.
	if err != nil || len(b) != tlog.HashSize || base64.StdEncoding.EncodeToString(b) != text {
		return h, false
	}
	return tlog.Hash(b), true
}
