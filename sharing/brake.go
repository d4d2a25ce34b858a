package sharing

import (
	"context"
	"sync"
	"time"

	"tocsin/access"
	"tocsin/internal/fault"
)

const (
	hour         = time.Hour
	mostSessions = 20_000
)

// brake counts which different items a session read within the hour.
type brake struct {
	most int

	mu    sync.Mutex
	items map[string]map[string]time.Time // of each session
	froze map[string]time.Time
}

func newBrake(most int) *brake {
	return &brake{most: most, items: map[string]map[string]time.Time{}, froze: map[string]time.Time{}}
}

// read counts a reading, and stops a session that reads more than anybody does,
// before it is answered.
func (b *brake) read(ctx context.Context, s *Service, who access.Reader, id string) {
	if s.o.Freezer == nil || who.Session == "" || !b.tooMany(who.Session, id, s.o.Now()) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := s.o.Freezer.Freeze(ctx, who.Session, "it read more of what was shared in an hour than anybody does"); err != nil {
		s.o.Logger.Error("a session that reads too much could not be frozen", "kind", string(fault.KindOf(err)))
		b.mu.Lock()
		delete(b.froze, who.Session) // the next reading tries again
		b.mu.Unlock()
	}
}

// tooMany is true once an hour at most.
func (b *brake) tooMany(session, id string, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	seen := b.items[session]
	if seen == nil {
		if len(b.items) >= mostSessions {
			b.forget(now)
		}
		seen = map[string]time.Time{}
		b.items[session] = seen
	}
	if seen[id] = now; len(seen) <= b.most {
		return false
	}
	for x, t := range seen {
		if now.Sub(t) >= hour {
			delete(seen, x)
		}
	}
	if t, ok := b.froze[session]; len(seen) <= b.most || ok && now.Sub(t) < hour {
		return false
	}
	b.froze[session] = now
	return true
}

// forget drops what is older than an hour.
func (b *brake) forget(now time.Time) {
	for session, items := range b.items {
		for x, t := range items {
			if now.Sub(t) >= hour {
				delete(items, x)
			}
		}
		if len(items) == 0 {
			delete(b.items, session)
			delete(b.froze, session)
		}
	}
}
