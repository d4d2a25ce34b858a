package record

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
	"maps"
	"slices"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
)

// Restore reads a backup into an empty store, in one transaction: all of it or
// nothing. Every record is held against its leaf, every root against its leaves,
// and the whole against the digest at its end. The cases get fresh keys. What
// was erased since the backup is forgotten before it is written anywhere;
// Reapply records it once the log may be written to, which is the caller's to
// say: not before somebody outside has vouched for it.
//
// fault.Conflict if the store is not empty, fault.Invalid with the place for a
// stream that is not exactly what Backup writes.
func Restore(ctx context.Context, r io.Reader, into Store, o Options) (BackupReport, error) {
	k, err := New(into, o)
	if err != nil {
		return BackupReport{}, err
	}
	var report BackupReport
	err = into.Update(ctx, func(tx Tx) error {
		epochs, err := tx.Epochs(ctx)
		if err != nil {
			return err
		}
		if len(epochs) > 0 {
			return fault.New(fault.Conflict, "the store is not empty: a backup is restored into an empty one only")
		}
		l := &loader{k: k, tx: tx, in: bufio.NewReaderSize(r, 1<<16), digest: sha256.New(), keys: map[string]CaseKey{}}
		if o.Erasures != nil {
			if l.due, err = linesByCase(o.Erasures); err != nil {
				return err
			}
		}
		if report, err = l.load(ctx); err != nil {
			return err
		}
		return k.rebuild(ctx, tx)
	})
	if cerr := k.Close(); err == nil {
		err = cerr
	}
	return report, err
}

// loader reads one backup.
type loader struct {
	k       *Keeper
	tx      Tx
	in      *bufio.Reader
	digest  hash.Hash // of all bytes before the frame that is being read
	read    int64     // how many those are
	keys    map[string]CaseKey
	due     map[string][]Erased // what is to be forgotten, by case
	held    []opened            // the records of those cases, until all are read
	gone    int                 // fields that were forgotten
	annexed bool                // its line says that it may have an annex
	order   int                 // of the kind of the frame before
	epoch   savedEpoch
	head    ledger.Head // of the epoch that is being read
	end     savedEnd
}

// frameOrder is the order in which the kinds come; E and L take turns.
var frameOrder = map[byte]int{frameEpoch: 1, frameLeaves: 1, frameRow: 2, frameSigned: 3, frameRequest: 4, frameAnnex: 5, frameEnd: 6}

func (l *loader) bad(format string, args ...any) error {
	e := fault.At("", 0, "", format, args...)
	return fault.New(fault.Invalid, "the backup is not sound at byte %d: %s", l.read, e.Error())
}

// take reads n bytes. They count for the digest when the frame is done.
func (l *loader) take(n int) ([]byte, error) {
	var b bytes.Buffer // grows with what comes, not with what is announced
	_, err := io.CopyN(&b, l.in, int64(n))
	switch {
	case err == io.EOF:
		return nil, l.bad("it ends in the middle; the file was cut off")
	case err != nil:
		return nil, fault.New(fault.Unavailable, "the backup cannot be read at byte %d: %v", l.read, err)
	}
	return b.Bytes(), nil
}

func (l *loader) count(parts ...[]byte) {
	for _, p := range parts {
		l.digest.Write(p) // a hash never fails
		l.read += int64(len(p))
	}
}

func (l *loader) load(ctx context.Context) (BackupReport, error) {
	line, err := l.take(len(backupLine))
	if err != nil {
		return BackupReport{}, err
	}
	l.annexed = string(line) == backupLineAnnex
	if !l.annexed && string(line) != backupLine {
		return BackupReport{}, l.bad("it does not begin with %q", backupLine)
	}
	l.count(line)
	for {
		head, err := l.take(5)
		if err != nil {
			return BackupReport{}, err
		}
		kind, n := head[0], binary.BigEndian.Uint32(head[1:])
		order, ok := frameOrder[kind]
		switch {
		case !ok:
			return BackupReport{}, l.bad("a frame of the unknown kind %d", kind)
		case order < l.order:
			return BackupReport{}, l.bad("a frame of kind %c comes too late", kind)
		case n > maxFrame:
			return BackupReport{}, l.bad("a frame of %d bytes; at most %d are read", n, maxFrame)
		}
		body, err := l.take(int(n))
		if err != nil {
			return BackupReport{}, err
		}
		if order > 1 && l.order <= 1 {
			if err := l.endEpoch(ctx); err != nil {
				return BackupReport{}, err
			}
		}
		if order > frameOrder[frameRow] {
			if err := l.release(ctx); err != nil {
				return BackupReport{}, err
			}
		}
		l.order = order
		if kind == frameEnd {
			return l.finish(body)
		}
		if err := l.frame(ctx, kind, body); err != nil {
			return BackupReport{}, err
		}
		l.count(head, body)
	}
}

