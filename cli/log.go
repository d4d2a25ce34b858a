package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"tocsin/internal/plaintext"
)

// sayer is where the parts say what a person should know: one plain sentence a
// line, as the program's own errors are. What several connections find at the
// same moment is said once.
type sayer struct {
	w     io.Writer
	attrs []slog.Attr

	mu   *sync.Mutex
	last *said
}

type said struct {
	line string
	at   time.Time
}

// atOnce is how close two equal lines must be to be one.
const atOnce = 5 * time.Second

// log is the logger of the parts. Nothing in it is secret.
func (e *env) log() *slog.Logger {
	if e.logger != nil {
		return e.logger
	}
	return slog.New(&sayer{w: e.err, mu: new(sync.Mutex), last: new(said)})
}

// Enabled leaves out what is of no use to a person.
func (s *sayer) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

// Handle writes a line: the message, then the values.
func (s *sayer) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	b.WriteString(r.Message)
	add := func(a slog.Attr) bool {
		switch key := a.Key; key {
		case "why", "why not", "reason", "err", "error":
			fmt.Fprintf(&b, ": %v", a.Value)
		default:
			fmt.Fprintf(&b, ", %s %v", key, a.Value)
		}
		return true
	}
	for _, a := range s.attrs {
		add(a)
	}
	r.Attrs(add)
	line := plaintext.Clean(b.String())
	s.mu.Lock()
	defer s.mu.Unlock()
	if line == s.last.line && r.Time.Sub(s.last.at) < atOnce {
		return nil
	}
	*s.last = said{line, r.Time}
	_, err := fmt.Fprintln(s.w, "tocsin: "+line)
	return err
}

// WithAttrs implements slog.Handler.
func (s *sayer) WithAttrs(attrs []slog.Attr) slog.Handler {
	c := *s
	c.attrs = append(s.attrs[:len(s.attrs):len(s.attrs)], attrs...)
	return &c
}

// WithGroup implements slog.Handler; a person needs no groups.
func (s *sayer) WithGroup(string) slog.Handler { return s }
