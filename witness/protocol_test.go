package witness

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/receipt"
)

func post(t *testing.T, s http.Handler, body string) *http.Response {
	t.Helper()
	return ask(s, http.MethodPost, "/add-checkpoint", body)
}

func ask(s http.Handler, method, path, body string) *http.Response {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), method, path, strings.NewReader(body)))
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Every status that tlog-witness gives, with what the witness remembers after
// it: a witness at size 5 of a log that has 12 leaves.
func TestAddCheckpoint(t *testing.T) {
	log := newLog(t, "log.example.org/ledger/1").grow(12, "leaf")
	fork := log.fork()
	fork.hashes, fork.size = nil, 0
	fork.grow(4, "leaf").grow(12, "other")
	stranger := newLog(t, "log.example.net/ledger/1").grow(12, "leaf")
	impostor := newLog(t, "log.example.org/ledger/1").grow(12, "leaf")
	impostor.signers[0] = must(receipt.NewSigner(impostor.origin, receipt.Ed25519, seeded("another key")))
	impostor.signers = impostor.signers[:1]

	req := func(l *someLog, old, size int64) string { return string(l.request(old, size)) }
	proved := func(old int64, proof []tlog.Hash, note []byte) string {
		return string(request{old, proof, note}.bytes())
	}
	swap := func(s, old, new string) string {
		if !strings.Contains(s, old) {
			t.Fatalf("%q is not in %s", old, s)
		}
		return strings.Replace(s, old, new, 1)
	}
	zero := receipt.Checkpoint{Origin: log.origin}

	for name, c := range map[string]struct {
		body   string
		status int
		says   string
		size   int64 // what is remembered after it
	}{
		"the tree grew":                             {req(log, 5, 12), 200, "— " + witnessName + " ", 12},
		"by one leaf":                               {req(log, 5, 6), 200, "— ", 6},
		"nothing new":                               {req(log, 5, 5), 200, "— ", 5},
		"one signature of the log is enough":        {proved(5, log.proof(5, 12), sign(t, log.checkpoint(12), log.signers[0])), 200, "— ", 12},
		"the post-quantum one too":                  {proved(5, log.proof(5, 12), sign(t, log.checkpoint(12), log.signers[1])), 200, "— ", 12},
		"signatures of unknown keys are ignored":    {req(log, 5, 12) + "— somebody.example.org AAAAAAAA\n", 200, "— ", 12},
		"old size too small":                        {req(log, 3, 12), 409, "5\n", 5},
		"old size zero, as a client begins":         {req(log, 0, 12), 409, "5\n", 5},
		"old size too large":                        {req(log, 6, 12), 409, "5\n", 5},
		"an older checkpoint":                       {req(log, 4, 4), 409, "5\n", 5},
		"old size beyond the checkpoint":            {proved(5, nil, log.note(4)), 400, "larger than the checkpoint", 5},
		"the origin is unknown":                     {req(stranger, 5, 12), 404, "does not know", 5},
		"unknown comes before wrong":                {swap(req(stranger, 5, 12), "\n— ", "\n— x"), 404, "does not know", 5},
		"no signature of a trusted key":             {req(impostor, 5, 12), 403, "no key that is trusted", 5},
		"a trusted key's signature does not verify": {swap(req(log, 5, 12), "\n12\n", "\n11\n"), 403, "", 5},
		"a fork at the same size":                   {req(fork, 5, 5), 422, "root differs", 5},
		"a fork that grew":                          {req(fork, 5, 12), 422, "does not show", 5},
		"no proof":                                  {proved(5, nil, log.note(12)), 422, "does not show", 5},
		"a proof from another size":                 {proved(5, log.proof(6, 12), log.note(12)), 422, "does not show", 5},
		"a proof of too much":                       {proved(5, append(log.proof(5, 12), tlog.Hash{}), log.note(12)), 422, "does not show", 5},
		"a proof for the same size":                 {proved(5, []tlog.Hash{{}}, log.note(5)), 422, "which needs none", 5},
		"shrunk to nothing, old size 5":             {proved(5, nil, sign(t, zero, log.signers...)), 400, "larger than the checkpoint", 5},
		"an empty body":                             {"", 400, "first line", 5},
		"no old line":                               {swap(req(log, 5, 12), "old 5\n", ""), 400, "first line", 5},
		"two spaces":                                {swap(req(log, 5, 12), "old 5", "old  5"), 400, "decimal", 5},
		"a leading zero":                            {swap(req(log, 5, 12), "old 5", "old 05"), 400, "decimal", 5},
		"a sign":                                    {swap(req(log, 5, 12), "old 5", "old +5"), 400, "decimal", 5},
		"minus":                                     {swap(req(log, 5, 12), "old 5", "old -5"), 400, "decimal", 5},
		"too large a number":                        {swap(req(log, 5, 12), "old 5", "old 9223372036854775808"), 400, "decimal", 5},
		"a carriage return":                         {swap(req(log, 5, 12), "old 5\n", "old 5\r\n"), 400, "decimal", 5},
		"64 lines of proof":                         {proved(5, make([]tlog.Hash, 64), log.note(12)), 400, "more than 63", 5},
		"63 are read":                               {proved(5, make([]tlog.Hash, 63), log.note(12)), 422, "does not show", 5},
		"a short hash":                              {"old 5\nAAAA\n\n" + string(log.note(12)), 400, "line 1 of the proof", 5},
		"a hash with stray bits":                    {"old 5\n" + strings.Repeat("A", 42) + "B=\n\n" + string(log.note(12)), 400, "line 1 of the proof", 5},
		"no empty line":                             {"old 5\n", 400, "no empty line", 5},
		"no checkpoint":                             {"old 5\n\n", 400, "no checkpoint", 5},
		"no signed note":                            {"old 5\n\nhello\n", 400, "", 5},
		"an extension line":                         {swap(req(log, 5, 12), "\n\n— ", "\nextension\n\n— "), 400, "", 5},
		"a body beyond all measure":                 {req(log, 5, 12) + strings.Repeat("x", maxRequest), 400, "larger than any", 5},
	} {
		s := open(t, t.TempDir()+"/w", options(log))
		if r := post(t, s, req(log, 0, 5)); r.StatusCode != 200 {
			t.Fatalf("%s: %d %s", name, r.StatusCode, text(t, r))
		}
		before := s.logs[log.origin].last
		r := post(t, s, c.body)
		body := text(t, r)
		if r.StatusCode != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s: %d %s", name, r.StatusCode, body)
		}
		kind := "text/plain; charset=utf-8"
		if c.status == 409 {
			kind = "text/x.tlog.size"
			if body != c.says {
				t.Errorf("%s: the body is %q and not the size alone", name, body)
			}
		}
		if got := r.Header.Get("Content-Type"); got != kind {
			t.Errorf("%s: content type %q", name, got)
		}
		if c.status == 200 {
			parsed, err := parseRequest([]byte(c.body))
			if err != nil {
				t.Fatal(err)
			}
			cosigned(t, s, parsed.note, []byte(body), start)
		} else if strings.Contains(body, "—") {
			t.Errorf("%s: a signature in a refusal: %s", name, body)
		}
		after := s.logs[log.origin].last
		if after.Size != c.size || c.status != 200 && !bytes.Equal(before.Note, after.Note) {
			t.Errorf("%s: it remembers size %d", name, after.Size)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// The beginning: a log that was never cosigned, and trees of size zero.
func TestTheFirstCheckpoint(t *testing.T) {
	log := newLog(t, "log.example.org/ledger/1").grow(3, "leaf")
	empty := log.checkpoint(0)
	wrong := empty
	wrong.Root[0] ^= 1
	old0 := func(cp receipt.Checkpoint, proof ...tlog.Hash) string {
		return string(request{0, proof, sign(t, cp, log.signers...)}.bytes())
	}
	for name, c := range map[string]struct {
		body   string
		status int
		says   string
	}{
		"from nothing":                     {old0(log.checkpoint(3)), 200, "— "},
		"with a proof":                     {old0(log.checkpoint(3), tlog.Hash{}), 422, "needs none"},
		"the empty tree":                   {old0(empty), 200, "— "},
		"the empty tree with another root": {old0(wrong), 422, "empty tree"},
		"the empty tree with a proof":      {old0(empty, tlog.Hash{}), 422, "needs none"},
		"an old size":                      {string(log.request(2, 3)), 409, "0\n"},
	} {
		s := running(t, log)
		path := "/" + originHash(log.origin) + "/checkpoint"
		if r := ask(s, http.MethodGet, path, ""); r.StatusCode != 404 {
			t.Errorf("%s: a checkpoint before the first: %d", name, r.StatusCode)
		}
		r := post(t, s, c.body)
		if body := text(t, r); r.StatusCode != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s: %d %s", name, r.StatusCode, body)
		}
		want := 404
		if c.status == 200 {
			want = 200
		}
		if r := ask(s, http.MethodGet, path, ""); r.StatusCode != want {
			t.Errorf("%s: then the monitor gets %d", name, r.StatusCode)
		}
	}
	// From the empty tree the log may go on, with old size zero again.
	s := running(t, log)
	for _, body := range []string{old0(empty), old0(empty), old0(log.checkpoint(3))} {
		if r := post(t, s, body); r.StatusCode != 200 {
			t.Errorf("%d %s", r.StatusCode, text(t, r))
		}
	}
}

// What monitors read is the checkpoint with the log's signatures and ours, and
// nothing that a stranger appended.
func TestMonitorsReadTheLastCheckpoint(t *testing.T) {
	log, quiet := newLog(t, "log.example.org/ledger/1").grow(9, "leaf"), newLog(t, "quiet.example.org/1")
	s := running(t, log, quiet)
	path := "/" + originHash(log.origin) + "/checkpoint"
	junk := "— junk.example.org " + base64.StdEncoding.EncodeToString([]byte("abcdefgh")) + "\n"
	for _, size := range []int64{4, 9} {
		body := string(log.request(s.logs[log.origin].last.Size, size)) + junk
		answered := post(t, s, body)
		lines := text(t, answered)
		r := ask(s, http.MethodGet, path, "")
		got := text(t, r)
		if r.StatusCode != 200 || r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%d %v", r.StatusCode, r.Header)
		}
		if got != string(log.note(size))+lines {
			t.Errorf("got\n%s\nwant the log's note and\n%s", got, lines)
		}
		n, err := receipt.ParseNote([]byte(got))
		if err != nil {
			t.Fatal(err)
		}
		if held, err := n.Verify(append(log.keys(), s.Keys()...)); err != nil || len(held) != 4 {
			t.Errorf("%d signatures hold, %v", len(held), err)
		}
	}
	for request, want := range map[string]int{
		"GET " + path: 200, "HEAD " + path: 200, "POST " + path: 405, "PUT /add-checkpoint": 405, "GET /add-checkpoint": 405,
		"GET /": 404, "GET /checkpoint": 404, "GET " + path + "/": 404, "GET /" + originHash(quiet.origin) + "/checkpoint": 404,
		"GET /" + originHash("nobody") + "/checkpoint": 404, "GET " + strings.ToUpper(path): 404, "POST /sign-subtree": 404,
		"GET /state/" + originHash(log.origin): 404, "GET /../witness-ed25519.key": 404,
	} {
		method, path, _ := strings.Cut(request, " ")
		if r := ask(s, method, path, ""); r.StatusCode != want {
			t.Errorf("%s: %d", request, r.StatusCode)
		}
	}
}

