package security

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// raw sends bytes as they are and gives what comes back until the connection ends,
// or as much as is there within a time.
func (w *world) raw(text string, within time.Duration) (string, bool) {
	w.t.Helper()
	c, err := net.Dial("tcp", w.at.Addr)
	must(w.t, err)
	defer c.Close()
	must(w.t, c.SetDeadline(time.Now().Add(within)))
	_, _ = io.WriteString(c, text) // it may hang up before all is sent
	b, err := io.ReadAll(c)
	return string(b), err == nil
}

// TestPathsAndHeaders writes addresses and headers as no browser does: none leads
// on, none shows another page, none puts a header into an answer.
func TestPathsAndHeaders(t *testing.T) {
	t.Parallel()
	w := opened(t, "sqlite")
	host := w.at.Addr
	for _, path := range []string{"//evil.example.org/desk", "/cases/../admin/people", "/cases/%2e%2e/admin", "/./desk", "/desk//", "/%2fdesk", `/\desk`, "/cases/a%00b/plan", "/cases/a%0d%0aSet-Cookie:%20x=1/plan",
		"/static/../../etc/passwd", "/static/%2e%2e/%2e%2e/etc/passwd", "/static/..%2f..%2fetc/passwd", "/static/", "/static//", "/tile/../checkpoint", "/tile/0/x%2f..", "/cases/%ff%fe/plan", "/api/v1/cases/%ff", "/api/v1/../../desk",
		"/desk;a=b", "/DESK", "/desk/", "/cases/" + strings.Repeat("a", 3000), "/desk?" + strings.Repeat("a", 9000), "/?lang=en%0d%0aSet-Cookie:%20evil=1", "/?lang=%0aSet-Cookie:evil=1",
		"/cases/x/events/a%22%0d%0aSet-Cookie:%20evil=1/receipt", "/sign-in?to=/%0d%0aSet-Cookie:%20evil=1"} {
		got, _ := w.raw("GET "+path+" HTTP/1.1\r\nHost: "+host+"\r\nCookie: tocsin="+w.people["lin"].session+"\r\nConnection: close\r\n\r\n", 10*time.Second)
		res, err := http.ReadResponse(bufio.NewReader(strings.NewReader(got)), nil)
		if err != nil {
			t.Errorf("%.80s: no answer: %q", path, got)
			continue
		}
		if res.StatusCode < 300 && !strings.HasPrefix(path, "/?") && !strings.HasPrefix(path, "/sign-in") || res.StatusCode >= 500 {
			t.Errorf("%.80s: %d", path, res.StatusCode)
		}
		if strings.Contains(strings.Join(res.Header.Values("Set-Cookie"), "\n"), "evil") || strings.Contains(got, "root:") {
			t.Errorf("%.80s: %q", path, got)
		}
		if l := res.Header.Get("Location"); strings.HasPrefix(l, "//") || strings.Contains(l, "evil") && !strings.Contains(l, "%0") {
			t.Errorf("%.80s leads to %q", path, l)
		}
	}
	for name, text := range map[string]string{
		"no host": "GET / HTTP/1.1\r\n\r\n", "two hosts": "GET / HTTP/1.1\r\nHost: " + host + "\r\nHost: evil.example.org\r\n\r\n", "another version": "GET / HTTP/9.9\r\nHost: " + host + "\r\n\r\n",
		"length twice":    "POST /sign-in HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
		"a folded header": "GET / HTTP/1.1\r\nHost: " + host + "\r\nX: a\r\n b\r\nConnection: close\r\n\r\n", "a header with a zero": "GET / HTTP/1.1\r\nHost: " + host + "\r\nX: a\x00b\r\n\r\n",
		"an address of elsewhere": "GET http://evil.example.org/desk HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n", "no request": strings.Repeat("\x16\x03\x01", 100) + "\r\n\r\n",
		"many headers":   "GET / HTTP/1.1\r\nHost: " + host + "\r\n" + strings.Repeat("X: "+strings.Repeat("a", 100)+"\r\n", 1000) + "\r\n",
		"a large header": "GET / HTTP/1.1\r\nHost: " + host + "\r\nCookie: " + strings.Repeat("a=b; ", 20_000) + "\r\n\r\n",
	} {
		got, _ := w.raw(text, 10*time.Second)
		if strings.HasPrefix(got, "HTTP/1.1 2") && name != "a folded header" || strings.HasPrefix(got, "HTTP/1.1 5") && name != "another version" {
			t.Errorf("%s: %.60q", name, got)
		}
	}
	if a := w.once(w.request("GET", "/healthz", "", nil)); a.status != 200 {
		t.Errorf("after all that: %d", a.status)
	}
}

