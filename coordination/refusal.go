package coordination

import (
	"tocsin/access"
	"tocsin/internal/fault"
)

// Refusal is an error of the table: what refuses, the clause that it cites, and
// what would make the act allowed. It wraps a fault of its kind.
type Refusal struct {
	access.Decision
	err error
}

// Error says it in a sentence for the public.
func (r *Refusal) Error() string { return r.err.Error() }

// Unwrap gives the fault, so that its kind is found.
func (r *Refusal) Unwrap() error { return r.err }

// Refused gives what the table answered.
func (r *Refusal) Refused() access.Decision { return r.Decision }

// Because gives code, clause and needs, for adapters.
func (r *Refusal) Because() (code, citation string, needs []string) {
	return r.Code, r.Citation, r.Needs
}

// notThere is the answer for a case that is not there and for one that is not
// the reader's: one value, so that nothing can tell them apart.
func notThere() error { return fault.New(fault.NotFound, "there is no such case here") }

// refuse makes an error of a decision that refuses; nil of one that allows.
func refuse(d access.Decision) error {
	switch {
	case d.Allowed:
		return nil
	case d.Kind == fault.NotFound || d.Kind == "":
		return notThere()
	}
	return &Refusal{Decision: d, err: fault.New(d.Kind, "%s", sentence(d))}
}

// forbid refuses for a reason of the desk's own.
func forbid(code, words string) error {
	d := access.Decision{Kind: fault.Forbidden, Code: code}
	return &Refusal{Decision: d, err: fault.New(fault.Forbidden, "%s", words)}
}

// sentence is what a program without a catalogue of words shows.
func sentence(d access.Decision) string {
	s := "this is refused: " + d.Code
	if d.Citation != "" {
		s += " (" + d.Citation + ")"
	}
	for i, n := range d.Needs {
		s += [2]string{"; it needs ", " and "}[min(i, 1)] + n
	}
	return s
}
