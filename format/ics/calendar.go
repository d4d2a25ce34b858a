package ics

import (
	"io"
	"slices"
	"strings"
	"time"

	"tocsin/internal/fault"
)

// The values that Event.Status may have (RFC 5545 section 3.8.1.11); the empty
// string leaves the property out.
const (
	Tentative = "TENTATIVE"
	Confirmed = "CONFIRMED"
	Cancelled = "CANCELLED"
)

// Event is one entry of a calendar. UID and Start are required.
type Event struct {
	UID         string    // unique in the calendar, and the same whenever the event is written again
	Start, End  time.Time // End is exclusive; zero, or within the second of Start: the event is an instant
	Summary     string    // the title; opaque, see the package comment
	Description string
	URL         string          // absolute, http or https, ASCII
	Categories  []string        // empty ones are left out
	Alarm       []time.Duration // how long before Start; zero rings at Start
	Sequence    int             // the revision of this event, 0 to 2147483647
	Status      string          // Tentative, Confirmed, Cancelled or empty
}

// Calendar is a set of events published together.
type Calendar struct {
	Name   string    // shown by programs that subscribe; may be empty
	Stamp  time.Time // when these events were computed (DTSTAMP); required
	Events []Event   // at least one
}

// ErrNoEvents is the refusal of a calendar without an event: the grammar asks
// for at least one component (RFC 5545 section 3.6), and readers reject the
// file otherwise.
var ErrNoEvents = fault.New(fault.Invalid, "a calendar file needs at least one event, and there is none")

// Write writes c as one iCalendar object of METHOD:PUBLISH (RFC 5546 section
// 3.2.1), events by start and then by UID.
//
// Times are cut to whole seconds, which makes a deadline at most one second
// early and never late. Texts lose their control and format characters; line
// breaks stay. A text is otherwise given back by a reader as it was.
//
// Errors are of kind invalid and name the event and the field; then nothing
// has been written. Other errors come from w.
func Write(w io.Writer, c Calendar) error {
	if err := check(c); err != nil {
		return err
	}
	events := slices.Clone(c.Events)
	slices.SortFunc(events, func(a, b Event) int {
		if n := a.Start.Compare(b.Start); n != 0 {
			return n
		}
		return strings.Compare(a.UID, b.UID)
	})

	var p page
	p.raw("BEGIN", "VCALENDAR")
	p.raw("VERSION", "2.0")
	p.raw("PRODID", "-//Tocsin//Plan//EN")
	p.raw("CALSCALE", "GREGORIAN")
	p.raw("METHOD", "PUBLISH")
	// NAME is the standard's (RFC 7986 section 5.1), the other is what programs
	// older than it, and many newer ones, read.
	p.text("NAME", c.Name)
	p.text("X-WR-CALNAME", c.Name)
	for _, e := range events {
		p.event(e, c.Stamp)
	}
	p.raw("END", "VCALENDAR")
	_, err := w.Write(p.b.Bytes())
	return err
}

// event writes one VEVENT with its alarms (RFC 5545 sections 3.6.1 and 3.6.6).
func (p *page) event(e Event, stamp time.Time) {
	p.raw("BEGIN", "VEVENT")
	p.text("UID", e.UID)
	p.raw("DTSTAMP", utc(stamp))
	p.raw("DTSTART", utc(e.Start))
	// DTEND must be later than DTSTART; an event without it ends as it begins.
	if start, end := utc(e.Start), utc(e.End); !e.End.IsZero() && end != start {
		p.raw("DTEND", end)
	}
	p.text("SUMMARY", e.Summary)
	p.text("DESCRIPTION", e.Description)
	p.list("CATEGORIES", e.Categories)
	p.raw("URL", e.URL)
	p.raw("STATUS", e.Status)
	p.raw("SEQUENCE", number(e.Sequence))
	p.raw("CLASS", "PRIVATE")
	// A deadline takes no time, and free/busy views must not show that one exists.
	p.raw("TRANSP", "TRANSPARENT")
	for _, lead := range leads(e.Alarm) {
		p.raw("BEGIN", "VALARM")
		p.raw("ACTION", "DISPLAY")
		title := e.Summary
		if clean(title) == "" {
			title = "Reminder" // DESCRIPTION is required of a display alarm
		}
		p.text("DESCRIPTION", title)
		p.raw("TRIGGER", before(lead))
		p.raw("END", "VALARM")
	}
	p.raw("END", "VEVENT")
}
