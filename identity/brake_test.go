package identity

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/internal/fault"
)

// seconds reads how long the answer asks to wait; 0 if it does not.
func seconds(err error) int {
	if err == nil || fault.KindOf(err) != fault.Unavailable {
		return 0
	}
	words := strings.Fields(err.Error())
	n, _ := strconv.Atoi(words[len(words)-2])
	return n
}

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

func TestGuessingGetsSlowerAndNeverStopsForGood(t *testing.T) {
	w := newWorld(t)
	secret, _ := w.equip(chen)
	attacker := Came{Address: addr("198.51.100.9")}
	guess := func() error {
		_, err := w.Password(t.Context(), "chen@acme.example", "a guess that is wrong", attacker)
		return err
	}
	var waits []int
	guesses := 0
	for start := w.clock.now(); w.clock.now().Before(start.Add(24 * time.Hour)); {
		err := guess()
		if n := seconds(err); n > 0 {
			if len(waits) < 12 {
				waits = append(waits, n)
			}
			w.clock.pass(time.Duration(n) * time.Second)
			continue
		}
		if err != errRefused {
			t.Fatal(err)
		}
		guesses++
	}
	if guesses < 50 || guesses > 130 {
		t.Errorf("%d guesses in a day", guesses)
	}
	if fmt.Sprint(waits) != "[1 2 4 8 16 32 64 128 256 512 900 900]" {
		t.Errorf("waits %v", waits)
	}
	// The owner comes in all the same, from elsewhere, after a minute at most.
	step, err := w.Password(t.Context(), "chen@acme.example", plain, home)
	if n := seconds(err); n > 60 {
		t.Fatalf("the owner waits %d seconds", n)
	} else if n > 0 {
		w.clock.pass(time.Duration(n) * time.Second)
		step, err = w.Password(t.Context(), "chen@acme.example", plain, home)
	}
	w.must(err)
	_, err = w.Second(t.Context(), step.Ticket, w.code(secret), home)
	w.must(err)
	// And from there not at all any more, whatever others try.
	for range 40 {
		other := Came{Address: addr(fmt.Sprintf("198.51.100.%d", 10+w.clock.now().Unix()%200))}
		_, _ = w.Password(t.Context(), "chen@acme.example", "a guess that is wrong", other)
		w.clock.pass(time.Second)
	}
	_, err = w.Password(t.Context(), "chen@acme.example", plain, home)
	w.must(err)
}

func TestUnknownLoginsWaitAlike(t *testing.T) {
	w := newWorld(t)
	w.equip(chen)
	said := func(login, from string) (all []string) {
		for range 8 {
			_, err := w.Password(t.Context(), login, "a guess that is wrong", Came{Address: addr(from)})
			all = append(all, err.Error())
		}
		return all
	}
	known, unknown := said("chen@acme.example", "198.51.100.1"), said("nobody@example.org", "198.51.100.2")
	if fmt.Sprint(known) != fmt.Sprint(unknown) {
		t.Errorf("known %v\nunknown %v", known, unknown)
	}
}

func TestOneAddressWithManyLoginsIsSlowed(t *testing.T) {
	w := newWorld(t)
	n := 0
	for i := range 100 {
		_, err := w.Password(t.Context(), fmt.Sprintf("u%d@example.org", i), "a guess that is wrong", Came{Address: addr(fmt.Sprintf("2001:db8:0:1::%x", i))})
		if seconds(err) > 0 {
			n++
		}
	}
	if n < 60 {
		t.Errorf("%d of 100 guesses from one IPv6 network were slowed", n)
	}
	if _, err := w.Password(t.Context(), "u1@example.org", "a guess that is wrong", Came{Address: addr("2001:db8:0:2::1")}); seconds(err) > 0 {
		t.Error("the network beside it too")
	}
}

func TestCodesAreNotGuessedInParallel(t *testing.T) {
	w := newWorld(t)
	w.equip(chen)
	step, err := w.Password(t.Context(), "chen@acme.example", plain, home)
	w.must(err)
	var wg sync.WaitGroup
	var looked atomic.Int32
	for i := range 200 {
		wg.Go(func() {
			_, err := w.Second(t.Context(), step.Ticket, fmt.Sprintf("%06d", i), Came{Address: addr(fmt.Sprintf("203.0.113.%d", i))})
			if seconds(err) == 0 {
				looked.Add(1)
			}
		})
	}
	wg.Wait()
	if looked.Load() > 6 {
		t.Errorf("%d of 200 codes at once were looked at", looked.Load())
	}
	// A right password again does not begin the count anew.
	step, err = w.Password(t.Context(), "chen@acme.example", plain, home)
	w.must(err)
	if _, err := w.Second(t.Context(), step.Ticket, "000000", home); seconds(err) == 0 {
		t.Errorf("counted anew: %v", err)
	}
}

func TestTheBrakeHasABound(t *testing.T) {
	w := newWorld(t)
	b := newBrake(w.clock.now)
	for i := range maxCounts + 1000 {
		if err := b.try(rule{key: strconv.Itoa(i), free: 1, most: time.Minute}); err != nil {
			t.Fatal(err)
		}
	}
	if len(b.all) != maxCounts || b.lru.Len() != maxCounts {
		t.Errorf("%d counts", len(b.all))
	}
	for range 3 {
		_ = b.try(rule{key: "x", free: 1, most: time.Minute})
	}
	w.clock.pass(forgets + time.Second)
	for i := range 2 {
		if err := b.try(rule{key: "x", free: 1, most: time.Minute}); err != nil {
			t.Errorf("%d after an hour of peace: %v", i, err)
		}
	}
}

func TestHashingIsBounded(t *testing.T) {
	h := newHasher()
	for range cap(h.slots) {
		h.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range maxQueue {
		wg.Go(func() {
			if _, err := h.turn(ctx); fault.KindOf(err) != fault.Unavailable {
				t.Errorf("got %v", err)
			}
		})
	}
	for h.queued.Load() < maxQueue {
		select {
		case <-t.Context().Done():
			t.Fatal("they do not queue")
		case <-time.After(time.Millisecond):
		}
	}
	if _, err := h.turn(ctx); seconds(err) == 0 {
		t.Errorf("one too many: %v", err)
	}
	cancel()
	wg.Wait()
	<-h.slots
	leave, err := h.turn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	leave()
}
