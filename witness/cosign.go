package witness

import (
	"errors"
	"net/http"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/receipt"
)

// answer is what an add-checkpoint call comes to.
type answer struct {
	status int
	body   []byte // 200: signature lines; 409: the size; else a sentence
}

func refuse(status int, why string) answer { return answer{status, []byte(why + "\n")} }

// addCheckpoint is the protocol, in the order of tlog-witness.
func (s *Server) addCheckpoint(body []byte) answer {
	req, err := parseRequest(body)
	if err != nil {
		return refuse(http.StatusBadRequest, err.Error())
	}
	note, err := receipt.ParseNote(req.note)
	if err != nil {
		return refuse(http.StatusBadRequest, err.Error())
	}
	cp, err := note.Checkpoint()
	if err != nil {
		return refuse(http.StatusBadRequest, err.Error())
	}
	l := s.logs[cp.Origin]
	if l == nil {
		return refuse(http.StatusNotFound, "this witness does not know the log")
	}
	signed, err := bySignedKeys(note, l.keys)
	if err != nil {
		return refuse(http.StatusForbidden, err.Error())
	}
	if req.old > cp.Size {
		return refuse(http.StatusBadRequest, "the old size is larger than the checkpoint's")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.err != nil:
		s.o.Log.Error("no state for a log", "origin", cp.Origin, "err", l.err)
		return refuse(http.StatusServiceUnavailable, "this witness has lost its state of the log")
	case req.old != l.last.Size:
		return answer{http.StatusConflict, []byte(strconv.FormatInt(l.last.Size, 10) + "\n")}
	}
	if err := consistent(req, cp, l.last); err != nil {
		// It may be proof of misbehaviour, so the log's own words are kept.
		s.o.Log.Warn("refused to cosign", "origin", cp.Origin, "size", cp.Size, "last", l.last.Size, "why", err.Error(), "note", string(signed))
		return refuse(http.StatusUnprocessableEntity, err.Error())
	}
	return s.cosign(l, cp, signed)
}

// bySignedKeys gives the note with only the lines that verify with a key of the
// log: what a stranger added is neither cosigned nor handed on.
func bySignedKeys(note receipt.Note, keys []receipt.Key) ([]byte, error) {
	held, err := note.Verify(keys)
	if err != nil {
		return nil, err
	}
	if len(held) == 0 {
		return nil, fault.New(fault.Forbidden, "no key that is trusted for this log has signed the checkpoint")
	}
	clean := receipt.Note{Text: note.Text}
	for _, sig := range note.Signatures {
		for _, h := range held {
			if sig.Name == h.Key.Name() && sig.ID == h.Key.ID() {
				clean.Signatures = append(clean.Signatures, sig)
				break
			}
		}
	}
	return clean.Bytes(), nil
}

// consistent checks the checkpoint against the last one that was cosigned; its
// errors are those of status 422.
func consistent(req request, cp receipt.Checkpoint, last state) error {
	empty, err := tlog.TreeHash(0, nil)
	if err != nil {
		return err
	}
	switch {
	case cp.Size == 0 && cp.Root != empty:
		return errors.New("the root of an empty tree is not the hash of nothing")
	case req.old == 0 && len(req.proof) > 0:
		return errors.New("a proof was given from the empty tree, which needs none")
	case req.old == cp.Size && len(req.proof) > 0:
		return errors.New("a proof was given between trees of the same size, which needs none")
	case req.old == cp.Size && cp.Root != last.Root:
		return errors.New("the root differs from the one that was cosigned at this size")
	case req.old == 0, req.old == cp.Size:
		return nil
	}
	// Sizes are at most receipt.MaxSize, beyond which this would never end.
	if err := tlog.CheckTree(tlog.TreeProof(req.proof), cp.Size, cp.Root, last.Size, last.Root); err != nil {
		return errors.New("the proof does not show that the tree has only grown since the last one that was cosigned")
	}
	return nil
}

// cosign signs, writes the new state to the disk, and only then answers.
func (s *Server) cosign(l *seen, cp receipt.Checkpoint, note []byte) answer {
	at, err := l.last.within(s.o.Now(), s.o.AcceptClock)
	if err != nil {
		s.o.Log.Error("the clock lies back", "origin", cp.Origin, "err", err)
		return refuse(http.StatusServiceUnavailable, err.Error())
	}
	var lines []byte
	for _, k := range s.signers {
		line, err := receipt.Cosign(note, k, at)
		if err != nil {
			s.o.Log.Error("could not cosign", "origin", cp.Origin, "err", err)
			return refuse(http.StatusInternalServerError, "the checkpoint could not be cosigned")
		}
		lines = append(lines, line...)
	}
	next := state{Origin: cp.Origin, Size: cp.Size, Root: cp.Root, At: at.Unix(), Note: append(note, lines...)}
	if err := l.put(next, s.o.write); err != nil {
		// The disk may hold either state. Nothing was signed in public, so the
		// old one in memory is as good; the next success writes a new file.
		s.o.Log.Error("could not keep the state", "origin", cp.Origin, "err", err)
		return refuse(http.StatusServiceUnavailable, "this witness could not write down what it would have cosigned")
	}
	l.last = next
	return answer{http.StatusOK, lines}
}
