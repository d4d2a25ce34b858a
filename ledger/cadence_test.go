package ledger_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"tocsin/internal/fault"
	"tocsin/ledger"
)

// The growth is a multiple of pad, pad at least, and never two more than need be.
func TestFillers(t *testing.T) {
	for _, c := range []struct{ published, size, pad, want int64 }{
		{0, 0, 8, 8}, {0, 1, 8, 7}, {0, 8, 8, 0}, {8, 8, 8, 8}, {8, 9, 8, 7}, {8, 16, 8, 0}, {8, 17, 8, 7},
		{5, 5, 1, 1}, {5, 6, 1, 0}, {5, 5, 0, 0}, {5, 9, 0, 0}, {5, 5, -3, 0}, {9, 5, 8, 0},
	} {
		if got := ledger.Fillers(c.published, c.size, c.pad); got != c.want {
			t.Errorf("Fillers(%d, %d, %d) = %d, want %d", c.published, c.size, c.pad, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		published, grown, pad := rapid.Int64Range(0, 1<<40).Draw(t, "published"), rapid.Int64Range(0, 1<<40).Draw(t, "grown"), rapid.Int64Range(1, 1000).Draw(t, "pad")
		n := ledger.Fillers(published, published+grown, pad)
		if n < 0 || n > pad || (grown+n)%pad != 0 || grown+n < pad {
			t.Fatalf("%d fillers after %d leaves", n, grown)
		}
	})
}

func (w *world) cadence(pad int64) *ledger.Cadence {
	return &ledger.Cadence{Publisher: w.pub, Pad: pad, Fill: func(_ context.Context, n int64) error { return w.tryAppend(int(n)) }}
}

// Whether something happened or nothing, each tick shows a growth of the same
// measure. What comes between the fillers and the checkpoint waits.
func TestTickHidesWhatHappened(t *testing.T) {
	w := newWorld(t)
	c := w.cadence(8)
	late := 0
	fill := c.Fill
	c.Fill = func(ctx context.Context, n int64) error {
		err := fill(ctx, n)
		w.append(late)
		return err
	}
	size := int64(0)
	for _, step := range []struct{ real, late int }{{0, 0}, {1, 0}, {0, 3}, {7, 0}, {0, 0}, {20, 5}, {3, 8}} {
		w.clock = w.clock.Add(10 * time.Minute)
		if step.real > 0 {
			w.append(step.real)
		}
		late = step.late
		done, err := c.Tick(ctx)
		must(t, err)
		if !done.New || (done.Size-size)%8 != 0 || done.Size == size {
			t.Errorf("after %d and %d more: from %d to %d", step.real, step.late, size, done.Size)
		}
		size = done.Size
	}
	w.sound()
}

// Without padding a log that does not grow is signed again after an hour, so
// that silence can be told from an end.
func TestTickRefreshes(t *testing.T) {
	w := newWorld(t)
	c := w.cadence(0)
	var news []string
	for range 14 {
		w.clock = w.clock.Add(10 * time.Minute)
		done, err := c.Tick(ctx)
		must(t, err)
		if done.New {
			news = append(news, fmt.Sprint(w.clock.Sub(startsAt)))
		}
		if done.Size != 1 {
			t.Errorf("%d leaves", done.Size)
		}
	}
	if got := strings.Join(news, " "); got != "10m0s 1h10m0s 2h10m0s" {
		t.Errorf("signed after %s", got)
	}
}

// A tick that fails is tried again at the next; a log that is diverged stays
// silent and says why.
func TestRunGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		c := w.cadence(8)
		var log bytes.Buffer
		c.Log = slog.New(slog.NewTextHandler(&log, nil))
		var fails atomic.Bool
		fails.Store(true)
		fill := c.Fill
		c.Fill = func(ctx context.Context, n int64) error {
			if fails.Load() {
				return fault.New(fault.Unavailable, "the disk is full")
			}
			return fill(ctx, n)
		}
		run, stop := context.WithCancel(ctx)
		ticker := time.NewTicker(10 * time.Minute)
		defer ticker.Stop()
		ended := make(chan error, 1)
		go func() { ended <- c.Run(run, ticker.C) }()

		time.Sleep(11 * time.Minute) // the fake clock of synctest
		synctest.Wait()
		if !strings.Contains(log.String(), "the disk is full") || len(w.signed()) > 0 {
			t.Errorf("after the first tick: %s", &log)
		}
		fails.Store(false)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if s := w.signed(); len(s) != 1 || s[0].Size != 8 {
			t.Errorf("after the second: %+v", s)
		}
		must(t, w.guard.Diverge("for the test"))
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if len(w.signed()) != 1 || !strings.Contains(log.String(), "read-only: for the test") {
			t.Errorf("after the third: %s", &log)
		}
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
	})
}

// A channel of ticks that is closed ends it; an empty database does not.
func TestRunEnds(t *testing.T) {
	ticks := make(chan time.Time, 1)
	ticks <- startsAt
	close(ticks)
	w := empty(t)
	must(t, w.cadence(8).Run(ctx, ticks))
	if _, err := w.cadence(8).Tick(ctx); fault.KindOf(err) != fault.NotFound {
		t.Errorf("%v", err)
	}
}

// A lost answer has its own error, whatever wraps it, and a kind for the public.
func TestUncertain(t *testing.T) {
	err := fmt.Errorf("adding e4: %w", &ledger.Uncertain{Cause: errDown})
	if !ledger.IsUncertain(err) || fault.KindOf(err) != fault.Unavailable || !errors.Is(err, errDown) {
		t.Errorf("%v", err)
	}
	if strings.Contains(err.Error(), errDown.Error()) || !strings.Contains(err.Error(), "not known whether the change stands") {
		t.Errorf("%v", err)
	}
	if ledger.IsUncertain(errDown) || ledger.IsUncertain(nil) {
		t.Error("everything is uncertain")
	}
}