func (l *loader) frame(ctx context.Context, kind byte, body []byte) error {
	switch kind {
	case frameEpoch:
		return l.beginEpoch(ctx, body)
	case frameLeaves:
		return l.leaves(ctx, body)
	case frameRow:
		return l.row(ctx, body)
	case frameSigned:
		return l.signed(ctx, body)
	case frameAnnex:
		return l.annex(ctx, body)
	}
	return l.request(ctx, body)
}

// json reads a frame strictly: no unknown key, nothing behind it.
func (l *loader) json(body []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return l.bad("%v", err)
	}
	if d.InputOffset() != int64(len(body)) {
		return l.bad("something follows the JSON of a frame")
	}
	return nil
}

func (l *loader) beginEpoch(ctx context.Context, body []byte) error {
	if l.epoch.N > 0 {
		if err := l.endEpoch(ctx); err != nil {
			return err
		}
	}
	before := l.epoch
	l.epoch = savedEpoch{}
	if err := l.json(body, &l.epoch); err != nil {
		return err
	}
	e := l.epoch
	switch {
	case e.N <= before.N || e.N > 1<<20:
		return l.bad("epoch %d cannot follow epoch %d", e.N, before.N)
	case e.Size < 0 || e.Before < 0 || e.Carried < 0 || e.Carried > e.Before:
		return l.bad("the sizes of epoch %d cannot be", e.N)
	case before.N > 0 && e.Before != before.Size:
		return l.bad("epoch %d begins after %d leaves of the one before it, which has %d", e.N, e.Before, before.Size)
	}
	l.head = ledger.Head{Epoch: e.N}
	l.end.Epochs++
	return l.tx.PutEpoch(ctx, ledger.Epoch{N: e.N, Origin: e.Origin, Opened: e.Opened, Before: e.Before, Carried: e.Carried})
}

func (l *loader) leaves(ctx context.Context, body []byte) error {
	n := (len(body) - 8) / receipt.EntrySize
	switch {
	case l.epoch.N == 0:
		return l.bad("leaves come before any epoch")
	case len(body) < 8 || len(body) != 8+n*receipt.EntrySize || n == 0:
		return l.bad("a frame of leaves has %d bytes", len(body))
	case binary.BigEndian.Uint64(body) != uint64(l.head.Size):
		return l.bad("leaf %d comes where leaf %d is due", binary.BigEndian.Uint64(body), l.head.Size)
	case l.head.Size+int64(n) > l.epoch.Size:
		return l.bad("epoch %d has more than the %d leaves that it announces", l.epoch.N, l.epoch.Size)
	}
	entries := make([]receipt.Entry, n)
	for i := range entries {
		copy(entries[i][:], body[8+i*receipt.EntrySize:])
		if entries[i][0] != receipt.EntryVersion {
			return l.bad("leaf %d has the unknown version %d", l.head.Size+int64(i), entries[i][0])
		}
	}
	next, nodes := l.head.Append(entries)
	if err := l.tx.PutLeaves(ctx, l.epoch.N, l.head.Size, entries, nodes); err != nil {
		return err
	}
	l.head = next
	l.end.Leaves += int64(n)
	return nil
}

// endEpoch holds the root against what the backup says it is.
func (l *loader) endEpoch(ctx context.Context) error {
	e := l.epoch
	if e.N == 0 {
		return l.bad("it holds no log")
	}
	root, ok := hashOf(e.Root)
	switch {
	case !ok:
		return l.bad("the root of epoch %d is no hash", e.N)
	case l.head.Size != e.Size:
		return l.bad("epoch %d announces %d leaves and has %d", e.N, e.Size, l.head.Size)
	case l.head.Root() != root:
		return l.bad("the leaves of epoch %d do not give its root", e.N)
	}
	l.head.Recorded = e.Recorded
	return l.tx.PutHead(ctx, l.head)
}

func (l *loader) row(ctx context.Context, body []byte) error {
	const fixed = 4 + 8 + 8 + 2
	if len(body) < fixed {
		return l.bad("a record of %d bytes", len(body))
	}
	row := Row{Epoch: int(binary.BigEndian.Uint32(body)), Index: int64(binary.BigEndian.Uint64(body[4:])), Seq: int64(binary.BigEndian.Uint64(body[12:]))}
	n := int(binary.BigEndian.Uint16(body[20:]))
	if len(body) < fixed+n || row.Index < 0 || row.Seq < 0 {
		return l.bad("a record whose head does not fit it")
	}
	row.Handle = string(body[fixed : fixed+n])
	c, err := parseContent(body[fixed+n:])
	if err != nil {
		return l.bad("the record at epoch %d, index %d: %v", row.Epoch, row.Index, err)
	}
	key, ok := l.keys[row.Handle]
	if !ok {
		var wrapped Key
		if key, wrapped, err = l.k.seal.NewKey(row.Handle); err != nil {
			return err
		}
		l.keys[row.Handle] = key
		if err := l.tx.PutKey(ctx, wrapped); err != nil {
			return err
		}
	}
	o := opened{content: c, epoch: row.Epoch, index: row.Index, handle: row.Handle, seq: row.Seq, commitment: c.rec.Commitment()}
	if row, err = o.row(key); err != nil {
		return err
	}
	// The same check as when it is read: its own words say where it belongs.
	if _, err := openRow(key, row); err != nil {
		return l.bad("%v", err)
	}
	if err := fitsLeaf(ctx, l.tx, o); err != nil {
		return l.bad("%v", err)
	}
	l.end.Records++
	if len(l.due[o.handle]) > 0 {
		l.held = append(l.held, o) // nothing that is to be forgotten reaches the disk
		return nil
	}
	return l.tx.PutRows(ctx, []Row{row})
}

