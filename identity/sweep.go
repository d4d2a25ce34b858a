package identity

import (
	"context"
	"time"

	"tocsin/cabinet"
)

// Sweep drops what has ended: sessions, links, tokens and what was usable once.
// Nothing depends on it but room; it is called now and then. It gives how many
// documents it dropped.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now := s.now()
	over := map[string]func(e cabinet.Entry) bool{
		kindSession: func(e cabinet.Entry) bool {
			var x Session
			return e.Into(&x) == nil && !s.alive(x)
		},
		kindLink:  ends(now, 0),
		kindToken: ends(now, 30*24*time.Hour), // shown as ended for a while
		kindSpent: ends(now, 0),
	}
	dropped := 0
	for _, kind := range []string{kindSession, kindLink, kindToken, kindSpent} {
		var drop []cabinet.Ref
		err := s.o.Cabinet.All(ctx, kind, "", func(e cabinet.Entry) error {
			if over[kind](e) {
				drop = append(drop, cabinet.Ref{Kind: kind, ID: e.ID})
			}
			return nil
		})
		if err != nil {
			return dropped, err
		}
		for len(drop) > 0 {
			n := min(len(drop), 200)
			if err := s.dropAll(ctx, drop[:n]); err != nil {
				return dropped, err
			}
			dropped += n
			drop = drop[n:]
		}
	}
	return dropped, nil
}

// ends tells of documents that say until when they hold.
func ends(now time.Time, grace time.Duration) func(cabinet.Entry) bool {
	return func(e cabinet.Entry) bool {
		var x ending
		return e.Into(&x) == nil && !x.Until.IsZero() && now.After(x.Until.Add(grace))
	}
}
