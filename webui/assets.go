package webui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"tocsin/receipt/script"
)

//go:embed static
var staticFiles embed.FS

// assets serves static files at addresses that hold the hash of them all, so
// that a browser may keep them for ever.
type assets struct {
	hash  string
	files map[string]*asset
}

type asset struct {
	kind  string
	plain []byte
	once  sync.Once
	small []byte // gzip, made when first asked for
}

var kinds = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	".webmanifest": "application/manifest+json", ".png": "image/png",
}

func loadAssets() (*assets, error) {
	a := &assets{files: map[string]*asset{}}
	sum := sha256.New()
	err := fs.WalkDir(staticFiles, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || kinds[path.Ext(name)] == "" {
			return err
		}
		b, err := staticFiles.ReadFile(name)
		if err != nil {
			return err
		}
		sum.Write([]byte(name + "\x00" + strconv.Itoa(len(b)) + "\x00"))
		sum.Write(b)
		a.files[strings.TrimPrefix(name, "static/")] = &asset{kind: kinds[path.Ext(name)], plain: b}
		return nil
	})
	sum.Write([]byte(script.Verify)) // stands with the receipts, for whoever checks them elsewhere
	a.files["verify.js"] = &asset{kind: kinds[".js"], plain: []byte(script.Verify)}
	a.hash = hex.EncodeToString(sum.Sum(nil)[:6])
	return a, err
}

// address is where a file is served.
func (a *assets) address(name string) string { return "/static/" + a.hash + "/" + name }

// serve answers /static/HASH/NAME. Another release's hash gets the file of this
// one, not to be kept: during an upgrade the releases run beside each other.
func (a *assets) serve(w http.ResponseWriter, r *http.Request) {
	hash, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/static/"), "/")
	f := a.files[name]
	if f == nil {
		http.NotFound(w, r)
		return
	}
	head := w.Header()
	head.Set("Content-Type", f.kind)
	head.Set("Vary", "Accept-Encoding")
	head.Set("Cache-Control", "no-cache")
	if hash == a.hash {
		head.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body := f.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && len(body) > 1024 {
		body = f.gzip()
		head.Set("Content-Encoding", "gzip")
	}
	head.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a browser that left is no error of ours
	}
}

func (f *asset) gzip() []byte {
	f.once.Do(func() {
		var b bytes.Buffer
		z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if err == nil {
			_, err = z.Write(f.plain)
		}
		if err == nil {
			err = z.Close()
		}
		if err == nil {
			f.small = b.Bytes()
		}
	})
	return f.small
}
