package journeys

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// languages that every page is there in.
var languages = []string{"en", "zh", "fr", "de"}

// deep is how many links lie at most between somebody's desk and a page, and
// each how many pages of one kind are opened for them.
const (
	deep = 5
	each = 3
)

// walker follows links as a person could, without a browser.
type walker struct {
	p      *platform
	client *http.Client
	name   string
	faults []string
	told   map[string]bool
	kinds  map[string][]string // kind of page → addresses
}

// link is an address and where it was offered.
type link struct {
	path, from string
	depth      int
}

// newWalker signs somebody in; the outsider signs in nowhere.
func newWalker(t *testing.T, p *platform, name string) *walker {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	w := &walker{p: p, name: name, kinds: map[string][]string{}, told: map[string]bool{}, client: &http.Client{
		Jar: jar, Timeout: patience,
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if r.URL.Host != via[0].URL.Host || len(via) > 5 {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}}
	if name == outsider {
		return w
	}
	r, err := w.client.PostForm(p.links[name], url.Values{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Body.Close(); err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s cannot come in: %s %v", name, r.Status, err)
	}
	return w
}

// outsider is nobody in particular.
const outsider = "an outsider"

func (w *walker) get(ctx context.Context, path, lang string) (*http.Response, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.p.url+path, nil)
	if err != nil {
		return nil, nil, err
	}
	r.Header.Set("Accept-Language", lang)
	r.Header.Set("Accept", "text/html,*/*;q=0.8")
	answer, err := w.client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 32<<20))
	return answer, body, err
}

// kindOf is the kind of page that an address leads to: what is somebody's own
// in it becomes a star.
func kindOf(path string) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	for i := range parts {
		after := i > 0 && slices.Contains([]string{"cases", "events", "rules", "people", "organisations", "roles", "log", "shared"}, parts[i-1])
		if after && !slices.Contains([]string{"new", "import", "remove"}, parts[i]) {
			parts[i] = "*"
		}
	}
	kind := "/" + strings.Join(parts, "/")
	var names []string
	for name := range u.Query() {
		names = append(names, name)
	}
	if slices.Sort(names); len(names) > 0 {
		kind += "?" + strings.Join(names, "&")
	}
	for _, closed := range []string{"show", "what", "kind"} { // values of a closed list make kinds of their own
		if v := u.Query().Get(closed); v != "" {
			kind += "#" + v
		}
	}
	return kind
}

// walk follows what pages offer, from where a person begins, and keeps what is
// wrong with them.
func (w *walker) walk(ctx context.Context, start ...string) error {
	seen := map[string]bool{}
	var queue []link
	for _, s := range start {
		queue = append(queue, link{path: s, from: "the start"})
	}
	for len(queue) > 0 {
		l := queue[0]
		queue = queue[1:]
		kind := kindOf(l.path)
		if seen[l.path] || len(w.kinds[kind]) >= each {
			continue
		}
		seen[l.path] = true
		w.kinds[kind] = append(w.kinds[kind], l.path)
		answer, body, err := w.get(ctx, l.path, "en")
		if err != nil {
			return err
		}
		found := w.judge(l, answer, body, "en")
		if l.depth == deep {
			continue
		}
		for _, path := range found {
			if !seen[path] {
				queue = append(queue, link{path: path, from: l.path, depth: l.depth + 1})
			}
		}
	}
	return nil
}

// again looks at some pages in another language.
func (w *walker) again(ctx context.Context, lang string, paths []string) error {
	for _, path := range paths {
		answer, body, err := w.get(ctx, path, lang)
		if err != nil {
			return err
		}
		w.judge(link{path: path, from: "the walk"}, answer, body, lang)
	}
	return nil
}

// judge finds what is wrong with an answer, and the links that it offers.
func (w *walker) judge(l link, answer *http.Response, body []byte, lang string) []string {
	wrong := func(what string) {
		if k := kindOf(l.path) + what; !w.told[k] { // once a kind, not once a language and case
			w.told[k] = true
			w.faults = append(w.faults, w.name+", "+lang+": "+l.path+" (offered by "+l.from+"): "+what)
		}
	}
	if answer.StatusCode >= 400 && !refusedRightly(l.path, answer.StatusCode) {
		wrong(answer.Status)
	}
	if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") || strings.HasPrefix(answer.Header.Get("Content-Disposition"), "attachment") {
		return nil
	}
	for _, header := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"} {
		if answer.Header.Get(header) == "" {
			wrong("lacks the header " + header)
		}
	}
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		wrong(err.Error())
		return nil
	}
	pg := &page{origin: w.p.url, at: answer.Request.URL, lang: lang, wrong: wrong}
	pg.look(root, false)
	return pg.links
}

// refusedRightly are addresses that a page offers, and that answer with a page
// that says what is needed first.
func refusedRightly(path string, status int) bool {
	return (strings.Contains(path, "/export?format=") || strings.HasPrefix(path, "/partners/") && strings.Contains(path, "/dossier")) && status == http.StatusForbidden // a step-up, a second person
}

var (
	// keyLike is what a word of the pages looks like that was not found.
	keyLike = regexp.MustCompile(`(^|[^\w./@-])(access|about|admin|approvals|case|common|decide|desk|erase|errors|event|export|glass|help|kinds|ledger|newcase|paper|people|public|questions|rules|settings|signin|warnings)\.[a-z][a-z0-9]*([-.][a-z0-9]+)*($|[^\w/-])`)
	// unfilled is an argument that nobody gave, or a template that failed.
	unfilled = regexp.MustCompile(`\{[a-z][a-z-]*\}|%!|<no value>|ZgotmplZ`)
)
