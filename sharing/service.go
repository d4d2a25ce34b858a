package sharing

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/partnership"
	"tocsin/record"
)

// Circles tells of sharing platforms and their members (partnership.Service).
type Circles interface {
	Platform(ctx context.Context, id string) (partner.Platform, int64, error)
	Platforms(ctx context.Context, who access.Reader) ([]partner.Platform, error)
	Members(ctx context.Context, who access.Reader, platform string) ([]partnership.Standing, error)
	Of(ctx context.Context, orgs []string) ([]partnership.Member, error)
}

// Log commits to what was shared (record.Keeper).
type Log interface {
	Note(ctx context.Context, kind string, body map[string]any, by string) (record.Result, error)
}

// People tells who is there and what they may (identity.Service).
type People interface {
	PersonName(ctx context.Context, id string) string
	ReadersOf(ctx context.Context, org string) ([]access.Reader, error)
	Rights(ctx context.Context) (int64, error) // changes whenever anybody's rights do
}

// Reads keeps in the log, in batches, who read what (coordination.Desk).
type Reads interface {
	Looked(who access.Reader, kind, id string, all bool)
}

// Freezer stops a session that reads more than anybody reads (identity.Service).
type Freezer interface {
	Freeze(ctx context.Context, session, why string) error
}

// Options of a Service. Reads, Freezer, Live, Most, Rand, Now and Logger may be
// left out.
type Options struct {
	Circles Circles
	People  People
	Log     Log
	Cabinet *cabinet.Cabinet
	Reads   Reads
	Freezer Freezer
	Live    Live
	Most    int // different items that one session may read in an hour before it is frozen; 300
	Now     func() time.Time
	Rand    io.Reader
	Logger  *slog.Logger
}

// Service is safe for many goroutines.
type Service struct {
	o     Options
	hub   *hub
	brake *brake
}

// New makes a service.
func New(o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Most <= 0 {
		o.Most = 300
	}
	s := &Service{o: o, brake: newBrake(o.Most)}
	s.hub = newHub(s)
	return s
}

// The kinds of documents.
const (
	kindHead  = "shared"
	kindText  = "shared-text"
	kindShelf = "shared-shelf"
	kindAck   = "shared-ack"
	kindGroup = "shared-group"
)

// draw gives a random id.
func (s *Service) draw() (string, error) { return cabinet.NewID(s.o.Rand) }

// missing is the answer to what is not there and to what is not the reader's.
func missing() error { return fault.New(fault.NotFound, "nothing of this kind was shared with you") }

func noPlatform() error { return fault.New(fault.NotFound, "there is no such platform") }

// line is text of one line.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }
