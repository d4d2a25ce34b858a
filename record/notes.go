package record

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"

	"tocsin/internal/fault"
)

// Note is what was kept about the log itself: a change of power, what was read,
// a gap.
type Note struct {
	Seq      int64 // number among the log's own records
	Epoch    int
	Index    int64 // of its leaf
	Recorded time.Time
	By       string // who authenticated, "" or a part of the program
	Kind     string
	Body     map[string]any // as it was given, numbers as json.Number; without kind and wall
}

// notesMost bounds one page of notes.
const notesMost = 1_000

// Notes lists the notes of the log in front of a number, the newest first; 0 is
// behind the last one. limit outside 1 to 1,000 is 1,000.
func (k *Keeper) Notes(ctx context.Context, before int64, limit int) ([]Note, error) {
	if limit < 1 || limit > notesMost {
		limit = notesMost
	}
	var out []Note
	err := k.look(ctx, func(r Reader) error {
		out = nil
		v, err := r.ViewOf(ctx, LogHandle)
		if err != nil {
			if fault.KindOf(err) == fault.NotFound { // nothing was noted yet
				err = nil
			}
			return err
		}
		s, err := k.readView(ctx, r, v)
		if err != nil {
			return err
		}
		key, err := k.keyOf(ctx, r, LogHandle)
		if err != nil {
			return err
		}
		for _, m := range slices.Backward(s.metas) {
			if len(out) == limit {
				break
			}
			if m.Entry != entryNote || before > 0 && m.Seq >= before {
				continue
			}
			row, err := r.RowAt(ctx, m.Epoch, m.Index)
			if err != nil {
				return err
			}
			o, err := openRow(key, row)
			if err != nil {
				return err
			}
			out = append(out, noteOf(o.values(), m))
		}
		return nil
	})
	return out, err
}

// noteOf reads a note; what does not read has no kind.
func noteOf(v Values, m Meta) Note {
	n := Note{Seq: m.Seq, Epoch: m.Epoch, Index: m.Index, Recorded: m.Recorded, By: m.By, Kind: noteKind(v)}
	d := json.NewDecoder(bytes.NewReader(v["body"]))
	d.UseNumber()
	if d.Decode(&n.Body) != nil {
		n.Body = nil
	}
	delete(n.Body, "kind")
	delete(n.Body, "wall")
	return n
}
