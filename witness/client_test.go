package witness

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
)

func clientOf(t *testing.T, url string, key receipt.Key) *Client {
	t.Helper()
	c, err := NewClient(receipt.Witness{Name: "W", Key: key, URL: url}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// The client with our own server, over a real connection.
func TestClientAndServer(t *testing.T) {
	ctx := context.Background()
	log := newLog(t, "log.example.org/ledger/1").grow(12, "leaf")
	fork := newLog(t, log.origin).grow(12, "other")
	unknown := newLog(t, "unknown.example.org/1").grow(3, "leaf")
	s := running(t, log)
	url := serve(t, s)
	for i, key := range s.Keys() {
		c := clientOf(t, url+"/", key)
		if c.Key() != key {
			t.Error("another key")
		}
		if i == 0 {
			if _, _, err := c.Latest(ctx, log.origin); fault.KindOf(err) != fault.NotFound {
				t.Errorf("before the first: %v", err)
			}
			if _, err := c.AddCheckpoint(ctx, 0, nil, log.note(5)); err != nil {
				t.Fatal(err)
			}
		}
		lines, err := c.AddCheckpoint(ctx, 5, nil, log.note(5))
		if err != nil {
			t.Fatal(err)
		}
		sigs, err := receipt.ParseSignatures(lines)
		if err != nil || len(sigs) != 1 || sigs[0].ID != key.ID() {
			t.Errorf("%d lines, %v", len(sigs), err)
		}
		note, err := receipt.AddSignatures(log.note(5), lines)
		if err != nil {
			t.Fatal(err)
		}
		n := must(receipt.ParseNote(note))
		if held, err := n.Verify([]receipt.Key{key}); err != nil || len(held) != 1 || !held[0].Time.Equal(start) {
			t.Errorf("%v, %v", held, err)
		}
		size, note, err := c.Latest(ctx, log.origin)
		if err != nil || size != 5 || !strings.HasPrefix(string(note), log.checkpoint(5).Text()) {
			t.Errorf("latest: %d, %v", size, err)
		}
		var ahead *ledger.WitnessAhead
		if _, err := c.AddCheckpoint(ctx, 3, log.proof(3, 12), log.note(12)); !errors.As(err, &ahead) || ahead.Size != 5 {
			t.Errorf("409: %v", err)
		}
		for status, ask := range map[int]func() ([]byte, error){
			422: func() ([]byte, error) { return c.AddCheckpoint(ctx, 5, fork.proof(5, 12), fork.note(12)) },
			404: func() ([]byte, error) { return c.AddCheckpoint(ctx, 0, nil, unknown.note(3)) },
			400: func() ([]byte, error) { return c.AddCheckpoint(ctx, 9, nil, log.note(5)) },
			403: func() ([]byte, error) {
				return c.AddCheckpoint(ctx, 5, nil, []byte(strings.Replace(string(log.note(5)), "\n5\n", "\n6\n", 1)))
			},
		} {
			var refused *ledger.WitnessRefused
			if _, err := ask(); !errors.As(err, &refused) || refused.Status != status || refused.Reason == "" {
				t.Errorf("%d: %v", status, err)
			}
		}
	}
}

// A witness that answers anything else gives no signature and no crash.
func TestAWitnessThatMisbehaves(t *testing.T) {
	ctx := context.Background()
	log := newLog(t, "log.example.org/ledger/1").grow(12, "leaf")
	honest := running(t, log)
	good := string(honest.addCheckpoint(log.request(0, 12)).body)
	edLine, mlLine, _ := strings.Cut(good, "\n")
	edLine += "\n"
	key := honest.Keys()[0]
	stranger := must(receipt.NewSigner(witnessName, receipt.Ed25519Cosignature, seeded("stranger")))
	strange := string(must(receipt.Cosign(log.note(12), stranger, start)))
	other := string(must(receipt.Cosign(log.note(11), honest.signers[0], start)))

	say := func(status int, kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}
	}
	elsewhere := serve(t, say(200, "text/plain", edLine))
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		kind   fault.Kind // "" for lines
		says   string
	}{
		"one good line":              {say(200, "text/plain", edLine), "", ""},
		"and others'":                {say(200, "text/plain", strange+mlLine+edLine), "", ""},
		"only others'":               {say(200, "text/plain", strange+mlLine), fault.Forbidden, "no line in it is by"},
		"over another checkpoint":    {say(200, "text/plain", other), fault.Forbidden, "not used"},
		"nothing":                    {say(200, "text/plain", ""), fault.Forbidden, "not used"},
		"a page":                     {say(200, "text/html", "<html>"), fault.Forbidden, "not used"},
		"a whole note":               {say(200, "text/plain", string(log.note(12))+edLine), fault.Forbidden, "not used"},
		"a broken line":              {say(200, "text/plain", strings.Replace(edLine, "AAA", "AAB", 1)), fault.Forbidden, "not used"},
		"more than there can be":     {say(200, "text/plain", strings.Repeat(strange, 4000)), fault.Unavailable, "more than any"},
		"429":                        {say(429, "text/plain", ""), fault.Unavailable, "too much to do"},
		"500":                        {say(500, "text/plain", "oops"), fault.Unavailable, "status 500"},
		"204":                        {say(204, "text/plain", ""), fault.Unavailable, "status 204"},
		"a redirect to another host": {http.RedirectHandler(elsewhere+"/add-checkpoint", http.StatusTemporaryRedirect).ServeHTTP, fault.Unavailable, "redirects to another host"},
		"a redirect in a circle":     {http.RedirectHandler("/add-checkpoint", http.StatusTemporaryRedirect).ServeHTTP, fault.Unavailable, "again and again"},
		"an answer that breaks off": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "99")
			fmt.Fprint(w, "x")
		}, fault.Unavailable, "broke off"},
	} {
		lines, err := clientOf(t, serve(t, c.answer), key).AddCheckpoint(ctx, 0, nil, log.note(12))
		if c.kind == "" {
			if err != nil || string(lines) != edLine {
				t.Errorf("%s: %v, %s", name, err, lines)
			}
			continue
		}
		if fault.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.says) || lines != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(err.Error()) > 800 || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %q", name, err)
		}
	}
	// A 409 without a size is a refusal: some say so of another root at the size
	// that both have, where the protocol has 422.
	for name, answer := range map[string]http.HandlerFunc{
		"no number": say(409, "text/x.tlog.size", "many\n"), "another kind": say(409, "text/plain", "12\n"), "nothing": say(409, "", ""),
	} {
		lines, err := clientOf(t, serve(t, answer), key).AddCheckpoint(ctx, 12, nil, log.note(12))
		var no *ledger.WitnessRefused
		if !errors.As(err, &no) || no.Status != 409 || lines != nil {
			t.Errorf("409 with %s: %v", name, err)
		}
	}
	for name, body := range map[string]string{
		"no note": "hello\n", "without its signature": string(log.note(12)), "another log's": string(newLog(t, "x.example.org").note(0)) + edLine,
		"a signature over something else": string(log.note(12)) + other,
	} {
		if _, _, err := clientOf(t, serve(t, say(200, "text/plain", body)), key).Latest(ctx, log.origin); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Not reached, and the address is not repeated in the sentence.
	gone := httptest.NewServer(nil)
	gone.Close()
	c := clientOf(t, gone.URL, key)
	_, err := c.AddCheckpoint(ctx, 0, nil, log.note(12))
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "was not reached") {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := c.AddCheckpoint(ended, 0, nil, log.note(12)); fault.KindOf(err) != fault.Unavailable {
		t.Error(err)
	}
	if _, err := c.AddCheckpoint(ctx, 0, make([]hash, 64), log.note(12)); fault.KindOf(err) != fault.Invalid {
		t.Error(err)
	}
}

