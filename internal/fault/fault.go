// Package fault gives errors a kind from a closed list and a place.
//
// Every error that a person or a program outside can cause carries one of the
// kinds below, and where it came from bytes, the file, line and key. The edges
// (command line, HTTP) map kinds to exit codes and statuses in one table each.
// A message is one line of printable text of bounded length, whatever the bytes
// were that caused it. It never holds internals meant to stay inside: it is for
// the public.
package fault

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode"
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
		s = clip(e.Key, 2*maxValue) + ": " + s
	}
	switch {
	case e.File != "" && e.Line > 0:
		s = fmt.Sprintf("%s:%d: %s", e.File, e.Line, s)
	case e.File != "":
		s = e.File + ": " + s
	case e.Line > 0:
		s = fmt.Sprintf("line %d: %s", e.Line, s)
	}
	return oneLine(clip(s, maxMessage))
}

// The most runes of a message, and of one value that a message repeats.
const (
	maxMessage = 600
	maxValue   = 80
)

// clip shortens s to n runes, and says with an ellipsis that it did.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i] + "…"
		}
		n--
	}
	return s
}

// oneLine keeps what outside bytes put into a message from moving the cursor,
// beginning a line or turning the direction of a terminal.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// At returns an Invalid error for a place in a document: its name, its line (0
// if unknown) and its key ("" if none). Texts among args are shortened.
func At(file string, line int, key, format string, args ...any) error {
	for i, a := range args {
		if v := reflect.ValueOf(a); v.Kind() == reflect.String {
			args[i] = clip(v.String(), maxValue)
		}
	}
	return &Error{Kind: Invalid, File: file, Line: line, Key: key, Message: fmt.Sprintf(format, args...)}
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
