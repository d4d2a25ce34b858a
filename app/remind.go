package app

import (
	"context"
	"time"

	"tocsin/internal/fault"
)

// remindEvery is how often it is looked for reminders that fell due. They are told
// by the minute, so that looking more often would tell nothing earlier.
const remindEvery = time.Minute

// remind puts on record the reminders of directives that fell due: at the start,
// what fell due while nothing ran, and then each minute.
func (p *Platform) remind(ctx context.Context) {
	t := time.NewTicker(remindEvery)
	defer t.Stop()
	for {
		if err := p.parts.tasks.Sweep(ctx); err != nil && ctx.Err() == nil {
			p.app.o.Log.Warn("reminders of directives that fell due are not all on record", "kind", string(fault.KindOf(err)))
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}
