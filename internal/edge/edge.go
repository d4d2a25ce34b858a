package edge

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"tocsin/internal/fault"
)

// Options of Wrap.
type Options struct {
	Hosts   []string       // names under which the platform is asked for, with port where it is not the scheme's own
	Proxies []netip.Prefix // whose X-Forwarded-For and X-Forwarded-Proto are believed
	Secure  bool           // pages are reached by https: HSTS, __Host- cookies
	Now     func() time.Time
	Log     *slog.Logger
	Observe func(pattern, method string, status int, took time.Duration) // metrics; nil: none

	BodyLimit  int64 // bytes; 0: 1 MiB. A route may raise it (Allow).
	PerAddress Rate  // of requests; zero: 50 a second, bursts of 200
}

// Rate is a token bucket.
type Rate struct {
	PerSecond float64
	Burst     int
}

// Wrap puts the edge in front of a mux. The mux's patterns name the routes in
// logs and metrics.
func Wrap(mux *http.ServeMux, o Options) http.Handler { panic("todo") }

// Address is where the request came from, through trusted proxies.
func Address(ctx context.Context) netip.Addr { panic("todo") }

// RequestID is a random word that log lines and error pages share.
func RequestID(ctx context.Context) string { panic("todo") }

// Secure tells whether the request came by https.
func Secure(ctx context.Context) bool { panic("todo") }

// Status maps a kind to its HTTP status: the one table.
func Status(k fault.Kind) int { panic("todo") }

// Limiter is a token bucket a key, in bounded memory.
type Limiter struct{}

// NewLimiter makes one.
func NewLimiter(r Rate, now func() time.Time) *Limiter { panic("todo") }

// Allow takes a token; if there is none it says how long to wait.
func (l *Limiter) Allow(key string) (wait time.Duration, ok bool) { panic("todo") }
