package edge

import (
	"bytes"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// Whatever stands in a request's line, host and headers: it is answered with a
// status of the edge or of a route, nothing of it is in the log, and the address
// is one that somebody vouched for.
func FuzzRequest(f *testing.F) {
	f.Add("GET", "/cases/x", "tocsin.example.org", "198.51.100.1", "same-origin", "")
	f.Add("POST", "/cases?a=b", "evil.example.net", "10.0.0.9, 203.0.113.1", "cross-site", "null")
	f.Add("BREW", "/%2e%2e/%00", "[::1]:80", "::ffff:10.0.0.1, nonsense", "", "https://x")
	f.Add("TRACE", "*", "", ",,,", "none", "\x00")
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")}
	f.Fuzz(func(t *testing.T, method, path, host, forwarded, site, origin string) {
		if method == "" || strings.ContainsAny(method, " \r\n") {
			return // the server's parser lets none through
		}
		var b bytes.Buffer
		o := basic()
		o.Log, o.Proxies = logger(&b), proxies
		var from netip.Addr
		mux := site0(func(r *http.Request) { from = Address(r.Context()) })
		r := ask(Wrap(mux, o), asked{method: method, url: path, host: "none" + host, from: "10.0.0.1:9", head: map[string]string{
			"X-Forwarded-For": forwarded, "Sec-Fetch-Site": site, "Origin": origin,
		}})
		if !slices.Contains([]int{200, 301, 307, 400, 403, 404, 405, 414, 421}, r.StatusCode) {
			t.Errorf("%d", r.StatusCode)
		}
		if r.StatusCode == 200 && plainHost(host) != "tocsin.example.org" {
			t.Errorf("answered as %q", host)
		}
		if from.IsValid() && from != netip.MustParseAddr("10.0.0.1") && !strings.Contains(forwarded, from.String()) && !from.Is6() {
			t.Errorf("from %s, of %q", from, forwarded)
		}
		for _, s := range []string{path, host, forwarded, origin} {
			if len(s) > 16 && strings.Contains(b.String(), s) {
				t.Errorf("the log repeats %q: %s", s, b.String())
			}
		}
	})
}

// site0 is a mux with one route that shows each request to see.
func site0(see func(*http.Request)) *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) { see(r) })
	return mux
}
