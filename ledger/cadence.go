package ledger

import (
	"context"
	"log/slog"
	"time"

	"tocsin/internal/fault"
)

// Cadence publishes at fixed times, and lets the log grow by multiples of Pad
// only, so that its growth does not tell when something happened.
type Cadence struct {
	Publisher *Publisher
	Fill      func(ctx context.Context, n int64) error // appends n fillers; record.Keeper has it
	Pad       int64                                    // 0: no fillers
	Refresh   time.Duration                            // sign again when nothing grew for so long; 0: an hour
	Log       *slog.Logger
}

// Fillers is how many leaves to add to a log of that size, whose last published
// checkpoint is over so many, so that it grows by a multiple of pad, and by pad
// at least. It is 0 for a pad below 1.
func Fillers(published, size, pad int64) int64 {
	if pad < 1 || size < published {
		return 0
	}
	grown := size - published
	if grown == 0 {
		return pad
	}
	return (pad - grown%pad) % pad
}

// Run publishes at each tick until the context ends, and returns its error. What
// fails is logged and tried again at the next tick.
func (c *Cadence) Run(ctx context.Context, tick <-chan time.Time) error {
	log := c.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case _, open := <-tick:
			if !open {
				return nil
			}
		}
		done, err := c.Tick(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			log.Error("no checkpoint was published", "why", err.Error(), "kind", string(fault.KindOf(err)))
		case done.New:
			log.Info("published", "epoch", done.Epoch, "size", done.Size, "cosigned", len(done.Cosigned), "quorum", done.QuorumMet)
		}
	}
}

// Tick does once what Run does at each tick.
//
// Records can come between the fillers and the checkpoint. They wait for the
// next one: what is published is a multiple, whatever the log holds.
func (c *Cadence) Tick(ctx context.Context) (Release, error) {
	head, last, err := c.grown(ctx)
	if err != nil {
		return Release{}, err
	}
	if n := Fillers(last.Size, head.Size, c.Pad); n > 0 && c.Fill != nil {
		if err := c.Fill(ctx, n); err != nil {
			return Release{}, err
		}
	}
	done, err := c.Publisher.PublishPadded(ctx, c.Pad)
	if err != nil || done.New {
		return done, err
	}
	every := c.Refresh
	if every == 0 {
		every = time.Hour
	}
	if c.Publisher.now().Sub(done.At) < every {
		return done, nil
	}
	return c.Publisher.Refresh(ctx)
}

func (c *Cadence) grown(ctx context.Context) (head Head, last Signed, err error) {
	err = c.Publisher.Store.ViewLog(ctx, func(r Reader) error {
		if head, err = soundHead(ctx, r); err != nil {
			return err
		}
		last, err = lastPublished(ctx, r, head.Epoch)
		if fault.KindOf(err) == fault.NotFound {
			err = nil
		}
		return err
	})
	return head, last, err
}