// TestHugeAndDeep sends bodies that are large, deep, repeated, or grow when they are
// read: each gets a clear refusal at little cost.
func TestHugeAndDeep(t *testing.T) {
	t.Parallel()
	w := opened(t, "sqlite")
	walked(w)
	lin := w.people["lin"]
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for i, c := 0, "a"; i < 9; i++ {
		next := string(rune('b' + i))
		bomb += fmt.Sprintf("%s: &%s [*%s,*%s,*%s,*%s,*%s,*%s,*%s,*%s,*%s]\n", next, next, c, c, c, c, c, c, c, c, c)
		c = next
	}
	kind, parts := multipartOf(t, 20_000)
	fields := strings.Repeat("a=1&", 200_000)
	asks := map[string]struct {
		path, kind string
		body       []byte
		token      string
	}{
		"JSON, deep":           {api + "/cases", "application/json", []byte(strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000)), lin.every},
		"a list, deep":         {api + "/cases", "application/json", bytes.Repeat([]byte("["), 500_000), lin.every},
		"YAML, deep":           {api + "/cases", "application/yaml", []byte(strings.Repeat("[", 100_000)), lin.every},
		"YAML, aliases":        {api + "/cases", "application/yaml", []byte(bomb), lin.every},
		"YAML, indented":       {api + "/cases", "application/yaml", []byte(indented(3000)), lin.every},
		"a number without end": {api + "/cases", "application/json", []byte(`{"format":` + strings.Repeat("9", 900_000) + `}`), lin.every},
		"a key twice":          {api + "/cases", "application/json", []byte(`{"format":"tocsin-casefile/1","format":"x"}`), lin.every},
		"a zero":               {api + "/cases", "application/yaml", []byte("format: \"a\x00b\"\n"), lin.every},
		"a tag":                {api + "/cases", "application/yaml", []byte("format: !!python/object:os.system x\n"), lin.every},
		"many keys":            {api + "/cases/" + w.cases[kept] + "/events", "application/json", []byte(`{` + strings.Repeat(`"kind":"commented",`, 40_000) + `"by":"acme"}`), lin.every},
		"a large event":        {api + "/cases/" + w.cases[kept] + "/events", "application/json", []byte(`{"kind":"commented","text":"` + strings.Repeat("a", 2<<20) + `"}`), lin.every},
		"a large file":         {api + "/cases", "application/yaml", bytes.Repeat([]byte("# a\n"), 5<<20), lin.every},
		"a large form":         {"/settings/profile", formType, bytes.Repeat([]byte("a=1&"), 1<<20), ""},
		"many fields":          {"/settings/profile", formType, []byte(fields), ""},
		"many parts":           {"/cases/import", kind, parts, ""},
		"parts without end":    {"/cases/import", "multipart/form-data; boundary=x", bytes.Repeat([]byte("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n"), 50_000), ""},
		"a part of headers":    {"/cases/import", "multipart/form-data; boundary=x", []byte("--x\r\n" + strings.Repeat("X: y\r\n", 300_000) + "\r\n--x--"), ""},
		"a large import":       {"/cases/import", kind, bytes.Repeat([]byte("x"), 9<<20), ""},
		"a password":           {"/sign-in", formType, []byte("login=a&password=" + strings.Repeat("p", 900_000)), ""},
	}
	for name, ask := range asks {
		r := w.request("POST", ask.path, ask.kind, ask.body)
		p := lin
		if ask.path == "/sign-in" {
			p = nil
		}
		began := time.Now()
		a := w.once(w.as(r, p, ask.token))
		took := time.Since(began)
		if a.status < 400 || a.status >= 500 || took > 5*time.Second {
			t.Errorf("%s: %d after %s: %.200s", name, a.status, took.Round(time.Millisecond), a.body)
		}
		if len(a.body) > 64<<10 {
			t.Errorf("%s: the refusal has %d bytes", name, len(a.body))
		}
	}
	// Without a length in front it is cut off as it comes.
	r := w.as(w.request("POST", "/settings/profile", formType, nil), lin, "")
	r.Body, r.ContentLength = io.NopCloser(&endless{}), -1
	if a := w.once(r); a.status != http.StatusUnprocessableEntity && a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a form without end: %d", a.status)
	}
	r = w.as(w.request("POST", api+"/cases", "application/json", nil), nil, lin.every)
	r.Body, r.ContentLength = io.NopCloser(&endless{}), -1
	if a := w.once(r); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a file without end: %d", a.status)
	}
}

// endless is a body of at most 64 MiB: more than anybody takes.
type endless struct{ n int }

func (e *endless) Read(p []byte) (int, error) {
	if e.n += len(p); e.n > 64<<20 {
		return 0, io.EOF
	}
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

func indented(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

// TestSlow opens connections that say nothing, or little at a time: after ten seconds
// they are closed, and meanwhile others are served.
func TestSlow(t *testing.T) {
	t.Parallel()
	w := opened(t, "sqlite")
	done := make(chan string, 40)
	for i := range 40 {
		go func() {
			c, err := net.Dial("tcp", w.at.Addr)
			if err != nil {
				done <- err.Error()
				return
			}
			defer c.Close()
			_, _ = io.WriteString(c, []string{"", "GET / HTTP/1.1\r\nHost: x\r\nX", "GET"}[i%3])
			began := time.Now()
			_ = c.SetDeadline(began.Add(30 * time.Second))
			_, _ = io.Copy(io.Discard, c) // until it is closed
			if took := time.Since(began); took > 25*time.Second {
				done <- fmt.Sprintf("open for %s", took)
				return
			}
			done <- ""
		}()
	}
	for range 20 {
		if a := w.once(w.as(w.request("GET", "/desk", "", nil), w.people["lin"], "")); a.status != 200 {
			t.Errorf("others wait: %d", a.status)
		}
	}
	for range 40 {
		if complaint := <-done; complaint != "" {
			t.Error(complaint)
		}
	}
}
