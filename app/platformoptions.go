package app

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/internal/edge"
	"tocsin/internal/fault"
)

// PlatformOptions say how the platform is served. Addr is needed.
type PlatformOptions struct {
	Addr        string         // HOST:PORT
	Hosts       []string       // names under which people ask for it, with a port where it is not the scheme's own
	Proxies     []netip.Prefix // reverse proxies that are believed; they speak https to people
	TLSCert     string         // files in PEM; both or neither
	TLSKey      string
	MetricsAddr string // "" is none
	Ping        string // address asked after each good canary; "" is none
	SSO         SSO
	Rate        edge.Rate // of requests from one address; zero is the edge's own
	PersonRate  edge.Rate // of requests to the API by one person; zero: 50 a second, bursts of 300

	SecurityContacts []string // whom to tell of a flaw (RFC 9116), the preferred one first; none: nothing is published
	SecurityPolicy   string   // page that says how, "" for none

	Recover string // login of somebody who lost every way in: a link for them is made at the start

	// Demo lets everybody who has a link of the demo in, again and again.
	Demo bool

	Every time.Duration    // between two checkpoints
	Pad   int64            // the log grows by multiples of it
	Tick  <-chan time.Time // nil: a ticker of Every

	Ready   func(Listening)      // called once it listens; may be nil
	Mounted func(*http.ServeMux) // called with all routes before any is answered; may be nil
}

// SSO names the provider of single sign-on (OpenID Connect).
type SSO struct {
	Issuer     string
	ClientID   string
	SecretFile string // holds the client's secret
}

// Listening tells where the platform is reached.
type Listening struct {
	Addr    string // that it listens on
	URL     string // for people, without a slash at the end
	Metrics string // address of the metrics, "" for none
	First   string // one-time link that makes the first administrator, "" if there are people

	Recovery string // one-time link for the person of Recover
}

// Check refuses what is half secure, each with a sentence. It reads the modes of
// the files that hold secrets, and nothing else of the world.
func (o PlatformOptions) Check() error {
	host, _, err := net.SplitHostPort(o.Addr)
	if err != nil {
		return refused("--addr: %q is not HOST:PORT, such as 127.0.0.1:8321", o.Addr)
	}
	for _, check := range []func(loopback bool) error{o.checkTLS, o.checkProxies, o.checkHosts, o.checkSSO, o.checkMetrics, o.checkPing, o.checkContacts} {
		if err := check(isLoopback(host)); err != nil {
			return err
		}
	}
	return nil
}

func refused(format string, args ...any) error { return fault.New(fault.Invalid, format, args...) }

// isLoopback tells whether only this machine reaches a host to listen on.
func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

func (o PlatformOptions) tls() bool { return o.TLSCert != "" }

// secure tells whether people come by https.
func (o PlatformOptions) secure() bool { return o.tls() || len(o.Proxies) > 0 }

func (o PlatformOptions) checkTLS(loopback bool) error {
	switch {
	case (o.TLSCert == "") != (o.TLSKey == ""):
		return refused("--tls-cert and --tls-key belong together: the certificate with its chain, and the key to it, both in PEM")
	case !loopback && !o.secure():
		return refused("--addr %s is reached from outside, and passwords would cross the network in clear: give --tls-cert and --tls-key, or listen on 127.0.0.1 behind a proxy and name it with --behind-proxy", o.Addr)
	case o.tls():
		return ownersAlone("--tls-key", o.TLSKey)
	}
	return nil
}

// ownersAlone refuses a file with a secret that others on this machine may read.
func ownersAlone(flag, path string) error {
	st, err := os.Stat(path)
	if err != nil {
		return refused("%s: the file cannot be read: %v", flag, err)
	}
	if st.IsDir() {
		return refused("%s: %s is a folder, not a file", flag, path)
	}
	if mode := st.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 {
		return refused("%s: others on this machine may read %s (its mode is %#o); chmod 600 it, and think of a new secret", flag, path, mode)
	}
	return nil
}

func (o PlatformOptions) checkProxies(bool) error {
	if len(o.Proxies) > 0 && len(o.Hosts) == 0 {
		return refused("--behind-proxy without --host: behind a proxy the platform does not know its own name; give the one that people type, such as --host tocsin.example.org")
	}
	for _, p := range o.Proxies {
		if most := 8; p.Bits() < most || p.Addr().Is6() && p.Bits() < 2*most {
			return refused("--behind-proxy %s would believe nearly everybody about where they come from; name the proxy itself, such as 127.0.0.1/32", p)
		}
	}
	return nil
}