func TestWhatMakesNoClient(t *testing.T) {
	log := newLog(t, "log.example.org/ledger/1")
	key := running(t, log).Keys()[1]
	for _, url := range []string{"", "witness.example.org", "ftp://witness.example.org", "https://", "https://user:secret@witness.example.org", "https://w.example.org/?a=b", "https://w.example.org/#x", "http://[::1"} {
		if _, err := NewClient(receipt.Witness{Name: "W", Key: key, URL: url}, nil); fault.KindOf(err) != fault.Invalid || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", url, err)
		}
	}
	if _, err := NewClient(receipt.Witness{Name: "W", Key: log.keys()[0], URL: "https://w.example.org"}, nil); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a log's key: %v", err)
	}
	policy := fmt.Sprintf("witness A %s https://a.example.org/w\nwitness B %s\nquorum A\n", key, running(t, newLog(t, "b")).Keys()[0])
	p, err := receipt.ParsePolicy([]byte(policy))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Clients(p, nil); err != nil || len(got) != 1 || got[0].Key() != key {
		t.Errorf("%v, %v", got, err)
	}
	bad := must(receipt.ParsePolicy([]byte(strings.Replace(policy, "https:", "gopher:", 1))))
	if _, err := Clients(bad, nil); fault.KindOf(err) != fault.Invalid {
		t.Error(err)
	}
}

