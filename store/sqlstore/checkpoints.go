package sqlstore

import (
	"context"
	"encoding/binary"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
)

func scanSigned(r Rows) (s ledger.Signed, err error) {
	var state, at string
	var timed int
	var note, stamps []byte
	if err = r.Scan(&s.Seq, &s.Epoch, &s.Size, (*hash)(&s.Root), &state, &note, &stamps, &at, &timed); err != nil {
		return s, err
	}
	s.State, s.Timed = ledger.State(state), timed == 1
	if len(note) > 0 {
		s.Note = note
	}
	if s.Stamps, err = unpack(stamps); err != nil {
		return s, fault.New(fault.Internal, "checkpoint %d is damaged: %v", s.Seq, err)
	}
	s.At, err = timeOf(at)
	return s, err
}

// pack joins byte strings, each after its length; unpack takes them apart.
func pack(list [][]byte) []byte {
	out := []byte{}
	for _, b := range list {
		out = binary.BigEndian.AppendUint32(out, uint32(len(b)))
		out = append(out, b...)
	}
	return out
}

func unpack(b []byte) (list [][]byte, err error) {
	for len(b) > 0 {
		if len(b) < 4 || uint64(len(b)-4) < uint64(binary.BigEndian.Uint32(b)) {
			return nil, fmt.Errorf("a time-stamp is cut off")
		}
		n := 4 + int(binary.BigEndian.Uint32(b))
		list = append(list, b[4:n:n])
		b = b[n:]
	}
	return list, nil
}

const readingCheckpoints = "reading the checkpoints"

// LastCheckpoint implements ledger.Checkpoints.
func (t *tx) LastCheckpoint(ctx context.Context, state ledger.State) (ledger.Signed, error) {
	const none = "there is no checkpoint yet"
	if state == "" {
		return one(ctx, t, readingCheckpoints, none, checkpointNewest, scanSigned)
	}
	return one(ctx, t, readingCheckpoints, none, checkpointNewestOf, scanSigned, string(state))
}

// CheckpointOver implements ledger.Checkpoints: the earliest outside time that
// there is, or else the newest word of our own.
func (t *tx) CheckpointOver(ctx context.Context, epoch int, index int64) (ledger.Signed, error) {
	none := fmt.Sprintf("no published checkpoint covers leaf %d of epoch %d yet", index, epoch)
	s, err := one(ctx, t, readingCheckpoints, none, checkpointTimed, scanSigned, epoch, index)
	if err == nil || fault.KindOf(err) != fault.NotFound {
		return s, err
	}
	// The newest is the largest. It is compared here: asked for in SQL, a leaf that
	// none covers yet would make the database look at all of them.
	if s, err = one(ctx, t, readingCheckpoints, none, checkpointNewestIn, scanSigned, epoch); err == nil && s.Size <= index {
		return ledger.Signed{}, fault.New(fault.NotFound, "%s", none)
	}
	return s, err
}

// EachCheckpoint implements ledger.Checkpoints.
func (t *tx) EachCheckpoint(ctx context.Context, fn func(ledger.Signed) error) error {
	return paged(func(last *ledger.Signed) ([]ledger.Signed, error) {
		var after int64
		if last != nil {
			after = last.Seq
		}
		return all(ctx, t, readingCheckpoints, checkpointPage, scanSigned, after, page)
	}, fn)
}

// PutIntent implements ledger.Writer.
func (t *tx) PutIntent(ctx context.Context, s ledger.Signed) error {
	if s.Seq < 1 {
		return t.doom(fault.New(fault.Invalid, "%d is no number of a checkpoint", s.Seq))
	}
	if _, err := place(s.Epoch, s.Size); err != nil {
		return t.doom(err)
	}
	_, err := one(ctx, t, readingCheckpoints, "", checkpointBySeq, scanSigned, s.Seq)
	switch {
	case err == nil:
		return t.doom(fault.New(fault.Conflict, "checkpoint %d is taken: somebody else publishes", s.Seq))
	case fault.KindOf(err) != fault.NotFound:
		return t.doom(err)
	}
	return t.insert(ctx, "storing an intent", checkpointInsert, 9, []any{
		s.Seq, s.Epoch, s.Size, s.Root[:], string(ledger.Intent), []byte{}, []byte{}, timeText(s.At), 0,
	})
}

// PutPublished implements ledger.Writer.
func (t *tx) PutPublished(ctx context.Context, s ledger.Signed) error {
	none := fmt.Sprintf("there is no intent of a checkpoint %d", s.Seq)
	have, err := one(ctx, t, readingCheckpoints, none, checkpointBySeq, scanSigned, s.Seq)
	if err != nil {
		return t.doom(err)
	}
	if have.Epoch != s.Epoch || have.Size != s.Size || have.Root != tlog.Hash(s.Root) {
		return t.doom(fault.New(fault.Conflict, "checkpoint %d was intended over other leaves", s.Seq))
	}
	if len(s.Note) == 0 {
		return t.doom(fault.New(fault.Invalid, "checkpoint %d has no note", s.Seq))
	}
	timed := 0
	if s.Timed {
		timed = 1
	}
	n, err := t.exec(ctx, "storing a checkpoint", checkpointPublish, s.Note, pack(s.Stamps), timeText(s.At), timed, s.Seq)
	if err != nil {
		return err
	}
	if n != 1 {
		return t.doom(fault.New(fault.Internal, "checkpoint %d went away while it was published", s.Seq))
	}
	lo, hi, err := span(s.Epoch, 0, maxIndex)
	if err != nil {
		return t.doom(err)
	}
	_, err = t.exec(ctx, "pruning old heads", headPrune, lo, hi, keptHeads)
	return err
}
