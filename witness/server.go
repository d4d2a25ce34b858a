package witness

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tocsin/internal/durable"
	"tocsin/internal/fault"
	"tocsin/receipt"
)

// Options of Open.
type Options struct {
	// Create allows to make the directory, and keys of both types under Name.
	Create bool
	Name   string        // such as witness.example.org/w1; "" takes what the directory has
	Logs   []receipt.Key // whose checkpoints are cosigned; a log's key name is its origin
	// AcceptClock takes a clock that lies before the last cosignature as it is.
	AcceptClock bool
	Rand        io.Reader        // nil: crypto/rand
	Now         func() time.Time // nil: time.Now
	Log         *slog.Logger     // nil: none

	write writer // nil: durable.WriteFile; tests cut it short
}

type writer func(path string, data []byte, perm fs.FileMode) error

// Server is a witness. One process at a time has its directory:
//
//	lock                 held while it runs
//	witness-ed25519.key  signs what older software can verify
//	witness-mldsa44.key  signs for a time with quantum computers
//	logs                 the origins that have a state
//	state/<origin hash>  the last checkpoint that was cosigned
type Server struct {
	dir     string
	o       Options
	signers []receipt.Signer
	logs    map[string]*seen // by origin
	hashes  map[string]*seen // by origin hash
	release func() error
}

var witnessKeys = []struct {
	file string
	typ  receipt.Type
}{
	{"witness-ed25519.key", receipt.Ed25519Cosignature},
	{"witness-mldsa44.key", receipt.MLDSA44Cosignature},
}

// Open takes the directory of a witness: its lock, keys and states. A state
// that is torn or gone stops only the log that it belongs to, and is told by
// Troubles.
func Open(dir string, o Options) (*Server, error) {
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.write == nil {
		o.write = durable.WriteFile
	}
	s := &Server{dir: dir, o: o, logs: map[string]*seen{}, hashes: map[string]*seen{}}
	if err := s.enter(); err != nil {
		return nil, err
	}
	var err error
	if s.release, err = durable.Lock(s.at("lock")); err != nil {
		return nil, err
	}
	if err := s.prepare(); err != nil {
		return nil, errors.Join(err, s.release())
	}
	return s, nil
}

// Close gives the lock back.
func (s *Server) Close() error { return s.release() }

// String and GoString name the directory and print no key.
func (s *Server) String() string   { return s.dir }
func (s *Server) GoString() string { return s.dir }

// Keys are the verifier keys, for the policy of those who rely on this witness.
func (s *Server) Keys() []receipt.Key {
	var out []receipt.Key
	for _, k := range s.signers {
		out = append(out, k.Key())
	}
	return out
}

// Troubles says for each log that can not be served why, in order of origins.
func (s *Server) Troubles() []error {
	var out []error
	for _, origin := range s.origins() {
		if err := s.logs[origin].err; err != nil {
			out = append(out, err)
		}
	}
	return out
}

func (s *Server) origins() []string {
	var out []string
	for origin := range s.logs {
		out = append(out, origin)
	}
	slices.Sort(out)
	return out
}

func (s *Server) at(parts ...string) string {
	return filepath.Join(append([]string{s.dir}, parts...)...)
}

// enter makes the directory, or checks who may use it.
func (s *Server) enter() error {
	err := durable.Private(s.dir, true)
	if err == nil || fault.KindOf(err) != fault.NotFound {
		return err
	}
	if !s.o.Create {
		return &fault.Error{Kind: fault.NotFound, File: s.dir, Message: "is no directory of a witness: it is not there"}
	}
	if err := os.MkdirAll(filepath.Dir(s.dir), 0o755); err != nil {
		return durable.Fault(filepath.Dir(s.dir), "could not be made", err)
	}
	if err := durable.Mkdir(s.dir, 0o700); err != nil && fault.KindOf(err) != fault.Conflict {
		return err
	}
	return durable.Private(s.dir, true)
}

