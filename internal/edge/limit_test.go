package edge

import (
	"fmt"
	"net/http"
	"net/netip"
	"testing"
	"time"
)

func TestLimiter(t *testing.T) {
	now := noon()
	l := NewLimiter(Rate{PerSecond: 2, Burst: 3}, func() time.Time { return now })
	for i := range 3 {
		if _, ok := l.Allow("ada"); !ok {
			t.Fatalf("request %d of a burst of 3 was refused", i+1)
		}
	}
	wait, ok := l.Allow("ada")
	if ok || wait != 500*time.Millisecond {
		t.Errorf("the fourth: %v, wait %s", ok, wait)
	}
	if _, ok := l.Allow("bob"); !ok {
		t.Error("one person's haste shuts another out")
	}
	now = now.Add(wait)
	if _, ok := l.Allow("ada"); !ok {
		t.Error("after the wait it is still refused")
	}
	if _, ok := l.Allow("ada"); ok {
		t.Error("the refused request had been counted, or the wait gave two")
	}
}

func TestNoLimit(t *testing.T) {
	l := NewLimiter(Rate{PerSecond: -1}, noon)
	for range 10_000 {
		if _, ok := l.Allow("ada"); !ok {
			t.Fatal("refused")
		}
	}
}

// Whoever comes from a million addresses costs the memory of so many buckets.
func TestLimiterIsBounded(t *testing.T) {
	l := NewLimiter(Rate{PerSecond: 1, Burst: 1}, noon)
	for i := range maxBuckets + 100 {
		l.Allow(fmt.Sprint(i))
	}
	if n := l.used.Len(); n != maxBuckets || len(l.by) != maxBuckets {
		t.Errorf("%d and %d buckets", n, len(l.by))
	}
	if _, ok := l.Allow(fmt.Sprint(maxBuckets + 99)); ok {
		t.Error("the newest was forgotten")
	}
}

func TestTooManyRequests(t *testing.T) {
	now := noon()
	o := basic()
	o.Now, o.PerAddress = func() time.Time { return now }, Rate{PerSecond: 0.5, Burst: 2}
	h := Wrap(site(), o)
	for range 2 {
		if r := ask(h, asked{url: "/cases/x"}); r.StatusCode != 200 {
			t.Fatal(r.StatusCode)
		}
	}
	for _, url := range []string{"/cases/x", "/nothing", "/panics/x"} {
		r := ask(h, asked{url: url})
		if r.StatusCode != http.StatusTooManyRequests || r.Header.Get("Retry-After") != "2" {
			t.Errorf("%s: %d, %q", url, r.StatusCode, r.Header.Get("Retry-After"))
		}
	}
	if r := ask(h, asked{url: "/cases/x", from: "203.0.113.8:1"}); r.StatusCode != 200 {
		t.Errorf("a neighbour: %d", r.StatusCode)
	}
}

// One customer of IPv6 has a /64, and is one.
func TestBuckets(t *testing.T) {
	for a, want := range map[string]string{
		"203.0.113.7": "203.0.113.7", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "2001:db8:1:2::9": "2001:db8:1:2::/64", "2001:db8:1:3::9": "2001:db8:1:3::/64",
	} {
		if got := bucket(netip.MustParseAddr(a)); got != want {
			t.Errorf("%s: %s", a, got)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	for wait, want := range map[time.Duration]string{0: "1", time.Millisecond: "1", time.Second: "1", 1500 * time.Millisecond: "2", time.Minute: "60"} {
		h := http.Header{}
		SetRetry(h, wait)
		if got := h.Get("Retry-After"); got != want {
			t.Errorf("%s: %q", wait, got)
		}
	}
}
