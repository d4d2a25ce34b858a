package record

import (
	"context"
	"runtime"
	"sync"
	"time"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
)

// maxFindings of one audit: a database that is wrong throughout is told so once.
const maxFindings = 1000

// window is how many leaves are read at a time.
const window = 4096

// Audit opens every leaf: its row, the record in it, the commitment, and that it
// is the entry of the log; that every leaf is a record of a case, of the log
// itself, or a filler; that the chains are unbroken and the receipts numbered
// without gaps; that what was erased is recorded as erased; and that the
// projections are those that the records give. Findings are reported, an error
// says that the audit could not be made. progress may be nil.
func (k *Keeper) Audit(ctx context.Context, progress func(done, total int64)) (AuditReport, error) {
	var rep AuditReport
	err := k.look(ctx, func(r Reader) error {
		a := &auditor{k: k, r: r, progress: progress, cases: map[string]*audited{}, keys: map[string]CaseKey{}}
		err := a.run(ctx)
		rep = a.rep
		return err
	})
	if rep.Findings == nil {
		rep.Findings = []Finding{}
	}
	return rep, err
}

type auditor struct {
	k        *Keeper
	r        Reader
	progress func(done, total int64)
	rep      AuditReport

	epochs []ledger.Epoch
	sizes  map[int]int64
	total  int64
	done   int64
	cases  map[string]*audited
	keys   map[string]CaseKey

	entries []receipt.Entry // of the epoch and from the index below
	epoch   int
	from    int64
	next    int64 // leaf of the epoch that is looked at next

	last time.Time
	loss loss
}

// audited is what the auditor holds of a case while it passes.
type audited struct {
	chain
	event   [32]byte // commitment of the last event
	id      string
	numbers map[string]int64
	erased  map[int64][]string
	stands  map[int64]string
	named   map[int64]map[string]bool
	digests map[int64]string
}

func (a *auditor) found(epoch int, index int64, handle, format string, args ...any) {
	f := Finding{Epoch: epoch, Index: index, Handle: handle, What: fault.New(fault.Internal, format, args...).Error()}
	switch n := len(a.rep.Findings); {
	case n < maxFindings:
		a.rep.Findings = append(a.rep.Findings, f)
	case n == maxFindings:
		a.rep.Findings = append(a.rep.Findings, Finding{What: "there is more that is wrong; it is not listed"})
	}
}

func (a *auditor) run(ctx context.Context) error {
	if err := a.prepare(ctx); err != nil {
		return err
	}
	if len(a.epochs) > 0 {
		a.epoch = a.epochs[0].N
	}
	var waiting []Row
	err := a.r.EachRow(ctx, max(1, a.epoch), 0, func(row Row) error {
		if waiting = append(waiting, row); len(waiting) < together {
			return nil
		}
		rows := waiting
		waiting = nil
		return a.rows(ctx, rows)
	})
	if err == nil {
		err = a.rows(ctx, waiting)
	}
	if err != nil {
		return err
	}
	for {
		if err := a.lacking(ctx, a.next, a.sizes[a.epoch]); err != nil {
			return err
		}
		if a.next = 0; !a.nextEpoch() {
			break
		}
	}
	a.lost()
	a.erasures()
	return a.projections(ctx)
}

// prepare learns how long the epochs are and opens the keys.
func (a *auditor) prepare(ctx context.Context) error {
	var err error
	if a.epochs, err = a.r.Epochs(ctx); err != nil {
		return err
	}
	a.sizes = map[int]int64{}
	for i, e := range a.epochs {
		if i > 0 {
			a.sizes[a.epochs[i-1].N] = e.Before
		}
	}
	if len(a.epochs) > 0 {
		head, err := a.r.Head(ctx)
		if err != nil {
			return err
		}
		a.sizes[head.Epoch] = head.Size
	}
	for _, n := range a.sizes {
		a.total += n
	}
	return a.r.EachKey(ctx, func(key Key) error {
		ck, err := a.k.seal.Unwrap(key)
		if err != nil {
			a.found(0, 0, key.Handle, "%v", err)
			return nil
		}
		a.keys[key.Handle] = ck
		return nil
	})
}