// prepare reads what is there, and completes a directory that was never used:
// first the list of logs, then the keys. Keys without a list are those of a
// witness that lost it.
func (s *Server) prepare() error {
	err := durable.Mkdir(s.at("state"), 0o700)
	if err != nil && fault.KindOf(err) != fault.Conflict {
		return err
	}
	if err := durable.Private(s.at("state"), true); err != nil {
		return err
	}
	for _, sub := range []string{"", "state"} {
		if err := s.sweep(sub); err != nil {
			return err
		}
	}
	listed, err := s.readList()
	if fault.KindOf(err) == fault.NotFound && err != nil {
		if listed, err = []string{}, s.beginList(); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	if err := s.loadKeys(); err != nil {
		return err
	}
	return s.loadLogs(listed)
}

// loadKeys reads the keys, and makes them as long as nothing was cosigned.
func (s *Server) loadKeys() error {
	name := s.o.Name
	for _, k := range witnessKeys {
		signer, err := readSigner(s.at(k.file))
		switch {
		case err == nil && (signer.Key().Type() != k.typ || name != "" && signer.Key().Name() != name):
			return &fault.Error{Kind: fault.Conflict, File: s.at(k.file), Message: fmt.Sprintf("is a key of the witness %s, not of %s; the name of a witness is never changed", signer.Key().Name(), name)}
		case err != nil && fault.KindOf(err) == fault.NotFound:
			switch used, uerr := s.used(); {
			case uerr != nil:
				return uerr
			case used:
				return &fault.Error{Kind: fault.Forbidden, File: s.at(k.file), Message: "is gone: put it back from a copy, or make a new witness in another directory"}
			case !s.o.Create:
				return err
			case name == "":
				return fault.New(fault.Invalid, "a new witness needs a name, like witness.example.org/w1")
			}
			signer, err = s.newSigner(s.at(k.file), name, k.typ)
		}
		if err != nil {
			return err
		}
		name = signer.Key().Name()
		s.signers = append(s.signers, signer)
	}
	return nil
}

// used tells whether anything was ever cosigned here. A state that can not be
// read counts.
func (s *Server) used() (bool, error) {
	entries, err := os.ReadDir(s.at("state"))
	if err != nil {
		return false, durable.Fault(s.at("state"), "could not be read", err)
	}
	for _, e := range entries {
		body, err := durable.ReadLine(s.at("state", e.Name()), stateKind, stateHelp)
		var st state
		if err != nil || json.Unmarshal([]byte(body), &st) != nil || st.At != 0 {
			return true, nil
		}
	}
	return false, nil
}

func (s *Server) newSigner(path, name string, t receipt.Type) (receipt.Signer, error) {
	signer, err := receipt.NewSigner(name, t, s.o.Rand)
	if err != nil {
		return signer, err
	}
	return signer, durable.CreateFile(path, []byte(signer.Secret()+"\n"), 0o600)
}

// readSigner never lets a part of the key into an error.
func readSigner(path string) (receipt.Signer, error) {
	if err := durable.Private(path, false); err != nil {
		return receipt.Signer{}, err
	}
	data, err := durable.Read(path)
	if err != nil {
		return receipt.Signer{}, err
	}
	text, whole := strings.CutSuffix(string(data), "\n")
	signer, err := receipt.ParseSigner(text)
	if err != nil || !whole {
		return receipt.Signer{}, &fault.Error{Kind: fault.Forbidden, File: path, Message: "is torn or was changed: put it back from a copy, or make a new witness in another directory"}
	}
	return signer, nil
}

// sweep removes files that a crash left and that were never in force.
func (s *Server) sweep(sub string) error {
	entries, err := os.ReadDir(s.at(sub))
	if err != nil {
		return durable.Fault(s.at(sub), "could not be read", err)
	}
	for _, e := range entries {
		if durable.IsTemp(e.Name()) && e.Type().IsRegular() {
			if err := durable.Remove(s.at(sub, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

const (
	logsKind = "tocsin-witness-logs/1"
	logsHelp = "without it nobody knows which logs were cosigned; put it back, or make a new witness in another directory"
)

// loadLogs opens the state of each log that is configured, and puts those that
// got their first one on the list.
func (s *Server) loadLogs(listed []string) error {
	before := len(listed)
	for _, k := range s.o.Logs {
		origin := k.Name()
		if k.Type() == receipt.Ed25519Cosignature {
			return fault.New(fault.Invalid, "%s is the key of a witness, not of a log", k)
		}
		l := s.logs[origin]
		if l == nil {
			known := slices.Contains(listed, origin)
			var err error
			if l, err = openState(s.at("state"), origin, known); err != nil {
				if fault.KindOf(err) != fault.Forbidden {
					return err
				}
				l.err = err
				s.o.Log.Error("this log is not served", "origin", origin, "why", err.Error())
			}
			if !known {
				listed = append(listed, origin)
			}
			s.logs[origin], s.hashes[originHash(origin)] = l, l
		}
		l.keys = append(l.keys, k)
	}
	if len(listed) == before {
		return nil
	}
	return s.putList(listed)
}

// readList gives the origins that have a state; fault.NotFound if there is no
// list.
func (s *Server) readList() ([]string, error) {
	body, err := durable.ReadLine(s.at("logs"), logsKind, logsHelp)
	if err != nil {
		return nil, err
	}
	listed := []string{}
	if err := json.Unmarshal([]byte(body), &listed); err != nil {
		return nil, &fault.Error{Kind: fault.Forbidden, File: s.at("logs"), Message: "is no list of logs: " + logsHelp}
	}
	return listed, nil
}

// beginList makes an empty list beside nothing that could need one.
func (s *Server) beginList() error {
	lost := &fault.Error{Kind: fault.Forbidden, File: s.at("logs"), Message: "is gone: " + logsHelp}
	for _, k := range witnessKeys {
		if _, err := os.Lstat(s.at(k.file)); !errors.Is(err, fs.ErrNotExist) {
			return lost
		}
	}
	switch used, err := s.used(); {
	case err != nil:
		return err
	case used:
		return lost
	case !s.o.Create:
		return &fault.Error{Kind: fault.NotFound, File: s.dir, Message: "is no directory of a witness, or one that was never finished"}
	}
	return s.putList(nil)
}

func (s *Server) putList(listed []string) error {
	slices.Sort(listed)
	body, err := json.Marshal(append([]string{}, listed...))
	if err != nil {
		return fault.New(fault.Internal, "the list of logs can not be written: %v", err)
	}
	return durable.WriteFile(s.at("logs"), []byte(durable.Line(logsKind, string(body))), 0o600)
}
