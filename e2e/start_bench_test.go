package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/app"
	"tocsin/casefile"
	"tocsin/escalation"
	"tocsin/internal/edge"
)

const startCase = `format: tocsin-casefile/1
case: START-%d
title: Case %d of many (invented)
record: kept
tlp: AMBER
products: [{id: gateway, name: Example Gateway, provider: acme}]
parties:
  - {id: acme, name: Acme Networks, country: DE, markets: [EU], attributes: {eu-main-establishment: DE}}
events:
  - {id: e1, kind: aware, by: acme, of: gateway, how: found, exploited: true, at: %q}
`

// BenchmarkStart is the platform from the start of the process until /readyz
// says that people can rely on it, with 100,000 kept cases that are on the desk
// already (TOCSIN_CASES names another number), and the memory of the process a
// while later, when nobody asks for anything.
//
//	go test ./e2e -run '^$' -bench Start -benchtime 5x -timeout 2h
func BenchmarkStart(b *testing.B) {
	cases := 100_000
	if s := os.Getenv("TOCSIN_CASES"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			b.Fatal(err)
		}
		cases = n
	}
	data := filepath.Join(b.TempDir(), "data")
	began := time.Now()
	manyCases(b, data, cases)
	b.Logf("%d cases imported and projected in %s", cases, time.Since(began).Round(time.Second))
	var took time.Duration
	var idle int64
	b.ResetTimer()
	for range b.N {
		d, rss := startOnce(b, data)
		took += d
		idle = max(idle, rss)
	}
	b.ReportMetric(float64(took.Milliseconds())/float64(b.N), "ms/ready")
	b.ReportMetric(float64(idle)/1024, "MiB/idle")
}

// manyCases imports cases and waits until all of them are on the desk.
func manyCases(b *testing.B, data string, cases int) {
	b.Helper()
	a, err := app.Open(b.Context(), app.Options{DataDir: data, Create: true})
	if err != nil {
		b.Fatal(err)
	}
	at := time.Now().Add(-3 * time.Hour).Format(time.RFC3339)
	todo := make(chan int)
	var importing sync.WaitGroup
	for range 64 {
		importing.Go(func() {
			for n := range todo {
				c, err := casefile.Parse("case", fmt.Appendf(nil, startCase, n, n, at))
				if err == nil {
					_, err = a.Keeper().Import(b.Context(), c, "bench", "")
				}
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	for n := range cases {
		todo <- n
	}
	close(todo)
	importing.Wait()
	p, err := a.Platform(app.PlatformOptions{Addr: "127.0.0.1:0", Every: time.Hour, Pad: 8, Rate: edge.Rate{PerSecond: -1}, MetricsAddr: "127.0.0.1:0"})
	if err != nil {
		b.Fatal(err)
	}
	if err := p.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	store := a.Store().(interface { // both engines are
		Figures(ctx context.Context, now int64) (escalation.Figures, error)
	})
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for last := int64(-1); ; <-tick.C { // each case has some lines on the desk, and in the end no more come
		n, err := store.Figures(b.Context(), time.Now().Unix())
		if err != nil {
			b.Fatal(err)
		}
		if n.Open == last && n.Open >= int64(cases) {
			b.Logf("%d open duties", n.Open)
			break
		}
		last = n.Open
	}
	if err := p.Stop(); err != nil {
		b.Fatal(err)
	}
	if err := a.Close(); err != nil {
		b.Fatal(err)
	}
}

// startOnce starts the program, waits until it is ready, lets it idle, and ends it.
func startOnce(b *testing.B, data string) (took time.Duration, kib int64) {
	b.Helper()
	l := freeAddr(b)
	cmd := exec.Command(program, "serve", "--data", data, "--addr", l, "--rate", "0", "--every", "1h")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			b.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			b.Fatalf("%v\n%s", err, said.String())
		}
	}()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for ; ; <-tick.C {
		res, err := http.Get("http://" + l + "/readyz")
		if err == nil {
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				break
			}
		}
		if time.Since(began) > time.Minute {
			b.Fatalf("never ready\n%s", said.String())
		}
	}
	took = time.Since(began)
	<-time.After(20 * time.Second) // what a start leaves behind is gone by then
	return took, resident(b, cmd.Process.Pid)
}

// resident is VmRSS of a process in KiB.
func resident(b *testing.B, pid int) int64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmRSS:" {
			n, err := strconv.ParseInt(f[1], 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			return n
		}
	}
	b.Fatal("no VmRSS")
	return 0
}
