package crashsim

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/ledger"
	"tocsin/receipt"
	"tocsin/record"
)

// everyBit asks for every bit of a table (or of "file") instead of a sample:
// CRASHSIM_FLIPS lists them with commas, or says all.
func everyBit(of string) bool {
	return slices.ContainsFunc(strings.Split(os.Getenv("CRASHSIM_FLIPS"), ","), func(s string) bool { return s == of || s == "all" })
}

// sound is what a database says before any bit of it was flipped.
type sound struct {
	image   []byte // the whole database in one file
	outside *outside
	handle  string
	export  []byte
	records []record.Meta
	events  []string          // of which receipts are asked
	leaves  []receipt.Entry   // of epoch 1
	said    map[string]string // what each receipt opens, by event
	acked   map[string]record.Result
}

// build makes a small database on a disk of its own: two cases' worth of events,
// fillers, three checkpoints, and leaves that no checkpoint covers yet.
func build(t testing.TB, fillers int64) *sound {
	t.Helper()
	ctx := context.Background()
	w := newWorld(1)
	dir := w.disk.Boot(Plan{})
	p, err := w.start(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	publish := func() {
		t.Helper()
		_, err := p.publisher.Publish(ctx)
		must(err)
	}
	must(w.importCase(ctx, p))
	for n := range 2 {
		must(w.add(ctx, p, fmt.Sprintf("key-%d", n), fmt.Sprintf("word %d", n)))
	}
	publish()
	must(p.keeper.Fillers(ctx, 1+fillers))
	must(w.add(ctx, p, "key-2", "word 2"))
	publish()
	must(w.add(ctx, p, "key-3", "word 3"))
	publish()
	must(w.add(ctx, p, "key-4", "word 4"))
	must(p.keeper.Fillers(ctx, 2))

	s := &sound{outside: w.outside, handle: w.journal.handle, said: map[string]string{}, acked: w.journal.acked}
	kept, err := p.keeper.Load(ctx, s.handle)
	must(err)
	s.export, err = kept.Case.JSON()
	must(err)
	s.records = kept.Records
	s.events = []string{"first", w.journal.acked["key-1"].ID, w.journal.acked["key-3"].ID}
	must(p.store.View(ctx, func(r record.Reader) error {
		head, err := r.Head(ctx)
		if err != nil {
			return err
		}
		s.leaves, err = r.Entries(ctx, 1, 0, head.Size)
		return err
	}))
	for _, id := range s.events {
		said, err := s.receipt(ctx, p, id)
		must(err)
		s.said[id] = said
	}
	must(p.store.Scrub(ctx)) // leaves nothing in the write-ahead log
	p.stop()
	w.disk.Halt()
	must(w.disk.Release())
	if wal := w.disk.Bytes("tocsin.db-wal"); len(wal) > 0 {
		t.Fatalf("%d bytes are left in the write-ahead log", len(wal))
	}
	s.image = w.disk.Bytes("tocsin.db")
	return s
}

// after gives a world in which this database was found.
func (s *sound) after(image []byte) *world {
	w := newWorld(1)
	o := *s.outside
	o.guard = s.outside.guard.Copy()
	o.wraps = s.outside.wraps.Copy()
	water, err := o.guard.Water()
	if err != nil {
		panic(err) // a sound world has published
	}
	o.witness = &witness{signer: s.outside.witness.signer, sizes: map[string]int64{water.Origin: water.Size}}
	w.outside = &o
	w.disk.Put("tocsin.db", image)
	w.journal.handle = s.handle
	return w
}

// receipt gets the receipt of an event and, as package app does before it hands
// one out, verifies it with all keys that are known, the witness's too. It
// answers what the receipt opens; an error if there is none.
func (s *sound) receipt(ctx context.Context, p *process, id string) (string, error) {
	proof, err := p.keeper.Receipt(ctx, s.handle, id, "", []string{"text", "by", "at"})
	if err != nil {
		return "", err
	}
	parsed, err := receipt.ParseProof(proof.Bytes())
	if err != nil {
		return "", &contradiction{fmt.Sprintf("the receipt of %s does not parse: %v", id, err)}
	}
	policy, err := receipt.KeysPolicy(append(s.outside.keys(), s.outside.witness.Key()))
	if err != nil {
		return "", err
	}
	v := receipt.Verify(parsed, policy, receipt.Options{})
	if !v.Proved {
		return "", fmt.Errorf("the receipt of %s does not verify: %s", id, v.Reason)
	}
	said := fmt.Sprintf("%s at %d:", v.Origin, v.Index)
	for _, f := range v.Records[0].Fields {
		value := "absent"
		if f.Value != nil {
			value = *f.Value
		}
		said += fmt.Sprintf(" %s=%s", f.Name, value)
	}
	return said, nil
}

// contradiction is what a damaged database must never bring about.
type contradiction struct{ what string }

func (c *contradiction) Error() string { return c.what }

// look reads everything that can be read and compares. Errors are welcome: what
// is not welcome is another answer than before.
func (s *sound) look(ctx context.Context, p *process) (wrong []string, failed error) {
	kept, err := p.keeper.Load(ctx, s.handle)
	if err != nil {
		failed = errors.Join(failed, err)
	} else if export, err := kept.Case.JSON(); err != nil || !bytes.Equal(export, s.export) {
		wrong = append(wrong, fmt.Sprintf("the case is shown as good and differs (%v): %s", err, digest(export)))
	} else if !slices.EqualFunc(kept.Records, s.records, func(a, b record.Meta) bool { return fmt.Sprint(a) == fmt.Sprint(b) }) {
		wrong = append(wrong, "the records are shown as good and differ")
	}
	lies, again := s.lookAt(ctx, p, s.events)
	return append(wrong, lies...), errors.Join(failed, again)
}

// lookAt asks for the receipts of events.
func (s *sound) lookAt(ctx context.Context, p *process, events []string) (wrong []string, failed error) {
	for _, id := range events {
		said, err := s.receipt(ctx, p, id)
		var c *contradiction
		switch {
		case errors.As(err, &c):
			wrong = append(wrong, c.what)
		case err != nil:
			failed = errors.Join(failed, err)
		case said != s.said[id]:
			wrong = append(wrong, fmt.Sprintf("the receipt of %s says %q, it said %q", id, said, s.said[id]))
		}
	}
	return wrong, failed
}

// audit makes both audits. Findings count as a failure, which is what they are for.
func (s *sound) audit(ctx context.Context, p *process) (failed error) {
	failed = s.auditLog(ctx, p)
	report, err := p.keeper.Audit(ctx, nil)
	if err == nil && len(report.Findings) > 0 {
		err = fmt.Errorf("record audit: %+v", report.Findings[0])
	}
	return errors.Join(failed, err)
}

func (s *sound) auditLog(ctx context.Context, p *process) error {
	return p.store.View(ctx, func(r record.Reader) error {
		report, err := ledger.Audit(ctx, r, s.outside.keys(), nil)
		if err == nil && len(report.Findings) > 0 {
			err = fmt.Errorf("ledger audit: %+v", report.Findings[0])
		}
		return err
	})
}

// contradicts compares what was signed since with the leaves as they were when
// the database was sound, and with those that came after.
func (s *sound) contradicts(signed []note, added []receipt.Entry) (wrong []string) {
	all := slices.Concat(s.leaves, added)
	for _, n := range signed {
		if n.Size > int64(len(all)) {
			wrong = append(wrong, fmt.Sprintf("a checkpoint of size %d was signed; there are %d leaves", n.Size, len(all)))
			continue
		}
		if root := rootOf(all[:n.Size]); root != n.Root {
			wrong = append(wrong, fmt.Sprintf("a checkpoint of size %d was signed with root %v; it is %v", n.Size, n.Root, root))
		}
	}
	return wrong
}

// rootOf is the tree hash by the definition of RFC 6962, section 2.1.
func rootOf(leaves []receipt.Entry) tlog.Hash {
	switch n := len(leaves); n {
	case 0:
		return tlog.Hash{}
	case 1:
		return leaves[0].LeafHash()
	default:
		k := 1
		for 2*k < n {
			k *= 2
		}
		return tlog.NodeHash(rootOf(leaves[:k]), rootOf(leaves[k:]))
	}
}

// TestFlippedBitsOfTheFile flips bits anywhere in the database file, one at a
// time, and lets the whole product loose on each. A panic fails the test as well.
func TestFlippedBitsOfTheFile(t *testing.T) {
	t.Parallel()
	s := build(t, 0)
	n := 400
	if testing.Short() {
		n = 40
	}
	rnd := rand.New(rand.NewPCG(seed(t), 8))
	bits := func(yield func(int) bool) {
		for i := range 8 * len(s.image) {
			if everyBit("file") && !yield(i) {
				return
			}
		}
		for range n {
			if !everyBit("file") && !yield(rnd.IntN(8*len(s.image))) {
				return
			}
		}
	}
	var done, unaffected, refused int
	for bit := range bits {
		image := slices.Clone(s.image)
		image[bit/8] ^= 1 << (bit % 8)
		wrong, failed := s.live(t, image)
		done++
		if failed == nil {
			unaffected++
		} else {
			refused++
		}
		for _, what := range wrong {
			t.Errorf("bit %d of byte %d (page %d): %s", bit%8, bit/8, bit/8/4096+1, what)
		}
	}
	t.Logf("%d bits of a file of %d bytes flipped: %d without effect, %d noticed", done, len(s.image), unaffected, refused)
	if unaffected == 0 || refused == 0 {
		t.Errorf("%d bits have no effect and %d are noticed: want some of each", unaffected, refused)
	}
	if wrong, failed := s.live(t, s.image); failed != nil || len(wrong) > 0 {
		t.Errorf("control, no bit flipped: %v, %q", failed, wrong)
	}
}

// live starts the product on an image and lets it read, audit, add and publish.
func (s *sound) live(t *testing.T, image []byte) (wrong []string, failed error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	w := s.after(image)
	defer func() {
		w.disk.Cut()
		if err := w.disk.Release(); err != nil {
			t.Fatal(err)
		}
	}()
	p, err := w.start(ctx, w.disk.Boot(Plan{}))
	if err != nil {
		return nil, err
	}
	defer p.stop()
	wrong, failed = s.look(ctx, p)
	failed = errors.Join(failed, s.audit(ctx, p))
	if _, err := p.publisher.Publish(ctx); err != nil {
		failed = errors.Join(failed, err)
	}
	if err := w.add(ctx, p, "key-9", "word 9"); err != nil {
		failed = errors.Join(failed, err)
	} else if _, err := p.publisher.Publish(ctx); err != nil {
		failed = errors.Join(failed, err)
	}
	var added []receipt.Entry
	if signed := w.outside.witness.notes(); len(signed) > 0 {
		err := p.store.View(ctx, func(r record.Reader) (err error) {
			head, err := r.Head(ctx)
			if err == nil && head.Size > int64(len(s.leaves)) {
				added, err = r.Entries(ctx, 1, int64(len(s.leaves)), head.Size)
			}
			return err
		})
		wrong = append(wrong, s.contradicts(signed, added)...)
		failed = errors.Join(failed, err)
	}
	return wrong, failed
}

// TestContradictionShows is the control: a publisher without the second path,
// which signs what the head says, does sign something wrong when a bit of the
// head is flipped, and the comparison sees it.
func TestContradictionShows(t *testing.T) {
	s := build(t, 0)
	w := s.after(s.image)
	dir := w.disk.Boot(Plan{})
	defer func() {
		w.disk.Cut()
		_ = w.disk.Release()
	}()
	db, err := sql.Open(Driver, "file:"+dir+"/tocsin.db")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var frontier []byte
	var place int64
	if err := db.QueryRow("SELECT place, frontier FROM head ORDER BY place DESC LIMIT 1").Scan(&place, &frontier); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for bit := range 8 * len(frontier) {
		flipped := slices.Clone(frontier)
		flipped[bit/8] ^= 1 << (bit % 8)
		head := ledger.Head{Epoch: 1, Size: int64(len(s.leaves))}
		for hash := range slices.Chunk(flipped, tlog.HashSize) {
			head.Frontier = append(head.Frontier, tlog.Hash(hash))
		}
		naive := note{Checkpoint: receipt.Checkpoint{Origin: origin + "/1", Size: head.Size, Root: head.Root()}}
		seen += len(s.contradicts([]note{naive}, nil))
	}
	if seen != 8*len(frontier) {
		t.Errorf("a publisher without the second path signs %d wrong roots, of which the comparison sees %d", 8*len(frontier), seen)
	}
	if wrong := s.contradicts([]note{{Checkpoint: receipt.Checkpoint{Size: int64(len(s.leaves)), Root: rootOf(s.leaves)}}}, nil); len(wrong) > 0 {
		t.Errorf("the right root passes for a contradiction: %q", wrong)
	}
}
