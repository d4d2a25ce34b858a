package coordination

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"sync"
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

	Freezer Freezer // stops sessions that read too much; nil: nobody does
	Reads   Reads
	Live    Live
}

// People tells about people and organisations (identity.Service).
type People interface {
	// OrgName and PersonName are for what readers see; "" if unknown.
	OrgName(ctx context.Context, id string) string
	PersonName(ctx context.Context, id string) string

	// OrgCountry is the country of the legal entity that an organisation is of;
	// "" if unknown.
	OrgCountry(ctx context.Context, id string) string
}

// Desk is safe for many goroutines.
type Desk struct {
	o       Options
	keys    escalation.Keys
	seals   escalation.Sealer
	memory  *memory
	recent  recent
	circles Circles    // nil: there are no sharing platforms
	seating sync.Mutex // seats are given and taken one after the other in a process
	lists
}

// New makes a desk.
func New(o Options) *Desk {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	keys := escalation.Keys(o.Lookup)
	d := &Desk{o: o, keys: keys, seals: keys.Sealer("seat"), memory: newMemory(o.Memory, o.Now)}
	d.initLists()
	return d
}

// Close ends what the desk still has to write.
func (d *Desk) Close(ctx context.Context) error { return d.closeLists(ctx) }

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
	Meets      []string // ids of the duties that it would meet
	Warnings   []string // codes, see Warnings()
}
