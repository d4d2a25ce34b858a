package ledger

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/receipt"
)

// auditRange is how many entries one read asks for: enough to make the cost of
// a query small, and half a megabyte.
const auditRange = 1 << 14

// maxFindings ends a report: after one wrong leaf every later root is wrong too.
const maxFindings = 1000

// Finding is one thing that an audit found wrong, with its place.
type Finding struct {
	Epoch int    `json:"epoch"`
	Place string `json:"place"` // such as "leaf 17", "node 1/4", "checkpoint 12", "head"
	What  string `json:"what"`
}

// Report of an audit. The log is sound if there are no findings.
type Report struct {
	Epochs      int       `json:"epochs"`
	Leaves      int64     `json:"leaves"` // of all epochs
	Nodes       int64     `json:"nodes"`
	Checkpoints int64     `json:"checkpoints"`
	Unverified  int64     `json:"unverified"` // published checkpoints of origins for which no key was given
	Head        Head      `json:"-"`
	Findings    []Finding `json:"findings"`
}

// Audit derives everything again from the entries alone, by other code than
// that which wrote it: the nodes, the head, and the root of every checkpoint;
// it verifies every note under the given keys. Findings are reported, not
// returned as an error; an error means that the audit could not be made.
// progress may be nil.
func Audit(ctx context.Context, r Reader, keys []receipt.Key, progress func(done, total int64)) (Report, error) {
	a := &auditor{r: r, keys: keys, progress: progress, report: Report{Findings: []Finding{}}}
	err := a.run(ctx)
	return a.report, err
}

type auditor struct {
	r        Reader
	keys     []receipt.Key
	progress func(done, total int64)
	report   Report
	marks    map[int][]mark // by epoch, in order of Seq
	done     int64
	total    int64
}

// mark is a checkpoint without its note.
type mark struct {
	seq  int64
	size int64
	root tlog.Hash
}

func (a *auditor) find(epoch int, place, format string, args ...any) {
	if len(a.report.Findings) < maxFindings {
		a.report.Findings = append(a.report.Findings, Finding{Epoch: epoch, Place: place, What: fmt.Sprintf(format, args...)})
	}
}

