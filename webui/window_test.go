package webui

import (
	"bufio"
	"context"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"tocsin/webui/webuitest"
)

// A page is made, then its script opens the stream: what somebody does in between
// comes as the first thing that the stream says, on every page that listens.
func TestNothingIsMissedBeforeThePageListens(t *testing.T) {
	o := newOffice()
	f := newFake()
	o.in(f)
	origin := webuitest.Serve(t, func(string) http.Handler { return f.site(t, func(o *Options) { o.Secure = false }) })
	behind := o.site(t) // another person's browser, to the same office
	address := regexp.MustCompile(`data-live="([^"]+)"`)
	get := func(ctx context.Context, path string) io.ReadCloser {
		t.Helper()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, origin+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.AddCookie(&http.Cookie{Name: cookieSession, Value: "marit"})
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d", path, answer.StatusCode)
		}
		return answer.Body
	}
	base := "/cases/" + o.held
	for i, path := range []string{base + "/record", base + "/plan", base + "/plan?party=ferrule", base + "/when", "/desk", "/desk?due=week"} {
		page, err := io.ReadAll(get(t.Context(), path))
		if err != nil {
			t.Fatal(err)
		}
		m := address.FindSubmatch(page)
		if m == nil || !strings.Contains(string(m[1]), "?seen=") {
			t.Fatalf("%s does not say where its stream begins: %s", path, m)
		}
		live := html.UnescapeString(string(m[1]))
		// hears is the first event of the stream.
		hears := func() string {
			t.Helper()
			ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
			defer stop()
			body := get(ctx, live)
			defer func() { _ = body.Close() }() // the stream has no end
			for lines := bufio.NewScanner(body); lines.Scan(); {
				if event, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
					return event
				}
			}
			return "nothing"
		}
		if strings.HasPrefix(path, "/desk") { // a case comes that she keeps
			another := strings.Replace(heldCase, "TEST-HELD", "TEST-NEW-"+strconv.Itoa(i), 1) +
				`  - {id: attacked, kind: aware, by: nordhain, of: meter, exploited: true, at: "2026-11-22T09:00:00+01:00"}` + "\n"
			kept, err := o.desk.Import(t.Context(), names{f.people, f.orgs}.reader("marit"), "new.yaml", []byte(another), path)
			if err != nil {
				t.Fatal(err)
			}
			if err := o.watch.Project(t.Context(), kept.Handle); err != nil {
				t.Fatal(err)
			}
		} else {
			seeOther(t, behind, "marit", base+"/events", url.Values{"kind": {"commented"}, "by": {"csirt"}, "text": {path}, "do": {"keep"}, "key": {path}}, base+"/plan")
		}
		if got := hears(); got != "change" {
			t.Errorf("%s: what happened before it listened is not told: %s", path, got)
		}
	}
}
