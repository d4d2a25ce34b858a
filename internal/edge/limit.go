package edge

import (
	"container/list"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxBuckets bounds the memory of a limiter: about 10 MB when full. The bucket
// that was used least recently is forgotten, which favours nobody: it is full.
const maxBuckets = 1 << 16

// Limiter is a token bucket a key, in bounded memory. It is safe for many
// goroutines.
type Limiter struct {
	o   Rate
	now func() time.Time

	mu   sync.Mutex
	by   map[string]*list.Element
	used *list.List // of *keyed, the last used in front
}

type keyed struct {
	key    string
	bucket *rate.Limiter
}

// NewLimiter makes one. A rate of nothing a second, or one below, is no limit.
func NewLimiter(r Rate, now func() time.Time) *Limiter {
	if now == nil {
		now = time.Now
	}
	return &Limiter{o: r, now: now, by: make(map[string]*list.Element), used: list.New()}
}

// Allow takes a token; if there is none it says how long to wait.
func (l *Limiter) Allow(key string) (wait time.Duration, ok bool) {
	if l.o.PerSecond <= 0 {
		return 0, true
	}
	now := l.now()
	res := l.bucket(key).ReserveN(now, 1)
	if !res.OK() {
		return time.Second, false
	}
	if wait = res.DelayFrom(now); wait > 0 {
		res.CancelAt(now)
		return wait, false
	}
	return 0, true
}

func (l *Limiter) bucket(key string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e, ok := l.by[key]; ok {
		l.used.MoveToFront(e)
		return e.Value.(*keyed).bucket
	}
	k := &keyed{key: key, bucket: rate.NewLimiter(rate.Limit(l.o.PerSecond), max(l.o.Burst, 1))}
	l.by[key] = l.used.PushFront(k)
	if l.used.Len() > maxBuckets {
		last := l.used.Back()
		delete(l.by, l.used.Remove(last).(*keyed).key)
	}
	return k.bucket
}

// SetRetry says when to come back, in whole seconds and at least one (RFC 9110, 10.2.3).
func SetRetry(h http.Header, wait time.Duration) {
	h.Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(wait.Seconds())))))
}
