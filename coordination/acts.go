package coordination

import (
	"context"
	"time"

	"tocsin/access"
	"tocsin/plan"
)

// SeatAsked is a seat to be given.
type SeatAsked struct {
	Org, Person string
	Role        access.SeatRole
	Party       string
}

// SeatPreview tells what a seat would change before it is given.
type SeatPreview struct {
	Sees     access.Viewpoint
	Refused  []access.Decision // people of the organisation who could not see it, and why
	Barred   []access.Bar      // prohibitions that speak against it
	Obliges  *plan.Difference  // duties that follow if the party is told
	Warnings []string
}

// Seats lists the seats of a case.
func (d *Desk) Seats(ctx context.Context, who access.Reader, ref string) ([]access.Seat, error) {
	panic("todo")
}

// PreviewSeat tells what inviting would change.
func (d *Desk) PreviewSeat(ctx context.Context, who access.Reader, ref string, s SeatAsked) (*SeatPreview, error) {
	panic("todo")
}

// GiveSeat gives a seat; it is noted in the log.
func (d *Desk) GiveSeat(ctx context.Context, who access.Reader, ref string, s SeatAsked) (access.Seat, error) {
	panic("todo")
}

// TakeSeat takes a seat away; it is noted in the log.
func (d *Desk) TakeSeat(ctx context.Context, who access.Reader, ref, seat string) error {
	panic("todo")
}

// BreakGlass gives the reader a seat as observer for an emergency; the owners
// are told, and the log.
func (d *Desk) BreakGlass(ctx context.Context, who access.Reader, ref, reason string) (access.Seat, error) {
	panic("todo")
}

// Approval is an act that waits for a second person.
type Approval struct {
	ID      string            `json:"id"`
	Act     access.Act        `json:"act"`
	Case    string            `json:"case,omitempty"`
	Args    map[string]string `json:"args"` // what exactly; it cannot change
	By      string            `json:"by"`
	Asked   time.Time         `json:"asked"`
	Expires time.Time         `json:"expires"`
	State   string            `json:"state"` // asked, done, declined, expired
	With    string            `json:"with,omitempty"`
	Decided *time.Time        `json:"decided,omitempty"`
	Reason  string            `json:"reason,omitempty"`
}

// Approvals lists those that the reader may see.
func (d *Desk) Approvals(ctx context.Context, who access.Reader, p Page) ([]Approval, string, error) {
	panic("todo")
}

// AskErase asks to forget fields of an entry, or a person; another person must
// approve.
func (d *Desk) AskErase(ctx context.Context, who access.Reader, ref string, e EraseAsked) (Approval, error) {
	panic("todo")
}

// EraseAsked says what is to be forgotten, and on which ground.
type EraseAsked struct {
	Event  string // or case, products.ID, parties.ID, sources.ID, windows.ID
	Fields []string
	Person string // id of a party, instead of Event
	Ground string // with a citation
}

// AskExport asks to take the whole case file away.
func (d *Desk) AskExport(ctx context.Context, who access.Reader, ref string) (Approval, error) {
	panic("todo")
}

// Decide approves or declines, as another person than the one who asked; an
// approved act is done at once, but for an export, which its asker may fetch
// once until it expires.
func (d *Desk) Decide(ctx context.Context, who access.Reader, id string, approve bool, reason string) (Approval, error) {
	panic("todo")
}

// DutyPage is everything about one date, for somebody who relies on it.
type DutyPage struct {
	*Planned
	Duty   *plan.Duty
	Facts  []Fact        // that it rests on
	Open   []plan.Reason // what is undecided
	Relied []Snapshot    // the reader's own and those of the organisation
}

// Fact is an event that a date rests on, with how good its source is.
type Fact struct {
	Event   string
	Index   int64  // leaf in the log, -1 if the case is not kept
	Quality string // own-record, primary, press, anonymous, claim, assumed, none
	Bearing string // anchor, met-by, heard, assumes
}

// Duty gives the page of one duty.
func (d *Desk) Duty(ctx context.Context, who access.Reader, ref, duty string, lang string) (*DutyPage, error) {
	panic("todo")
}

// Snapshot is a date that somebody relied on, with what lay beneath it.
type Snapshot struct {
	ID       string            `json:"id"`
	Case     string            `json:"case"`
	Duty     string            `json:"duty"`
	By       string            `json:"by"`
	Org      string            `json:"org,omitempty"`
	Taken    time.Time         `json:"taken"`
	Note     string            `json:"note,omitempty"`
	Due      *time.Time        `json:"due,omitempty"`
	State    string            `json:"state"`
	Beneath  map[string]string `json:"beneath"` // facts, rule, holidays, zones, engine → hash
	Plan     []byte            `json:"plan"`    // the duty as JSON
	Override *Override         `json:"override,omitempty"`
	Changed  []string          `json:"changed,omitempty"` // of Beneath and due, against now
}

// Override is a date that a person sets beside the computed one, with a reason.
type Override struct {
	Due    time.Time `json:"due"`
	Reason string    `json:"reason"`
}

// Rely keeps a snapshot of a duty.
func (d *Desk) Rely(ctx context.Context, who access.Reader, ref, duty, note string, o *Override) (Snapshot, error) {
	panic("todo")
}

// Snapshots lists those of the reader and the reader's organisations, each held
// against what is true now.
func (d *Desk) Snapshots(ctx context.Context, who access.Reader, p Page) ([]Snapshot, string, error) {
	panic("todo")
}
