package telemetry

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"tocsin/internal/fault"
)

// Figures are numbers that are asked for at each scrape. A negative number is
// not known, and not shown.
type Figures struct {
	Duties        int64         // not done, over all cases
	PastDue       int64         // of them
	OldestPastDue time.Duration // how long the oldest of them is past due; 0 for none
	LedgerSize    int64         // entries
	CheckpointAge time.Duration // since one was signed last
	CanaryAge     time.Duration // since the last good run
	Ready         bool
	Diverged      bool
}

// Options of Metrics.
type Options struct {
	Patterns []string // of the routes; others are counted under "other"
	Figures  func(context.Context) Figures
	Version  string
	// Began is when the process began to work.
	Began time.Time
}

// Metrics counts. It is safe for many goroutines.
type Metrics struct {
	registry *prometheus.Registry
	patterns map[string]bool
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	faults   *prometheus.CounterVec
}

// others stands for what is on no list.
const others = "other"

// latencies in seconds; 0.1 is what a page may take.
var latencies = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10}

// New makes the counters.
func New(o Options) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		patterns: make(map[string]bool, len(o.Patterns)),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tocsin_http_requests_total", Help: "Requests by pattern of the route, method and class of the status.",
		}, []string{"route", "method", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tocsin_http_request_seconds", Help: "How long requests took, by pattern of the route.", Buckets: latencies,
		}, []string{"route"}),
		faults: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tocsin_database_errors_total", Help: "Calls to the database that failed, by kind of the error.",
		}, []string{"kind"}),
	}
	for _, p := range o.Patterns {
		m.patterns[p] = true
	}
	for _, k := range kinds { // a rate needs the zero before the first error
		m.faults.WithLabelValues(word(k))
	}
	m.registry.MustRegister(m.requests, m.took, m.faults,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "tocsin_start_time_seconds", Help: "When the program began to serve, in seconds since 1970.",
		}, func() float64 { return float64(o.Began.Unix()) }),
	)
	if o.Version != "" {
		build := prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "tocsin_build_info", Help: "Always 1; the version of the program.", ConstLabels: prometheus.Labels{"version": o.Version},
		})
		build.Set(1)
		m.registry.MustRegister(build)
	}
	if o.Figures != nil {
		m.registry.MustRegister(&figures{ask: o.Figures})
	}
	return m
}

// Request counts one request: the pattern that took it, without its method, or
// what the edge calls one that no pattern took.
func (m *Metrics) Request(pattern, method string, status int, took time.Duration) {
	if !m.patterns[pattern] {
		pattern = others
	}
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
	default:
		method = others
	}
	m.requests.WithLabelValues(pattern, method, class(status)).Inc()
	m.took.WithLabelValues(pattern).Observe(took.Seconds())
}

// class is 1xx to 5xx.
func class(status int) string {
	if status < 100 || status > 599 {
		return others
	}
	return strconv.Itoa(status/100) + "xx"
}

// kinds are those of errors that a database can cause.
var kinds = []fault.Kind{fault.Unavailable, fault.Conflict, fault.Internal, fault.Forbidden}

// DatabaseError counts a call that failed.
func (m *Metrics) DatabaseError(kind fault.Kind) { m.faults.WithLabelValues(word(kind)).Inc() }

// word is a kind as a label.
func word(kind fault.Kind) string {
	for _, k := range kinds {
		if k == kind {
			return string(k)
		}
	}
	return others
}

// Handler answers a scrape.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 10 * time.Second, ErrorHandling: promhttp.ContinueOnError})
}
