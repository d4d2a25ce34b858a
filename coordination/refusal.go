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

// sentences say a code to whoever has no catalogue of words. "" stands for what
// only needs a step-up or another person.
var sentences = map[string]string{
	"":                     "this is refused as it was asked",
	access.CodeStranger:    "nobody is signed in",
	access.CodeScope:       "this token was not made for this",
	access.CodeLeft:        "your organisation has left the platform; receipts of what it did itself can still be fetched",
	access.CodeSuspended:   "your organisation is suspended: it sees what it did itself and what is public, can still report, and its own duties go on",
	access.CodeRole:        "your seat on this case, or your office, does not include this; the owner of the case can do it or give another seat",
	access.CodeMember:      "your role in your organisation does not include this; a responder of your organisation can do it",
	access.CodeEmbargo:     "your side has not accepted the embargo; until then it sees that the case is there, its embargo and its own acts",
	access.CodeAbroad:      "a law forbids to share this case abroad, and you work, or your legal entity sits, outside the country or region; ask a colleague inside",
	access.CodePlace:       "a law forbids to share this case abroad, and it is not known where you work; ask an administrator to enter your place of work",
	access.CodeBarsUnknown: "whether a law forbids to share this case could not be worked out just now, so it stays closed; try again in a minute",
	access.CodeStepUp:      "this needs a fresh proof that it is you",
	access.CodeSecond:      "another person has to approve this first",
}

// sentence is what a program without a catalogue of words shows.
func sentence(d access.Decision) string {
	s, ok := sentences[d.Code]
	if !ok {
		s = "this is refused: " + d.Code
	}
	if d.Citation != "" {
		s += " (" + d.Citation + ")"
	}
	for i, n := range d.Needs {
		s += [2]string{"; it needs ", " and "}[min(i, 1)] + n
	}
	return s
}
