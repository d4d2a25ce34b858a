package sharing

import (
	"context"
	"time"

	"tocsin/access"
)

// Digest counts what came on a reader's platforms.
type Digest struct {
	New        map[Kind]int // shared or corrected since, by others, and not withdrawn
	Concerning int          // of these
	Waiting    int          // wants the word of an organisation of the reader's
	Overdue    int          // of these, by now
}

// digestMost bounds how many items are looked at.
const digestMost = 5_000

// Digest counts what came since an instant, and what waits for a word whenever it
// came, within the last digestMost items.
func (s *Service) Digest(ctx context.Context, who access.Reader, since time.Time) (Digest, error) {
	out := Digest{New: map[Kind]int{}}
	if err := access.Scoped(who, access.See); err != nil {
		return out, err
	}
	circles, err := s.circles(ctx, who, "")
	if err != nil {
		return out, err
	}
	now, looked := s.o.Now(), 0
	err = s.walk(ctx, circles, nil, func(c *circle, h *head) (bool, error) {
		r := s.row(who, c, h)
		if r.Road == "" {
			return true, nil
		}
		looked++
		if r.Road != access.AsSender && r.Withdrawn == nil && !r.Edition.At.Before(since) {
			out.New[r.Kind]++
			if len(r.Concerns) > 0 {
				out.Concerning++
			}
		}
		if r.AckBy != nil {
			var err error
			if r.Acked, err = s.acked(ctx, who, h); err != nil {
				return false, err
			}
			if r.Waits() {
				out.Waiting++
				if !now.Before(*r.AckBy) {
					out.Overdue++
				}
			}
		}
		return looked < digestMost, nil
	})
	return out, err
}
