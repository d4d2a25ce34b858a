// Package fault gives errors a kind from a closed list and a place.
//
// Every error that a person or a program outside can cause carries one of the
// kinds below, and where it came from bytes, the file, line and key. The edges
// (command line, HTTP) map kinds to exit codes and statuses in one table each.
// It never holds internals meant to stay inside: a message is for the public.
package fault

import (
	"errors"
	"fmt"
)

// Kind says what sort of thing went wrong. The list is closed.
type Kind string

// The closed list of kinds (docs/ARCHITECTURE.md, house rule 5).
const (
	NotFound    Kind = "not found"
	Invalid     Kind = "invalid"
	Conflict    Kind = "conflict"
	Forbidden   Kind = "forbidden"
	Suspended   Kind = "suspended"
	TooEarly    Kind = "too early"
	Unavailable Kind = "unavailable"
	Internal    Kind = "internal"
)

// Error is a message for the public with its kind and its place.
type Error struct {
	Kind    Kind
	File    string // name of the document, "" if none
	Line    int    // 1-based, 0 if unknown
	Key     string // dotted path of the key, "" if none
	Message string
}

// Error writes file:line: key: message, leaving out what is not known.
func (e *Error) Error() string {
	s := e.Message
	if e.Key != "" {
		s = e.Key + ": " + s
	}
	switch {
	case e.File != "" && e.Line > 0:
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, s)
	case e.File != "":
		return e.File + ": " + s
	case e.Line > 0:
		return fmt.Sprintf("line %d: %s", e.Line, s)
	}
	return s
}

// New returns an error of a kind without a place.
func New(k Kind, format string, args ...any) error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...)}
}

// KindOf tells the kind of err; an error without one is Internal.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}
