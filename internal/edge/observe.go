package edge

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"time"
)

// writer remembers the status and counts what was written.
type writer struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *writer) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *writer) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Flush sends what was written so far.
func (w *writer) Flush() {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	_ = http.NewResponseController(w.ResponseWriter).Flush() // a connection that broke is seen at the next write
}

// Unwrap is for http.ResponseController.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Unmatched is the route of a request that no pattern took.
const Unmatched = "none"

// done ends a request: a panic becomes a 500 without internals, and one line is
// logged. The line has the route's pattern, never the path: a path holds
// handles and secrets.
func (e *edge) done(w *writer, r *http.Request, f *facts, began time.Time, panicked any) {
	if panicked != nil {
		if panicked == http.ErrAbortHandler {
			defer panic(panicked)
		} else {
			e.o.Log.Error("a request failed", "request", f.id, "route", route(r), "what", what(panicked), "where", where())
			if w.status != 0 {
				defer panic(http.ErrAbortHandler) // half an answer must not look whole
			} else {
				e.refuse(w, r, http.StatusInternalServerError)
			}
		}
	}
	status := w.status
	if status == 0 {
		status = http.StatusOK
	}
	took, method := e.o.Now().Sub(began), r.Method
	if !known(method) {
		method = "other"
	}
	if e.o.Observe != nil {
		e.o.Observe(route(r), method, status, took)
	}
	e.o.Log.LogAttrs(context.WithoutCancel(r.Context()), slog.LevelInfo, "request",
		slog.String("request", f.id), slog.String("route", route(r)), slog.String("method", method), slog.Int("status", status),
		slog.Float64("ms", float64(took.Microseconds())/1000), slog.Int64("bytes", w.bytes))
}

// Route is a pattern of a mux without its method, as logs and metrics call it.
func Route(pattern string) string {
	if i := strings.IndexByte(pattern, ' '); i >= 0 {
		pattern = pattern[i+1:]
	}
	if pattern == "" {
		return Unmatched
	}
	return pattern
}

func route(r *http.Request) string { return Route(r.Pattern) }

// what describes a panic without the values that it may hold.
func what(p any) string {
	if err, ok := p.(runtime.Error); ok {
		return err.Error() // of the runtime: types and indexes
	}
	return fmt.Sprintf("a panic with a %T", p)
}

// where are the functions and lines below the panic, without arguments.
func where() string {
	pc := make([]uintptr, 48)
	frames := runtime.CallersFrames(pc[:runtime.Callers(2, pc)])
	var b strings.Builder
	for seen, n := false, 0; n < 12; {
		f, more := frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			seen = true
			b.Reset()
			n = 0
		case seen && !strings.HasPrefix(f.Function, "net/http."):
			fmt.Fprintf(&b, "%s:%d ", f.Function, f.Line)
			n++
		}
		if !more {
			break
		}
	}
	return strings.TrimSpace(b.String())
}
