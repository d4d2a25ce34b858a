package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/casefile"
	"tocsin/internal/testkit/pgtest"
	"tocsin/ledger"
	"tocsin/receipt"
	"tocsin/record"
)

func TestMain(m *testing.M) { pgtest.Shared(m) }

// engines are the two databases, opened through Options as the program does.
func engines(b *testing.B, run func(b *testing.B, open func(b *testing.B) *App)) {
	b.Run("sqlite", func(b *testing.B) {
		run(b, func(b *testing.B) *App {
			return opened(b, Options{DataDir: filepath.Join(b.TempDir(), "data"), Create: true})
		})
	})
	b.Run("postgres", func(b *testing.B) {
		run(b, func(b *testing.B) *App {
			return opened(b, Options{DataDir: filepath.Join(b.TempDir(), "data"), Create: true, Database: pgtest.Database(b)})
		})
	})
}

func opened(b *testing.B, o Options) *App {
	b.Helper()
	a, err := Open(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := a.Close(); err != nil {
			b.Error(err)
		}
	})
	return a
}

const benchCase = `format: tocsin-casefile/1
case: BENCH-%d
title: A case to measure with
record: kept
products: [{id: gateway, name: Example Gateway, provider: acme}]
parties:
  - {id: acme, name: Acme Networks, country: DE, markets: [EU]}
  - {id: desk, name: Example Desk, country: DE, roles: [authority]}
`

// newCase imports a case and gives its handle.
func newCase(b *testing.B, a *App, n int) string {
	b.Helper()
	c, err := casefile.Parse("bench", fmt.Appendf(nil, benchCase, n))
	if err != nil {
		b.Fatal(err)
	}
	r, err := a.Keeper().Import(b.Context(), c, "bench", "")
	if err != nil {
		b.Fatal(err)
	}
	return r.Handle
}

// event has eight keys and a text of one KiB.
func event(b *testing.B) casefile.Event {
	b.Helper()
	e, err := casefile.EventFrom("commented by=acme of=gateway via=portal label=note at=2026-11-22T09:00:00Z", time.Now())
	if err != nil {
		b.Fatal(err)
	}
	e.Text = string(slices.Repeat([]byte("x"), 1024))
	return e
}

// BenchmarkEventWithReceipt is the whole path of one event on an idle machine:
// kept durably, a checkpoint published over it, its receipt made. Beside it
// stands what one fsync costs on the same disk, for the path has several.
//
//	go test ./app -run '^$' -bench EventWithReceipt -benchtime 300x
func BenchmarkEventWithReceipt(b *testing.B) {
	engines(b, func(b *testing.B, open func(b *testing.B) *App) {
		a := open(b)
		h := newCase(b, a, 0)
		var all []time.Duration
		n := 0
		for b.Loop() {
			if n++; n%20 == 0 { // cases of this size are what people have
				b.StopTimer()
				h = newCase(b, a, n)
				b.StartTimer()
			}
			start := time.Now()
			r, err := a.Keeper().AddEvent(b.Context(), h, event(b), record.AnyVersion, "bench", "")
			if err != nil {
				b.Fatal(err)
			}
			if _, err := a.Receipt(b.Context(), h, r.ID, "", []string{"text"}); err != nil {
				b.Fatal(err)
			}
			all = append(all, time.Since(start))
		}
		b.ReportMetric(ms(percentile(all, 50)), "p50-ms")
		b.ReportMetric(ms(percentile(all, 99)), "p99-ms")
		b.ReportMetric(ms(percentile(fsyncs(b, 100), 50)), "fsync-p50-ms")
	})
}

