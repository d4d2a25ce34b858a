package webui

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestVendoredFilesAreAsPublished holds every vendored file against the
// checksum in the README beside it.
func TestVendoredFilesAreAsPublished(t *testing.T) {
	for _, dir := range []string{"static/vendor", "webuitest/testdata"} {
		for name, problem := range vendored(t, dir) {
			t.Errorf("%s/%s: %s", dir, name, problem)
		}
	}
	// The control: a changed byte is seen, and so is a file without a line.
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("README.md", "| `a.js` | 1 | x | y | `"+strings.Repeat("0", 64)+"` |\n| `c.LICENSE` |")
	write("a.js", "a")
	write("b.js", "b")
	if found := vendored(t, dir); len(found) != 2 {
		t.Errorf("found %v", found)
	}
}

// vendored gives what is wrong with the files of a folder.
func vendored(t *testing.T, dir string) map[string]string {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` .*`([0-9a-f]{64})` \\|$").FindAllStringSubmatch(string(readme), -1) {
		sums[m[1]] = m[2]
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	wrong := map[string]string{}
	for _, e := range entries {
		name := e.Name()
		if name == "README.md" || e.IsDir() {
			continue
		}
		if strings.Contains(name, ".LICENSE") {
			if !strings.Contains(string(readme), "`"+name+"`") {
				wrong[name] = "is no file's licence"
			}
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(b)
		if got := hex.EncodeToString(sum[:]); got != sums[name] {
			wrong[name] = "SHA-256 " + got + ", in the README " + sums[name]
		}
	}
	return wrong
}

func TestStaticFilesAreKeptForEver(t *testing.T) {
	a, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	get := func(method, path, encoding string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, nil)
		r.Header.Set("Accept-Encoding", encoding)
		w := httptest.NewRecorder()
		a.serve(w, r)
		return w
	}
	w := get(http.MethodGet, a.address("tocsin.css"), "")
	if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	small := get(http.MethodGet, a.address("vendor/tabler.min.css"), "gzip, br")
	if small.Header().Get("Content-Encoding") != "gzip" || small.Body.Len() > 100_000 || small.Body.Len() < 10_000 {
		t.Errorf("%d bytes, %v", small.Body.Len(), small.Header())
	}
	if w := get(http.MethodHead, a.address("tocsin.js"), "gzip"); w.Body.Len() != 0 || w.Header().Get("Content-Length") == "" {
		t.Errorf("HEAD gives %d bytes", w.Body.Len())
	}
	if w := get(http.MethodGet, "/static/000000000000/tocsin.css", ""); w.Code != 200 || w.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("another release's page gets %d %v", w.Code, w.Header())
	}
	for _, path := range []string{"/static/", "/static/" + a.hash + "/vendor/README.md", "/static/" + a.hash + "/../doc.go", "/static/x"} {
		if w := get(http.MethodGet, path, ""); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// TestTheScriptKeepsToThePolicy: nothing in our own files that evaluates text
// or reaches elsewhere, and no more of it than a reviewer reads in a sitting.
func TestTheScriptKeepsToThePolicy(t *testing.T) {
	b, err := staticFiles.ReadFile("static/tocsin.js")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(b), "\n"); n > 200 {
		t.Errorf("%d lines", n)
	}
	for _, not := range []string{"eval(", "new Function", "document.write", "insertAdjacentHTML", ".style.", "setAttribute(\"style", "http://", "https://"} {
		if strings.Contains(string(b), not) {
			t.Errorf("the script has %q", not)
		}
	}
	css, err := staticFiles.ReadFile("static/tocsin.css")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(css), "@import") || regexp.MustCompile(`url\((?:["']?)https?:`).Match(css) {
		t.Error("the stylesheet loads from elsewhere")
	}
}
