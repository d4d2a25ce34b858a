package postgres_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"tocsin/internal/fault"
	"tocsin/internal/testkit/pgtest"
	"tocsin/ledger"
	"tocsin/record"
	"tocsin/store/postgres"
)

// TestLostAnswers has three replicas write to one server through connections
// that break at COMMIT: before the server heard it, while it worked, and after
// it had committed. Clients try again with the same key, and each event is there
// exactly once.
func TestLostAnswers(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	direct := pgtest.Database(t)
	judge, err := openReplica(ctx, direct, outer{guard: begun(), witness: newRecorder(t)})
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
			if r, err = openReplica(ctx, through, outer{guard: begun()}); err != nil && ctx.Err() != nil {
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

// TestLostAnswerWithoutKey has the answer of one commit lost on a client that
// gave no key: the keeper finds out by itself what became of it, and the event is
// there once. The control takes that away from the keeper; then it is there twice.
func TestLostAnswerWithoutKey(t *testing.T) {
	for _, c := range []struct {
		name  string
		wrap  func(*postgres.Store) record.Store
		twice int
	}{
		{"as it is", func(s *postgres.Store) record.Store { return s }, 0},
		{"control: a lost answer passes for a failure", func(s *postgres.Store) record.Store { return oblivious{s} }, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			direct := pgtest.Database(t)
			judge, err := openReplica(ctx, direct, outer{guard: begun()})
			if err != nil {
				t.Fatal(err)
			}
			defer judge.close()
			handle := judge.importCase(ctx, t)
			next := make(chan cut, 1)
			p, through := startProxy(t, direct, func() cut {
				select {
				case c := <-next:
					return c
				default:
					return pass
				}
			})
			r, err := openReplica(ctx, through, outer{guard: begun()})
			if err != nil {
				t.Fatal(err)
			}
			defer r.close()
			if r.keeper, err = record.New(c.wrap(r.store), r.options); err != nil {
				t.Fatal(err)
			}
			next <- after
			_, err = r.addWithoutKey(ctx, handle, "hello")
			if err != nil { // what a client would do that believes the error
				_, err = r.addWithoutKey(ctx, handle, "hello")
			}
			if err != nil || p.count(after) != 1 {
				t.Fatalf("%v; %d commits were cut", err, p.count(after))
			}
			f := examine(ctx, t, judge, handle, nil, nil)
			if f.twice != c.twice {
				t.Errorf("%+v, want %d twice", f, c.twice)
			}
		})
	}
}

// oblivious is a store that takes a lost answer for a failure.
type oblivious struct{ *postgres.Store }

func (o oblivious) Update(ctx context.Context, fn func(record.Tx) error) error {
	err := o.Store.Update(ctx, fn)
	if ledger.IsUncertain(err) {
		return fault.New(fault.Unavailable, "the connection was lost")
	}
	return err
}