// Bytes of any kind get an answer of the protocol, and a signature only over a
// checkpoint that the log has signed.
func FuzzAddCheckpoint(f *testing.F) {
	t := &testing.T{}
	log := newLog(t, "log.example.org/ledger/1").grow(7, "leaf")
	f.Add(log.request(0, 7))
	f.Add(log.request(3, 7))
	f.Add([]byte("old 0\n\n"))
	f.Add([]byte("old 9223372036854775807\nAAAA\n\n\n"))
	o := options(log)
	o.write = func(string, []byte, fsMode) error { return nil }
	s := open(t, f.TempDir()+"/w", o)
	begin := s.logs[log.origin].last
	f.Cleanup(func() {
		if err := s.Close(); err != nil {
			f.Error(err)
		}
	})
	f.Fuzz(func(t *testing.T, body []byte) {
		s.logs[log.origin].last = begin
		r := post(t, s, string(body))
		switch r.StatusCode {
		case 200:
			req, err := parseRequest(body)
			if err != nil {
				t.Fatal(err)
			}
			n, err := receipt.ParseNote(req.note)
			if err != nil {
				t.Fatal(err)
			}
			if held, err := n.Verify(log.keys()); err != nil || len(held) == 0 {
				t.Errorf("cosigned what the log has not signed: %v", err)
			}
		case 400, 403, 404, 409, 422:
		default:
			t.Errorf("status %d", r.StatusCode)
		}
	})
}

