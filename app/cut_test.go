package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/internal/testkit/pgtest"
	"tocsin/partner"
)

// cuts is how many connections are cut on each engine.
const cuts = 200

// cutConn is a connection that is lost after so many bytes either way.
type cutConn struct {
	net.Conn
	write, read int  // bytes that still pass
	hard        bool // ends with a reset, not in order
}

var errCut = errors.New("the connection is cut")

func (c *cutConn) lose() error {
	if t, ok := c.Conn.(*net.TCPConn); ok && c.hard {
		_ = t.SetLinger(0)
	}
	_ = c.Conn.Close()
	return errCut
}

func (c *cutConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p[:min(len(p), c.write)])
	c.write -= n
	if err == nil && n < len(p) {
		err = c.lose()
	}
	return n, err
}

func (c *cutConn) Read(p []byte) (int, error) {
	if c.read == 0 {
		return 0, c.lose()
	}
	n, err := c.Conn.Read(p[:min(len(p), c.read)])
	c.read -= n
	return n, err
}

// uncut lets everything pass, and counts.
const uncut = 1 << 30

// cutWorld is a platform, somebody with a token, and a case of theirs.
type cutWorld struct {
	t       *testing.T
	p       *Platform
	token   string
	address string // of the events of the case
	who     access.Reader
	handle  string
}

func newCutWorld(t *testing.T, database string) *cutWorld {
	t.Helper()
	a, err := Open(t.Context(), Options{DataDir: folder(t), Create: true, Database: database})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, a) })
	w := &cutWorld{t: t, p: started(t, a, PlatformOptions{Demo: true})} // nobody is there before
	w.p.parts.api.Limit = nil
	people := w.p.People()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(people.Seed(t.Context(), []partner.Org{{ID: "acme", Name: "Acme Networks", Kind: "legal-entity", Country: "DE", Standing: partner.Active}},
		[]partner.Person{{ID: "ada", Name: "Ada", Login: "ada", Place: "DE", Zone: "UTC", Member: []partner.Membership{{Org: "acme", Roles: []partner.Role{partner.Responder}}}}}))
	all, err := people.ReadersOf(t.Context(), "acme")
	must(err)
	w.who = all[0]
	w.who.Fresh = true
	r, err := w.p.Desk().Import(t.Context(), w.who, "cut.yaml", fmt.Appendf(nil, smallCase, 1, time.Now().Add(-time.Hour).Format(time.RFC3339)), "")
	must(err)
	w.handle = r.Handle
	_, err = w.p.Desk().GiveSeat(t.Context(), w.who, r.Handle, coordination.SeatAsked{Org: "acme", Role: access.Owner, Party: "acme"})
	must(err)
	w.token, _, err = people.NewToken(t.Context(), "ada", "cut", []string{"*"}, time.Hour)
	must(err)
	w.address = w.p.URL() + "/api/v1/cases/" + r.Handle + "/events"
	return w
}

// sent is what became of one request: an answer, or that there was none.
type sent struct {
	id            string
	status        int
	wrote, gotten int
}

// send sends one event over a connection of its own, of which so many bytes pass.
func (w *cutWorld) send(key, text string, write, read int, hard bool) (out sent, err error) {
	w.t.Helper()
	var conn *cutConn
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		conn = &cutConn{Conn: c, write: write, read: read, hard: hard}
		return conn, err
	}
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true, DisableCompression: true}}
	body, err := json.Marshal(map[string]any{"kind": "commented", "by": "acme", "of": "gateway", "at": "2026-11-20T10:00:00Z", "text": text})
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.address, bytes.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.token)
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	res, err := client.Do(r)
	if err != nil {
		return out, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return out, err
	}
	out = sent{status: res.StatusCode, wrote: write - conn.write, gotten: read - conn.read}
	var kept struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(answer, &kept); err != nil || out.status/100 != 2 {
		return out, fmt.Errorf("%d %.300s (%v)", out.status, answer, err)
	}
	out.id = kept.ID
	return out, nil
}

