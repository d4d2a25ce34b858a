package webui

import (
	"context"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/record"
)

// Desk is what the pages need of *coordination.Desk.
type Desk interface {
	Cases
	Writing
	Lists
	Seating
	Approvals
	Relying
	Deciding
}

// Cases are read, planned and previewed.
type Cases interface {
	See(ctx context.Context, who access.Reader, ref string) (*coordination.Seen, error)
	Plan(ctx context.Context, who access.Reader, ref string, o coordination.PlanOptions) (*coordination.Planned, error)
	PreviewEvent(ctx context.Context, who access.Reader, ref string, e casefile.Event) (*coordination.Preview, error)
	Export(ctx context.Context, who access.Reader, ref, format string) ([]byte, error)
	Dossier(ctx context.Context, who access.Reader, ref string, a coordination.DossierAsked) (*coordination.DossierMade, error)
	Receipt(ctx context.Context, who access.Reader, ref, event, party string, disclose []string) ([]byte, error)
}

// Writing adds to cases, and opens them.
type Writing interface {
	AddEvent(ctx context.Context, who access.Reader, ref string, e casefile.Event, expected int64, key string) (record.Result, error)
	PreviewAdopt(ctx context.Context, who access.Reader, ref, event, reason string) (*coordination.Preview, error)
	Adopt(ctx context.Context, who access.Reader, ref, event, reason string, expected int64, key string) (record.Result, error)
	AddStatement(ctx context.Context, who access.Reader, ref string, s record.Statement, expected int64, key string) (record.Result, error)
	ImportAs(ctx context.Context, who access.Reader, party, name string, data []byte, key string) (record.Result, error)
	Draft(ctx context.Context, who access.Reader, q coordination.Questions) (*coordination.Drafted, error)
	Open(ctx context.Context, who access.Reader, q coordination.Questions, key string) (record.Result, error)
}

// Lists are the desk, the cases, the search, and what changes in them.
type Lists interface {
	Lines(ctx context.Context, who access.Reader, f coordination.Filter, p coordination.Page) (*coordination.Lines, error)
	Cases(ctx context.Context, who access.Reader, p coordination.Page) (cases []coordination.Listed, next string, err error)
	Waiting(ctx context.Context, who access.Reader) ([]coordination.Waits, error)
	Pending(ctx context.Context, who access.Reader) ([]coordination.Pending, error)
	Search(ctx context.Context, who access.Reader, words string, p coordination.Page) (hits []coordination.Hit, next string, err error)
	Mark(ctx context.Context, who access.Reader, ref string) (string, error)
	ChangesSince(ctx context.Context, again func(context.Context) (access.Reader, error), ref, mark string) (<-chan coordination.Change, error)
}

// Seating is who is on a case.
type Seating interface {
	Seats(ctx context.Context, who access.Reader, ref string) ([]access.Seat, error)
	Silent(ctx context.Context, who access.Reader, ref string) ([]coordination.Silent, error)
	PreviewSeat(ctx context.Context, who access.Reader, ref string, s coordination.SeatAsked) (*coordination.SeatPreview, error)
	GiveSeat(ctx context.Context, who access.Reader, ref string, s coordination.SeatAsked) (access.Seat, error)
	TakeSeat(ctx context.Context, who access.Reader, ref, seat string) error
	BreakGlass(ctx context.Context, who access.Reader, ref, reason string) (access.Seat, error)
	Announcements(ctx context.Context, who access.Reader) ([]coordination.Announcement, error)
}

// Approvals are acts that wait for a second person.
type Approvals interface {
	Approvals(ctx context.Context, who access.Reader, p coordination.Page) ([]coordination.Approval, string, error)
	AskErase(ctx context.Context, who access.Reader, ref string, e coordination.EraseAsked) (coordination.Approval, error)
	AskExport(ctx context.Context, who access.Reader, ref string) (coordination.Approval, error)
	Decide(ctx context.Context, who access.Reader, id string, approve bool, reason string) (coordination.Approval, error)
}

// Relying is for whoever answers for a date.
type Relying interface {
	Duty(ctx context.Context, who access.Reader, ref, duty string, lang string) (*coordination.DutyPage, error)
	Rely(ctx context.Context, who access.Reader, ref, duty, note string, o *coordination.Override) (coordination.Snapshot, error)
	Snapshots(ctx context.Context, who access.Reader, p coordination.Page) ([]coordination.Snapshot, string, error)
	DropSnapshot(ctx context.Context, who access.Reader, id string) error
}

// Deciding is reasoned decisions, and those that are to be looked at again.
type Deciding interface {
	Results() []string
	Decision(ctx context.Context, who access.Reader, ref string, a coordination.DecisionAsked) (casefile.Event, error)
	Reviews(ctx context.Context, who access.Reader, ref string) ([]coordination.Review, error)
}

var _ Desk = (*coordination.Desk)(nil)
