package app

import (
	"context"
	"sync"
	"time"

	"tocsin/httpapi"
	"tocsin/webui"
)

// openLast is how long the public state of the log is shown again: strangers ask
// for it as often as they like.
const openLast = time.Second

// openLedger is what anybody may know of the log: what a published checkpoint
// covers, and the keys.
type openLedger struct {
	a *App

	mu   sync.Mutex
	at   time.Time
	last Status
}

func (l *openLedger) status(ctx context.Context) (Status, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.a.o.Now()
	if since := now.Sub(l.at); !l.at.IsZero() && since >= 0 && since < openLast {
		return l.last, nil
	}
	s, err := l.a.publicStatus(ctx)
	if err != nil {
		return Status{}, err
	}
	l.last, l.at = s, now
	return s, nil
}

// Ledger is for the public page.
func (l *openLedger) Ledger(ctx context.Context) (webui.LedgerState, error) {
	s, err := l.status(ctx)
	if err != nil {
		return webui.LedgerState{}, err
	}
	out := webui.LedgerState{
		Origin: s.Origin, Epoch: s.Epoch, Keys: s.Keys, OldKeys: s.OldKeys, Quorum: s.Quorum, Authority: s.TSA != "", Sound: s.State == "sound",
	}
	if c := s.Checkpoint; c != nil {
		out.Checkpoint = &webui.Checkpoint{Size: c.Size, Root: c.Root, At: c.At, Cosigned: c.Cosigned, Stamps: c.Stamps, Note: c.Note}
	}
	for _, w := range s.Witnesses {
		out.Witnesses = append(out.Witnesses, webui.Witness{Name: w.Name, Key: w.Key})
	}
	return out, nil
}

// Public is for the API.
func (l *openLedger) Public(ctx context.Context) (httpapi.PublicLog, error) {
	s, err := l.status(ctx)
	if err != nil {
		return httpapi.PublicLog{}, err
	}
	out := httpapi.PublicLog{
		Origin: s.Origin, Epoch: s.Epoch, Size: s.Size, Root: s.Root, Keys: s.Keys, OldKeys: s.OldKeys,
		Quorum: s.Quorum, TSA: s.TSA, OutsideTime: s.OutsideTime,
	}
	if c := s.Checkpoint; c != nil {
		out.Checkpoint = &httpapi.Signed{Size: c.Size, Root: c.Root, At: c.At, Cosigned: c.Cosigned, Stamps: c.Stamps, Note: c.Note}
	}
	for _, w := range s.Witnesses {
		out.Witnesses = append(out.Witnesses, httpapi.LogWitness{Name: w.Name, URL: w.URL, Key: w.Key})
	}
	return out, nil
}
