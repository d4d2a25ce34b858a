package app

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"tocsin/internal/edge"
	"tocsin/internal/fault"
)

// Bounds of the server. A stream lifts the two that count a whole request.
const (
	headTime  = 10 * time.Second // for the head of a request
	bodyTime  = 60 * time.Second // for all of it: 8 MiB at 150 kB/s
	replyTime = 90 * time.Second // until the answer is read
	idleTime  = 2 * time.Minute
	headBytes = 16 << 10
	stopTime  = 10 * time.Second // what is under way has this long

	maxConns     = 4096 // over all
	maxConnsEach = 512  // from one address
)

// server is one address that answers; a loopback address in both families.
type server struct {
	http      *http.Server
	listeners []net.Listener
	failed    chan error
	stopping  chan struct{} // closed first, so that streams end
}

// listen takes the address that a flag names, and answers nothing yet.
func listen(ctx context.Context, flag, addr string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "listening on %s: %v; name another address with %s", addr, reason(err), flag)
	}
	return l, nil
}

// beside takes the same port of the other loopback address, so that "localhost"
// is this program and nobody else's, whichever of the two a browser tries first.
// named is false if somebody else has it: then only the address itself is safe to
// be told. Where the other family is not there, nobody can have it.
func beside(ctx context.Context, l net.Listener) (other net.Listener, named bool) {
	ap, err := netip.ParseAddrPort(l.Addr().String())
	if err != nil {
		return nil, false
	}
	sister := netip.IPv6Loopback()
	switch ap.Addr().Unmap() {
	case netip.MustParseAddr("127.0.0.1"):
	case sister:
		sister = netip.MustParseAddr("127.0.0.1")
	default:
		return nil, false
	}
	other, err = (&net.ListenConfig{}).Listen(ctx, "tcp", netip.AddrPortFrom(sister, ap.Port()).String())
	if err != nil {
		return nil, !errors.Is(err, syscall.EADDRINUSE) && !errors.Is(err, syscall.EACCES)
	}
	return other, true
}

// reason is the system's word for a network error, without the address again.
func reason(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// newServer answers on the listeners from start on.
func newServer(ls []net.Listener, h http.Handler, proxies []netip.Prefix, cert *certificate, stopping chan struct{}) *server {
	var bounded []net.Listener
	for _, l := range ls {
		l = edge.Listen(l, maxConns, maxConnsEach, proxies)
		if cert != nil {
			l = tls.NewListener(l, cert.config())
		}
		bounded = append(bounded, l)
	}
	return &server{listeners: bounded, failed: make(chan error, len(bounded)), stopping: stopping, http: &http.Server{
		Handler: h, ReadHeaderTimeout: headTime, ReadTimeout: bodyTime, WriteTimeout: replyTime, IdleTimeout: idleTime, MaxHeaderBytes: headBytes,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // it would repeat what strangers send
	}}
}

func (s *server) start() {
	for _, l := range s.listeners {
		go func() { s.failed <- s.http.Serve(l) }()
	}
}

// stop takes no more requests, ends streams at once, and lets what is under way
// finish within stopTime.
func (s *server) stop() error {
	close(s.stopping)
	ctx, done := context.WithTimeout(context.Background(), stopTime)
	defer done()
	err := s.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.http.Close()
	}
	if err != nil {
		return fault.New(fault.Unavailable, "ending: %v", err)
	}
	return nil
}
