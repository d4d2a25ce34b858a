package coordination

import (
	"context"
	"time"

	"tocsin/access"
	"tocsin/escalation"
)

// Filter narrows the desk.
type Filter struct {
	Case  string // handle or id
	Party string // with Case: id of a party
	Law   string // pack, such as eu/cra
	Mine  bool   // only cases on which the reader has a seat as a person
	Past  bool   // only what is past due
	Week  bool   // only what is due within seven days, or past
}

// Lines is a page of the desk.
type Lines struct {
	Lines []DeskLine
	Next  string // cursor; "" at the end
	Laws  []string
	At    time.Time
}

// DeskLine is one duty that is not done, with the case it is of and what the
// reader can do next.
type DeskLine struct {
	escalation.Line
	Case  string // id
	Title string
	Mine  bool   // the reader acts for the obliged party
	Step  string // add-event, decide, look: the one button
}

// Lines gives the duties that are not done, over all cases that the reader may
// see, in order of due.
func (d *Desk) Lines(ctx context.Context, who access.Reader, f Filter, p Page) (*Lines, error) {
	panic("todo")
}

// Listed is a line of the list of cases.
type Listed struct {
	Handle, Case, Title, TLP, Record string
	Version                          int64
	Role                             access.SeatRole
	Open                             int // duties not done that the reader may see
	Next                             *time.Time
}

// Cases lists the cases that the reader may see.
func (d *Desk) Cases(ctx context.Context, who access.Reader, p Page) (cases []Listed, next string, err error) {
	panic("todo")
}

// Hit is a case that a search found, with the places in it.
type Hit struct {
	Listed
	Places []Place
}

// Place is where the words stand.
type Place struct {
	Entry string // case, product, party, source, event
	ID    string
	Text  string // a few words around
}

// Search finds cases that have all the words, among those the reader may see,
// in what the reader may see of them.
func (d *Desk) Search(ctx context.Context, who access.Reader, words string, p Page) (hits []Hit, next string, err error) {
	panic("todo")
}

// Change tells that something the reader may see has changed.
type Change struct {
	Handle  string // "" for the desk as a whole
	Version int64
}

// Changes tells of changes of a case, or for "" of any on the desk, until ctx
// ends or the reader may not see it any more: then the channel is closed.
// again gives who asks anew, and an error when the session ended.
func (d *Desk) Changes(ctx context.Context, again func(context.Context) (access.Reader, error), ref string) (<-chan Change, error) {
	panic("todo")
}