func (a *auditor) run(ctx context.Context) error {
	epochs, err := a.r.Epochs(ctx)
	if err != nil {
		return err
	}
	a.report.Epochs = len(epochs)
	head, err := a.r.Head(ctx)
	switch {
	case fault.KindOf(err) == fault.NotFound && len(epochs) == 0:
		return nil // nothing was ever put in
	case fault.KindOf(err) == fault.NotFound:
		a.find(len(epochs), "head", "is missing")
	case err != nil:
		return err
	default:
		a.report.Head = head
		if err := head.Sound(); err != nil {
			a.find(head.Epoch, "head", "%v", err)
		}
		if len(epochs) == 0 || head.Epoch != epochs[len(epochs)-1].N {
			a.find(head.Epoch, "head", "is not of the newest epoch")
		}
	}
	if err := a.checkpoints(ctx, epochs); err != nil {
		return err
	}
	sizes := make([]int64, len(epochs))
	for i, e := range epochs {
		sizes[i] = head.Size
		if i+1 < len(epochs) {
			sizes[i] = epochs[i+1].Before
		}
		a.total += sizes[i]
		// Numbers can be missing: those of epochs that a lost database knew.
		if e.N < 1 || i > 0 && e.N <= epochs[i-1].N || e.Origin == "" || e.Before < 0 || e.Carried < 0 ||
			e.Carried > 0 && (e.Carried > e.Before || e.Carried >= sizes[i]) {
			a.find(e.N, "epoch", "its row cannot be: origin %.80q, before %d, carried %d", e.Origin, e.Before, e.Carried)
		}
	}
	for i, e := range epochs {
		c, err := a.leaves(ctx, e.N, sizes[i])
		if err != nil {
			return err
		}
		if c != nil && e.N == head.Epoch && !slices.Equal(c.subtrees(), head.Frontier) {
			a.find(e.N, "head", "its frontier is not that of the stored entries")
		}
		if i > 0 && c != nil && sizes[i] >= e.Carried+1 {
			if err := a.carried(ctx, e, epochs[i-1].N); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkpoints verifies the notes and the order, and keeps what is to be
// compared with the entries.
func (a *auditor) checkpoints(ctx context.Context, epochs []Epoch) error {
	a.marks = map[int][]mark{}
	origins := map[int]string{}
	for _, e := range epochs {
		origins[e.N] = e.Origin
	}
	var last Signed
	return a.r.EachCheckpoint(ctx, func(s Signed) error {
		a.report.Checkpoints++
		place := fmt.Sprintf("checkpoint %d", s.Seq)
		if s.Seq != last.Seq+1 {
			a.find(s.Epoch, place, "follows checkpoint %d", last.Seq)
		}
		switch {
		case origins[s.Epoch] == "" || s.Epoch < last.Epoch:
			a.find(s.Epoch, place, "is of an epoch that cannot be")
			last = s
			return nil
		case s.Epoch == last.Epoch && s.Size < last.Size:
			a.find(s.Epoch, place, "is over %d leaves, the one before it over %d", s.Size, last.Size)
		case s.Epoch == last.Epoch && s.Size == last.Size && s.Root != last.Root:
			a.find(s.Epoch, place, "has another root than the one before it, at the same size")
		}
		last = s
		last.Note, last.Stamps = nil, nil
		a.marks[s.Epoch] = append(a.marks[s.Epoch], mark{s.Seq, s.Size, s.Root})
		a.note(s, place, origins[s.Epoch])
		return nil
	})
}

// note verifies what was signed.
func (a *auditor) note(s Signed, place, origin string) {
	switch {
	case s.State == Intent && len(s.Note) > 0:
		a.find(s.Epoch, place, "is only intended, and yet has a note")
		return
	case s.State == Intent:
		return
	case s.State != Published:
		a.find(s.Epoch, place, "is in no known state: %.20q", string(s.State))
		return
	}
	keys := keysOf(a.keys, origin)
	verified, err := verifyOwn(s, origin, keys)
	switch {
	case err != nil:
		a.find(s.Epoch, place, "%v", err)
	case len(keys) == 0:
		a.report.Unverified++
	case verified == 0:
		a.find(s.Epoch, place, "is signed by none of the given keys")
	}
}

// keysOf are the keys whose name is the origin: those of the log itself.
func keysOf(keys []receipt.Key, origin string) []receipt.Key {
	var own []receipt.Key
	for _, k := range keys {
		if k.Name() == origin {
			own = append(own, k)
		}
	}
	return own
}

// verifyOwn holds a published row against its note, and gives how many of the
// keys have signed it.
func verifyOwn(s Signed, origin string, keys []receipt.Key) (int, error) {
	note, err := receipt.ParseNote(s.Note)
	if err != nil {
		return 0, fault.New(fault.Internal, "the stored note of checkpoint %d cannot be read: %v", s.Seq, err)
	}
	cp := receipt.Checkpoint{Origin: origin, Size: s.Size, Root: s.Root}
	if !bytes.Equal(note.Text, []byte(cp.Text())) {
		return 0, fault.New(fault.Internal, "the stored note of checkpoint %d does not say what its row says", s.Seq)
	}
	verified, err := note.Verify(keys)
	if err != nil {
		return 0, fault.New(fault.Internal, "the stored note of checkpoint %d does not verify: %v", s.Seq, err)
	}
	return len(verified), nil
}

// stretch is a piece of the log as it is stored.
type stretch struct {
	first   int64
	entries []receipt.Entry
	nodes   [][]tlog.Hash // by level, from 1: those that the entries complete
	err     error
}

// leaves counts an epoch again. It returns nil if it could not be read to its
// end; that is a finding.
func (a *auditor) leaves(ctx context.Context, epoch int, size int64) (*recount, error) {
	var stored [][]tlog.Hash
	c := &recount{full: func(n Node) error {
		a.report.Nodes++
		level := stored[n.Level-1]
		if level[0] != n.Hash {
			a.find(epoch, fmt.Sprintf("node %d/%d", n.Level, n.N), "is not the hash of the stored entries %d to %d",
				n.N<<(tileBits*n.Level), (n.N+1)<<(tileBits*n.Level)-1)
		}
		stored[n.Level-1] = level[1:]
		return nil
	}}
	marks := a.marks[epoch]
	marks = a.compare(epoch, marks, c)

	// One reads while the other hashes: the reader is used by one at a time.
	ctx, stop := context.WithCancel(ctx)
	stretches := make(chan stretch, 2)
	defer func() {
		stop()
		for range stretches { // until the other has let go of the reader
		}
	}()
	go a.read(ctx, epoch, size, stretches)
	for s := range stretches {
		if s.err != nil {
			if ctx.Err() != nil || fault.KindOf(s.err) != fault.Internal {
				return nil, s.err
			}
			a.find(epoch, fmt.Sprintf("leaf %d", s.first), "what is stored from here on cannot be read: %v", s.err)
			return nil, nil
		}
		stored = s.nodes
		for i := range s.entries {
			if s.entries[i][0] != receipt.EntryVersion {
				a.find(epoch, fmt.Sprintf("leaf %d", c.size), "is of version %d", s.entries[i][0])
			}
			if err := c.add(s.entries[i].LeafHash()); err != nil {
				return nil, err
			}
			if len(marks) > 0 && marks[0].size <= c.size {
				marks = a.compare(epoch, marks, c)
			}
		}
		a.report.Leaves += int64(len(s.entries))
		a.done += int64(len(s.entries))
		if a.progress != nil {
			a.progress(a.done, a.total)
		}
	}
	for _, m := range marks {
		a.find(epoch, fmt.Sprintf("checkpoint %d", m.seq), "is over %d leaves, and there are %d", m.size, size)
	}
	return c, nil
}

// compare holds the checkpoints of the present size against the count, and
// gives those that are left.
func (a *auditor) compare(epoch int, marks []mark, c *recount) []mark {
	for len(marks) > 0 && marks[0].size <= c.size {
		m := marks[0]
		marks = marks[1:]
		switch {
		case m.size < c.size: // out of order, which is a finding already
			a.find(epoch, fmt.Sprintf("checkpoint %d", m.seq), "its root was not compared, for it is out of order")
		case m.root != c.root():
			a.find(epoch, fmt.Sprintf("checkpoint %d", m.seq), "its root is not that of the first %d stored entries", m.size)
		}
	}
	return marks
}

func (a *auditor) read(ctx context.Context, epoch int, size int64, out chan<- stretch) {
	defer close(out)
	for first := int64(0); first < size; first += auditRange {
		end := min(size, first+auditRange)
		s := stretch{first: first}
		s.entries, s.err = readEntries(ctx, a.r, epoch, first, end)
		for level := 1; s.err == nil; level++ {
			from, to := first>>(tileBits*level), end>>(tileBits*level)
			if from == to {
				break
			}
			var nodes []tlog.Hash
			nodes, s.err = levelHashes(ctx, a.r, epoch, level, from, to)
			s.nodes = append(s.nodes, nodes)
		}
		select {
		case out <- s:
		case <-ctx.Done():
			return
		}
		if s.err != nil {
			return
		}
	}
}

// carried compares the leaves that were entered again with what they were.
func (a *auditor) carried(ctx context.Context, e Epoch, old int) error {
	if e.Carried <= 0 || e.Carried > e.Before {
		return nil
	}
	var is []receipt.Entry
	for done := int64(0); done < e.Carried; done += auditRange {
		n := min(auditRange, e.Carried-done)
		was, err := readEntries(ctx, a.r, old, e.Before-e.Carried+done, e.Before-e.Carried+done+n)
		if err == nil {
			is, err = readEntries(ctx, a.r, e.N, 1+done, 1+done+n)
		}
		if ctx.Err() == nil && fault.KindOf(err) == fault.Internal && err != nil {
			a.find(e.N, "epoch", "the leaves that it carries cannot be compared: %v", err)
			return nil
		}
		if err != nil {
			return err
		}
		for i := range is {
			if is[i] != was[i] {
				a.find(e.N, fmt.Sprintf("leaf %d", 1+done+int64(i)), "is not leaf %d of the epoch before, which it was entered for",
					e.Before-e.Carried+done+int64(i))
			}
		}
	}
	return nil
}
