package ics

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxLine is how many octets a line may have, without its CRLF (RFC 5545
// section 3.1).
const maxLine = 75

// page collects content lines.
type page struct{ b bytes.Buffer }

// raw writes a property whose value needs no escaping; an empty value leaves
// the property out.
func (p *page) raw(name, value string) {
	if value != "" {
		p.fold(name + ":" + value)
	}
}

// text writes a property of type TEXT; one that is empty when it is cleaned is
// left out.
func (p *page) text(name, value string) { p.raw(name, escape(value)) }

// list writes a property of several TEXT values. Only the commas between them
// stay bare (RFC 5545 section 3.8.1.2).
func (p *page) list(name string, values []string) {
	var out []string
	for _, v := range values {
		if s := escape(v); s != "" {
			out = append(out, s)
		}
	}
	p.raw(name, strings.Join(out, ","))
}

// fold ends a content line, broken so that no line has more than 75 octets.
// The standard lets a break fall within a character; readers that decode line
// by line spoil it then, so breaks fall between characters here.
func (p *page) fold(line string) {
	room := maxLine
	for len(line) > room {
		cut := room
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		p.b.WriteString(line[:cut])
		p.b.WriteString("\r\n ")
		line, room = line[cut:], maxLine-1 // the space counts
	}
	p.b.WriteString(line)
	p.b.WriteString("\r\n")
}

// escape makes a TEXT value (RFC 5545 section 3.3.11) of a cleaned text.
func escape(s string) string { return escapes.Replace(clean(s)) }

var escapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`)

// breaks are the ways to end a line; the last three are line breaks to Unicode,
// and some readers split a file there.
var breaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// clean makes a text fit for a calendar: valid UTF-8, each line break one LF,
// tabs kept, other control characters dropped (RFC 5545 section 3.1 forbids
// them), and so are format characters, for those reverse or hide text on the
// screen.
func clean(s string) string {
	s = breaks.Replace(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
}

// utc writes form 2 of a DATE-TIME (RFC 5545 section 3.3.5).
func utc(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

func number(n int) string { return strconv.Itoa(n) }

// before writes a TRIGGER of d before the start, in hours, minutes and seconds
// only: these are exact, while days and weeks are not (RFC 5545 section 3.3.6).
// The grammar has no seconds right after hours, so minutes stand between.
func before(d time.Duration) string {
	n := int64(d / time.Second)
	h, m, s := n/3600, n/60%60, n%60
	out := "-PT"
	switch {
	case n == 0:
		return "PT0S"
	case h > 0 && s > 0:
		return out + fmt.Sprintf("%dH%dM%dS", h, m, s)
	case h > 0 && m > 0:
		return out + fmt.Sprintf("%dH%dM", h, m)
	case h > 0:
		return out + fmt.Sprintf("%dH", h)
	case m > 0 && s > 0:
		return out + fmt.Sprintf("%dM%dS", m, s)
	case m > 0:
		return out + fmt.Sprintf("%dM", m)
	}
	return out + fmt.Sprintf("%dS", s)
}

// leads puts alarms in the order in which they ring, each once, rounded up to
// whole seconds so that none rings later than asked.
func leads(in []time.Duration) []time.Duration {
	out := make([]time.Duration, 0, len(in))
	for _, d := range in {
		if r := d % time.Second; r > 0 && d <= 1<<63-1-time.Second {
			d += time.Second - r
		}
		out = append(out, d)
	}
	slices.Sort(out)
	slices.Reverse(out)
	return slices.Compact(out)
}
