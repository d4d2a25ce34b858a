package partnership

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/record"
	"tocsin/rulebook"
)

// Desk keeps the partnership files (coordination.Desk).
type Desk interface {
	OpenFile(ctx context.Context, who access.Reader, org, party string, f casefile.File, key string) (record.Result, error)
	GiveSeat(ctx context.Context, who access.Reader, ref string, a coordination.SeatAsked) (access.Seat, error)
	AddAct(ctx context.Context, who access.Reader, handle string, e casefile.Event, expected int64, key string) (record.Result, error)
	See(ctx context.Context, who access.Reader, ref string) (*coordination.Seen, error)
	Earlier(ctx context.Context, who access.Reader, a coordination.EarlierAsked) (*coordination.Earlier, error)
	Dossier(ctx context.Context, who access.Reader, ref string, a coordination.DossierAsked) (*coordination.DossierMade, error)
	Reach(ctx context.Context, asker, now, then access.Reader) (out []coordination.Reached, looked int, more bool, err error)
}

// Files reads a partnership file whole, whoever asks (record.Keeper).
type Files interface {
	Load(ctx context.Context, idOrHandle string) (*record.Kept, error)
	Note(ctx context.Context, kind string, body map[string]any, by string) (record.Result, error)
}

// Directory tells who is there, and keeps where they stand (identity.Service).
type Directory interface {
	Org(ctx context.Context, id string) (partner.Org, int64, error)
	ReadersOf(ctx context.Context, org string) ([]access.Reader, error)
	SetStands(ctx context.Context, by, org, platform string, stands partner.Stands, also ...cabinet.Item) error
}

// Options of a Service; all but Book, Rand and Log are required.
type Options struct {
	Desk      Desk
	Files     Files
	Directory Directory
	Cabinet   *cabinet.Cabinet
	Book      *rulebook.Book // clauses of the letters in dossiers; nil: these name none
	Now       func() time.Time
	Rand      io.Reader
	Log       *slog.Logger
}

// Service is safe for many goroutines.
type Service struct {
	o  Options
	mu sync.Mutex // acts on members follow one another in a process; across processes the record's versions decide
}

// New makes a service.
func New(o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{o: o}
}

// The kinds of documents.
const (
	kindPlatform = "platform"
	kindMember   = "member"
	kindAsked    = "partner-act" // waits for a second person, or is under way
	kindLetter   = "letter"
)

// draw gives a random id.
func (s *Service) draw() (string, error) { return cabinet.NewID(s.o.Rand) }

// missing is the answer to what is not there and to what is not the reader's.
func missing() error { return fault.New(fault.NotFound, "there is no such membership") }

// reads tells whether a reader belongs to an organisation, or to a unit of it.
func reads(who access.Reader, org string) bool {
	return who.Person != "" && slices.ContainsFunc(who.Acting, func(a access.Acting) bool {
		return len(a.Roles) > 0 && (a.Org == org || slices.Contains(a.Group, org))
	})
}

// line is text of one line.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }
