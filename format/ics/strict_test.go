package ics

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	ical "github.com/emersion/go-ical"
)

var contentLine = regexp.MustCompile(`^[A-Z][A-Z-]*:.`)

// strict checks the bytes against RFC 5545 section 3.1 more closely than a
// forgiving parser does: CRLF only, at most 75 octets a line, whole characters
// on every line, no control character, components that nest and close.
func strict(data []byte) error {
	text, ok := strings.CutSuffix(string(data), "\r\n")
	if !ok {
		return fmt.Errorf("the file does not end with CRLF")
	}
	var open []string
	lines := strings.Split(text, "\r\n")
	for i, line := range lines {
		n := i + 1
		switch {
		case len(line) > 75:
			return fmt.Errorf("line %d has %d octets", n, len(line))
		case strings.ContainsAny(line, "\r\n"):
			return fmt.Errorf("line %d holds a bare CR or LF", n)
		case !utf8.ValidString(line):
			return fmt.Errorf("line %d breaks a character", n)
		case strings.ContainsFunc(line, func(r rune) bool { return r != '\t' && r < ' ' || r == 0x7f }):
			return fmt.Errorf("line %d holds a control character", n)
		case strings.HasPrefix(line, " "):
			if i == 0 || line == " " {
				return fmt.Errorf("line %d continues nothing or with nothing", n)
			}
			continue
		case !contentLine.MatchString(line):
			return fmt.Errorf("line %d is no content line: %q", n, line)
		}
		if name, ok := strings.CutPrefix(line, "BEGIN:"); ok {
			open = append(open, name)
		}
		if name, ok := strings.CutPrefix(line, "END:"); ok {
			if len(open) == 0 || open[len(open)-1] != name {
				return fmt.Errorf("line %d closes %s, which is not open", n, name)
			}
			open = open[:len(open)-1]
			if len(open) == 0 && i != len(lines)-1 {
				return fmt.Errorf("line %d ends the calendar, and more follows", n)
			}
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("%s is not closed", open[0])
	}
	return nil
}

// The control: files that a forgiving parser takes and this check must not.
func TestStrictCheckFindsWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"good":            {"BEGIN:A\r\nSUMMARY:x\r\n y\r\nEND:A\r\n", ""},
		"76 octets":       {"SUMMARY:" + strings.Repeat("x", 68) + "\r\n", "76 octets"},
		"bare LF":         {"BEGIN:A\nEND:A\r\n", "bare CR or LF"},
		"no end of line":  {"BEGIN:A\r\nEND:A", "does not end"},
		"split character": {"SUMMARY:\xe6\x8a\r\n \xa5\r\n", "breaks a character"},
		"control":         {"SUMMARY:\x07\r\n", "control character"},
		"no colon":        {"SUMMARY\r\n", "no content line"},
		"empty line":      {"BEGIN:A\r\n\r\nEND:A\r\n", "no content line"},
		"empty value":     {"SUMMARY:\r\n", "no content line"},
		"wrong end":       {"BEGIN:A\r\nEND:B\r\n", "not open"},
		"never closed":    {"BEGIN:A\r\n", "not closed"},
		"a second one":    {"BEGIN:A\r\nEND:A\r\nBEGIN:B\r\nEND:B\r\n", "more follows"},
		"empty fold":      {"SUMMARY:x\r\n \r\n", "continues"},
	} {
		err := strict([]byte(c.in))
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: refused: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// write gives the bytes of c, which must satisfy the strict check.
func write(t *testing.T, c Calendar) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, c); err != nil {
		t.Fatalf("Write: %v", err)
	}
	if err := strict(b.Bytes()); err != nil {
		t.Fatalf("%v in\n%s", err, b.String())
	}
	return b.Bytes()
}

// read turns a file back into a calendar with a parser written by others, and
// lets that parser's own encoder judge the properties that must and may occur.
func read(t *testing.T, data []byte) Calendar {
	t.Helper()
	in, err := ical.NewDecoder(bytes.NewReader(data)).Decode()
	if err != nil {
		t.Fatalf("the independent parser refused it: %v\n%s", err, data)
	}
	if err := ical.NewEncoder(&bytes.Buffer{}).Encode(in); err != nil {
		t.Fatalf("the independent encoder refused it: %v\n%s", err, data)
	}
	var c Calendar
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("the independent parser refused a value: %v\n%s", err, data)
		}
	}
	c.Name, err = in.Props.Text("NAME")
	must(err)
	for _, ev := range in.Events() {
		var e Event
		stamp, err := ev.Props.DateTime("DTSTAMP", nil)
		must(err)
		c.Stamp = stamp
		e.UID, err = ev.Props.Text("UID")
		must(err)
		e.Start, err = ev.DateTimeStart(nil)
		must(err)
		if ev.Props.Get("DTEND") != nil {
			e.End, err = ev.DateTimeEnd(nil)
			must(err)
		}
		e.Summary, err = ev.Props.Text("SUMMARY")
		must(err)
		e.Description, err = ev.Props.Text("DESCRIPTION")
		must(err)
		if u, err := ev.Props.URI("URL"); u != nil || err != nil {
			must(err)
			e.URL = u.String()
		}
		if p := ev.Props.Get("CATEGORIES"); p != nil {
			e.Categories, err = p.TextList()
			must(err)
		}
		e.Sequence, err = ev.Props.Get("SEQUENCE").Int()
		must(err)
		status, err := ev.Status()
		must(err)
		e.Status = string(status)
		for _, alarm := range ev.Children {
			d, err := alarm.Props.Get("TRIGGER").Duration()
			must(err)
			e.Alarm = append(e.Alarm, time.Duration(-d))
			if alarm.Props.Get("ACTION").Value != "DISPLAY" || alarm.Props.Get("DESCRIPTION") == nil {
				t.Fatalf("an alarm lacks its action or description\n%s", data)
			}
		}
		c.Events = append(c.Events, e)
	}
	return c
}
