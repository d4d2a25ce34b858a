package record

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
)

// The kinds of the notes that a new epoch and a recovery leave.
const (
	noteEpoch     = "epoch-opened"
	noteRecovered = "leaves-recovered"
)

// EpochOpening says why an epoch is opened, and who decided it; all empty for
// the first.
type EpochOpening struct {
	Reason    string
	Presented *receipt.Checkpoint // the largest of the old epoch that was seen outside, nil if none
	By, With  string
	// Lost is how many records more may have been lost than is known, at most:
	// what was signed after a backup is not known without the mark beside it.
	Lost int64
}

// OpenEpoch opens the next epoch of the log, in an empty store or as the way out
// of a divergence: its first leaf is a note that says what it begins after. The
// mark beside the database is set, and a divergence ended. A clock that the keeper
// would not believe closes no way out, and is not believed either: the note then
// repeats the time of the last record and says so. fault.Invalid unless an epoch
// after the first has a reason and two names.
func OpenEpoch(ctx context.Context, store Store, o Options, watch *ledger.Watch, base string, e EpochOpening) (ledger.Opening, error) {
	k, err := New(store, o)
	if err != nil {
		return ledger.Opening{}, err
	}
	if e.Lost < 0 || e.Lost > maxGap {
		return ledger.Opening{}, fault.New(fault.Invalid, "%d is no number of lost entries", e.Lost)
	}
	var opening ledger.Opening
	err = store.Update(ctx, func(tx Tx) error {
		epochs, err := tx.Epochs(ctx)
		if err != nil {
			return err
		}
		if len(epochs) > 0 && (e.Reason == "" || e.By == "" || e.With == "" || e.By == e.With) {
			return fault.New(fault.Invalid, "a new epoch needs a reason and two people who are named")
		}
		b, err := k.aside(ctx, tx)
		if err != nil {
			return err
		}
		opening, _, err = ledger.OpenEpoch(ctx, tx, watch, base, e.Reason, e.Presented, b.recorded, func(o ledger.Opening) (receipt.Entry, error) {
			b.head = ledger.Head{Epoch: o.Epoch}
			body, err := members(o)
			if err != nil {
				return receipt.Entry{}, err
			}
			body["by"], body["with"], body["lost"] = e.By, e.With, max(o.Gap, e.Lost)
			b.disbelieve(body)
			if err := b.note(ctx, noteCommand(noteEpoch, body, e.By)); err != nil {
				return receipt.Entry{}, err
			}
			return b.entries[0], nil
		})
		if err != nil {
			return err
		}
		if err := b.put(ctx); err != nil {
			return err
		}
		if b, err = k.aside(ctx, tx); err != nil {
			return err
		}
		if err := b.gaps(ctx, max(opening.Gap, e.Lost)); err != nil {
			return err
		}
		return b.flush(ctx)
	})
	if cerr := k.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return ledger.Opening{}, err
	}
	return opening, watch.Opened(opening, placeOf(store))
}

// members gives the keys of v's JSON object.
func members(v any) (map[string]any, error) {
	raw, err := json.Marshal(v)
	out := map[string]any{}
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	if err != nil {
		return nil, fault.New(fault.Internal, "the note cannot be written: %v", err)
	}
	return out, nil
}

// Recover puts leaves that were lost here back from a copy of the log, up to a
// checkpoint that the log has signed. What they said is not recovered: a note
// after them says which they are, and an audit knows them by it. watch is the
// keeper's guard.
func (k *Keeper) Recover(ctx context.Context, watch *ledger.Watch, src ledger.Source, target receipt.Checkpoint) (ledger.Head, error) {
	if err := watch.Recoverable(ctx, target); err != nil {
		return ledger.Head{}, err
	}
	var head ledger.Head
	err := k.store.Update(ctx, func(tx Tx) error {
		done, err := k.recovered(ctx, tx, target)
		if done || err != nil {
			return err
		}
		head, err = ledger.Recover(ctx, tx, src, target, func(first int64, entries []receipt.Entry) error {
			b, err := k.aside(ctx, tx)
			if err != nil {
				return err
			}
			body, err := members(struct {
				First  int64  `json:"first"`
				Count  int    `json:"count"`
				Lost   int    `json:"lost"`
				Origin string `json:"origin"`
				Size   int64  `json:"size"`
				Root   string `json:"root"`
			}{first, len(entries), len(entries), target.Origin, target.Size, base64.StdEncoding.EncodeToString(target.Root[:])})
			if err != nil {
				return err
			}
			b.disbelieve(body)
			if err := b.note(ctx, noteCommand(noteRecovered, body, "")); err != nil {
				return err
			}
			if err := b.gaps(ctx, int64(len(entries))); err != nil {
				return err
			}
			return b.flush(ctx)
		})
		return err
	})
	if err != nil {
		return ledger.Head{}, err
	}
	err = k.store.View(ctx, func(r Reader) error {
		if head, err = r.Head(ctx); err != nil {
			return err
		}
		return watch.Recovered(ctx, r, target, placeOf(k.store))
	})
	return head, err
}