func (a *auditor) nextEpoch() bool {
	for _, e := range a.epochs {
		if e.N > a.epoch {
			a.epoch, a.entries, a.from = e.N, nil, 0
			return true
		}
	}
	return false
}

// entry gives the entry of a leaf; leaves are read forward, many at a time, and
// one by one where a range is damaged.
func (a *auditor) entry(ctx context.Context, index int64) (e receipt.Entry, ok bool, err error) {
	if index < a.from || index >= a.from+int64(len(a.entries)) {
		entries, err := a.r.Entries(ctx, a.epoch, index, min(index+window, a.sizes[a.epoch]))
		if damaged(err) {
			entries, err = a.r.Entries(ctx, a.epoch, index, index+1)
		}
		if damaged(err) {
			a.found(a.epoch, index, "", "%v", err)
			return e, false, nil
		}
		if err != nil {
			return e, false, err
		}
		a.entries, a.from = entries, index
	}
	return a.entries[index-a.from], true, nil
}

// damaged tells an error of what is stored from one of the store.
func damaged(err error) bool {
	return err != nil && (fault.KindOf(err) == fault.Internal || fault.KindOf(err) == fault.NotFound)
}

func (a *auditor) step() {
	if a.done++; a.progress != nil && (a.done%1024 == 0 || a.done == a.total) {
		a.progress(a.done, a.total)
	}
}

// lacking looks at leaves that have no row. Those that an epoch took over from
// the one before have theirs there; those that were recovered from a copy of the
// log lost theirs, and a note says so.
func (a *auditor) lacking(ctx context.Context, from, to int64) error {
	for i := from; i < to; i++ {
		a.step()
		if old, index, ok := origin(a.epochs, a.epoch, i); ok {
			was, err := a.r.Entries(ctx, old, index, index+1)
			if err != nil && !damaged(err) {
				return err
			}
			is, ok, entryErr := a.entry(ctx, i)
			if entryErr != nil {
				return entryErr
			}
			if ok && (err != nil || was[0] != is) {
				a.found(a.epoch, i, "", "the leaf is not the one that epoch %d had at %d, from which it was taken over", old, index)
			}
			continue
		}
		a.loss.rowless(a.epoch, i)
	}
	return nil
}

// together is how many rows are opened at a time, on all processors.
const together = 1024

// opening is a row with what opening it gave.
type opening struct {
	row Row
	o   opened
	err error
}

// rows looks at rows that follow one another.
func (a *auditor) rows(ctx context.Context, rows []Row) error {
	all := make([]opening, len(rows))
	var wg sync.WaitGroup
	share := (len(rows) + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0)
	for from := 0; from < len(rows); from += share {
		wg.Go(func() {
			for i := from; i < min(from+share, len(rows)); i++ {
				all[i].row = rows[i]
				if key, ok := a.keys[rows[i].Handle]; ok {
					all[i].o, all[i].err = openRow(key, rows[i])
				} else {
					all[i].err = fault.New(fault.Internal, "the record cannot be opened: its case has no key")
				}
			}
		})
	}
	wg.Wait()
	for _, one := range all {
		if err := a.row(ctx, one); err != nil {
			return err
		}
	}
	return nil
}

// row finds the leaf of a row, and the leaves before it that have none.
func (a *auditor) row(ctx context.Context, one opening) error {
	row := one.row
	for row.Epoch > a.epoch {
		if err := a.lacking(ctx, a.next, a.sizes[a.epoch]); err != nil {
			return err
		}
		if !a.nextEpoch() {
			break
		}
		a.next = 0
	}
	switch {
	case row.Epoch != a.epoch || row.Index >= a.sizes[a.epoch]:
		a.found(row.Epoch, row.Index, row.Handle, "the record has no leaf: the log of that epoch ends before it")
		return nil
	case row.Index < a.next:
		a.found(row.Epoch, row.Index, row.Handle, "the record comes out of order")
		return nil
	}
	if err := a.lacking(ctx, a.next, row.Index); err != nil {
		return err
	}
	a.next = row.Index + 1
	return a.record(ctx, one)
}

