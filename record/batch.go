package record

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"time"

	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
)

// command is what the sequencer understands: a decision on a case as it stands
// under the lock, and what is to become of it.
type command struct {
	handle   string
	expected int64
	key      string // idempotency
	digest   [32]byte
	by       string
	create   string // id of the case that is to be made, "" for an existing one
	twin     bool   // whose id another case may have
	anyClock bool
	fill     int64 // so many fillers, and nothing else
	decide   func(b *batch, s *state) ([]draft, error)
	check    func(s *state, drafts []draft) error // nil: the whole case has to build
}

// draft is a record before it has its place.
type draft struct {
	vals Values
	link int // 1, 2, …: the draft of the same command whose commitment goes into event; 0: none

	event *casefile.Event // what vals read as, where that is known already; nil: it is read again
}

// batch is one transaction in the making. Commands are checked and staged one
// after the other, then everything is written at once.
type batch struct {
	k          *Keeper
	tx         Tx
	head       ledger.Head
	checkpoint string

	reading  reading
	recorded time.Time
	clockErr error

	states   map[string]*state
	keys     map[string]CaseKey
	newKeys  []Key
	lookups  map[string][32]byte
	created  map[[32]byte]bool
	rows     []Row
	entries  []receipt.Entry
	views    []string // handles, in the order in which they were touched
	requests []Request
	asked    map[[32]byte]int // key → index in requests

	grown *ledger.Head // after flush, if anything was appended
}

// begin looks at the log under the lock: the guard first.
func (k *Keeper) begin(ctx context.Context, tx Tx) (*batch, error) {
	if k.o.Guard != nil {
		if err := k.o.Guard.Check(ctx, tx, ""); err != nil {
			return nil, err
		}
	}
	head, err := tx.Head(ctx)
	if err != nil {
		return nil, err
	}
	b := &batch{k: k, tx: tx, head: head, states: map[string]*state{}, keys: map[string]CaseKey{}, lookups: map[string][32]byte{},
		created: map[[32]byte]bool{}, asked: map[[32]byte]int{}}
	cp, err := tx.LastCheckpoint(ctx, ledger.Published)
	switch {
	case err == nil:
		b.checkpoint = fmt.Sprintf("%d %d %s", cp.Epoch, cp.Size, base64.StdEncoding.EncodeToString(cp.Root[:]))
	case fault.KindOf(err) != fault.NotFound:
		return nil, err
	}
	b.reading, b.recorded, b.clockErr = k.clock.check(head.Recorded, func() (bool, error) {
		until, err := b.acceptedUntil(ctx)
		return !until.IsZero() && !until.Before(head.Recorded), err
	})
	if b.clockErr != nil {
		// Only a command that takes the clock as it is gets through.
		b.recorded = b.reading.wall.Truncate(time.Millisecond)
		if b.recorded.Before(head.Recorded) {
			b.recorded = head.Recorded
		}
	}
	return b, nil
}

// apply checks a command and stages what it adds. An error that is not fatal
// refuses the command and leaves the batch as it was.
func (b *batch) apply(ctx context.Context, j *job) (Result, error) {
	c := j.cmd
	if b.clockErr != nil && !c.anyClock {
		return Result{}, refusal{b.clockErr}
	}
	if c.fill > 0 {
		return b.fill(j, c.fill)
	}
	var reqKey [32]byte
	if c.key != "" {
		reqKey = b.k.seal.hash("request", []byte(c.key))
		res, found, err := b.replay(ctx, reqKey, c)
		if err != nil || found {
			return res, err
		}
	}
	s, err := b.find(ctx, c)
	if err != nil {
		return Result{}, err
	}
	if c.expected != AnyVersion && c.create == "" && c.expected != s.version {
		return Result{}, fault.New(fault.Conflict, "the case is at version %d now, and the command expects %d; load it again and decide anew", s.version, c.expected)
	}
	drafts, err := c.decide(b, s)
	if err != nil {
		return Result{}, err
	}
	if len(drafts) == 0 {
		return Result{}, fault.New(fault.Invalid, "the command adds nothing")
	}
	made, err := b.make(s, c, drafts)
	if err != nil {
		return Result{}, err
	}
	next := s
	if c.check == nil && s.handle != LogHandle {
		next = s.clone()
	} else if c.check != nil {
		if err := c.check(s, drafts); err != nil {
			return Result{}, err
		}
	}
	for _, o := range made {
		if err := next.add(o); err != nil {
			if next == s {
				return Result{}, err // what stood before is spoilt: the batch ends
			}
			return Result{}, unfold(err)
		}
	}
	if next != s { // checked as a whole
		id := c.create
		if id == "" {
			id = s.folder.head.Case
		}
		if s.handle != LogHandle && next.folder.head.Case != id {
			return Result{}, fault.At("", 0, "case", "the id of a case is fixed; it is %q", id)
		}
		if _, err := casefile.Build("", next.folder.file(false)); err != nil {
			return Result{}, err
		}
	}
	if err := b.stage(ctx, c, next, made); err != nil {
		return Result{}, err
	}
	res := Result{Handle: next.handle, Version: next.version, Epoch: b.head.Epoch, First: made[0].index, Count: int64(len(made)),
		ID: made[0].values().word("id"), Recorded: b.recorded}
	j.first = receiptOf{epoch: res.Epoch, index: res.First, leaf: made[0].commitment, set: true}
	if c.key != "" {
		b.asked[reqKey] = len(b.requests)
		b.requests = append(b.requests, Request{Key: reqKey, Digest: c.digest, Handle: res.Handle, Version: res.Version, Epoch: res.Epoch, First: res.First, Count: res.Count})
	}
	return res, nil
}

