package ledger

import (
	"errors"

	"tocsin/internal/fault"
)

// Uncertain is the error of a transaction whose commit was sent and whose
// answer was lost: what it did may stand or not. Whoever gets it looks, under
// the lock, before saying anything to anybody.
type Uncertain struct {
	Cause error // of the driver; not for the public
}

// Error is a sentence for the public.
func (e *Uncertain) Error() string {
	return "the answer of the database to a commit was lost: it is not known whether the change stands"
}

// Unwrap gives its kind, unavailable, and its cause.
func (e *Uncertain) Unwrap() []error {
	return []error{&fault.Error{Kind: fault.Unavailable, Message: e.Error()}, e.Cause}
}

// IsUncertain tells whether err, or what it wraps, is Uncertain.
func IsUncertain(err error) bool {
	var u *Uncertain
	return errors.As(err, &u)
}
