package telemetry

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// askTime is how long the figures of one scrape may take.
const askTime = 3 * time.Second

// figures asks once a scrape for numbers that nobody counts in between.
type figures struct {
	ask func(context.Context) Figures
}

func gauge(name, help string) *prometheus.Desc { return prometheus.NewDesc(name, help, nil, nil) }

// What is asked for. None has a label: a number of one party would be content.
var (
	duties     = gauge("tocsin_duties_open", "Duties that are not done, over all cases.")
	pastDue    = gauge("tocsin_duties_past_due", "Duties that are not done and past due.")
	oldest     = gauge("tocsin_duties_oldest_past_due_seconds", "How long the oldest of them is past due.")
	size       = gauge("tocsin_ledger_entries", "Entries of the log.")
	checkpoint = gauge("tocsin_checkpoint_age_seconds", "Since a checkpoint was signed last.")
	canaryAge  = gauge("tocsin_canary_age_seconds", "Since the last good run of the canary; above 600 nothing is signed.")
	ready      = gauge("tocsin_ready", "1 while people can rely on the platform, as /readyz says.")
	diverged   = gauge("tocsin_ledger_read_only", "1 while the log contradicts what was signed, and nothing can be written.")
)

// Describe implements prometheus.Collector.
func (*figures) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{duties, pastDue, oldest, size, checkpoint, canaryAge, ready, diverged} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (f *figures) Collect(out chan<- prometheus.Metric) {
	ctx, done := context.WithTimeout(context.Background(), askTime)
	defer done()
	n := f.ask(ctx)
	for _, g := range []struct {
		desc  *prometheus.Desc
		value float64
	}{
		{duties, float64(n.Duties)}, {pastDue, float64(n.PastDue)}, {oldest, n.OldestPastDue.Seconds()}, {size, float64(n.LedgerSize)},
		{checkpoint, n.CheckpointAge.Seconds()}, {canaryAge, n.CanaryAge.Seconds()}, {ready, one(n.Ready)}, {diverged, one(n.Diverged)},
	} {
		if g.value >= 0 {
			out <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, g.value)
		}
	}
}

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
