package cli

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// What two connections find at once is one sentence; later it is news again.
func TestWhatThePartsSay(t *testing.T) {
	var out bytes.Buffer
	log := (&env{err: &out}).log()
	for range 2 {
		log.Warn("the log is read-only", "why", "restored\x1b[2J\nfrom a backup")
	}
	log.Info("not for a person")
	log.With("witness", "w1").Warn("not reached", "err", "timeout")
	want := "tocsin: the log is read-only: restored[2J from a backup\ntocsin: not reached, witness w1: timeout\n"
	if out.String() != want {
		t.Errorf("%q", out.String())
	}
	out.Reset()
	h := log.Handler()
	now := time.Now()
	for _, after := range []time.Duration{0, time.Second, time.Hour} {
		r := slog.NewRecord(now.Add(after), slog.LevelError, "publishing", 0)
		r.AddAttrs(slog.String("why not", "the disk is full"))
		if err := h.Handle(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(out.String(), "tocsin: publishing: the disk is full\n"); n != 2 {
		t.Errorf("said %d times: %s", n, out.String())
	}
}
