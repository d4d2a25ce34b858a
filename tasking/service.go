package tasking

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/partnership"
	"tocsin/record"
	"tocsin/sharing"
)

// Circles tells of sharing platforms (partnership.Service).
type Circles interface {
	Platform(ctx context.Context, id string) (partner.Platform, int64, error)
	Platforms(ctx context.Context, who access.Reader) ([]partner.Platform, error)
	On(ctx context.Context, platform string) ([]partnership.Member, error)
}

// Groups tells of the groups of a platform (sharing.Service).
type Groups interface {
	Groups(ctx context.Context, who access.Reader, platform string) ([]sharing.Group, error)
}

// Directory tells who is there (identity.Service).
type Directory interface {
	Org(ctx context.Context, id string) (partner.Org, int64, error)
}

// Log commits to what is on record (record.Keeper).
type Log interface {
	Note(ctx context.Context, kind string, body map[string]any, by string) (record.Result, error)
}

// Reads keeps in the log, in batches, who read what (coordination.Desk).
type Reads interface {
	Looked(who access.Reader, kind, id string, all bool)
}

// Options of a Service. Reads, Now, Rand and Logger may be left out.
type Options struct {
	Circles   Circles
	Groups    Groups
	Directory Directory
	Log       Log
	Reads     Reads
	Cabinet   *cabinet.Cabinet
	Now       func() time.Time
	Rand      io.Reader
	Logger    *slog.Logger
}

// Service is safe for many goroutines.
type Service struct {
	o     Options
	mu    sync.Mutex // writes follow one another in a process; across processes the versions of the cabinet decide
	shelf *shelf
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
	return &Service{o: o, shelf: newShelf()}
}

// The kinds of documents.
const (
	kindHead = "directive"
	kindText = "directive-text" // editions, sealed for good
	kindAct  = "directive-act"
)

// draw gives a random id.
func (s *Service) draw() (string, error) { return cabinet.NewID(s.o.Rand) }

// missing is the answer to what is not there and to what is not the reader's.
func missing() error { return fault.New(fault.NotFound, "there is no such directive") }

func noPlatform() error { return fault.New(fault.NotFound, "there is no such platform") }

func bad(key, format string, args ...any) error { return fault.At("", 0, key, format, args...) }

// line is text of one line.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }
