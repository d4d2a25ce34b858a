package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"tocsin/internal/fault"
	"tocsin/ledger"
)

// beat publishes now and at each tick. What fails is told and tried again at the
// next one; another process that publishes is nothing wrong.
func (a *App) beat(ctx context.Context, publish func(context.Context) (ledger.Release, error), tick <-chan time.Time) {
	for {
		_, err := a.signing(ctx, publish)
		switch {
		case err == nil || ctx.Err() != nil:
		case fault.KindOf(err) == fault.Conflict:
			a.o.Log.Info("publishing", "why not", err.Error())
		default:
			a.o.Log.Error("publishing", "why not", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-tick:
		}
	}
}

// publicLog shows what a published checkpoint covers.
type publicLog struct{ db ledger.Store }

// LatestNote is the last checkpoint with its cosignatures.
func (p publicLog) LatestNote(ctx context.Context) (note []byte, err error) {
	err = p.db.ViewLog(ctx, func(r ledger.Reader) error {
		last, err := r.LastCheckpoint(ctx, ledger.Published)
		note = last.Note
		return err
	})
	return note, err
}

// Tile gives a tile by its C2SP path.
func (p publicLog) Tile(ctx context.Context, path string) (data []byte, err error) {
	err = p.db.ViewLog(ctx, func(r ledger.Reader) (err error) {
		data, err = ledger.Tile(ctx, r, path)
		return err
	})
	return data, err
}

// ListenAndServe serves h on addr until ctx ends, then lets what is under way
// finish. ready is called with the address once it listens; it may be nil.
func ListenAndServe(ctx context.Context, addr string, h http.Handler, ready func(string)) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fault.New(fault.Unavailable, "listening on %s: %v", addr, err)
	}
	s := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // it would repeat what strangers send
	}
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(l) }()
	if ready != nil {
		ready(l.Addr().String())
	}
	select {
	case err := <-failed:
		return fault.New(fault.Unavailable, "serving on %s: %v", addr, err)
	case <-ctx.Done():
	}
	grace, done := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer done()
	if err := s.Shutdown(grace); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fault.New(fault.Unavailable, "ending: %v", err)
	}
	<-failed
	return s.Close()
}
