// Package ics writes iCalendar files (RFC 5545), so that the dates of a plan
// can stand in the calendar of the person who must act on them.
//
// It promises that the same events give the same bytes in whatever order they
// come, that what it writes keeps to the grammar whatever the texts hold, and
// that nothing is written when the input is refused. All times are in UTC, all
// events are private, and none of them marks its reader as busy.
//
// It never decides what may be told. A calendar is synchronised to servers and
// telephones that nobody cleared for the case, so the caller makes titles that
// give nothing away: a short handle, never a product, a party or a flaw.
package ics
