package witness

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/receipt"
)

// someLog is a log for tests: its leaves are numbers behind a word, so that two
// with different words from some leaf on are a fork.
type someLog struct {
	t       *testing.T
	origin  string
	signers []receipt.Signer
	hashes  []tlog.Hash
	size    int64
}

// chance is a stream of bytes that is the same in every run.
type chance struct{ at [32]byte }

func seeded(word string) *chance { return &chance{sha256.Sum256([]byte(word))} }

func (c *chance) Read(b []byte) (int, error) {
	for i := range b {
		if i%32 == 0 {
			c.at = sha256.Sum256(c.at[:])
		}
		b[i] = c.at[i%32]
	}
	return len(b), nil
}

func newLog(t *testing.T, origin string) *someLog {
	t.Helper()
	l := &someLog{t: t, origin: origin}
	for _, typ := range []receipt.Type{receipt.Ed25519, receipt.MLDSA44Cosignature} {
		s, err := receipt.NewSigner(origin, typ, seeded(origin+typ.String()))
		if err != nil {
			t.Fatal(err)
		}
		l.signers = append(l.signers, s)
	}
	return l
}

// fork is a log with the same keys and leaves, which may now go another way.
func (l *someLog) fork() *someLog {
	f := *l
	f.hashes = append([]tlog.Hash{}, l.hashes...)
	return &f
}

func (l *someLog) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, n := range indexes {
		out[i] = l.hashes[n]
	}
	return out, nil
}

func (l *someLog) grow(to int64, word string) *someLog {
	l.t.Helper()
	for ; l.size < to; l.size++ {
		h, err := tlog.StoredHashes(l.size, fmt.Appendf(nil, "%s %d", word, l.size), l)
		if err != nil {
			l.t.Fatal(err)
		}
		l.hashes = append(l.hashes, h...)
	}
	return l
}

func (l *someLog) checkpoint(size int64) receipt.Checkpoint {
	l.t.Helper()
	root, err := tlog.TreeHash(size, l)
	if err != nil {
		l.t.Fatal(err)
	}
	return receipt.Checkpoint{Origin: l.origin, Size: size, Root: root}
}

func (l *someLog) note(size int64) []byte {
	l.t.Helper()
	return sign(l.t, l.checkpoint(size), l.signers...)
}

func sign(t *testing.T, cp receipt.Checkpoint, signers ...receipt.Signer) []byte {
	t.Helper()
	note, err := receipt.Sign(cp, signers, start)
	if err != nil {
		t.Fatal(err)
	}
	return note
}

// proof is what a log sends: nothing from the empty tree or to the same size.
func (l *someLog) proof(old, size int64) []tlog.Hash {
	l.t.Helper()
	if old == 0 || old >= size {
		return nil
	}
	p, err := tlog.ProveTree(size, old, l)
	if err != nil {
		l.t.Fatal(err)
	}
	return p
}

func (l *someLog) request(old, size int64) []byte {
	l.t.Helper()
	b, err := WriteRequest(old, l.proof(old, size), l.note(size))
	if err != nil {
		l.t.Fatal(err)
	}
	return b
}

func (l *someLog) keys() []receipt.Key {
	var out []receipt.Key
	for _, s := range l.signers {
		out = append(out, s.Key())
	}
	return out
}

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// clock is a time that only a test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

const witnessName = "witness.example.org/w1"

func options(logs ...*someLog) Options {
	c := clock{start}
	o := Options{Create: true, Name: witnessName, Rand: seeded("witness"), Now: c.now}
	for _, l := range logs {
		o.Logs = append(o.Logs, l.keys()...)
	}
	return o
}

func open(t *testing.T, dir string, o Options) *Server {
	t.Helper()
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// running is a new witness of the given logs; it is closed with the test.
func running(t *testing.T, logs ...*someLog) *Server {
	t.Helper()
	s := open(t, filepath.Join(t.TempDir(), "w"), options(logs...))
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// cosigned fails unless lines hold a signature by each key of the witness over
// the note at the given time.
func cosigned(t *testing.T, s *Server, note, lines []byte, at time.Time) {
	t.Helper()
	got, err := ownLines(lines, note, s.Keys())
	if err != nil {
		t.Errorf("%v in %s", err, lines)
		return
	}
	sigs, err := receipt.ParseSignatures(got)
	if err != nil || len(sigs) != len(s.Keys()) {
		t.Errorf("%d lines, %v", len(sigs), err)
	}
	n, err := receipt.ParseNote(note)
	if err != nil {
		t.Fatal(err)
	}
	held, err := receipt.Note{Text: n.Text, Signatures: sigs}.Verify(s.Keys())
	if err != nil {
		t.Error(err)
	}
	for _, h := range held {
		if !h.Time.Equal(at) {
			t.Errorf("%s says %v, not %v", h.Key.Type(), h.Time, at)
		}
	}
}

type (
	hash   = tlog.Hash
	fsMode = fs.FileMode
)
