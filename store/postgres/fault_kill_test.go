package postgres_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"tocsin/internal/testkit/pgtest"
)

// order tells a copy of the test binary to be a writer and nothing else.
type order struct {
	URL    string
	Handle string
	Name   string
}

const orderVariable = "TOCSIN_FAULT_WRITER"

func init() {
	text := os.Getenv(orderVariable)
	if text == "" {
		return
	}
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		panic(err)
	}
	if err := o.write(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// write adds events from four clients until the process is killed, and prints
// each answer as a line. Servers that come and go are waited for.
func (o order) write(ctx context.Context, out io.Writer) error {
	var r *replica
	for r == nil {
		var err error
		if r, err = openReplica(ctx, o.URL, outer{guard: begun()}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			time.Sleep(20 * time.Millisecond) // not a test: a process that waits for its server
		}
	}
	var mu sync.Mutex
	failed := make(chan error)
	for c := range 4 {
		go func() {
			for n := 0; ; n++ {
				a, _, err := r.retry(ctx, o.Handle, fmt.Sprintf("%s, client %d, event %d", o.Name, c, n))
				if err != nil {
					failed <- err
					return
				}
				mu.Lock()
				_, err = io.WriteString(out, line(a)+"\n")
				mu.Unlock()
				if err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	return <-failed
}

// writer is a running writer process.
type writer struct {
	cmd  *exec.Cmd
	done chan error
}

// startWriter starts a writer whose answers go to acked.
func startWriter(t *testing.T, o order, acked chan<- answer) *writer {
	t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), orderVariable+"="+string(text))
	cmd.Stderr = io.Discard
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w := &writer{cmd, make(chan error, 1)}
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			var a answer
			if json.Unmarshal(lines.Bytes(), &a) == nil { // the last line may be cut
				acked <- a
			}
		}
		_, _ = io.Copy(io.Discard, out)
		w.done <- cmd.Wait()
	}()
	return w
}

// kill sends SIGKILL and waits until every answer that was printed is entered.
func (w *writer) kill(t *testing.T) {
	t.Helper()
	if err := w.cmd.Process.Kill(); err != nil {
		t.Errorf("a writer ended by itself: %v", err)
	}
	if err := <-w.done; err == nil || w.cmd.ProcessState.Exited() {
		t.Errorf("a writer ended by itself: %v", err)
	}
}

// TestKilledWriters has three writer processes and a publisher on one server.
// Writers are killed in every round and the server in every second.
func TestKilledWriters(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes and servers")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	server := pgtest.Start(t)
	url := server.URL("faults")
	witness := newRecorder(t)
	own := outer{guard: begun(), witness: witness}
	judge, err := openReplica(ctx, url, own)
	if err != nil {
		t.Fatal(err)
	}
	handle := judge.importCase(ctx, t)

	answers := make(chan answer, 1024)
	var acked []answer
	var collecting sync.WaitGroup
	more := make(chan int) // asks for that many answers
	enough := make(chan struct{})
	collecting.Go(func() {
		want := 0
		for answers != nil {
			select {
			case n := <-more:
				want = len(acked) + n
			case a, ok := <-answers:
				if !ok {
					answers = nil
					break
				}
				acked = append(acked, a)
			}
			if want > 0 && len(acked) >= want {
				want = 0
				enough <- struct{}{}
			}
		}
	})
	entering := answers
	rnd := rand.New(rand.NewPCG(1, 6))
	names := 0
	start := func() *writer {
		names++
		return startWriter(t, order{url, handle, fmt.Sprintf("writer %d", names)}, entering)
	}
	writers := []*writer{start(), start(), start()}
	const rounds = 6
	serverKills := 0
	for round := range rounds {
		more <- 20 + rnd.IntN(60)
		select {
		case <-enough:
		case <-ctx.Done():
			t.Fatal("the writers write no more")
		}
		if _, err := judge.publisher.Publish(ctx); err != nil {
			t.Errorf("round %d: publishing: %v", round, err)
		}
		if round%2 == 1 {
			server.Kill()
			serverKills++
			server.Restart()
			judge.close()
			if judge, err = openReplica(ctx, url, own); err != nil {
				t.Fatal(err)
			}
		}
		for i := range 1 + rnd.IntN(3) {
			writers[i].kill(t)
			writers[i] = start()
		}
	}
	for _, w := range writers {
		w.kill(t)
	}
	close(entering)
	collecting.Wait()
	defer judge.close()
	f := examine(ctx, t, judge, handle, acked, witness.checkpoints())
	t.Logf("%d writers killed, the server %d times; %d events acknowledged, %d checkpoints signed; %+v",
		names, serverKills, len(acked), len(witness.checkpoints()), f)
	if !f.none() {
		t.Errorf("%+v", f)
	}
}
