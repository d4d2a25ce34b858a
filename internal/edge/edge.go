package edge

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Options of Wrap.
type Options struct {
	Hosts   []string       // names under which the platform is asked for, with port where it is not the scheme's own
	Proxies []netip.Prefix // whose X-Forwarded-For and X-Forwarded-Proto are believed
	Secure  bool           // pages are reached by https: HSTS, __Host- cookies
	Now     func() time.Time
	Log     *slog.Logger
	Observe func(pattern, method string, status int, took time.Duration) // metrics; nil: none

	BodyLimit  int64            // bytes; 0: 1 MiB
	Larger     map[string]int64 // patterns of the mux whose bodies may have more
	PerAddress Rate             // of requests; zero: 50 a second, bursts of 200

	FormAction []string        // origins beside our own to which a form may lead: single sign-on
	Stopping   <-chan struct{} // closed when the server is about to stop; ends what Stream opened

	// Refuse writes the page of a refusal by the edge itself; nil: one line of
	// text. The headers that keep a browser from harm are set already.
	Refuse func(w http.ResponseWriter, r *http.Request, status int)
}

// Rate is a token bucket.
type Rate struct {
	PerSecond float64
	Burst     int
}

// Limits of what is looked at: no address of ours is longer.
const (
	defaultBody = 1 << 20
	maxPath     = 2 << 10
	maxQuery    = 8 << 10
)

// edge is a mux behind its checks.
type edge struct {
	mux    *http.ServeMux
	o      Options
	hosts  map[string]bool
	origin *http.CrossOriginProtection
	rate   *Limiter
	fixed  http.Header
}

// Wrap puts the edge in front of a mux. The mux's patterns name the routes in
// logs and metrics.
func Wrap(mux *http.ServeMux, o Options) http.Handler {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.BodyLimit <= 0 {
		o.BodyLimit = defaultBody
	}
	if o.PerAddress == (Rate{}) {
		o.PerAddress = Rate{PerSecond: 50, Burst: 200}
	}
	e := &edge{mux: mux, o: o, hosts: make(map[string]bool), origin: http.NewCrossOriginProtection(), rate: NewLimiter(o.PerAddress, o.Now), fixed: headers(o)}
	for _, h := range o.Hosts {
		e.hosts[plainHost(h)] = true
	}
	return e
}

// ServeHTTP checks in order of cost: what is refused for its form never reaches
// a limiter's memory, what is refused by a limiter never reaches a handler.
func (e *edge) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	began := e.o.Now()
	w := &writer{ResponseWriter: rw}
	f := e.facts(r)
	r = r.WithContext(context.WithValue(r.Context(), factsKey{}, f))
	defer func() { e.done(w, r, f, began, recover()) }()

	h := w.Header()
	for k, v := range e.fixed {
		h[k] = v
	}
	h.Set("X-Request-Id", f.id)
	if status, retry := e.check(r, f); status != 0 {
		if retry > 0 {
			SetRetry(h, retry)
		}
		e.refuse(w, r, status)
		return
	}
	limit := e.o.BodyLimit
	_, pattern := e.mux.Handler(r)
	if l, ok := e.o.Larger[pattern]; ok {
		limit = l
	}
	if r.ContentLength > limit {
		h.Set("Connection", "close") // rather than read what is not wanted
		e.refuse(w, r, http.StatusRequestEntityTooLarge)
		return
	}
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = http.MaxBytesReader(rw, r.Body, limit)
	}
	e.mux.ServeHTTP(w, r)
}

// check gives the status of a refusal, 0 for none, and how long to wait.
func (e *edge) check(r *http.Request, f *facts) (status int, retry time.Duration) {
	switch {
	case !known(r.Method):
		return http.StatusMethodNotAllowed, 0
	case len(r.URL.Path) > maxPath || len(r.URL.RawQuery) > maxQuery:
		return http.StatusRequestURITooLong, 0
	case !e.hosts[plainHost(r.Host)]:
		return http.StatusMisdirectedRequest, 0
	case !clean(r.URL):
		return http.StatusNotFound, 0 // a mux would redirect to the path it wants
	}
	if wait, ok := e.rate.Allow(bucket(f.address)); !ok {
		return http.StatusTooManyRequests, wait
	}
	if e.origin.Check(r) != nil {
		return http.StatusForbidden, 0
	}
	return 0, 0
}

// known tells whether a method is one that some route takes. Others are refused
// before they can become a label.
func known(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return true
	}
	return false
}

// clean tells whether a path names what it names to the letter: no empty, dot
// or encoded dot segments, no backslash or control character, however written.
func clean(u *url.URL) bool {
	path := u.EscapedPath()
	if !strings.HasPrefix(path, "/") || strings.Contains(path, "//") || strings.Contains(strings.ToLower(path), "%2e") {
		return false
	}
	for s := range strings.SplitSeq(path, "/") {
		if s == "." || s == ".." {
			return false
		}
	}
	return !strings.ContainsFunc(u.Path, func(r rune) bool { return r < 0x20 || r == 0x7f || r == '\\' })
}
