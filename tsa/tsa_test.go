package tsa

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"tocsin/internal/fault"
	"tocsin/receipt/rfc3161"
	"tocsin/receipt/rfc3161/tsatest"
)

var (
	noon    = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	message = []byte("log.example.org/ledger/1\n12\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n")
)

func authority(t *testing.T) *tsatest.Authority {
	t.Helper()
	a, err := tsatest.New(rand.Reader, noon.Add(-time.Hour), noon.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// answering is an authority's side of RFC 3161, section 3.4; answer makes the
// bytes from the query.
func answering(t *testing.T, answer func(query []byte) ([]byte, error)) string {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		query, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/timestamp-query" {
			t.Errorf("%s with %q, %v", r.Method, r.Header.Get("Content-Type"), err)
		}
		body, err := answer(query)
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "application/timestamp-reply")
		if _, err := w.Write(body); err != nil {
			t.Error(err)
		}
	})
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func TestATokenComesBackVerified(t *testing.T) {
	a := authority(t)
	var queries [][]byte
	url := answering(t, func(query []byte) ([]byte, error) {
		queries = append(queries, query)
		return a.Respond(query, noon)
	})
	c := &Client{URL: url, Roots: a.Roots()}
	for range 2 {
		token, err := c.Stamp(context.Background(), message)
		if err != nil {
			t.Fatal(err)
		}
		s, err := rfc3161.Verify(token, message, nil, a.Roots())
		if err != nil || !s.Time.Equal(noon) {
			t.Errorf("%+v, %v", s, err)
		}
	}
	if bytes.Equal(queries[0], queries[1]) {
		t.Error("two questions have one nonce")
	}
}

// Nothing that does not verify is handed out, whoever made it.
func TestWhatDoesNotVerifyIsNotHandedOut(t *testing.T) {
	a, other := authority(t), authority(t)
	earlier, err := a.Respond(rfc3161.Request(sha256.Sum256(message), nil), noon)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		answer func(query []byte) ([]byte, error)
		kind   fault.Kind
		says   string
	}{
		"by another root": {func(q []byte) ([]byte, error) { return other.Respond(q, noon) }, fault.Forbidden, "is not used"},
		"over something else": {func([]byte) ([]byte, error) {
			return a.Respond(rfc3161.Request(sha256.Sum256([]byte("else")), nil), noon)
		}, fault.Forbidden, "is not used"},
		"an earlier answer":      {func([]byte) ([]byte, error) { return earlier, nil }, fault.Forbidden, "is not used"},
		"after the chain's time": {func(q []byte) ([]byte, error) { return a.Respond(q, noon.Add(2*time.Hour)) }, fault.Forbidden, "is not used"},
		"a changed bit": {func(q []byte) ([]byte, error) {
			b, err := a.Respond(q, noon)
			if err == nil {
				b[len(b)-3] ^= 1
			}
			return b, err
		}, fault.Forbidden, "is not used"},
		"nothing":                {func([]byte) ([]byte, error) { return nil, nil }, fault.Unavailable, "gave no token"},
		"a page":                 {func([]byte) ([]byte, error) { return []byte("<html>"), nil }, fault.Unavailable, "gave no token"},
		"a refusal":              {func([]byte) ([]byte, error) { return []byte{0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02}, nil }, fault.Unavailable, "gave no token"},
		"more than there can be": {func([]byte) ([]byte, error) { return make([]byte, maxAnswer+1), nil }, fault.Unavailable, "more than any"},
	} {
		client := &Client{URL: answering(t, c.answer), Roots: a.Roots()}
		token, err := client.Stamp(context.Background(), message)
		if fault.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.says) || token != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnAuthorityThatMisbehaves(t *testing.T) {
	a := authority(t)
	elsewhere := answering(t, func(q []byte) ([]byte, error) { return a.Respond(q, noon) })
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		says   string
	}{
		"an error":                   {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", 500) }, "status 500"},
		"another kind of answer":     {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }, "something else"},
		"a redirect to another host": {http.RedirectHandler(elsewhere, http.StatusTemporaryRedirect).ServeHTTP, "redirects to another host"},
		"a redirect in a circle":     {http.RedirectHandler("/again", http.StatusTemporaryRedirect).ServeHTTP, "again and again"},
		"an answer that breaks off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/timestamp-reply")
			w.Header().Set("Content-Length", "99")
			fmt.Fprint(w, "x")
		}, "broke off"},
	} {
		url := serve(t, c.answer) + "/customer-secret"
		_, err := (&Client{URL: url, Roots: a.Roots()}).Stamp(context.Background(), message)
		if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "customer-secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	if _, err := (&Client{URL: gone.URL, Roots: a.Roots(), HTTP: &http.Client{}}).Stamp(context.Background(), message); fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "was not reached") {
		t.Error(err)
	}
	// A redirect on the same host is somebody moving house.
	moved := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/old" {
			http.Redirect(w, r, "/new", http.StatusTemporaryRedirect)
			return
		}
		query, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		body, err := a.Respond(query, noon)
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "Application/Timestamp-Reply; x=y")
		if _, err := w.Write(body); err != nil {
			t.Error(err)
		}
	})
	if _, err := (&Client{URL: moved + "/old", Roots: a.Roots()}).Stamp(context.Background(), message); err != nil {
		t.Error(err)
	}
}

