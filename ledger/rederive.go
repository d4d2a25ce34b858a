package ledger

import (
	"context"

	"tocsin/internal/fault"
)

// rederive goes the second way to the root: from the last checkpoint that was
// signed, through the entries as they are stored now.
func (p *Publisher) rederive(ctx context.Context, r Reader, j job) error {
	if p.oneWay {
		return nil
	}
	c := &recount{}
	if j.last.Seq > 0 {
		signed, err := verifyOwn(j.last, j.epoch.Origin, p.ownKeys(j.epoch))
		if err != nil {
			return err
		}
		if signed == 0 {
			return fault.New(fault.Internal, "the stored note of checkpoint %d carries no signature of this log", j.last.Seq)
		}
		if j.Size < j.last.Size {
			return fault.New(fault.Internal, "a checkpoint over %d leaves cannot follow one over %d", j.Size, j.last.Size)
		}
		if c, err = recountTo(ctx, r, j.Epoch, j.last.Size); err != nil {
			return err
		}
		if c.root() != j.last.Root {
			return contradiction(j.Epoch, j.last.Size, "what was signed before")
		}
	}
	c.full = func(n Node) error {
		stored, err := levelHashes(ctx, r, j.Epoch, n.Level, n.N, n.N+1)
		if err == nil && stored[0] != n.Hash {
			err = contradiction(j.Epoch, (n.N+1)<<(tileBits*n.Level), "the stored node")
		}
		return err
	}
	if err := c.feed(ctx, r, j.Epoch, j.Size); err != nil {
		return err
	}
	if c.root() != j.Root {
		return contradiction(j.Epoch, j.Size, "the head")
	}
	return nil
}

// contradicts marks an error that says more than that something could not be
// read: what is stored was read, and does not fit together.
type contradicts struct{ error }

func (c contradicts) Unwrap() error { return c.error }

func contradiction(epoch int, size int64, what string) error {
	return contradicts{fault.New(fault.Internal, "the stored entries up to leaf %d of epoch %d do not give the root that %s gives; nothing was signed; tocsin ledger audit finds the place",
		size, epoch, what)}
}
