package edge

import (
	"net"
	"net/netip"
	"sync"
)

// Listen bounds how many connections are open at once, over all and from one
// address (an IPv6 /64). A connection too many is closed unread: whoever opens
// thousands and says nothing costs a few bytes each, and shuts nobody else out.
// A trusted proxy brings many people, and is bounded by total alone.
func Listen(l net.Listener, total, each int, proxies []netip.Prefix) net.Listener {
	return &bounded{Listener: l, total: total, each: each, proxies: proxies, by: make(map[string]int)}
}

type bounded struct {
	net.Listener
	total, each int
	proxies     []netip.Prefix

	mu   sync.Mutex
	open int
	by   map[string]int
}

// Accept gives the next connection that is within the bounds.
func (b *bounded) Accept() (net.Conn, error) {
	for {
		c, err := b.Listener.Accept()
		if err != nil {
			return nil, err
		}
		key := b.key(c.RemoteAddr())
		if b.take(key) {
			return &counted{Conn: c, free: sync.OnceFunc(func() { b.free(key) })}, nil
		}
		_ = c.Close() // nothing was said on it
	}
}

// key is "" for those who are not counted on their own.
func (b *bounded) key(a net.Addr) string {
	ap, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return ""
	}
	ip := ap.Addr().Unmap()
	for _, p := range b.proxies {
		if p.Contains(ip) {
			return ""
		}
	}
	return bucket(ip)
}

func (b *bounded) take(key string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open >= b.total || key != "" && b.by[key] >= b.each {
		return false
	}
	b.open++
	if key != "" {
		b.by[key]++
	}
	return true
}

func (b *bounded) free(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open--
	if key == "" {
		return
	}
	if b.by[key]--; b.by[key] <= 0 {
		delete(b.by, key)
	}
}

// counted gives its place back once.
type counted struct {
	net.Conn
	free func()
}

func (c *counted) Close() error {
	defer c.free()
	return c.Conn.Close()
}