// record looks at one row and its leaf.
func (a *auditor) record(ctx context.Context, one opening) error {
	row, o := one.row, one.o
	a.step()
	a.rep.Records++
	entry, there, err := a.entry(ctx, row.Index)
	if err != nil {
		return err
	}
	if one.err != nil {
		a.found(row.Epoch, row.Index, row.Handle, "%v", one.err)
		return nil
	}
	if there && entry != receipt.EntryOf(o.commitment) {
		a.found(row.Epoch, row.Index, row.Handle, "the record is not what the log has at its place")
	}
	a.rep.Erased += int64(len(o.rec.ErasedNames()))
	if row.Handle == fillerHandle {
		a.rep.Fillers++
		if v := o.values(); len(v) != 1 || v.word("entry") != entryFiller || row.Seq != 0 || len(o.rec.ErasedNames()) > 0 {
			a.found(row.Epoch, row.Index, "", "a record without a case is no filler")
		}
		return nil
	}
	return a.link(o)
}

// link looks at a record as the next of its case.
func (a *auditor) link(o opened) error {
	c := a.cases[o.handle]
	if c == nil {
		c = &audited{chain: newChain(o.handle), numbers: map[string]int64{}, erased: map[int64][]string{}, stands: map[int64]string{},
			named: map[int64]map[string]bool{}, digests: map[int64]string{}}
		a.cases[o.handle] = c
		if o.handle != LogHandle {
			a.rep.Cases++
		}
	}
	v, m, err := c.follow(o)
	if err != nil {
		a.found(o.epoch, o.index, o.handle, "%v", err)
		if v, m, err = c.take(o, v); err != nil {
			return nil
		}
	}
	if m.Recorded.Before(a.last) {
		a.found(o.epoch, o.index, o.handle, "the record was recorded at %s, before the one in front of it", stamp(m.Recorded))
	}
	a.last = m.Recorded
	if names := o.rec.ErasedNames(); len(names) > 0 {
		c.erased[o.seq], c.stands[o.seq] = names, o.standIns()
	}
	switch m.Entry {
	case entryNote:
		if o.handle != LogHandle && noteKind(v) != noteGap {
			a.found(o.epoch, o.index, o.handle, "a note about the log stands in a case")
		}
		skip(c.numbers, lostBefore(v))
		a.note(o, v)
		return nil
	case entryEvent:
		c.event, c.id = o.commitment, m.ID
	case entryReceipt:
		if v.word("event") != hexOf(c.event) || m.ID != c.id {
			a.found(o.epoch, o.index, o.handle, "the numbered receipt is not for the event in front of it")
		}
		if last := c.given(c.numbers, m.Party); m.Number != last+1 {
			a.found(o.epoch, o.index, o.handle, "receipt %d of a party follows its receipt %d", m.Number, last)
		}
		c.numbers[m.Party] = m.Number
	case entryErasure:
		a.erasure(c, o, v)
	case entryCase, entryProduct, entryParty, entrySource, entryWindow:
	default:
		a.found(o.epoch, o.index, o.handle, "%q is no entry of a case", m.Entry)
	}
	if o.handle == LogHandle {
		a.found(o.epoch, o.index, o.handle, "an entry of a case stands among the log's own records")
	}
	return nil
}

func (a *auditor) erasure(c *audited, o opened, v Values) {
	body, ok := erasureOf(v)
	if !ok {
		a.found(o.epoch, o.index, o.handle, "the record of an erasure does not read")
		return
	}
	for _, t := range body.Targets {
		if c.named[t.Seq] == nil {
			c.named[t.Seq] = map[string]bool{}
		}
		for _, f := range t.Fields {
			c.named[t.Seq][f] = true
		}
		c.digests[t.Seq] = t.StandIns
	}
}
