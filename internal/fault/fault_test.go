package fault

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// A message says where it came from as far as that is known, and no more.
func TestErrorNamesItsPlace(t *testing.T) {
	for _, c := range []struct {
		err  Error
		want string
	}{
		{Error{Message: "the id is taken"}, "the id is taken"},
		{Error{Key: "case", Message: "is missing"}, "case: is missing"},
		{Error{File: "a.yaml", Message: "is empty"}, "a.yaml: is empty"},
		{Error{File: "a.yaml", Key: "case", Message: "is missing"}, "a.yaml: case: is missing"},
		{Error{File: "a.yaml", Line: 7, Key: "events[e1].at", Message: "is missing"}, "a.yaml:7: events[e1].at: is missing"},
		{Error{Line: 7, Message: "is missing"}, "line 7: is missing"},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// The kind survives wrapping; an error of somebody else's is internal, since
// nothing is known of what it tells.
func TestKindOf(t *testing.T) {
	for _, c := range []struct {
		err  error
		want Kind
	}{
		{New(Suspended, "the partner is suspended"), Suspended},
		{fmt.Errorf("while importing: %w", New(Conflict, "the case has moved on")), Conflict},
		{At("a.yaml", 1, "tlp", "%q is no label", "PINK"), Invalid},
		{errors.New("disk on fire"), Internal},
		{nil, Internal},
	} {
		if got := KindOf(c.err); got != c.want {
			t.Errorf("KindOf(%v) = %q, want %q", c.err, got, c.want)
		}
	}
}

// Outside bytes reach messages as values and keys. They may be long, or made to
// move a terminal's cursor; the message stays one short line of text.
func TestMessagesAreOneShortLine(t *testing.T) {
	long := strings.Repeat("ä", 1<<20)
	for name, err := range map[string]error{
		"a long value":            At("a.yaml", 1, "case", "%q is no date", long),
		"a long value of a type":  At("a.yaml", 1, "case", "%q is no kind", Kind(long)),
		"a long key":              At("a.yaml", 1, long, "unknown key"),
		"a long wrapped error":    At("a.yaml", 1, "case", "%v", errors.New(long)),
		"a line end and an erase": At("a.yaml", 1, "events[\x1b[2K\nroot: all is well]", "%s", "x\r\ty"),
		"a turned direction":      At("a.yaml", 1, "case", "%s", "abc\u202efdp.exe"),
	} {
		msg := err.Error()
		if n := len([]rune(msg)); n > maxMessage+1 {
			t.Errorf("%s: %d runes", name, n)
		}
		if strings.ContainsAny(msg, "\x1b\n\r\t\u202e") {
			t.Errorf("%s: the message can move the cursor: %q", name, msg)
		}
	}
	if got, want := At("a.yaml", 1, "case", "%q is no date", long).Error(), "a.yaml:1: case: \""+strings.Repeat("ä", 80)+"…\" is no date"; got != want {
		t.Errorf("the middle is not what was shortened: %s", got)
	}
}
