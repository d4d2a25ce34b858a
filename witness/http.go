package witness

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// ServeHTTP answers POST /add-checkpoint and GET /<origin hash>/checkpoint
// (c2sp.org/tlog-witness). The optional sign-subtree call is not offered.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/add-checkpoint" {
		s.serveAdd(w, r)
		return
	}
	hash, isCheckpoint := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/"), "/checkpoint")
	if l := s.hashes[hash]; l != nil && isCheckpoint {
		s.serveLatest(w, r, l)
		return
	}
	write(w, refuse(http.StatusNotFound, "nothing is here"))
}

func (s *Server) serveAdd(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		write(w, refuse(http.StatusMethodNotAllowed, "checkpoints are submitted with POST"))
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		write(w, refuse(http.StatusBadRequest, "the request is larger than any checkpoint with its proof"))
	case err != nil:
		write(w, refuse(http.StatusBadRequest, "the request did not arrive in full"))
	default:
		write(w, s.addCheckpoint(body))
	}
}

// serveLatest gives the last checkpoint to monitors.
func (s *Server) serveLatest(w http.ResponseWriter, r *http.Request, l *seen) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		write(w, refuse(http.StatusMethodNotAllowed, "checkpoints are read with GET"))
		return
	}
	l.mu.Lock()
	note, at, lost := l.last.Note, l.last.At, l.err
	l.mu.Unlock()
	switch {
	case lost != nil:
		write(w, refuse(http.StatusServiceUnavailable, "this witness has lost its state of the log"))
	case at == 0:
		write(w, refuse(http.StatusNotFound, "nothing was cosigned for this log yet"))
	default:
		write(w, answer{http.StatusOK, note})
	}
}

// write sends an answer. What the client does with it can not be known, so an
// error of the connection is nobody's.
func write(w http.ResponseWriter, a answer) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	if a.status == http.StatusConflict {
		h.Set("Content-Type", "text/x.tlog.size")
	}
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}
