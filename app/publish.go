package app

import (
	"context"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
)

// Publish signs a checkpoint over all that is kept and has it witnessed and
// stamped. fault.Conflict if another process has the right to publish.
func (a *App) Publish(ctx context.Context) (ledger.Release, error) {
	return a.signing(ctx, a.pub.Publish)
}

// Refresh signs the last checkpoint again, for witnesses and authorities that
// were added or could not be reached before.
func (a *App) Refresh(ctx context.Context) (ledger.Release, error) {
	return a.signing(ctx, a.pub.Refresh)
}

// signing runs fn while this process has the right to publish.
func (a *App) signing(ctx context.Context, fn func(context.Context) (ledger.Release, error)) (ledger.Release, error) {
	release, ok, err := a.db.TrySigner(ctx)
	if err != nil {
		return ledger.Release{}, err
	}
	if !ok {
		return ledger.Release{}, fault.New(fault.Conflict, "another process publishes this log; its next checkpoint covers what is kept")
	}
	defer release()
	return fn(ctx)
}

// Receipt makes the receipt of an event of a case, or of the case's head for
// the event "". A checkpoint is published first if none covers it yet.
func (a *App) Receipt(ctx context.Context, handle, event, party string, disclose []string) (receipt.Proof, error) {
	p, err := a.keeper.Receipt(ctx, handle, event, party, disclose)
	if err != nil && fault.KindOf(err) == fault.TooEarly {
		if _, err := a.Publish(ctx); err != nil {
			return receipt.Proof{}, err
		}
		p, err = a.keeper.Receipt(ctx, handle, event, party, disclose)
	}
	if err == nil {
		err = a.signed(p)
	}
	if err != nil {
		return receipt.Proof{}, err
	}
	return p, nil
}

// signed refuses a receipt whose checkpoint a stranger would refuse: one that no
// key of this log has signed, or with a line of the log or of a configured
// witness that does not verify (signed-note, "Verification"). The keeper has
// checked the rest, and knows no keys.
func (a *App) signed(p receipt.Proof) error {
	note, err := receipt.ParseNote(p.Checkpoint)
	if err != nil {
		return err
	}
	cp, err := note.Checkpoint()
	if err != nil {
		return err
	}
	keys := a.keys()
	if a.outside.Policy != nil {
		for _, w := range a.outside.Policy.Witnesses() {
			keys = append(keys, w.Key)
		}
	}
	verified, err := note.Verify(keys)
	if err == nil {
		for _, v := range verified {
			if v.Key.Name() == cp.Origin {
				return nil
			}
		}
		err = fault.New(fault.Internal, "no key of this log has signed it")
	}
	return fault.New(fault.Internal, "the stored checkpoint of size %d is damaged (%v), and no receipt is given by it; run tocsin ledger audit", cp.Size, err)
}