func (o PlatformOptions) checkHosts(loopback bool) error {
	if !loopback && len(o.Hosts) == 0 {
		return refused("--addr %s is reached from outside, and without --host any name would do; give the one that people type, such as --host tocsin.example.org", o.Addr)
	}
	for _, h := range o.Hosts {
		name, port := h, ""
		if n, p, err := net.SplitHostPort(h); err == nil {
			name, port = n, p
		}
		if n, err := strconv.Atoi(port); port != "" && (err != nil || n < 1 || n > 65535) || !hostName(strings.Trim(name, "[]")) {
			return refused("--host %q is not a name such as tocsin.example.org, or one with a port such as tocsin.example.org:8443", h)
		}
		if loopback && !o.secure() && !isLoopback(strings.Trim(name, "[]")) {
			return refused("--host %s while --addr %s is reached from this machine alone: something in front must bring people here; name it with --behind-proxy, such as --behind-proxy 127.0.0.1/32, so that https is known to be there", h, o.Addr)
		}
	}
	return nil
}

// hostName tells whether s is an address or a name of letters, digits, hyphens
// and dots (RFC 1123, 2.1).
func hostName(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	if s == "" || len(s) > 253 {
		return false
	}
	return !slices.ContainsFunc(strings.Split(s, "."), func(label string) bool {
		return label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.ContainsFunc(label, func(r rune) bool {
				return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-'
			})
	})
}

func (o PlatformOptions) checkSSO(bool) error {
	s := o.SSO
	if s == (SSO{}) {
		return nil
	}
	if s.Issuer == "" || s.ClientID == "" || s.SecretFile == "" {
		return refused("single sign-on needs all of --sso-issuer, --sso-client-id and --sso-secret-file")
	}
	u, err := url.Parse(s.Issuer)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return refused("--sso-issuer: %q is not the address of a provider, such as https://id.example.org/realms/main", s.Issuer)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		return refused("--sso-issuer %s is not https: whoever is on the way could sign in as anybody", s.Issuer)
	}
	return ownersAlone("--sso-secret-file", s.SecretFile)
}

func (o PlatformOptions) checkMetrics(bool) error {
	if o.MetricsAddr == "" {
		return nil
	}
	host, port, err := net.SplitHostPort(o.MetricsAddr)
	switch a, aerr := netip.ParseAddr(host); {
	case err != nil:
		return refused("--metrics-addr: %q is not HOST:PORT, such as 127.0.0.1:9321", o.MetricsAddr)
	case host == "" || aerr == nil && a.IsUnspecified():
		return refused("--metrics-addr %s listens on every network; how busy the platform is concerns whoever watches it: name one address, such as 127.0.0.1:9321", o.MetricsAddr)
	case o.MetricsAddr == o.Addr && port != "0":
		return refused("--metrics-addr is the same as --addr; metrics are never on the address of the pages")
	}
	return nil
}

func (o PlatformOptions) checkPing(bool) error {
	if o.Ping == "" {
		return nil
	}
	u, err := url.Parse(o.Ping)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return refused("--ping: not an address that can be asked, such as https://watch.example.org/ping/7")
	}
	return nil
}

// url is where people reach the platform that listens on addr; named says that
// "localhost" is nobody else's. Passkeys are made for names and not for addresses
// (WebAuthn, 5.1.2).
func (o PlatformOptions) url(addr string, named bool) string {
	host, port, err := net.SplitHostPort(addr)
	switch {
	case len(o.Hosts) > 0 && o.secure():
		return "https://" + o.Hosts[0]
	case o.tls():
		return "https://" + addr
	case len(o.Hosts) > 0: // a tunnel: Check let no other name pass
		return "http://" + o.Hosts[0]
	case err == nil && named && isLoopback(host):
		return "http://localhost:" + port
	}
	return "http://" + addr
}

// hosts are all names under which the platform that listens on addr answers.
func (o PlatformOptions) hosts(addr string) []string {
	out := slices.Clone(o.Hosts)
	if host, port, err := net.SplitHostPort(addr); err == nil && isLoopback(host) {
		out = append(out, edge.Loopback(port)...)
		if a, err := netip.ParseAddr(host); err == nil && !slices.Contains(out, net.JoinHostPort(a.String(), port)) {
			out = append(out, net.JoinHostPort(a.String(), port))
		}
	}
	return out
}

// origins are those of the pages: of hosts by https, and of this machine.
func (o PlatformOptions) origins(addr string) []string {
	var out []string
	for _, h := range o.hosts(addr) {
		name := h
		if n, _, err := net.SplitHostPort(h); err == nil {
			name = n
		}
		scheme := "http"
		if o.tls() || o.secure() && !isLoopback(strings.Trim(name, "[]")) {
			scheme = "https"
		}
		out = append(out, scheme+"://"+h)
	}
	return out
}
