package security

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// telling are words that are nobody's business but of those who may see a case or
// know a person: planted ones, names, logins, organisations, secrets.
func (w *world) telling() []string {
	out := []string{canary, "WALK-HIDDEN", "walk.example.org", "Lin Wei", "lin.wei", "Karin Bauer", "Walker ", "Yuhe", "Nordhain", "DEMO-", "TOC-2021", "javascript:", "acme"}
	for _, s := range w.secrets {
		if len(s) >= 12 {
			out = append(out, s)
		}
	}
	return out
}

// found gives the telling words that stand in a text.
func found(text string, words []string) (out []string) {
	for _, word := range words {
		if strings.Contains(text, word) {
			out = append(out, word)
		}
	}
	return out
}

// used is everything that people do on the platform: pages and the API, right and
// wrong, by whoever keeps a case, by others, by strangers, with hostile words in every
// place.
func (w *world) used() {
	w.t.Helper()
	for _, path := range w.addresses() {
		for _, who := range []string{"lin", "priya"} {
			w.once(w.as(w.request("GET", path, "", nil), w.people[who], ""))
		}
	}
	lin := w.people["lin"]
	var patterns []string
	for pattern := range routes {
		patterns = append(patterns, pattern)
	}
	slices.Sort(patterns)
	for _, pattern := range patterns {
		r := routes[pattern]
		if r.of == "" || strings.HasSuffix(pattern, "/live") {
			continue
		}
		c := caller{name: "lin", who: lin, of: kept}
		if strings.Contains(pattern, " "+api) {
			c.token = lin.every
		}
		for _, pr := range w.pairs(c, r) {
			w.ask(c, pattern, r, w.probes(c, pattern, r)[0], pr.there)
			w.ask(c, pattern, r, w.probes(c, pattern, r)[0], pr.absent)
		}
	}
	for _, text := range []string{hostile, canary + "login", "\r\n{\"level\":\"ERROR\",\"msg\":\"" + canary + "forged\"}", strings.Repeat(canary, 50)} {
		q := url.QueryEscape(text)
		for _, r := range []*http.Request{
			w.request("POST", "/sign-in", formType, []byte("login="+q+"&password="+q)), w.request("POST", "/sign-in/second", formType, []byte("ticket="+q+"&code="+q)),
			w.request("GET", "/in/"+url.PathEscape(text), "", nil), w.request("GET", "/"+url.PathEscape(text), "", nil), w.request("GET", "/tile/"+url.PathEscape(text), "", nil),
			w.as(w.request("POST", api+"/cases", "application/yaml", []byte("format: "+text)), nil, lin.every), w.request("GET", api+"/cases?x="+q, "", nil),
			w.as(w.request("GET", api+"/search?q="+q[:min(len(q), 150)], "", nil), nil, lin.every),
		} {
			r.Header.Set("User-Agent", canary+"agent")
			r.Header.Set("Referer", "https://"+canary+".example.org/")
			r.Header.Set("X-Request-Id", canary+"request")
			w.once(r)
		}
	}
	// As it is without the network: bytes that are no request.
	w.raw("GET /"+canary+"raw HTTP/1.1\r\nHost: "+canary+"\r\n\r\n", 1e9)
	w.raw(canary+"\r\n\r\n", 1e9)
}

// TestTheLogTellsNothing uses the platform in every way and reads its log and its
// metrics: not a word of a case, no name, login or secret stands there, nobody has
// written lines of their own into it, and nothing has gone wrong inside.
func TestTheLogTellsNothing(t *testing.T) {
	t.Parallel()
	for _, engine := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			w := opened(t, engine)
			walked(w)
			w.credentialed("priya")
			w.used()
			must(t, w.p.Desk().Close(t.Context())) // writes what was read
			metrics := w.metrics()
			words := w.telling()
			logged := w.logged.String()
			if got := found(logged, words); len(got) > 0 {
				t.Errorf("the log has %q: %s", got, lineWith(logged, got[0]))
			}
			if got := found(metrics, words); len(got) > 0 {
				t.Errorf("the metrics have %q: %s", got, lineWith(metrics, got[0]))
			}
			n := 0
			for line := range strings.Lines(logged) {
				n++
				var l struct{ Level, Route string }
				if err := json.Unmarshal([]byte(line), &l); err != nil {
					t.Errorf("no line of ours: %q", line)
				}
				if l.Level == "ERROR" {
					t.Errorf("something went wrong inside: %s", line)
				}
				if l.Route != "" && !strings.HasPrefix(l.Route, "/") && l.Route != "none" {
					t.Errorf("a route that is no pattern: %q", l.Route)
				}
			}
			if n < 300 || !strings.Contains(metrics, "tocsin_") {
				t.Errorf("%d lines in the log, %d bytes of metrics", n, len(metrics))
			}
			// The control: whoever logs a title or a token is found out.
			log := slog.New(slog.NewJSONHandler(w.logged, nil))
			for _, leak := range []string{canary + "title", w.people["lin"].every, "somebody asked for lin.wei"} {
				log.Info("control", "of", leak)
				if got := found(lineWith(w.logged.String(), leak), words); len(got) == 0 {
					t.Errorf("%q in the log is not found", leak)
				}
			}
		})
	}
}

func (w *world) metrics() string {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), "GET", "http://"+w.at.Metrics+"/metrics", nil)
	must(w.t, err)
	return string(w.once(r).body)
}

// lineWith is the first line that holds a word.
func lineWith(text, word string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, word) {
			return line
		}
	}
	return ""
}

// shapes are the ways in which a word can stand in a file: as it is, in hexadecimal
// digits, in base64 at each of the three places.
func shapes(word string) []string {
	out := []string{word, hex.EncodeToString([]byte(word)), strings.ToUpper(hex.EncodeToString([]byte(word)))}
	for pad := range 3 {
		if len(word) < 8 {
			break
		}
		enc := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x00", pad) + word))
		out = append(out, enc[4:len(enc)-4])
	}
	return out
}

func TestShapes(t *testing.T) {
	t.Parallel()
	const word = canary + "title and more"
	for pad := range 5 {
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", pad) + word + "yy"))
		if !slices.ContainsFunc(shapes(word), func(s string) bool { return strings.Contains(text, s) }) {
			t.Errorf("not found in %s", text)
		}
	}
	if !strings.Contains(fmt.Sprintf("%x", "a"+word), shapes(word)[1]) {
		t.Error("not found in hexadecimal digits")
	}
}
