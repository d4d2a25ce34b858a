package partnership

import (
	"context"
	"crypto/rand"
	"encoding/base32"
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

var idLetters = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

// draw gives a random id: nothing can be told from it, not even when it was made.
func (s *Service) draw() (string, error) {
	var raw [15]byte
	if _, err := io.ReadFull(s.o.Rand, raw[:]); err != nil {
		return "", fault.New(fault.Internal, "the source of random bytes failed: %v", err)
	}
	return idLetters.EncodeToString(raw[:])[:24], nil
}

// missing is the answer to what is not there and to what is not the reader's.
func missing() error { return fault.New(fault.NotFound, "there is no such membership") }

// acts tells whether a reader may act for an organisation, by their own
// membership and not as somebody's deputy: a deputy reads and prepares.
func acts(who access.Reader, org string) bool {
	return who.Person != "" && slices.ContainsFunc(who.Acting, func(a access.Acting) bool {
		return a.Org == org && a.For == "" && slices.Contains(a.Roles, partner.Responder)
	})
}

// reads tells whether a reader belongs to an organisation, or to a unit of it.
func reads(who access.Reader, org string) bool {
	return who.Person != "" && slices.ContainsFunc(who.Acting, func(a access.Acting) bool {
		return len(a.Roles) > 0 && (a.Org == org || slices.Contains(a.Group, org))
	})
}

// scoped refuses a token that does not name the act.
func scoped(who access.Reader, act access.Act) error {
	if who.Scopes != nil && !slices.Contains(who.Scopes, string(act)) {
		return fault.New(fault.Forbidden, "this token does not name the scope %s", act)
	}
	return nil
}

// fresh asks for a step-up where an act cannot be taken back.
func fresh(who access.Reader) error {
	if !who.Fresh {
		return fault.New(fault.Forbidden, "please prove once more who you are, then do this again")
	}
	return nil
}

// line is text of one line.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }
