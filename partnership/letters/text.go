package letters

import (
	"strings"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/letter"
)

// written is what somebody wrote, in the language of the letter; nothing is nil.
func written(lang, s string) letter.Text {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	return letter.Text{lang: s}
}

// when is a time of the file as a letter writes it.
func when(t casefile.Time, zone *time.Location) letter.When {
	if d, err := calendar.ParseDate(t.Value); err == nil {
		return letter.When{Time: d.Start(zone), Day: true}
	}
	s, err := t.Span()
	if err != nil || starts(s).IsZero() {
		return letter.When{}
	}
	return letter.When{Time: starts(s).In(zone)}
}

// starts is the first instant of an interval that is known.
func starts(s calendar.Span) time.Time {
	if s.Earliest.IsZero() {
		return s.Latest
	}
	return s.Earliest
}

// lines cuts an address into its lines.
func lines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
