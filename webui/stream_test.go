package webui

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/identity"
	"tocsin/internal/edge"
)

// changing tells of changes as the test says.
type changing struct {
	Desk
	changes chan coordination.Change
	asked   chan string
}

func (c *changing) ChangesSince(ctx context.Context, again func(context.Context) (access.Reader, error), ref, mark string) (<-chan coordination.Change, error) {
	who, err := again(ctx)
	if err != nil {
		return nil, err
	}
	c.asked <- who.Person + " " + ref + " " + mark
	return c.changes, nil
}

func (f *fake) Again(_ context.Context, session string) (access.Reader, error) {
	_, r, err := f.Reader(context.Background(), strings.TrimPrefix(session, "h-"), identity.Came{})
	return r, err
}

// TestALivePageHearsOfChangesAndOfItsEnd: each change is an event of its own,
// and when the reader may not see it any more the page is told to go.
func TestALivePageHearsOfChangesAndOfItsEnd(t *testing.T) {
	f := newFake()
	desk := &changing{changes: make(chan coordination.Change), asked: make(chan string, 1)}
	s, err := New(Options{Identity: f, Desk: desk, Now: nowAt, Log: discard})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	s.mux = mux
	s.page("GET /try/live", func(v *visit) error { return v.live("c1") }, 0)
	server := httptest.NewServer(localhost(func(host string) http.Handler {
		return edge.Wrap(mux, edge.Options{Hosts: []string{host}, Now: nowAt, Log: discard})
	}))
	defer server.Close()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/try/live?seen=m1", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: cookieSession, Value: "ada"})
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }() // read to its end below
	if ct := answer.Header.Get("Content-Type"); answer.StatusCode != 200 || ct != "text/event-stream" || answer.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %s", answer.StatusCode, ct)
	}
	if who := <-desk.asked; who != "ada c1 m1" { // from what the page was made of
		t.Error(who)
	}
	go func() {
		desk.changes <- coordination.Change{Handle: "c1", Version: 2, Mark: "m2"}
		desk.changes <- coordination.Change{Handle: "c1", Version: 3, Mark: "m3"}
		close(desk.changes)
	}()
	var events, ids []string
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			events = append(events, name)
		}
		if id, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
			ids = append(ids, id)
		}
		if strings.Contains(lines.Text(), "c1") {
			t.Errorf("the stream names the case: %q", lines.Text())
		}
	}
	if err := lines.Err(); err != nil || strings.Join(events, " ") != "change change gone" || strings.Join(ids, " ") != "m2 m3" {
		t.Errorf("%v %v %v", events, ids, err)
	}
	// A line that broke is taken up where the browser last heard of it.
	r = r.Clone(ctx)
	r.Header.Set("Last-Event-ID", "m3")
	if answer, err = http.DefaultClient.Do(r); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }() // the stream is over: its channel is closed
	if who := <-desk.asked; who != "ada c1 m3" {
		t.Error(who)
	}
}