// What is read is written again to the letter.
func FuzzParseRequest(f *testing.F) {
	f.Add([]byte("old 5\n" + strings.Repeat("A", 43) + "=\n\nnote\n"))
	f.Add([]byte("old 0\n\nx"))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := parseRequest(body)
		if err == nil && !bytes.Equal(r.bytes(), body) {
			t.Errorf("%q is written as %q", body, r.bytes())
		}
	})
}

// A checkpoint with hostile numbers, signed by the log itself, is an answer and
// no crash.
func TestALogThatSignsNonsense(t *testing.T) {
	log := newLog(t, "log.example.org/ledger/1").grow(5, "leaf")
	for size, want := range map[string]int{"6": 422, "1099511627776": 422, "4611686018427387904": 422, "4611686018427387905": 400, "9223372036854775807": 400} {
		for _, proof := range [][]tlog.Hash{nil, {{}}, make([]tlog.Hash, 40), make([]tlog.Hash, 63)} {
			s := running(t, log)
			if r := post(t, s, string(log.request(0, 5))); r.StatusCode != 200 {
				t.Fatal(text(t, r))
			}
			cp := receipt.Checkpoint{Origin: log.origin, Root: tlog.Hash{1}}
			// A size that receipt does not sign is refused before its signature
			// is looked at.
			if n, err := strconv.ParseInt(size, 10, 64); err == nil && n <= receipt.MaxSize {
				cp.Size = n
			}
			note := strings.Replace(string(sign(t, cp, log.signers...)), "\n"+strconv.FormatInt(cp.Size, 10)+"\n", "\n"+size+"\n", 1)
			if r := post(t, s, string(request{5, proof, []byte(note)}.bytes())); r.StatusCode != want {
				t.Errorf("size %s, %d hashes: %d %s", size, len(proof), r.StatusCode, text(t, r))
			}
		}
	}
}