// texts gives the ids of the events of the case by their texts, as the API tells.
func (w *cutWorld) texts() map[string][]string {
	w.t.Helper()
	seen, err := w.p.Desk().See(w.t.Context(), w.who, w.handle)
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[string][]string{}
	for _, e := range seen.Case.Events {
		if e.Kind == "commented" {
			out[e.Text] = append(out[e.Text], e.ID)
		}
	}
	return out
}

// strayed tells what is not kept once under the id that was answered.
func strayed(answered map[string]string, kept map[string][]string) (out []string) {
	for text, id := range answered {
		switch have := kept[text]; {
		case len(have) != 1:
			out = append(out, fmt.Sprintf("%q is kept %d times", text, len(have)))
		case have[0] != id:
			out = append(out, fmt.Sprintf("%q was answered as %s and is kept as %s", text, id, have[0]))
		}
	}
	for text := range kept {
		if answered[text] == "" {
			out = append(out, fmt.Sprintf("%q was never answered", text))
		}
	}
	slices.Sort(out)
	return out
}

// A connection that is lost anywhere in a write, on the way there or back, leaves
// the event as a whole or nothing of it; sent again with its key it is there once.
// The control sends again without keys, and is doubled.
func TestALostConnectionLeavesAllOrNothing(t *testing.T) {
	for engine, database := range map[string]func(*testing.T) string{
		"sqlite": func(*testing.T) string { return "" }, "postgres": func(t *testing.T) string { return pgtest.Database(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel() // each waits for its disk
			lostConnections(t, newCutWorld(t, database(t)))
		})
	}
}

func lostConnections(t *testing.T, w *cutWorld) {
	seed := rand.Uint64() >> 1
	if s := os.Getenv("TOCSIN_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed = n
	}
	t.Logf("TOCSIN_SEED=%d cuts at the same bytes", seed)
	rnd := rand.New(rand.NewPCG(seed, 3))
	size, err := w.send("whole", "nothing is lost", uncut, uncut, false)
	if err != nil {
		t.Fatal(err)
	}
	answered := map[string]string{"nothing is lost": size.id}
	long := strings.Repeat("word ", 40)
	var there, back, stood, replayed int
	for n := range cuts {
		key, text := fmt.Sprintf("cut-%d", n), fmt.Sprintf("word %d %s", n, long)
		write, read := uncut, uncut
		if rnd.IntN(2) == 0 {
			write = rnd.IntN(size.wrote + len(text))
			there++
		} else {
			read = rnd.IntN(size.gotten)
			back++
		}
		first, err := w.send(key, text, write, read, rnd.IntN(2) == 0)
		if err == nil {
			first.status = 0 // so near to the end that all of it was there
		}
		before := w.texts()[text]
		again, err := w.send(key, text, uncut, uncut, false)
		if err != nil {
			t.Fatalf("sent again after a cut at %d/%d: %v", write, read, err)
		}
		if len(before) > 0 {
			stood++
		}
		if again.status == http.StatusOK {
			replayed++
		}
		if first.id != "" && first.id != again.id {
			t.Errorf("answered as %s and then as %s", first.id, again.id)
		}
		answered[text] = again.id
	}
	if wrong := strayed(answered, w.texts()); len(wrong) > 0 {
		t.Errorf("after %d cuts:\n%s", cuts, strings.Join(wrong, "\n"))
	}
	t.Logf("%d cut on the way there, %d on the way back; %d stood before they were sent again, %d were answered again", there, back, stood, replayed)
	if replayed == 0 || replayed == cuts || stood > replayed {
		t.Errorf("of %d cuts %d left the event standing, and %d were answered again; the test shows nothing", cuts, stood, replayed)
	}

	// The control.
	for n := range 20 {
		text := fmt.Sprintf("without a key %d", n)
		_, _ = w.send("", text, uncut, rnd.IntN(size.gotten/2), false) // it is done, and the answer is lost
		again, err := w.send("", text, uncut, uncut, false)
		if err != nil {
			t.Fatal(err)
		}
		answered[text] = again.id
	}
	if wrong := strayed(answered, w.texts()); len(wrong) == 0 || !strings.Contains(wrong[0], "kept 2 times") {
		t.Errorf("events sent again without keys are not seen to be doubled: %v", wrong)
	}
}