// refusal keeps an unavailable clock from ending the whole transaction: a
// command in it may be the one that accepts the clock.
type refusal struct{ error }

// unfold makes what cannot be folded the fault of the command: it is new.
func unfold(err error) error {
	if fault.KindOf(err) == fault.Internal {
		return fault.New(fault.Invalid, "%v", err)
	}
	return err
}

// make gives the drafts their envelopes, salts and places.
func (b *batch) make(s *state, c command, drafts []draft) ([]opened, error) {
	made := make([]opened, 0, len(drafts))
	seq, prev := s.version, s.prev()
	for _, d := range drafts {
		v := Values{}
		for name, value := range d.vals {
			v[name] = value
		}
		seq += 1 + lostBefore(v)
		v["handle"], v["sequence"], v["recorded-at"] = text(s.handle), []byte(strconv.FormatInt(seq, 10)), text(stamp(b.recorded))
		if prev != "" {
			v["prev"] = text(prev)
		}
		if c.by != "" {
			v["recorded-by"] = text(c.by)
		}
		if b.checkpoint != "" {
			v["checkpoint"] = text(b.checkpoint)
		}
		if d.link > 0 {
			v["event"] = text(hexOf(made[d.link-1].commitment))
		}
		blank, err := b.k.blanks.take()
		if err != nil {
			return nil, err
		}
		rec, commitment, err := blank.Record(v, b.k.o.Rand)
		if err != nil {
			return nil, err
		}
		o := opened{content: content{rec: rec}, epoch: b.head.Epoch, index: b.head.Size + int64(len(b.entries)+len(made)), handle: s.handle, seq: seq, commitment: commitment, event: d.event}
		prev = hexOf(o.commitment)
		made = append(made, o)
	}
	return made, nil
}

// stage puts what was made at the end of the batch. A new case gets its key.
func (b *batch) stage(ctx context.Context, c command, next *state, made []opened) error {
	if c.create != "" {
		if err := b.newKey(next.handle); err != nil {
			return err
		}
		b.created[b.lookups[next.handle]] = true
	}
	key, err := b.key(ctx, next.handle)
	if err != nil {
		return err
	}
	rows := make([]Row, 0, len(made))
	for _, o := range made {
		row, err := o.row(key)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	for i, row := range rows {
		b.rows = append(b.rows, row)
		b.entries = append(b.entries, receipt.EntryOf(made[i].commitment))
	}
	b.states[next.handle] = next
	b.views = append(b.views, next.handle)
	return nil
}

func (b *batch) newKey(handle string) error {
	ck, k, err := b.k.seal.NewKey(handle)
	if err != nil {
		return err
	}
	b.keys[handle] = ck
	b.newKeys = append(b.newKeys, k)
	return nil
}

// key gives the key of a case.
func (b *batch) key(ctx context.Context, handle string) (CaseKey, error) {
	if ck, ok := b.keys[handle]; ok {
		return ck, nil
	}
	k, err := b.tx.KeyOf(ctx, handle)
	if err != nil {
		return CaseKey{}, err
	}
	ck, err := b.k.seal.Unwrap(k)
	if err == nil {
		b.keys[handle] = ck
	}
	return ck, err
}

// flush writes everything: leaves and head first, since a log that does not grow
// takes no rows.
func (b *batch) flush(ctx context.Context) error {
	if len(b.entries) > 0 {
		first, head, err := ledger.Extend(ctx, b.tx, b.entries, b.recorded)
		if err != nil {
			return err
		}
		if first != b.head.Size || head.Epoch != b.head.Epoch {
			return fault.New(fault.Internal, "the log moved under its own lock, from %d to %d", b.head.Size, first)
		}
		b.grown = &head
	}
	return b.put(ctx)
}

// put writes what belongs to the leaves.
func (b *batch) put(ctx context.Context) error {
	if len(b.rows) > 0 {
		if err := b.tx.PutRows(ctx, b.rows); err != nil {
			return err
		}
	}
	if len(b.newKeys) > 0 {
		if err := b.tx.PutKey(ctx, b.newKeys...); err != nil {
			return err
		}
	}
	var views []View
	seen := map[string]bool{}
	for _, handle := range b.views {
		if seen[handle] {
			continue
		}
		seen[handle] = true
		v, err := b.states[handle].view(b.keys[handle], b.lookups[handle])
		if err != nil {
			return err
		}
		views = append(views, v)
	}
	if len(views) > 0 {
		if err := b.tx.PutView(ctx, views...); err != nil {
			return err
		}
	}
	if len(b.requests) > 0 {
		return b.tx.PutRequest(ctx, b.requests...)
	}
	return nil
}
