package httpapi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tocsin/internal/fault"
)

// files is a log of three files; what it is asked for is remembered.
type files struct {
	note  string
	err   error
	asked []string
}

func (f *files) LatestNote(context.Context) ([]byte, error) {
	if f.note == "" && f.err == nil {
		return nil, fault.New(fault.NotFound, "nothing was published yet")
	}
	return []byte(f.note), f.err
}

func (f *files) Tile(_ context.Context, path string) ([]byte, error) {
	f.asked = append(f.asked, path)
	if f.err != nil {
		return nil, f.err
	}
	if data, ok := map[string]string{"tile/0/000": "hashes", "tile/0/x001/067.p/255": "half", "tile/entries/000.p/7": "entries"}[path]; ok {
		return []byte(data), nil
	}
	return nil, fault.New(fault.NotFound, "a secret reason")
}

func ask(h http.Handler, method, path string) (*http.Response, string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), method, path, nil))
	r := w.Result()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		panic(err)
	}
	return r, string(b)
}

const note = "log.example.org/ledger/1\n12\n…\n"

func TestWhatIsServed(t *testing.T) {
	f := &files{note: note}
	h := Log(f, f, nil)
	const forever, never = "public, max-age=31536000, immutable", "no-store"
	for path, want := range map[string]struct{ body, kind, cache string }{
		"/checkpoint":            {note, "text/plain; charset=utf-8", never},
		"/tile/0/000":            {"hashes", "application/octet-stream", forever},
		"/tile/0/x001/067.p/255": {"half", "application/octet-stream", forever},
		"/tile/entries/000.p/7":  {"entries", "application/octet-stream", forever},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			r, body := ask(h, method, path)
			if r.StatusCode != 200 || r.Header.Get("Content-Type") != want.kind || r.Header.Get("Cache-Control") != want.cache || r.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s %s: %d %v", method, path, r.StatusCode, r.Header)
			}
			if method == "GET" && body != want.body || method == "HEAD" && body != "" || r.ContentLength != int64(len(want.body)) {
				t.Errorf("%s %s: %q, %d bytes", method, path, body, r.ContentLength)
			}
		}
	}
}

// Everything else is the same answer, without a reason, and never cached; no
// path is cleaned into another.
func TestWhatIsNot(t *testing.T) {
	f := &files{note: note}
	h := Log(f, f, nil)
	for _, path := range []string{
		"/", "/tile", "/tile/", "/tile/0/001", "/tile/0/000/", "/tile/../checkpoint", "//checkpoint", "/checkpoint/", "/Checkpoint", "/tile//0/000", "/tile/0/%30%30%30",
		"/tile/0/000%00", "/tile/../../etc/passwd", "/healthz", "/metrics", "/api/v1/cases", "/tile/" + strings.Repeat("x000/", 40) + "000",
	} {
		for _, method := range []string{"GET", "HEAD"} {
			r, body := ask(h, method, path)
			if r.StatusCode != 404 || r.Header.Get("Cache-Control") != "no-store" || method == "GET" && body != "Not Found\n" || r.Header.Get("Location") != "" {
				t.Errorf("%s %s: %d %q %v", method, path, r.StatusCode, body, r.Header)
			}
		}
	}
	for _, asked := range f.asked {
		if len(asked) > maxPath {
			t.Errorf("asked for a path of %d bytes", len(asked))
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE", "BREW"} {
		for _, path := range []string{"/checkpoint", "/tile/0/000", "/tile/0/001"} {
			r, body := ask(h, method, path)
			if r.StatusCode != 405 || r.Header.Get("Allow") != "GET, HEAD" || body != "Method Not Allowed\n" {
				t.Errorf("%s %s: %d %q", method, path, r.StatusCode, body)
			}
		}
	}
	if r, body := ask(Log(&files{}, f, nil), "GET", "/checkpoint"); r.StatusCode != 404 || body != "Not Found\n" {
		t.Errorf("before the first checkpoint: %d %q", r.StatusCode, body)
	}
	// A query names nothing more.
	if r, _ := ask(h, "GET", "/checkpoint?x=y"); r.StatusCode != 200 {
		t.Errorf("with a query: %d", r.StatusCode)
	}
}

// What goes wrong inside is told to the operator and not to the stranger.
func TestFaultsStayInside(t *testing.T) {
	var told bytes.Buffer
	for _, err := range []error{errors.New("disk on fire at /data"), fault.New(fault.Internal, "the tile contradicts the root"), fault.New(fault.Forbidden, "diverged"), fault.New(fault.Unavailable, "busy")} {
		told.Reset()
		f := &files{err: err}
		h := Log(f, f, slog.New(slog.NewTextHandler(&told, nil)))
		for _, path := range []string{"/checkpoint", "/tile/0/000"} {
			r, body := ask(h, "GET", path)
			if r.StatusCode != 503 || body != "Service Unavailable\n" || r.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%v: %d %q", err, r.StatusCode, body)
			}
			if !strings.Contains(told.String(), err.Error()) {
				t.Errorf("the operator is not told: %s", told.String())
			}
		}
	}
	// A client that went away is nothing to tell.
	told.Reset()
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	f := &files{err: context.Canceled}
	w := httptest.NewRecorder()
	Log(f, f, slog.New(slog.NewTextHandler(&told, nil))).ServeHTTP(w, httptest.NewRequestWithContext(gone, "GET", "/checkpoint", nil))
	if told.Len() > 0 || w.Code != 503 {
		t.Errorf("%d %s", w.Code, told.String())
	}
}

// No path, of whatever bytes, is anything but a file, a refusal, or a wrong method.
func FuzzPaths(f *testing.F) {
	f.Add("/checkpoint")
	f.Add("/tile/0/000")
	f.Add("/tile/0/x001/067.p/255")
	f.Fuzz(func(t *testing.T, path string) {
		r, err := http.NewRequestWithContext(context.Background(), "GET", "http://log.example.org", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.URL.Path = path
		log := &files{note: note}
		w := httptest.NewRecorder()
		Log(log, log, nil).ServeHTTP(w, r)
		switch w.Code {
		case 200:
			if path != "/checkpoint" && path != "checkpoint" && len(log.asked) != 1 {
				t.Errorf("%q is served", path)
			}
		case 404:
		default:
			t.Errorf("%q: %d", path, w.Code)
		}
	})
}
