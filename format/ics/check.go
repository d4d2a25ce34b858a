package ics

import (
	"fmt"
	"math"
	"net/url"
	"strings"
	"time"

	"tocsin/internal/fault"
)

// maxEvents keeps a calendar at a size that calendar programs still open.
const maxEvents = 10_000

// refuse makes the error of one field, such as events[2].url.
func refuse(key, format string, args ...any) error {
	return &fault.Error{Kind: fault.Invalid, Key: key, Message: fmt.Sprintf(format, args...)}
}

// check says whether c can be written at all, before a byte is.
func check(c Calendar) error {
	if len(c.Events) == 0 {
		return ErrNoEvents
	}
	if len(c.Events) > maxEvents {
		return refuse("events", "%d events are more than the %d that one calendar file may hold", len(c.Events), maxEvents)
	}
	if err := checkTime("stamp", c.Stamp); err != nil {
		return err
	}
	seen := make(map[string]int, len(c.Events))
	for i, e := range c.Events {
		at := func(field string) string { return fmt.Sprintf("events[%d].%s", i, field) }
		if err := e.check(at); err != nil {
			return err
		}
		// Two entries of one UID would be taken for versions of one event, and
		// one of the two deadlines would vanish.
		if first, twice := seen[e.UID]; twice {
			return refuse(at("uid"), "%q is already the UID of events[%d]", e.UID, first)
		}
		seen[e.UID] = i
	}
	return nil
}

func (e Event) check(at func(string) string) error {
	switch {
	case e.UID == "":
		return refuse(at("uid"), "an event needs a UID (RFC 5545 section 3.8.4.7)")
	case clean(e.UID) != e.UID || strings.Contains(e.UID, "\n"):
		// Cleaning it here could make two UIDs the same.
		return refuse(at("uid"), "%q holds a control or format character or a line break", e.UID)
	}
	if err := checkTime(at("start"), e.Start); err != nil {
		return err
	}
	if !e.End.IsZero() {
		if err := checkTime(at("end"), e.End); err != nil {
			return err
		}
		if e.End.Before(e.Start) {
			return refuse(at("end"), "the event would end before it starts")
		}
	}
	if err := checkURL(at("url"), e.URL); err != nil {
		return err
	}
	for i, d := range e.Alarm {
		if d < 0 {
			return refuse(fmt.Sprintf("%s[%d]", at("alarm"), i), "%s would ring after the start; give the time before it", d)
		}
	}
	if e.Sequence < 0 || e.Sequence > math.MaxInt32 {
		return refuse(at("sequence"), "%d is outside 0 to %d (RFC 5545 section 3.3.8)", e.Sequence, math.MaxInt32)
	}
	switch e.Status {
	case "", Tentative, Confirmed, Cancelled:
		return nil
	}
	return refuse(at("status"), "%q is none of TENTATIVE, CONFIRMED, CANCELLED", e.Status)
}

// checkTime refuses what has no four-digit year in UTC (RFC 5545 section
// 3.3.4) and the zero time, which is nobody's deadline.
func checkTime(key string, t time.Time) error {
	if t.IsZero() {
		return refuse(key, "a time is needed")
	}
	if y := t.UTC().Year(); y < 1 || y > 9999 {
		return refuse(key, "the year %d cannot be written with four digits", y)
	}
	return nil
}

// checkURL lets through what is safe to click and legal to print. A URL is not
// escaped as texts are (RFC 5545 section 3.3.13), so nothing in it may need it.
func checkURL(key, s string) error {
	if s == "" {
		return nil
	}
	for _, r := range s {
		if r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\^`{|}", r) {
			return refuse(key, "the address %q holds %q, which must be percent-encoded", s, r)
		}
	}
	u, err := url.Parse(s)
	if err != nil {
		return refuse(key, "%q is not an address: it cannot be parsed", s)
	}
	if scheme := strings.ToLower(u.Scheme); (scheme != "http" && scheme != "https") || u.Host == "" {
		return refuse(key, "%q is not an absolute http or https address", s)
	}
	return nil
}
