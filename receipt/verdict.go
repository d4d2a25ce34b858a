package receipt

import (
	"fmt"
	"time"

	"tocsin/internal/plaintext"
)

// Verdict is what a receipt proves, and what not. All but Proved, Reason and
// Index is empty when nothing is proved.
type Verdict struct {
	Proved bool   `json:"proved"`
	Reason string `json:"reason,omitempty"` // why not

	Origin string `json:"origin,omitempty"`
	Size   int64  `json:"size,omitempty"`
	Index  int64  `json:"index"`
	Root   string `json:"root,omitempty"` // base64

	Records []OpenedRecord `json:"records,omitempty"` // the record of the leaf first, then linked ones

	LogKeys      []string       `json:"log_keys,omitempty"` // whose signatures hold, as vkeys
	Witnesses    []WitnessTime  `json:"witnesses,omitempty"`
	Quorum       string         `json:"quorum,omitempty"` // its name in the policy
	QuorumNeeded bool           `json:"quorum_needed"`
	QuorumMet    bool           `json:"quorum_met"`
	Stamps       []StampVerdict `json:"stamps,omitempty"`

	// NotLater is the earliest time of a verified witness or stamp, zero if
	// there is none; NotLaterBy says whose.
	NotLater   time.Time `json:"not_later,omitzero"`
	NotLaterBy string    `json:"not_later_by,omitempty"`
	// OperatorClock is recorded-at, where it is opened; it proves nothing.
	OperatorClock string `json:"operator_clock,omitempty"`
}

// OpenedRecord is a record of which some fields are opened.
type OpenedRecord struct {
	Commitment string        `json:"commitment"` // hex
	Fields     []OpenedField `json:"fields"`     // in order of slot
	// LinkedBy is the field of an earlier record that names this one, prev or
	// event; "" for the leaf's own.
	LinkedBy string `json:"linked_by,omitempty"`
}

// OpenedField is an opened field; Value is the text of its JSON, nil if it is
// opened as absent.
type OpenedField struct {
	Name  string  `json:"name"`
	Value *string `json:"value"`
}

// Value gives the JSON of an opened field; false if it is not opened or absent.
func (r OpenedRecord) Value(name string) (string, bool) {
	for _, f := range r.Fields {
		if f.Name == name && f.Value != nil {
			return *f.Value, true
		}
	}
	return "", false
}

// WitnessTime is a verified cosignature. Time is zero if it states none.
type WitnessTime struct {
	Name string    `json:"name"`
	Key  string    `json:"key"` // vkey
	Time time.Time `json:"time,omitzero"`
}

// StampVerdict is a time-stamp: verified where Time is set, else Note says why not.
type StampVerdict struct {
	Authority string        `json:"authority,omitempty"`
	Time      time.Time     `json:"time,omitzero"`
	Accuracy  time.Duration `json:"accuracy,omitempty"` // nanoseconds, either way
	Note      string        `json:"note,omitempty"`
}

// Sentences that scripts and people look for.
const (
	noTime    = "no outside time is proved; the operator's own clock says %s"
	noOthers  = "other views of the log are not excluded"
	notProved = "It is not proved that what was recorded is true, complete, or was read."
)

// Lines says the verdict in plain sentences, one a line, fit for a terminal. A
// time is named only from a verified witness or time-stamp; the operator's own
// clock is always called that.
func (v Verdict) Lines() []string {
	if !v.Proved {
		return []string{
			"Not proved: " + plaintext.Clean(v.Reason) + ".",
			"Nothing that this file says may be relied on.",
		}
	}
	out := []string{fmt.Sprintf("Proved: this was recorded by this operator (%s) as entry %d of a log of %d.", plaintext.Clean(v.Origin), v.Index, v.Size)}
	for _, r := range v.Records {
		out = append(out, r.lines()...)
	}
	for _, w := range v.Witnesses {
		if w.Time.IsZero() {
			out = append(out, fmt.Sprintf("Cosigned by witness %s, which states no time.", plaintext.Clean(w.Name)))
		} else {
			out = append(out, fmt.Sprintf("no later than %s, says witness %s", stamp(w.Time), plaintext.Clean(w.Name)))
		}
	}
	for _, s := range v.Stamps {
		out = append(out, s.line())
	}
	out = append(out, v.closing()...)
	return append(out, notProved)
}

// maxSkew is by how much two honest clocks may differ.
const maxSkew = time.Minute

// closing says what the outside vouches for, and what nobody does.
func (v Verdict) closing() []string {
	if v.NotLater.IsZero() {
		clock := "nothing, for recorded-at is not opened"
		if v.OperatorClock != "" {
			clock = plaintext.Clean(v.OperatorClock)
		}
		line := fmt.Sprintf(noTime, clock)
		if len(v.Witnesses) == 0 {
			line += "; " + noOthers
		}
		return []string{line}
	}
	var out []string
	if v.OperatorClock != "" {
		out = append(out, "The operator's own clock says "+plaintext.Clean(v.OperatorClock)+"; nobody outside vouches for that.")
	}
	if at, err := time.Parse(time.RFC3339Nano, v.OperatorClock); err == nil && at.Sub(v.NotLater) > maxSkew {
		out = append(out, fmt.Sprintf("These times cannot both be true: nothing is vouched for before it is recorded. %s or the operator has a wrong clock.", plaintext.Clean(v.NotLaterBy)))
	}
	if len(v.Witnesses) == 0 {
		return append(out, "No witness has cosigned; "+noOthers+".")
	}
	return append(out, "Another view of the log would need the witnesses named here to have cosigned it too.")
}

func (r OpenedRecord) lines() []string {
	var out []string
	switch {
	case r.LinkedBy == "prev":
		out = append(out, "The record before it, which it names:")
	case r.LinkedBy != "":
		out = append(out, "The record that it names as its "+r.LinkedBy+":")
	case len(r.Fields) == 0:
		out = append(out, "No field is opened.")
	}
	for _, f := range r.Fields {
		if f.Value == nil {
			out = append(out, "  "+f.Name+": absent")
		} else {
			out = append(out, "  "+f.Name+": "+plaintext.Clean(*f.Value))
		}
	}
	return out
}

func (s StampVerdict) line() string {
	if s.Time.IsZero() {
		return "A time-stamp counts for nothing: " + plaintext.Clean(s.Note) + "."
	}
	within := ""
	if s.Accuracy > 0 {
		within = fmt.Sprintf(" (within %s of %s)", s.Accuracy, stamp(s.Time))
	}
	return fmt.Sprintf("no later than %s, says time-stamp authority %s%s", stamp(s.Time.Add(s.Accuracy)), plaintext.Clean(s.Authority), within)
}

// stamp writes a time for people: UTC, seconds, a fraction only where there is one.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