// release writes the records that were held, without what is to be forgotten.
func (l *loader) release(ctx context.Context) error {
	cases := map[string][]opened{}
	for _, o := range l.held {
		cases[o.handle] = append(cases[o.handle], o)
	}
	l.held = nil
	for _, handle := range slices.Sorted(maps.Keys(cases)) {
		ops := cases[handle]
		slices.SortFunc(ops, func(a, b opened) int { return cmp.Compare(a.seq, b.seq) })
		before := erasedFields(ops)
		if err := reforget(ops, l.due[handle]); err != nil {
			return err
		}
		l.gone += erasedFields(ops) - before
		for _, o := range ops {
			row, err := o.row(l.keys[handle])
			if err != nil {
				return err
			}
			if err := l.tx.PutRows(ctx, []Row{row}); err != nil {
				return err
			}
		}
	}
	return nil
}

func erasedFields(ops []opened) (n int) {
	for _, o := range ops {
		n += len(o.rec.ErasedNames())
	}
	return n
}

func (l *loader) signed(ctx context.Context, body []byte) error {
	var c savedSigned
	if err := l.json(body, &c); err != nil {
		return err
	}
	root, ok := hashOf(c.Root)
	if !ok {
		return l.bad("the root of checkpoint %d is no hash", c.Seq)
	}
	s := ledger.Signed{Seq: c.Seq, Epoch: c.Epoch, Size: c.Size, Root: root, State: ledger.Intent, At: c.At}
	// An intent that was never signed may be over anything; what was signed holds.
	if c.State == string(ledger.Published) {
		own, err := ledger.RootAt(ctx, l.tx, c.Epoch, c.Size)
		if err != nil || own != root {
			return l.bad("checkpoint %d is not over the first %d leaves of epoch %d", c.Seq, c.Size, c.Epoch)
		}
	} else if c.State != string(ledger.Intent) {
		return l.bad("checkpoint %d has the unknown state %q", c.Seq, c.State)
	}
	l.end.Checkpoints++
	if err := l.tx.PutIntent(ctx, s); err != nil || c.State == string(ledger.Intent) {
		return err
	}
	s.State, s.Note, s.Stamps, s.Timed = ledger.Published, c.Note, c.Stamps, c.Timed
	return l.tx.PutPublished(ctx, s)
}

func (l *loader) request(ctx context.Context, body []byte) error {
	var q savedRequest
	if err := l.json(body, &q); err != nil {
		return err
	}
	if len(q.Key) != 32 || len(q.Digest) != 32 {
		return l.bad("the answer to a request whose key or digest has not 32 bytes")
	}
	l.end.Requests++
	return l.tx.PutRequest(ctx, Request{Key: [32]byte(q.Key), Digest: [32]byte(q.Digest), Handle: q.Handle, Version: q.Version,
		Epoch: q.Epoch, First: q.First, Count: q.Count, Replays: q.Replays})
}

// finish holds the counts and the digest against the trailer.
func (l *loader) finish(body []byte) (BackupReport, error) {
	var want savedEnd
	if err := l.json(body, &want); err != nil {
		return BackupReport{}, err
	}
	sum := [32]byte(l.digest.Sum(nil))
	l.end.SHA256 = hex.EncodeToString(sum[:])
	if want.SHA256 != l.end.SHA256 {
		return BackupReport{}, l.bad("its digest is %s, and what was read has %s", want.SHA256, l.end.SHA256)
	}
	if want != l.end {
		return BackupReport{}, l.bad("its trailer counts other things than it holds")
	}
	if _, err := l.in.ReadByte(); err != io.EOF {
		if err != nil {
			return BackupReport{}, fault.New(fault.Unavailable, "the backup cannot be read at byte %d: %v", l.read, err)
		}
		return BackupReport{}, l.bad("something follows its end")
	}
	r := l.end.report(sum)
	r.Forgotten = l.gone
	return r, nil
}
