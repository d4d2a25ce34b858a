package edge

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A line a request, and nothing of what was asked in it.
func TestLogLines(t *testing.T) {
	var b bytes.Buffer
	o := basic()
	o.Log = logger(&b)
	var seen []string
	o.Observe = func(pattern, method string, _ int, _ time.Duration) { seen = append(seen, method+" "+pattern) }
	h := Wrap(site(), o)
	const secret = "TOC-SECRET-1"
	for _, c := range []struct {
		asked
		route, method string
		status        float64
	}{
		{asked{url: "/cases/" + secret + "?words=" + secret}, "/cases/{handle}", "GET", 200},
		{asked{url: "/" + secret}, "none", "GET", 404},
		{asked{url: "/cases/x", host: secret}, "none", "GET", 421},
		{asked{method: secret, url: "/cases/x"}, "none", "other", 405},
		{asked{method: "POST", url: "/cases", body: secret}, "/cases", "POST", 200},
		{asked{url: "/panics/" + secret}, "/panics/{secret}", "GET", 500},
		{asked{url: "/index/" + secret}, "/index/{secret}", "GET", 500},
	} {
		b.Reset()
		c.head = map[string]string{"User-Agent": secret, "Referer": "http://tocsin.example.org/cases/" + secret, "X-Forwarded-For": secret}
		r := ask(h, c.asked)
		if body := text(t, r); c.status != 200 && strings.Contains(body, secret) {
			t.Errorf("%s: the refusal repeats what was asked: %s", c.url, body)
		}
		if strings.Contains(b.String(), secret) {
			t.Errorf("%s: the log tells what was asked: %s", c.url, b.String())
		}
		lines := strings.Split(strings.TrimSpace(b.String()), "\n")
		var line map[string]any
		if err := json.Unmarshal([]byte(lines[len(lines)-1]), &line); err != nil {
			t.Fatal(err)
		}
		if line["route"] != c.route || line["method"] != c.method || line["status"] != c.status || line["request"] != r.Header.Get("X-Request-Id") {
			t.Errorf("%s: %v", c.url, line)
		}
		if seen[len(seen)-1] != c.method+" "+c.route {
			t.Errorf("%s: counted as %s", c.url, seen[len(seen)-1])
		}
	}
	if strings.Contains(strings.Join(seen, " "), secret) {
		t.Errorf("a label tells what was asked: %v", seen)
	}
}

// A panic is an error without internals for them, and the place for us.
func TestPanics(t *testing.T) {
	var b bytes.Buffer
	o := basic()
	o.Log = logger(&b)
	h := Wrap(site(), o)
	r := ask(h, asked{url: "/panics/x"})
	if body := text(t, r); r.StatusCode != http.StatusInternalServerError || body != "Internal Server Error\n" {
		t.Errorf("%d %q", r.StatusCode, body)
	}
	if log := b.String(); !strings.Contains(log, "a panic with a string") || !strings.Contains(log, "edge.site.func") || !strings.Contains(log, r.Header.Get("X-Request-Id")) {
		t.Errorf("the log: %s", log)
	}
	b.Reset()
	ask(h, asked{url: "/index/x"})
	if log := b.String(); !strings.Contains(log, "index out of range [1] with length 0") {
		t.Errorf("the log: %s", log)
	}
}

// Half an answer is cut off rather than ended as if it were whole.
func TestAPanicInTheMiddle(t *testing.T) {
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("the server is told %v", p)
		}
	}()
	ask(Wrap(site(), basic()), asked{url: "/half"})
}
