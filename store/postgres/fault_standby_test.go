package postgres_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"tocsin/internal/fault"
	"tocsin/internal/testkit/pgtest"
	"tocsin/ledger/ledgertest"
)

// failover is what came of promoting a standby after the primary had died.
type failover struct {
	server  *pgtest.Server
	url     string
	handle  string
	acked   []answer
	witness *recorder // what the primary's process had signed
	guard   *ledgertest.Guard
}

// loseTail makes an asynchronous standby, cuts it off, lets the primary
// acknowledge and sign more, kills the primary and promotes the standby: the
// ordinary accident of asynchronous replication.
func loseTail(ctx context.Context, t *testing.T) failover {
	t.Helper()
	primary := pgtest.Start(t)
	url := primary.URL("faults")
	f := failover{witness: newRecorder(t), guard: begun()}
	r, err := openReplica(ctx, url, outer{guard: f.guard, witness: f.witness})
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	f.handle = r.importCase(ctx, t)
	work := func(from, to int) {
		for n := from; n < to; n++ {
			a, err := r.add(ctx, f.handle, fmt.Sprintf("event %d", n))
			if err != nil {
				t.Fatal(err)
			}
			f.acked = append(f.acked, a)
		}
		if _, err := r.publisher.Publish(ctx); err != nil {
			t.Fatal(err)
		}
	}
	work(0, 5)
	f.server = primary.Standby(false)
	f.server.Stop()
	work(5, 10)
	primary.Kill()
	f.server.Restart()
	f.server.Promote()
	f.url = f.server.URL("faults")
	return f
}

// TestAsynchronousStandbyWithoutGuard is the control: without the guard the
// promoted standby lacks acknowledged events, and signs a second story.
func TestAsynchronousStandbyWithoutGuard(t *testing.T) {
	if testing.Short() {
		t.Skip("copies a server")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	f := loseTail(ctx, t)
	other := newRecorder(t)
	r, err := openReplica(ctx, f.url, outer{guard: deaf(), witness: other})
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	for n := range 10 {
		if _, err := r.add(ctx, f.handle, fmt.Sprintf("another event %d", n)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.publisher.Publish(ctx); err != nil {
		t.Fatal(err)
	}
	found := examine(ctx, t, r, f.handle, f.acked, f.witness.checkpoints())
	t.Logf("without the guard: %+v; signed before %d times, after %d times", found, len(f.witness.checkpoints()), len(other.checkpoints()))
	if found.lost == 0 || found.forks == 0 || len(other.checkpoints()) == 0 {
		t.Errorf("without the guard nothing is lost or forked, so the other tests show nothing: %+v", found)
	}
}

// TestAsynchronousStandbyWithGuard promotes the same standby under a process
// that has its guard: it reads, and refuses to write and to sign.
func TestAsynchronousStandbyWithGuard(t *testing.T) {
	if testing.Short() {
		t.Skip("copies a server")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	f := loseTail(ctx, t)
	signed := len(f.witness.checkpoints())
	r, err := openReplica(ctx, f.url, outer{guard: f.guard, witness: f.witness})
	if err != nil {
		t.Fatalf("the promoted standby cannot even be read: %v", err)
	}
	defer r.close()
	if _, err := r.add(ctx, f.handle, "another event"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("adding an event answers %v", err)
	} else {
		t.Logf("adding an event answers: %v", err)
	}
	if _, err := r.publisher.Publish(ctx); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("publishing answers %v", err)
	}
	if _, err := r.keeper.Load(ctx, f.handle); err != nil {
		t.Errorf("reading answers %v", err)
	}
	if n := len(f.witness.checkpoints()); n != signed {
		t.Errorf("%d checkpoints were signed after the accident", n-signed)
	}
	if reason, _ := f.guard.Diverged(); reason == "" {
		t.Error("the log is not marked as diverged")
	}
}

// TestSynchronousStandby kills a primary at work and promotes its synchronous
// standby: nothing acknowledged is lost and nothing signed is contradicted. A
// process without a witness does not sign there of its own accord; with one
// that confirms what was signed it goes on.
func TestSynchronousStandby(t *testing.T) {
	if testing.Short() {
		t.Skip("copies a server")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	primary := pgtest.Start(t)
	url := primary.URL("faults")
	guard, witness := begun(), newRecorder(t)
	r, err := openReplica(ctx, url, outer{guard: guard, witness: witness})
	if err != nil {
		t.Fatal(err)
	}
	handle := r.importCase(ctx, t)
	standby := primary.Standby(true)

	var mu sync.Mutex
	var acked []answer
	several := make(chan struct{})
	working, stop := context.WithCancel(ctx)
	var group sync.WaitGroup
	for c := range 4 {
		group.Go(func() {
			for n := 0; working.Err() == nil; n++ {
				a, err := r.add(working, handle, fmt.Sprintf("client %d, event %d", c, n))
				if err != nil {
					return
				}
				mu.Lock()
				acked = append(acked, a)
				if len(acked) == 60 {
					close(several)
				}
				mu.Unlock()
				if c == 0 && n%5 == 0 {
					if _, err := r.publisher.Publish(working); err != nil {
						return
					}
				}
			}
		})
	}
	<-several
	primary.Kill()
	stop()
	group.Wait()
	r.close()
	standby.Promote()
	lonely := guard.Copy()
	t.Run("without a witness", func(t *testing.T) {
		r, err := openReplica(ctx, standby.URL("faults"), outer{guard: lonely})
		if err != nil {
			t.Fatal(err)
		}
		defer r.close()
		if _, err := r.publisher.Publish(ctx); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("publishing answers %v", err)
		} else {
			t.Logf("publishing answers: %v", err)
		}
	})
	t.Run("with a witness", func(t *testing.T) {
		r, err := openReplica(ctx, standby.URL("faults"), outer{guard: guard, witness: witness})
		if err != nil {
			t.Fatal(err)
		}
		defer r.close()
		if err := r.publisher.Outside(ctx); err != nil {
			t.Fatalf("asking the witness: %v", err)
		}
		a, err := r.add(ctx, handle, "after the accident")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.publisher.Publish(ctx); err != nil {
			t.Error(err)
		}
		f := examine(ctx, t, r, handle, append(acked, a), witness.checkpoints())
		t.Logf("%d events acknowledged, %d checkpoints signed; %+v", len(acked), len(witness.checkpoints()), f)
		if !f.none() {
			t.Errorf("%+v", f)
		}
	})
}
