package coordination

import (
	"context"
	"io"
	"log/slog"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/casefile"
	"tocsin/escalation"
	"tocsin/plan"
	"tocsin/record"
	"tocsin/rulebook"
)

// Options of a Desk; all but Rand and Log are required.
type Options struct {
	Keeper  *record.Keeper
	Cabinet *cabinet.Cabinet
	Lines   escalation.Store
	Seats   SeatStore
	Watch   *escalation.Watcher
	Book    *rulebook.Book
	Lookup  [32]byte // key of the hashes in Lines and Seats
	People  People
	Now     func() time.Time
	Rand    io.Reader
	Log     *slog.Logger
	Memory  int64 // most bytes of cases and plans kept in memory; 0: 64 MiB

	// SecondPerson names the acts that need another person's approval.
	SecondPerson []access.Act
}

// People tells about people and organisations (identity.Service).
type People interface {
	// OrgName and PersonName are for what readers see; "" if unknown.
	OrgName(ctx context.Context, id string) string
	PersonName(ctx context.Context, id string) string
}

// Desk is safe for many goroutines.
type Desk struct{ o Options }

// New makes a desk.
func New(o Options) *Desk { return &Desk{o: o} }

// Page asks for a part of a list.
type Page struct {
	After string // cursor of the page before; "" for the first
	Limit int    // 0: 50; at most 500
}

// Seen is a case as one reader may see it.
type Seen struct {
	Handle  string
	Version int64
	Case    *casefile.Case // cut down by access.View
	View    access.Viewpoint
	Role    access.SeatRole // of the reader on the case, "" for none
	Parties []string        // that the reader acts for in the case
	Records []record.Meta   // of what is seen, in order of Seq
	May     map[access.Act]access.Decision
	Seats   []access.Seat // those that the reader may know of
}

// PlanOptions choose from where a plan is looked at. Zero values are now,
// everything, nothing.
type PlanOptions struct {
	At, AsKnownAt time.Time
	Party         string
	WhatIf        []string // as for tocsin plan --what-if
	Assume        []string
	Lang          string
}

// Planned is a plan with what it was made of.
type Planned struct {
	*Seen
	Plan *plan.Plan
	Book *rulebook.Book
	Of   *casefile.Case // Seen.Case with what was supposed
}

// Preview tells what an event would change.
type Preview struct {
	Event      casefile.Event // as it would be kept
	Basis      string         // own, on-behalf, claim
	Difference *plan.Difference
	Before     *plan.Plan
	After      *plan.Plan
	Warnings   []string // codes: claim-moves-no-clock, in-the-future, barred-abroad, …
}

// See gives a case by its handle or its id. fault.NotFound for what is not
// there and what is not the reader's; fault.Forbidden with the clause where a
// prohibition on sharing abroad refuses a colleague (a *Refusal).
func (d *Desk) See(ctx context.Context, who access.Reader, ref string) (*Seen, error) { panic("todo") }

// Plan computes, or remembers, the plan of a case as the reader sees it.
func (d *Desk) Plan(ctx context.Context, who access.Reader, ref string, o PlanOptions) (*Planned, error) {
	panic("todo")
}

// PreviewEvent tells what an event would change, and keeps nothing.
func (d *Desk) PreviewEvent(ctx context.Context, who access.Reader, ref string, e casefile.Event) (*Preview, error) {
	panic("todo")
}

// AddEvent keeps an event; its basis is the desk's to say: own where the reader
// acts for By, on-behalf with a mandate, else a claim. expected is the version
// that the reader saw, or record.AnyVersion; key the client's idempotency key.
func (d *Desk) AddEvent(ctx context.Context, who access.Reader, ref string, e casefile.Event, expected int64, key string) (record.Result, error) {
	panic("todo")
}

// Adopt makes another's claim about the reader's own party count, as a new event.
func (d *Desk) Adopt(ctx context.Context, who access.Reader, ref, event, reason string, expected int64, key string) (record.Result, error) {
	panic("todo")
}

// AddStatement adds or corrects a product, party, source, window or the header.
func (d *Desk) AddStatement(ctx context.Context, who access.Reader, ref string, s record.Statement, expected int64, key string) (record.Result, error) {
	panic("todo")
}

// Import keeps a case file; the reader's organisation becomes its owner.
func (d *Desk) Import(ctx context.Context, who access.Reader, name string, data []byte, key string) (record.Result, error) {
	panic("todo")
}

// Export gives the case file that the reader may see, as "yaml" or "json"; all
// of the record asks for what the table asks for (step-up, a second person).
func (d *Desk) Export(ctx context.Context, who access.Reader, ref, format string) ([]byte, error) {
	panic("todo")
}

// Receipt gives a .tlog-proof; fault.TooEarly while no checkpoint covers it.
func (d *Desk) Receipt(ctx context.Context, who access.Reader, ref, event, party string, disclose []string) ([]byte, error) {
	panic("todo")
}
