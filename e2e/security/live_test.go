package security

import (
	"bufio"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/coordination"
)

// stream is a page that stands open and listens.
type stream struct {
	w       *world
	request string // word of the request: what the database is asked for the stream is asked under it
	res     *http.Response

	mu    sync.Mutex
	lines []string // what came, without heartbeats and empty lines
	ended bool
}

// listens opens a stream as somebody.
func (w *world) listens(name, path string) *stream {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	r := w.as(w.request("GET", path, "", nil), w.people[name], "")
	patient := &http.Client{Transport: w.web.Transport} // a stream has no end
	res, err := patient.Do(r.WithContext(ctx))
	must(w.t, err)
	w.t.Cleanup(func() { cancel(); _ = res.Body.Close() })
	s := &stream{w: w, res: res, request: res.Header.Get("X-Request-Id")}
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		w.t.Fatalf("%s does not hear of %s: %d", name, path, res.StatusCode)
	}
	go func() {
		for in := bufio.NewScanner(res.Body); in.Scan(); {
			if line := in.Text(); line != "" && line != ":" {
				s.mu.Lock()
				s.lines = append(s.lines, line)
				s.mu.Unlock()
			}
		}
		s.mu.Lock()
		s.ended = true
		s.mu.Unlock()
	}()
	s.until("it stands open", func() bool { return slices.Contains(s.said(), "retry: 5000") })
	return s
}

func (s *stream) said() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.lines)
}

func (s *stream) over() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

// heard counts the events of a name.
func (s *stream) heard(name string) (n int) {
	for _, line := range s.said() {
		if line == "event: "+name {
			n++
		}
	}
	return n
}

// until polls a condition.
func (s *stream) until(what string, holds func() bool) {
	s.w.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(60 * time.Second); !holds(); {
		select {
		case <-tick.C:
		case <-end:
			s.w.t.Fatalf("waited in vain until %s; the stream said %q", what, s.said())
		}
	}
}

// looked waits until the stream has looked twice more whether something of its
// reader's changed: the second look began after the first ended.
func (s *stream) looked() {
	s.w.t.Helper()
	for range 2 {
		before := s.w.traces.count(s.request)
		s.until("the platform has looked again for it", func() bool { return s.w.traces.count(s.request) > before })
	}
}

// count tells how many statements there were for a request.
func (s *traces) count(id string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.by[id])
}

// writes adds an event to a case as somebody.
func (w *world) writes(name, handle, text string) {
	w.t.Helper()
	body := strings.Replace(eventJSON, `"walk"`, strconv.Quote(text), 1)
	if a := w.do(w.as(w.request("POST", api+"/cases/"+handle+"/events", "application/json", []byte(body)), nil, w.people[name].every)); a.status != http.StatusCreated {
		w.t.Fatalf("%s writes in vain: %d %s", name, a.status, a.body)
	}
}

// TestLiveTellsNothing listens, as somebody without a seat, to the desk while others
// write in their cases: not a byte comes. The streams of those cases are not there. A
// stream that somebody may listen to ends when their seat is taken, and is not there
// from then on. The controls: whoever keeps the case hears of the same writes, and
// so does the other one while they have a seat.
func TestLiveTellsNothing(t *testing.T) {
	t.Parallel()
	for _, engine := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			w := opened(t, engine)
			walked(w)
			live := "GET /cases/{handle}/live"
			none := caller{name: "priya", who: w.people["priya"], of: kept}
			for _, leak := range w.compare(none, live, routes[live]) {
				t.Error(leak)
			}
			path := "/cases/" + w.cases[kept] + "/live"
			desk, owner := w.listens("priya", "/desk/live"), w.listens("lin", path)
			w.writes("lin", w.cases[kept], canary+"unseen")
			owner.until("whoever keeps the case hears of it", func() bool { return owner.heard("change") > 0 })
			desk.looked()
			if got := desk.said(); !slices.Equal(got, []string{"retry: 5000"}) {
				t.Errorf("the desk of somebody else says %q", got)
			}

			seat, err := w.p.Desk().GiveSeat(t.Context(), w.reader("lin"), w.cases[kept], coordination.SeatAsked{Org: "demo-harbour", Role: access.Observes})
			must(t, err)
			invited := w.listens("priya", path)
			w.writes("lin", w.cases[kept], canary+"seen")
			invited.until("whoever has a seat hears of it", func() bool { return invited.heard("change") > 0 })
			must(t, w.p.Desk().TakeSeat(t.Context(), w.reader("lin"), w.cases[kept], seat.ID))
			invited.until("the stream ends with the seat", invited.over)
			if said := invited.said(); invited.heard("gone") != 1 || strings.Contains(strings.Join(said, " "), canary) {
				t.Errorf("a stream that ends says %q", said)
			}
			for _, leak := range w.compare(none, live, routes[live]) {
				t.Errorf("after the seat was taken: %s", leak)
			}
			if owner.over() {
				t.Error("the stream of whoever keeps the case ended too")
			}
		})
	}
}
