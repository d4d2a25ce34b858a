package escalation

import (
	"context"
	"log/slog"
	"time"

	"tocsin/record"
	"tocsin/rulebook"
)

// Options of a Watcher; all but Log are required.
type Options struct {
	Store  Store
	Keeper *record.Keeper
	Book   *rulebook.Book
	Lookup [32]byte
	Now    func() time.Time
	Log    *slog.Logger
}

// Watcher keeps the projection true.
type Watcher struct{ o Options }

// New makes a watcher.
func New(o Options) *Watcher { return &Watcher{o: o} }

// Run works until ctx ends: it projects what is stale, sleeps until the next
// change, and wakes when it is told of one or tick fires (nil: every second).
func (w *Watcher) Run(ctx context.Context, tick <-chan time.Time) error { panic("todo") }

// Changed tells that a case has a new version. It returns at once.
func (w *Watcher) Changed(handle string) { panic("todo") }

// Project makes the lines of one case anew and returns when they are kept.
func (w *Watcher) Project(ctx context.Context, handle string) error { panic("todo") }

// Rebuild drops the projection and makes it again.
func (w *Watcher) Rebuild(ctx context.Context) error { panic("todo") }