func TestAClientThatCanNotBe(t *testing.T) {
	roots := authority(t).Roots()
	for _, c := range []Client{
		{URL: "https://tsa.example.org/"}, {URL: "", Roots: roots}, {URL: "tsa.example.org", Roots: roots}, {URL: "ldap://tsa.example.org", Roots: roots},
		{URL: "https://", Roots: roots}, {URL: "https://user:secret@tsa.example.org", Roots: roots}, {URL: "http://[::1", Roots: roots}, {URL: "https://tsa.example.org/#x", Roots: roots},
	} {
		if _, err := c.Stamp(context.Background(), message); fault.KindOf(err) != fault.Invalid || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", c.URL, err)
		}
	}
	c := Client{URL: "https://tsa.example.org/", Roots: roots, Rand: iotest.ErrReader(errors.New("empty"))}
	if _, err := c.Stamp(context.Background(), message); fault.KindOf(err) != fault.Unavailable {
		t.Error(err)
	}
}

// Nonces are positive, of 64 bits at most, and never short, whatever chance gives.
func TestNonces(t *testing.T) {
	for _, b := range []byte{0, 0x7f, 0x80, 0xff} {
		n, err := newNonce(bytes.NewReader(bytes.Repeat([]byte{b}, 8)))
		if err != nil || n.Sign() <= 0 || n.BitLen() != 63 {
			t.Errorf("%x: %v, %v", b, n, err)
		}
	}
}

func TestFileExchange(t *testing.T) {
	a, other := authority(t), authority(t)
	query, err := WriteRequest(message)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := a.Respond(query, noon)
	if err != nil {
		t.Fatal(err)
	}
	token, err := ReadAnswer(answer, message, a.Roots())
	if err != nil {
		t.Fatal(err)
	}
	if again, err := ReadAnswer(token, message, a.Roots()); err != nil || !bytes.Equal(again, token) {
		t.Errorf("the bare token: %v", err)
	}
	for name, c := range map[string]struct {
		answer, message []byte
		roots           *x509.CertPool
		kind            fault.Kind
	}{
		"no roots":           {answer, message, nil, fault.Invalid},
		"other roots":        {answer, message, other.Roots(), fault.Forbidden},
		"another message":    {answer, message[1:], a.Roots(), fault.Forbidden},
		"nothing":            {nil, message, a.Roots(), fault.Invalid},
		"the query":          {query, message, a.Roots(), fault.Invalid},
		"half of it":         {answer[:len(answer)/2], message, a.Roots(), fault.Invalid},
		"a token, elsewhere": {token, message, other.Roots(), fault.Invalid},
		"too much":           {make([]byte, maxAnswer+1), message, a.Roots(), fault.Invalid},
	} {
		if got, err := ReadAnswer(c.answer, c.message, c.roots); fault.KindOf(err) != c.kind || got != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzReadAnswer(f *testing.F) {
	a, err := tsatest.New(rand.Reader, noon.Add(-time.Hour), noon.Add(time.Hour))
	if err != nil {
		f.Fatal(err)
	}
	query, err := WriteRequest(message)
	if err != nil {
		f.Fatal(err)
	}
	answer, err := a.Respond(query, noon)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(answer)
	f.Fuzz(func(t *testing.T, answer []byte) {
		token, err := ReadAnswer(answer, message, a.Roots())
		if err != nil {
			return
		}
		if s, err := rfc3161.Verify(token, message, nil, a.Roots()); err != nil || !s.Time.Equal(noon) {
			t.Errorf("handed out, and yet %v", err)
		}
	})
}
