package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"tocsin/internal/fault"
)

// Latest gives the newest published checkpoint as a signed note;
// fault.NotFound if there is none yet.
type Latest interface {
	LatestNote(ctx context.Context) ([]byte, error)
}

// Tiles gives the bytes of a tile or entry bundle for a path that begins with
// "tile/" (c2sp.org/tlog-tiles); fault.NotFound or fault.Invalid for a path
// that names nothing.
type Tiles interface {
	Tile(ctx context.Context, path string) ([]byte, error)
}

// maxPath is longer than the path of any tile: tile/entries/, seven groups of
// x000/, and .p/255.
const maxPath = 64

// Log serves GET and HEAD of /checkpoint and /tile/…. What goes wrong inside is
// told to log alone; nil is no log.
func Log(latest Latest, tiles Tiles, log *slog.Logger) http.Handler {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return public{latest, tiles, log}
}

type public struct {
	latest Latest
	tiles  Tiles
	log    *slog.Logger
}

// ServeHTTP does without a mux, which would redirect paths that it wants
// cleaned: a path is a file of the log to the letter, or nothing.
func (p public) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.EscapedPath(), "/")
	tile := strings.HasPrefix(path, "tile/") && len(path) <= maxPath
	switch {
	case path != "checkpoint" && !tile:
		refuse(w, http.StatusNotFound)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed)
	case tile:
		data, err := p.tiles.Tile(r.Context(), path)
		p.answer(w, r, data, err, "application/octet-stream", "public, max-age=31536000, immutable")
	default:
		data, err := p.latest.LatestNote(r.Context())
		p.answer(w, r, data, err, "text/plain; charset=utf-8", "no-store")
	}
}

func (p public) answer(w http.ResponseWriter, r *http.Request, data []byte, err error, kind, cache string) {
	switch k := fault.KindOf(err); {
	case err == nil:
	case k == fault.NotFound, k == fault.Invalid:
		refuse(w, http.StatusNotFound)
		return
	case r.Context().Err() != nil:
		refuse(w, http.StatusServiceUnavailable) // nobody is there to read it
		return
	default:
		p.log.Error("the public log could not be read", "path", r.URL.Path, "err", err)
		refuse(w, http.StatusServiceUnavailable)
		return
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", cache)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		_, _ = w.Write(data) // a broken connection is the client's own affair
	}
}

// refuse answers with a status and its name. A refusal is never cached: the
// tile may be there after the next checkpoint.
func refuse(w http.ResponseWriter, status int) {
	h := w.Header()
	text := http.StatusText(status) + "\n"
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text))
}
