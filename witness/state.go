package witness

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/durable"
	"tocsin/internal/fault"
	"tocsin/receipt"
)

// state is what is remembered of a log: the last checkpoint that was cosigned.
type state struct {
	Origin string    `json:"origin"`
	Size   int64     `json:"size"`
	Root   tlog.Hash `json:"root"`
	At     int64     `json:"at"`   // POSIX time of the last cosignature; 0 if there was none
	Note   []byte    `json:"note"` // with the log's signatures that were verified, and ours
}

const stateKind = "tocsin-witness-state/1"

const stateHelp = "nothing is cosigned for this log until the file is back as it was last; an older copy would let the log be forked unseen. If it is lost for good, make a witness with new keys in another directory"

// seen is a log with its state. The lock is held from the comparison of a
// checkpoint with the state until the new state is on the disk, as the race in
// tlog-witness asks.
type seen struct {
	path string
	keys []receipt.Key // the log's
	mu   sync.Mutex
	last state
	err  error // why this log's state can not be used
}

// originHash names a log in paths (tlog-witness, "Monitor Retrieval Mechanism").
func originHash(origin string) string {
	sum := sha256.Sum256([]byte(origin))
	return hex.EncodeToString(sum[:])
}

// openState reads the state of a log, or begins one: a file that says that
// nothing was cosigned yet, and after it an entry in the list of logs. A log on
// the list whose file is gone has lost its state.
func openState(dir, origin string, listed bool) (*seen, error) {
	s := &seen{path: filepath.Join(dir, originHash(origin))}
	body, err := durable.ReadLine(s.path, stateKind, stateHelp)
	switch {
	case err == nil:
		s.last, err = readState(s.path, origin, body)
		return s, err
	case fault.KindOf(err) != fault.NotFound:
		return s, err
	case listed:
		return s, &fault.Error{Kind: fault.Forbidden, File: s.path, Message: "is gone: " + stateHelp}
	}
	s.last = state{Origin: origin}
	if s.last.Root, err = tlog.TreeHash(0, nil); err != nil {
		return s, err
	}
	return s, s.put(s.last, durable.CreateFile)
}

func readState(path, origin, body string) (state, error) {
	var st state
	d := json.NewDecoder(strings.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&st); err != nil || d.More() || st.Origin != origin || st.Size < 0 {
		return state{}, &fault.Error{Kind: fault.Forbidden, File: path, Message: "is not the state of " + origin + ": " + stateHelp}
	}
	return st, nil
}

// put writes a state with one of the writers of package durable.
func (s *seen) put(st state, write writer) error {
	body, err := json.Marshal(st)
	if err != nil {
		return fault.New(fault.Internal, "the state of %s can not be written: %v", st.Origin, err)
	}
	return write(s.path, []byte(durable.Line(stateKind, string(body))), 0o600)
}

// within gives the time of a cosignature at now: never before the last one, for
// it says that no larger tree was seen by then. A clock that lies back by a few
// seconds repeats the last time; more needs a person.
func (st state) within(now time.Time, accept bool) (time.Time, error) {
	at := now.Unix()
	switch {
	case at <= 0:
		return time.Time{}, fault.New(fault.Unavailable, "the clock of this witness is not set")
	case at >= st.At || accept:
		return time.Unix(at, 0).UTC(), nil
	case st.At-at <= 5:
		return time.Unix(st.At, 0).UTC(), nil
	}
	return time.Time{}, fault.New(fault.Unavailable, "the clock of this witness lies before its last cosignature for this log: its operator has to look at it")
}
