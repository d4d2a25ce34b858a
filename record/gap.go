package record

import (
	"context"
	"encoding/json"

	"tocsin/internal/fault"
)

// noteGap is the kind of the note that a case gets when leaves of the log were
// lost with what they said. Nobody here knows whose they were, and whoever holds
// a receipt of one does: so no case gives a sequence, a receipt number or an
// event id again that a lost record may have had. The note stands in each case
// and says how many records, at most, lie in front of it.
const noteGap = "gap"

// maxGap bounds what a note can claim, so that sums stay sums.
const maxGap = 1 << 40

// lostBefore is how many records may have been lost in front of this one: the
// "lost" of a note, 0 of any other record.
func lostBefore(v Values) int64 {
	if v.word("entry") != entryNote {
		return 0
	}
	var body struct {
		Lost int64 `json:"lost"`
	}
	if json.Unmarshal(v["body"], &body) != nil || body.Lost < 0 || body.Lost > maxGap {
		return 0
	}
	return body.Lost
}

// given is the number of the last receipt that a party may have been given.
func (c *chain) given(numbers map[string]int64, party string) int64 {
	return max(numbers[party], c.lost)
}

// skip raises all numbers by what was lost.
func skip(numbers map[string]int64, lost int64) {
	for p := range numbers {
		numbers[p] += lost
	}
}

// gaps writes in every case that as many leaves were lost.
func (b *batch) gaps(ctx context.Context, lost int64) error {
	if lost <= 0 {
		return nil
	}
	var handles []string
	err := b.tx.EachView(ctx, func(v View) error {
		if v.Handle != LogHandle {
			handles = append(handles, v.Handle)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, handle := range handles {
		c := noteCommand(noteGap, map[string]any{"lost": lost}, "")
		c.handle = handle
		if err := b.note(ctx, c); err != nil {
			return fault.New(fault.KindOf(err), "the gap in case %s: %v", handle, err)
		}
	}
	return nil
}
