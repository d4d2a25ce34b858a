package plan

import "tocsin/internal/fault"

// maxEffort bounds what one plan may cost, so that a hostile or mistaken case
// ends with a clear sentence instead of an exhausted machine. It is counted and
// not timed: the same case always gives the same answer. A plan of 10,000
// parties with 80,000 duties spends two thirds of it.
const maxEffort = 150_000_000

// What things cost, in looks at one event (some 30 ns, or a few bytes kept).
const (
	costDuty    = 1000
	costReading = 200
	costFilter  = 40
)

// effort counts down; once it is used up nothing more is computed.
type effort struct{ left int }

// newEffort gives a plan n to spend; 0 is what every plan has outside tests.
func newEffort(n int) *effort {
	if n == 0 {
		n = maxEffort
	}
	return &effort{n}
}

// spend takes n away and tells whether anything is left.
func (f *effort) spend(n int) bool {
	f.left -= n
	return f.left > 0
}

// out tells that the effort is used up: what there is of the plan is not whole.
func (f *effort) out() bool { return f.left <= 0 }

func (f *effort) err() error {
	return fault.New(fault.Invalid, "the case is too large to be planned at once: too many duties, or too many events and claims to compare; look at one party (--party), or split the case")
}
