package webui

import (
	"sync"
	"time"

	"tocsin/internal/fault"
)

// fragments remembers for a minute the parts of pages that are dear to make and
// the same for whoever looks at the same: when a case moves, all who have it open
// load it again at once. A key holds everything that the part is made of, the plan
// by its address, so that nobody is shown what was made for another view.
type fragments struct {
	mu     sync.Mutex
	minute int64
	all    map[any]*fragment
}

type fragment struct {
	once sync.Once
	made any
	err  error
}

// fragmentsMost bounds how many parts are kept, and with them the plans that
// they were made of.
const fragmentsMost = 64

// errUnmade stands until a part is made: a maker that panics leaves it behind.
var errUnmade = fault.New(fault.Internal, "a part of the page could not be made")

// sharedPart gives the part of that key, made by the first who asks for it within
// the minute. Errors are not kept.
func (s *Site) sharedPart(now time.Time, key any, produce func() (any, error)) (any, error) {
	f := &s.fragments
	f.mu.Lock()
	if minute := now.Unix() / 60; f.all == nil || minute != f.minute || len(f.all) >= fragmentsMost {
		f.minute, f.all = minute, map[any]*fragment{}
	}
	x := f.all[key]
	if x == nil {
		x = &fragment{err: errUnmade}
		f.all[key] = x
	}
	f.mu.Unlock()
	x.once.Do(func() { x.made, x.err = produce() })
	if x.err != nil {
		f.mu.Lock()
		if f.all[key] == x {
			delete(f.all, key)
		}
		f.mu.Unlock()
	}
	return x.made, x.err
}
