package witness

import (
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
)

// WriteRequest is the body of an add-checkpoint call, for a connection or for a
// file that is carried to the witness.
func WriteRequest(old int64, proof []tlog.Hash, note []byte) ([]byte, error) {
	if old < 0 || len(proof) > maxProof {
		return nil, fault.New(fault.Invalid, "an old size of %d with %d lines of proof is no request", old, len(proof))
	}
	return request{old, proof, note}.bytes(), nil
}

// Answer is the answer to a request that came as a file (see WriteRequest), as
// a file for the log to read with ReadAnswer: the signature lines, or one line
// with the status and its text. A refusal is an answer too, since the log has
// to learn of it; an error means that there is none.
func (s *Server) Answer(request []byte) ([]byte, error) {
	if len(request) > maxRequest {
		return nil, fault.New(fault.Invalid, "the request is larger than any checkpoint with its proof")
	}
	a := s.addCheckpoint(request)
	switch a.status {
	case http.StatusOK:
		return a.body, nil
	case http.StatusConflict, http.StatusUnprocessableEntity, http.StatusForbidden, http.StatusNotFound:
		return []byte(strconv.Itoa(a.status) + " " + firstLine(a.body) + "\n"), nil
	case http.StatusBadRequest:
		return nil, fault.New(fault.Invalid, "this is no request to a witness: %s", firstLine(a.body))
	}
	return nil, fault.New(fault.Unavailable, "%s", firstLine(a.body))
}

// ReadAnswer takes the file that Server.Answer made for note and gives the
// signature lines that verify with one of the keys: at least one. The errors
// are those of ledger.Witness.
func ReadAnswer(answer, note []byte, keys []receipt.Key) (lines []byte, err error) {
	if len(answer) > maxAnswer {
		return nil, fault.New(fault.Invalid, "the answer is larger than any witness's")
	}
	if len(answer) == 0 || answer[0] < '0' || answer[0] > '9' {
		return ownLines(answer, note, keys)
	}
	code, text, _ := strings.Cut(firstLine(answer), " ")
	status, ok := parseSize(code)
	if !ok || status < 400 || status > 499 {
		return nil, fault.New(fault.Invalid, "this is no answer of a witness: it begins with %q", firstLine(answer))
	}
	if status != http.StatusConflict {
		return nil, &ledger.WitnessRefused{Status: int(status), Reason: text}
	}
	size, ok := parseSize(text)
	if !ok {
		return nil, fault.New(fault.Invalid, "this is no answer of a witness: no tree size follows 409")
	}
	return nil, &ledger.WitnessAhead{Size: size}
}
