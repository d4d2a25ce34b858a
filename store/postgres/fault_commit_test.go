package postgres_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"tocsin/internal/testkit/pgtest"
)

// TestLostAnswers has three replicas write to one server through connections
// that break at COMMIT: before the server heard it, while it worked, and after
// it had committed. Clients try again with the same key, and each event is there
// exactly once.
func TestLostAnswers(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	direct := pgtest.Database(t)
	judge, err := openReplica(ctx, direct, outer{guard: &memoryGuard{}, witness: newRecorder(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer judge.close()
	handle := judge.importCase(ctx, t)

	const replicas, clients, each = 3, 4, 25
	var mu sync.Mutex
	var acked []answer
	tries := 0
	var proxies []*proxy
	var group sync.WaitGroup
	for i := range replicas {
		rnd := rand.New(rand.NewPCG(uint64(i), 5))
		var once sync.Mutex
		p, through := startProxy(t, direct, func() cut {
			once.Lock()
			defer once.Unlock()
			return []cut{pass, pass, pass, pass, before, during, after}[rnd.IntN(7)]
		})
		proxies = append(proxies, p)
		var r *replica
		for r == nil { // its first commits may be cut too
			if r, err = openReplica(ctx, through, outer{guard: &memoryGuard{}}); err != nil && ctx.Err() != nil {
				t.Fatal(err)
			}
		}
		defer r.close()
		for c := range clients {
			group.Go(func() {
				for n := range each {
					a, times, err := r.retry(ctx, handle, fmt.Sprintf("replica %d, client %d, event %d", i, c, n))
					if err != nil {
						t.Errorf("after %d tries: %v", times, err)
						return
					}
					mu.Lock()
					acked, tries = append(acked, a), tries+times
					mu.Unlock()
				}
			})
		}
	}
	group.Wait()
	if _, err := judge.publisher.Publish(ctx); err != nil {
		t.Error(err)
	}
	counts := map[cut]int{}
	for _, p := range proxies {
		for _, c := range []cut{pass, before, during, after} {
			counts[c] += p.count(c)
		}
	}
	f := examine(ctx, t, judge, handle, acked, nil)
	t.Logf("%d events in %d tries; commits answered %d, cut before %d, during %d, after %d; %+v",
		len(acked), tries, counts[pass], counts[before], counts[during], counts[after], f)
	if !f.none() || len(acked) != replicas*clients*each {
		t.Errorf("%d of %d acknowledged; %+v", len(acked), replicas*clients*each, f)
	}
	if counts[before] == 0 || counts[during] == 0 || counts[after] == 0 {
		t.Error("the proxy did not cut in every way")
	}
}

// TestLostAnswersWithoutKeys is the control: a client that tries again without a
// key gets its event twice when the answer was lost after the commit.
func TestLostAnswersWithoutKeys(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	direct := pgtest.Database(t)
	judge, err := openReplica(ctx, direct, outer{guard: &memoryGuard{}})
	if err != nil {
		t.Fatal(err)
	}
	defer judge.close()
	handle := judge.importCase(ctx, t)
	cutNow := make(chan bool, 1)
	_, through := startProxy(t, direct, func() cut {
		select {
		case <-cutNow:
			return after
		default:
			return pass
		}
	})
	r, err := openReplica(ctx, through, outer{guard: &memoryGuard{}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	cutNow <- true
	if _, err := r.addWithoutKey(ctx, handle, "hello"); err == nil {
		t.Fatal("a lost answer to a command without a key passes for an acknowledgement")
	} else {
		t.Logf("the client is told: %v", err)
	}
	if _, err := r.addWithoutKey(ctx, handle, "hello"); err != nil {
		t.Fatal(err)
	}
	if f := examine(ctx, t, judge, handle, nil, nil); f.twice != 1 {
		t.Errorf("without a key the second try is not seen as a second event: %+v", f)
	}
}
