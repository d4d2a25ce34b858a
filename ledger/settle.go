package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tocsin/internal/fault"
	"tocsin/receipt"
)

// Settle asks the witnesses whether they saw more of this log than the store
// holds. If they did, the log is diverged. If all of them answer, and one
// confirms the last published checkpoint as the newest it knows, a database that
// was restored, or that is in another place than before, is vouched for and may
// be written to again. A witness that is not reached is no error unless its word
// is needed: there one that is silent may be the only one that saw more.
//
// A witness vouches for what it saw. A checkpoint that was signed, shown to
// somebody and never sent to a witness is beyond its word.
func (w *Watch) Settle(ctx context.Context, s Store) error {
	if err := w.diverged(); err != nil {
		return err
	}
	q, err := w.question(ctx, s)
	if err != nil || q.head.Epoch == 0 {
		return err
	}
	confirmed, silent, err := w.askAll(ctx, s, q)
	if err != nil {
		return err
	}
	return w.vouched(confirmed, silent)
}

// askAll asks every witness. confirmed names one that knows the last published
// checkpoint and nothing newer; silent has a sentence for each that was not
// reached. The error is fault.Forbidden: one of them has seen more.
func (w *Watch) askAll(ctx context.Context, s Store, q question) (confirmed string, silent []string, err error) {
	for _, wit := range w.witnesses {
		ok, err := w.ask(ctx, s, wit, q)
		var stop contradicted
		switch {
		case errors.As(err, &stop):
			return "", nil, err
		case err != nil:
			silent = append(silent, fmt.Sprintf("%s: %v", wit.Key().Name(), err))
		case ok:
			confirmed = wit.Key().Name()
		}
	}
	return confirmed, silent, nil
}

// vouched ends a doubt, or keeps it.
func (w *Watch) vouched(by string, silent []string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	water, err := w.water()
	if err != nil {
		return err
	}
	switch {
	case !w.doubt && !water.Restored:
		for _, s := range silent {
			w.log.Warn("a witness said nothing of this log", "witness", s)
		}
		return nil
	case by == "":
		return readOnly("no witness has vouched for this database (" + strings.Join(append(silent, fmt.Sprintf("%d asked", len(w.witnesses))), "; ") + ")")
	case len(silent) > 0:
		return readOnly("not every witness has vouched for this database, and one that is silent may have seen more (" + strings.Join(silent, "; ") + ")")
	}
	if w.place != "" {
		water.Place = w.place
	}
	water.Restored, water.Hearsay, water.At = false, false, w.now()
	if err := w.guard.Raise(water); err != nil {
		return err
	}
	w.doubt = false
	w.log.Info("a witness has vouched for the database", "witness", by, "place", w.place)
	return nil
}

// question is what the witnesses are asked about.
type question struct {
	head Head
	at   Epoch
	last Signed // Seq 0 if nothing was published in this epoch
}

func (w *Watch) question(ctx context.Context, s Store) (q question, err error) {
	err = s.ViewLog(ctx, func(r Reader) error {
		q.head, err = soundHead(ctx, r)
		if fault.KindOf(err) == fault.NotFound {
			q.head = Head{}
			return nil
		}
		if err != nil {
			return err
		}
		if q.at, err = epochOf(ctx, r, q.head.Epoch); err != nil {
			return err
		}
		q.last, err = lastPublished(ctx, r, q.head.Epoch)
		if fault.KindOf(err) == fault.NotFound {
			q.last, err = Signed{}, nil
		}
		return err
	})
	return q, err
}

// ask tells whether the witness knows nothing newer than the last published
// checkpoint, and knows that. The checkpoint itself is submitted once more: what
// a witness serves for reading may be an hour old. A witness whose word fits is
// heard; one that knows nothing of the log, or cannot say of which, is not.
func (w *Watch) ask(ctx context.Context, s Store, wit Witness, q question) (bool, error) {
	name := "witness " + wit.Key().Name()
	if q.last.Seq > 0 {
		_, err := wit.AddCheckpoint(ctx, q.last.Size, nil, q.last.Note)
		var ahead *WitnessAhead
		var refused *WitnessRefused
		switch {
		case err == nil:
			w.hear(wit.Key())
			return true, nil
		case errors.As(err, &ahead) && ahead.Size > q.head.Size:
			return false, w.diverge("%s has this log at %d leaves, and the database holds %d", name, ahead.Size, q.head.Size)
		case errors.As(err, &ahead) && ahead.Size <= q.last.Size:
			if ahead.Size > 0 && ahead.Size < q.last.Size {
				w.hear(wit.Key()) // it slept; what it cosigns next has to continue what it saw
			}
			return false, nil
		case errors.As(err, &ahead):
			// Between what was published here and what is here: only the note
			// itself tells whether it is of the same log.
		case errors.As(err, &refused) && refused.contradicts(true):
			return false, w.diverge(fork+"%s says that the last published checkpoint contradicts what it has seen", name)
		default:
			return false, err
		}
	}
	wr, ok := wit.(Remembering)
	if !ok {
		return false, nil
	}
	_, data, err := wr.Latest(ctx, q.at.Origin)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return q.last.Seq == 0, nil
		}
		return false, err
	}
	cp, err := openOwn(data, keysOf(w.keys, q.at.Origin))
	if err != nil {
		return false, err
	}
	if cp.Origin != q.at.Origin {
		return false, fault.New(fault.Invalid, "%s answered with the checkpoint of another log", name)
	}
	err = s.ViewLog(ctx, func(r Reader) error {
		w.mu.Lock() // several may be asked at once
		defer w.mu.Unlock()
		return w.holds(ctx, r, q.head, cp.Size, cp.Root, "the last checkpoint of "+name)
	})
	if err != nil {
		return false, err
	}
	w.hear(wit.Key())
	return cp.Size >= q.last.Size, nil
}

// openOwn reads a note from outside that must be signed by one of our own keys.
func openOwn(data []byte, keys []receipt.Key) (receipt.Checkpoint, error) {
	note, err := receipt.ParseNote(data)
	if err != nil {
		return receipt.Checkpoint{}, err
	}
	cp, err := note.Checkpoint()
	if err != nil {
		return receipt.Checkpoint{}, err
	}
	signed, err := note.Verify(keys)
	if err != nil {
		return receipt.Checkpoint{}, err
	}
	if len(signed) == 0 {
		return receipt.Checkpoint{}, fault.New(fault.Invalid, "the checkpoint carries no signature of this log")
	}
	return cp, nil
}

// epochOf finds an epoch by its number.
func epochOf(ctx context.Context, r Epochs, n int) (Epoch, error) {
	epochs, err := r.Epochs(ctx)
	if err != nil {
		return Epoch{}, err
	}
	for _, e := range epochs {
		if e.N == n {
			return e, nil
		}
	}
	return Epoch{}, fault.New(fault.Internal, "the log is in epoch %d, and that epoch is not in the database", n)
}

// lastPublished gives the newest published checkpoint of an epoch.
func lastPublished(ctx context.Context, r Checkpoints, epoch int) (Signed, error) {
	s, err := r.LastCheckpoint(ctx, Published)
	if err == nil && s.Epoch != epoch {
		err = fault.New(fault.NotFound, "nothing is published of epoch %d yet", epoch)
	}
	if err != nil {
		return Signed{}, err
	}
	return s, nil
}
