package receipt

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
)

var update = flag.Bool("update", false, "write the golden files of this release")

// chance is a source of bytes that is the same for the same seed: SHA-256 of
// the seed and a counter. Only tests may use it.
func chance(seed string) io.Reader { return &counter{seed: seed} }

type counter struct {
	seed string
	n    uint64
	rest []byte
}

func (c *counter) Read(p []byte) (int, error) {
	for i := range p {
		if len(c.rest) == 0 {
			sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(c.seed), c.n))
			c.n, c.rest = c.n+1, sum[:]
		}
		p[i], c.rest = c.rest[0], c.rest[1:]
	}
	return len(p), nil
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// wantInvalid checks the kind of an error and a piece of its sentence.
func wantInvalid(t *testing.T, err error, piece string) {
	t.Helper()
	switch {
	case err == nil:
		t.Errorf("nothing was refused; want an error that says %q", piece)
	case fault.KindOf(err) != fault.Invalid:
		t.Errorf("the error is of kind %q, not invalid: %v", fault.KindOf(err), err)
	case !strings.Contains(err.Error(), piece):
		t.Errorf("the error is %q; want it to say %q", err, piece)
	}
}

// golden compares with a file under testdata, or writes it with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", filepath.FromSlash(name))
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(got) {
		t.Errorf("%s has changed:\n got %s\nwant %s", name, clipped(got), clipped(want))
	}
}

func clipped(b []byte) string {
	if len(b) > 2000 {
		return fmt.Sprintf("%q… (%d bytes)", b[:2000], len(b))
	}
	return fmt.Sprintf("%q", b)
}

// noon is the time of all tests.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// world is a small log with its keys, its witnesses and one case in it: records
// 0 to size-1 of the case are the leaves 0 to size-1.
type world struct {
	origin   string
	records  []*Record
	hashes   []tlog.Hash // stored hashes, as x/mod keeps them
	size     int64
	ed, pq   Signer // the log's
	w1, w2   Signer // witnesses: Ed25519 and ML-DSA-44
	cp       Checkpoint
	note     []byte // signed by the log, and cosigned
	unsigned []byte // signed by the log alone
}

// ReadHashes makes the world a tlog.HashReader.
func (w *world) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, n := range indexes {
		out[i] = w.hashes[n]
	}
	return out, nil
}

const testOrigin = "acme.example/ledger/1"

func newWorld(tb testing.TB) *world { return newWorldOf(tb, testOrigin, "world", 7) }

func newWorldOf(tb testing.TB, origin, seed string, records int) *world {
	tb.Helper()
	rand := chance(seed)
	w := &world{
		origin: origin,
		ed:     must(NewSigner(origin, Ed25519, rand)),
		pq:     must(NewSigner(origin, MLDSA44Cosignature, rand)),
		w1:     must(NewSigner("witness.example/w1", Ed25519Cosignature, rand)),
		w2:     must(NewSigner("witness.example/w2", MLDSA44Cosignature, rand)),
	}
	prev := ""
	for i := range records {
		values := map[string][]byte{
			"entry": []byte(`"event"`), "handle": []byte(`"c-7f3a"`), "sequence": []byte(itoa(int64(i + 1))),
			"recorded-at": fmt.Appendf(nil, `"2026-11-22T11:%02d:00.000Z"`, i),
			"kind":        []byte(`"reported"`), "id": fmt.Appendf(nil, `"e%d"`, i+1),
			"text": fmt.Appendf(nil, `"the words of event %d"`, i+1),
		}
		if prev != "" {
			values["prev"] = []byte(`"` + prev + `"`)
		}
		if i == 5 { // a numbered receipt for the event before
			delete(values, "kind")
			delete(values, "id")
			delete(values, "text")
			values["entry"], values["party"], values["number"], values["event"] = []byte(`"receipt"`), []byte(`"example-soft"`), []byte(`1`), []byte(`"`+prev+`"`)
		}
		r := must(NewRecord(values, rand))
		w.add(r)
		c := r.Commitment()
		prev = hex.EncodeToString(c[:])
	}
	w.publish(tb, noon)
	return w
}

func (w *world) add(r *Record) {
	e := EntryOf(r.Commitment())
	w.hashes = append(w.hashes, must(tlog.StoredHashes(w.size, e[:], w))...)
	w.records = append(w.records, r)
	w.size++
}

func (w *world) publish(tb testing.TB, at time.Time) {
	tb.Helper()
	w.cp = Checkpoint{Origin: w.origin, Size: w.size, Root: must(tlog.TreeHash(w.size, w))}
	w.unsigned = must(Sign(w.cp, []Signer{w.ed, w.pq}, at))
	w.note = w.unsigned
	for i, s := range []Signer{w.w1, w.w2} {
		line := must(Cosign(w.unsigned, s, at.Add(time.Duration(i+1)*time.Second)))
		w.note = must(AddSignatures(w.note, line))
	}
}

func (w *world) allKeys() []Key { return []Key{w.ed.Key(), w.pq.Key(), w.w1.Key(), w.w2.Key()} }
func (w *world) logKeys() []Key { return []Key{w.ed.Key(), w.pq.Key()} }

// usualFields are opened unless a test says otherwise.
var usualFields = []string{"entry", "handle", "sequence", "prev", "recorded-at", "kind"}

func (w *world) receipt(tb testing.TB, index int64, fields []string) Proof {
	tb.Helper()
	if fields == nil {
		fields = usualFields
	}
	return w.proof(tb, index, Extra{Record: must(w.records[index].Disclose(fields))})
}

func (w *world) proof(tb testing.TB, index int64, e Extra) Proof {
	tb.Helper()
	return must(NewProof(index, must(tlog.ProveRecord(w.size, index, w)), w.note, e))
}

// hexOf is a record's commitment as other records name it.
func hexOf(r *Record) string {
	c := r.Commitment()
	return hex.EncodeToString(c[:])
}