// recovered tells whether the leaves up to the target were put back already, by a
// recovery whose process ended, or whose answer was lost, before the mark was
// set: then its note stands after them, and nothing was published since.
func (k *Keeper) recovered(ctx context.Context, tx Tx, target receipt.Checkpoint) (bool, error) {
	head, err := tx.Head(ctx)
	if err != nil || head.Size <= target.Size {
		return false, err
	}
	published := int64(0)
	cp, err := tx.LastCheckpoint(ctx, ledger.Published)
	if err == nil && cp.Epoch == head.Epoch {
		published = cp.Size
	} else if err != nil && fault.KindOf(err) != fault.NotFound {
		return false, err
	}
	key, err := k.keyOf(ctx, tx, LogHandle)
	if err != nil {
		return false, err
	}
	rows, err := tx.CaseRows(ctx, LogHandle, 0)
	if err != nil {
		return false, err
	}
	for _, row := range rows {
		if row.Epoch != head.Epoch || row.Index < max(target.Size, published) {
			continue
		}
		o, err := openRow(key, row)
		if err != nil {
			return false, err
		}
		var body struct {
			Origin string `json:"origin"`
			Size   int64  `json:"size"`
			Root   string `json:"root"`
		}
		v := o.values()
		if noteKind(v) == noteRecovered && json.Unmarshal(v["body"], &body) == nil && body.Origin == target.Origin && body.Size == target.Size &&
			body.Root == base64.StdEncoding.EncodeToString(target.Root[:]) {
			return true, nil
		}
	}
	return false, nil
}

// aside is a batch outside the sequencer, for the ways out of a divergence: the
// guard has refused already, which is why it is asked nothing. Nobody could accept
// the clock here, since that is a record too: where it is wrong the last time is
// repeated, and the next command of the keeper is told.
func (k *Keeper) aside(ctx context.Context, tx Tx) (*batch, error) {
	b := &batch{k: k, tx: tx, states: map[string]*state{}, keys: map[string]CaseKey{}, lookups: map[string][32]byte{},
		created: map[[32]byte]bool{}, asked: map[[32]byte]int{}}
	var err error
	if b.head, err = tx.Head(ctx); err != nil && fault.KindOf(err) != fault.NotFound {
		return nil, err
	}
	behind := func() (bool, error) { return true, nil } // the last time is repeated anyway
	b.reading, b.recorded, b.clockErr = k.clock.check(b.head.Recorded, behind)
	if b.clockErr != nil {
		if b.head.Recorded.IsZero() {
			return nil, b.clockErr // a log that begins, and has no time to repeat
		}
		b.recorded = b.head.Recorded
	}
	cp, err := tx.LastCheckpoint(ctx, ledger.Published)
	switch {
	case err == nil:
		b.checkpoint = fmt.Sprintf("%d %d %s", cp.Epoch, cp.Size, base64.StdEncoding.EncodeToString(cp.Root[:]))
	case fault.KindOf(err) != fault.NotFound:
		return nil, err
	}
	return b, nil
}

// disbelieve writes into a note that the clock was not believed, and what it said.
func (b *batch) disbelieve(body map[string]any) {
	if b.clockErr != nil {
		body["clock"] = "not believed: it said " + stamp(b.reading.wall)
	}
}

// note stages a note.
func (b *batch) note(ctx context.Context, c command) error {
	s, err := b.find(ctx, c)
	if err != nil {
		return err
	}
	drafts, err := c.decide(b, s)
	if err != nil {
		return err
	}
	made, err := b.make(s, c, drafts)
	if err != nil {
		return err
	}
	for _, o := range made {
		if err := s.add(o); err != nil {
			return err
		}
	}
	return b.stage(ctx, c, s, made)
}

// placeOf names the database, "" where the store has no word for it.
func placeOf(s Store) string {
	if p, ok := s.(interface{ Place() string }); ok {
		return p.Place()
	}
	return ""
}