// Keys of one witness are asked one after the other, since some refuse the
// second of two calls at a time; those of different ones at once.
func TestKeysOfOneWitnessTakeTurns(t *testing.T) {
	ctx := context.Background()
	log := newLog(t, "log.example.org/ledger/1").grow(3, "leaf")
	keys := running(t, log).Keys()
	inside, most := map[string]int{}, map[string]int{}
	var mu sync.Mutex
	both, leave := make(chan string, 4), make(chan struct{})
	busy := func(name string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			inside[name]++
			most[name] = max(most[name], inside[name])
			mu.Unlock()
			both <- name
			if name == "alone" { // waits until the other witness is asked too
				<-leave
			}
			mu.Lock()
			inside[name]--
			mu.Unlock()
			w.WriteHeader(http.StatusInternalServerError)
		}
	}
	one, alone := serve(t, busy("one")), serve(t, busy("alone"))
	p := must(receipt.ParsePolicy(fmt.Appendf(nil, "witness A %s %s\nwitness B %s %s/\nquorum A\n", keys[0], one, keys[1], one)))
	clients, err := Clients(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	slow := clientOf(t, alone, keys[0])
	all.Go(func() { _, _ = slow.AddCheckpoint(ctx, 0, nil, log.note(3)) })
	for range 20 {
		for _, c := range clients {
			all.Go(func() { _, _ = c.AddCheckpoint(ctx, 0, nil, log.note(3)) })
		}
	}
	for seen := 0; seen < 41; seen++ {
		<-both
	}
	// Who waits for a turn gives up when there is no time left.
	late, end := context.WithCancel(ctx)
	end()
	if _, err := slow.AddCheckpoint(late, 0, nil, log.note(3)); fault.KindOf(err) != fault.Unavailable {
		t.Error(err)
	}
	close(leave)
	all.Wait()
	if most["one"] != 1 || most["alone"] != 1 {
		t.Errorf("at most %v at a time", most)
	}
}

// The exchange by files says the same as the one over a connection.
func TestFileExchange(t *testing.T) {
	log := newLog(t, "log.example.org/ledger/1").grow(12, "leaf")
	fork := newLog(t, log.origin).grow(12, "other")
	s := running(t, log)
	carry := func(old, size int64, l *someLog) ([]byte, error) {
		t.Helper()
		answer, err := s.Answer(l.request(old, size))
		if err != nil {
			return nil, err
		}
		return ReadAnswer(answer, l.note(size), s.Keys())
	}
	lines, err := carry(0, 5, log)
	if err != nil {
		t.Fatal(err)
	}
	cosigned(t, s, log.note(5), lines, start)
	var ahead *ledger.WitnessAhead
	if _, err := carry(0, 12, log); !errors.As(err, &ahead) || ahead.Size != 5 {
		t.Errorf("409: %v", err)
	}
	var refused *ledger.WitnessRefused
	if _, err := carry(5, 12, fork); !errors.As(err, &refused) || refused.Status != 422 || !strings.Contains(refused.Reason, "only grown") {
		t.Errorf("422: %v", err)
	}
	if _, err := carry(0, 3, newLog(t, "unknown.example.org/1").grow(3, "leaf")); !errors.As(err, &refused) || refused.Status != 404 {
		t.Errorf("404: %v", err)
	}
	if lines, err = carry(5, 12, log); err != nil {
		t.Error(err)
	}
	cosigned(t, s, log.note(12), lines, start)
	for _, bad := range [][]byte{nil, []byte("hello"), make([]byte, maxRequest+1)} {
		if _, err := s.Answer(bad); fault.KindOf(err) != fault.Invalid {
			t.Errorf("no request: %v", err)
		}
	}
	for _, answer := range []string{"", "hello\n", "200 fine\n", "409\n", "409 many\n", "4222 x\n", "12\n", string(lines) + "x", strings.Repeat("x", maxAnswer+1)} {
		if _, err := ReadAnswer([]byte(answer), log.note(12), s.Keys()); err == nil || fault.KindOf(err) == fault.Internal {
			t.Errorf("%.40q: %v", answer, err)
		}
	}
	// An answer for one checkpoint is none for another.
	if _, err := ReadAnswer(lines, log.note(5), s.Keys()); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("for another checkpoint: %v", err)
	}
	// A witness that can not write gives no answer at all.
	o := options(log)
	s2 := open(t, filepath.Join(t.TempDir(), "w"), o)
	defer func() {
		if err := s2.Close(); err != nil {
			t.Error(err)
		}
	}()
	s2.o.write = func(string, []byte, fsMode) error { return errors.New("the disk is gone") }
	if _, err := s2.Answer(log.request(0, 5)); fault.KindOf(err) != fault.Unavailable {
		t.Error(err)
	}
}

func FuzzReadAnswer(f *testing.F) {
	t := &testing.T{}
	log := newLog(t, "log.example.org/ledger/1").grow(3, "leaf")
	w := must(receipt.NewSigner(witnessName, receipt.Ed25519Cosignature, seeded("w")))
	note := log.note(3)
	f.Add(must(receipt.Cosign(note, w, start)))
	f.Add([]byte("409 12\n"))
	f.Add([]byte("422 no\n"))
	f.Fuzz(func(t *testing.T, answer []byte) {
		lines, err := ReadAnswer(answer, note, []receipt.Key{w.Key()})
		if (err == nil) == (lines == nil) {
			t.Errorf("%q, %v", lines, err)
		}
		if err == nil {
			if both, err := receipt.AddSignatures(note, lines); err != nil || len(both) <= len(note) {
				t.Errorf("lines that can not be added: %q, %v", lines, err)
			}
		}
	})
}
