package edge

import (
	"context"
	"crypto/rand"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// facts are what the edge found out about a request.
type facts struct {
	address  netip.Addr
	id       string
	secure   bool
	stopping <-chan struct{}
}

type factsKey struct{}

func of(ctx context.Context) *facts {
	if f, ok := ctx.Value(factsKey{}).(*facts); ok {
		return f
	}
	return &facts{}
}

// Address is where the request came from, through trusted proxies; the zero
// address if that is not known.
func Address(ctx context.Context) netip.Addr { return of(ctx).address }

// RequestID is a random word that log lines and error pages share.
func RequestID(ctx context.Context) string { return of(ctx).id }

// Secure tells whether the request came by https.
func Secure(ctx context.Context) bool { return of(ctx).secure }

func (e *edge) facts(r *http.Request) *facts {
	f := &facts{id: rand.Text()[:16], secure: r.TLS != nil || e.o.Secure, stopping: e.o.Stopping}
	if ap, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		f.address = ap.Addr().Unmap().WithZone("")
	}
	if e.trusted(f.address) {
		f.address = e.client(f.address, r.Header.Values("X-Forwarded-For"))
		f.secure = f.secure || r.Header.Get("X-Forwarded-Proto") == "https"
	}
	return f
}

func (e *edge) trusted(a netip.Addr) bool {
	for _, p := range e.o.Proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// client is the rightmost address that is no trusted proxy: whatever stands left
// of it was written by somebody whom nobody vouches for. An entry that is no
// address ends the walk at the proxy that let it through.
func (e *edge) client(peer netip.Addr, forwarded []string) netip.Addr {
	hops := strings.Split(strings.Join(forwarded, ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		a, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return peer
		}
		peer = a.Unmap().WithZone("")
		if !e.trusted(peer) {
			return peer
		}
	}
	return peer
}

// bucket is whom a rate is counted for: an IPv4 address, or the /64 that one
// customer of IPv6 has to themself (RFC 6177).
func bucket(a netip.Addr) string {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

// plainHost writes a host as it is compared: small letters, without the port
// that every browser leaves out.
func plainHost(host string) string {
	host = strings.ToLower(host)
	if name, port, err := net.SplitHostPort(host); err == nil && (port == "80" || port == "443") {
		if strings.Contains(name, ":") {
			return "[" + name + "]"
		}
		return name
	}
	return host
}

// Loopback are the hosts under which a server that listens on a loopback address
// may be asked: no name that a stranger's DNS could point there.
func Loopback(port string) []string {
	return []string{"localhost:" + port, "127.0.0.1:" + port, "[::1]:" + port}
}
