package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/coordination"
)

const writeClients = 64

// smallCase is kept by whoever is acme in it.
const smallCase = `format: tocsin-casefile/1
case: TOC-%d
title: A small case (invented)
record: kept
tlp: AMBER
products: [{id: gateway, name: Example Gateway, provider: acme}]
parties:
  - {id: acme, name: Acme Networks, country: DE, markets: [EU], roles: [manufacturer]}
  - {id: finder, name: A finder, country: FR, roles: [finder]}
events:
  - {id: first, kind: reported, by: finder, to: [acme], of: gateway, at: %q}
`

// writer is one client of the API with a token and a case of its own.
type writer struct {
	client  *http.Client
	token   string
	address string
	handle  string
}

// writers are people of the house, each with a case.
func writers(b *testing.B, p *Platform, n int) []*writer {
	b.Helper()
	who := as(b, p, "house")
	out := make([]*writer, n)
	var group sync.WaitGroup
	for i := range out {
		group.Go(func() {
			r, err := p.Desk().Import(b.Context(), who, "bench.yaml", fmt.Appendf(nil, smallCase, i, time.Now().Add(-time.Hour).Format(time.RFC3339)), "")
			if err != nil {
				b.Error(err)
				return
			}
			if _, err := p.Desk().GiveSeat(b.Context(), who, r.Handle, coordination.SeatAsked{Org: "house", Role: access.Owner, Party: "acme"}); err != nil {
				b.Error(err)
			}
			token, _, err := p.People().NewToken(b.Context(), fmt.Sprintf("house-%d", i), "bench", []string{"*"}, time.Hour)
			if err != nil {
				b.Error(err)
			}
			c := &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 2}}
			b.Cleanup(c.CloseIdleConnections)
			out[i] = &writer{client: c, token: token, handle: r.Handle, address: p.URL() + "/api/v1/cases/" + r.Handle + "/events"}
		})
	}
	group.Wait()
	if b.Failed() {
		b.FailNow()
	}
	return out
}

// add sends one event, and returns when it is acknowledged.
func (w *writer) add(ctx context.Context, key string) error {
	body, err := json.Marshal(map[string]any{"kind": "commented", "by": "acme", "of": "gateway", "at": time.Now().UTC().Format(time.RFC3339),
		"text": "what was said under " + key + ": " + strings.Repeat("a few words, ", 16)})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.address, strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+w.token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", key)
	res, err := w.client.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusCreated {
		err = fmt.Errorf("%d %.300s", res.StatusCode, text)
	}
	return err
}

// BenchmarkWrites is events sent to the API with tokens and idempotency keys, by
// 64 clients that each wait for the answer, on 64 cases of their own. What is
// answered is durable. Beside the rate it tells how long after an event was kept
// the desk's lines were made of it, while the load lasts.
//
//	go test ./app -run '^$' -bench Writes -benchtime 6400x
func BenchmarkWrites(b *testing.B) {
	platforms(b, func(b *testing.B, p *Platform) {
		crew(b, p, writeClients)
		all := writers(b, p, writeClients)
		for _, clients := range []int{1, writeClients} {
			b.Run(fmt.Sprint(clients), func(b *testing.B) {
				behind := projectionLag(b, p, all)
				var next, acked atomic.Int64
				var mu sync.Mutex
				var took []time.Duration
				var group sync.WaitGroup
				run, used := time.Now().UnixNano(), cpuTime()
				b.ResetTimer()
				for c := range clients {
					group.Go(func() {
						for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
							who := all[c]
							if clients == 1 { // cases of one size on both sides
								who = all[i%writeClients]
							}
							began := time.Now()
							if err := who.add(b.Context(), fmt.Sprintf("bench-%d-%d", run, i)); err != nil {
								b.Error(err)
								return
							}
							acked.Add(1)
							mu.Lock()
							took = append(took, time.Since(began))
							mu.Unlock()
						}
					})
				}
				group.Wait()
				b.StopTimer()
				elapsed := b.Elapsed()
				lags, last := behind()
				b.ReportMetric(ms(cpuTime()-used)/float64(acked.Load()), "cpu-ms/event") // with the projection, without PostgreSQL's own
				b.ReportMetric(float64(acked.Load())/elapsed.Seconds(), "events/s")
				for _, q := range []int{50, 95, 99} {
					b.ReportMetric(ms(percentile(took, q)), fmt.Sprintf("p%d-ms", q))
				}
				b.ReportMetric(ms(percentile(lags, 50)), "behind-p50-ms")
				b.ReportMetric(ms(percentile(lags, 99)), "behind-p99-ms")
				b.ReportMetric(ms(last), "caught-up-ms")
				b.ReportMetric(0, "ns/op")
			})
		}
	})
}

// projectionLag looks every 20 ms at how far the desk's lines are behind the
// record. What it returns waits until they are not, and gives the lags that were
// seen, and how long the waiting took.
func projectionLag(b *testing.B, p *Platform, all []*writer) func() ([]time.Duration, time.Duration) {
	var handles []string
	for _, w := range all {
		handles = append(handles, w.handle)
	}
	type seen struct {
		version int64
		at      time.Time
	}
	waiting, newest := map[string][]seen{}, map[string]int64{}
	lags := []time.Duration{0}
	look := func() (caughtUp bool) {
		kept, err := p.parts.seats.Versions(b.Context(), handles)
		if err != nil {
			b.Error(err)
			return true
		}
		now := time.Now()
		rows, err := p.parts.lines.CaseRows(b.Context(), handles)
		if err != nil {
			b.Error(err)
			return true
		}
		projected := map[string]int64{}
		for _, r := range rows {
			projected[r.Handle] = r.Version
		}
		caughtUp = true
		for h, v := range kept {
			list := waiting[h]
			if newest[h] < v {
				newest[h], list = v, append(list, seen{v, now})
			}
			done := slices.IndexFunc(list, func(s seen) bool { return s.version > projected[h] })
			if done < 0 {
				done = len(list)
			} else {
				caughtUp = false
			}
			for _, s := range list[:done] {
				lags = append(lags, time.Since(s.at))
			}
			waiting[h] = list[done:]
		}
		return caughtUp
	}
	for !look() { // what was kept before is no lag
		time.Sleep(time.Millisecond)
	}
	lags = lags[:1]
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		t := time.NewTicker(20 * time.Millisecond)
		defer t.Stop()
		for {
			select {
			case <-stop:
				return
			case <-t.C:
				look()
			}
		}
	}()
	return func() ([]time.Duration, time.Duration) {
		close(stop)
		<-stopped
		began := time.Now()
		for !look() && time.Since(began) < time.Minute {
			time.Sleep(time.Millisecond)
		}
		return lags, time.Since(began)
	}
}