// BenchmarkClients compares one client, which waits for each commit, with 64
// that commit in groups, in the same run. Both write to the same number of
// cases in turn, so that the cases are of one size. An event is two leaves: its
// own and the numbered receipt of the party that acts.
//
//	go test ./app -run '^$' -bench Clients -benchtime 3000x
func BenchmarkClients(b *testing.B) {
	const cases = 64
	engines(b, func(b *testing.B, open func(b *testing.B) *App) {
		for _, clients := range []int{1, cases} {
			b.Run(fmt.Sprint(clients), func(b *testing.B) {
				a := open(b)
				handles := make([]string, cases)
				for i := range handles {
					handles[i] = newCase(b, a, i)
				}
				e := event(b)
				var next atomic.Int64
				var group sync.WaitGroup
				b.ResetTimer()
				for range clients {
					group.Go(func() {
						for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
							if _, err := a.Keeper().AddEvent(context.Background(), handles[i%cases], e, record.AnyVersion, "bench", ""); err != nil {
								b.Error(err)
								return
							}
						}
					})
				}
				group.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
			})
		}
	})
}

// BenchmarkMillion measures a log of one million leaves on the embedded store:
// the audit that derives everything again, and inclusion and consistency
// proofs without any cache.
//
//	go test ./app -run '^$' -bench Million -benchtime 5x -timeout 30m
func BenchmarkMillion(b *testing.B) {
	const leaves = 1_000_000
	a := opened(b, Options{DataDir: filepath.Join(b.TempDir(), "data"), Create: true})
	fill(b, a, leaves/2)
	old, err := a.Publish(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	fill(b, a, leaves)
	if _, err := a.Publish(b.Context()); err != nil {
		b.Fatal(err)
	}
	view := func(b *testing.B, fn func(r ledger.Reader) error) {
		b.Helper()
		if err := a.db.ViewLog(b.Context(), fn); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("audit", func(b *testing.B) {
		for b.Loop() {
			view(b, func(r ledger.Reader) error {
				report, err := ledger.Audit(b.Context(), r, a.keys(), nil)
				if err == nil && (len(report.Findings) > 0 || report.Leaves < leaves) {
					err = fmt.Errorf("the audit is not clean: %+v", report)
				}
				return err
			})
		}
		b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/audit")
	})
	proofs := func(name string, prove func(r ledger.Reader, last ledger.Signed, i int64) error) {
		b.Run(name, func(b *testing.B) {
			var all []time.Duration
			for b.Loop() {
				for i := range int64(200) {
					start := time.Now()
					view(b, func(r ledger.Reader) error {
						last, err := r.LastCheckpoint(b.Context(), ledger.Published)
						if err != nil {
							return err
						}
						return prove(r, last, i*7919%leaves)
					})
					all = append(all, time.Since(start))
				}
			}
			b.ReportMetric(ms(percentile(all, 50)), "p50-ms")
			b.ReportMetric(ms(percentile(all, 99)), "p99-ms")
		})
	}
	proofs("inclusion", func(r ledger.Reader, last ledger.Signed, i int64) error {
		_, err := ledger.Prove(b.Context(), r, last.Epoch, i, last.Size, last.Root)
		return err
	})
	proofs("consistency", func(r ledger.Reader, last ledger.Signed, _ int64) error {
		_, err := ledger.Consistency(b.Context(), r, last.Epoch, old.Size, last.Size, old.Root, last.Root)
		return err
	})
}

// fill appends bare leaves, without records, until the log has size leaves.
func fill(b *testing.B, a *App, size int64) {
	b.Helper()
	for done := false; !done; {
		err := a.db.UpdateLog(b.Context(), func(w ledger.Writer) error {
			h, err := w.Head(b.Context())
			if err != nil {
				return err
			}
			entries := make([]receipt.Entry, min(size-h.Size, 1<<14))
			for i := range entries {
				entries[i][0] = receipt.EntryVersion
				if _, err := rand.Read(entries[i][1:]); err != nil {
					return err
				}
			}
			done = h.Size+int64(len(entries)) == size
			_, _, err = ledger.Extend(b.Context(), w, entries, time.Now())
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// fsyncs times appends of 4 KiB that are forced to the disk.
func fsyncs(b *testing.B, n int) []time.Duration {
	b.Helper()
	f, err := os.Create(filepath.Join(b.TempDir(), "fsync"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	var all []time.Duration
	for range n {
		start := time.Now()
		if _, err := f.Write(make([]byte, 4096)); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
		all = append(all, time.Since(start))
	}
	return all
}

func percentile(all []time.Duration, p int) time.Duration {
	slices.Sort(all)
	return all[min(len(all)-1, len(all)*p/100)]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
