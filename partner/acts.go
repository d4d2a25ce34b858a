package partner

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"tocsin/calendar"
	"tocsin/casefile"
)

// An actor is whose act a kind of event is.
type actor int

const (
	nobody actor = iota
	byAuthority
	byMember
	byEither // an appeal is decided by a body that may be neither
)

// actOrder are the partnership acts (docs/casefile.md) in the order of a
// partnership's life, which also orders acts of one instant.
var actOrder = []struct {
	kind casefile.Kind
	by   actor
}{
	{"partner-invited", byAuthority}, {"agreement-signed", byMember}, {"partner-joined", byAuthority}, {"partner-renewed", byAuthority},
	{"called-on", byAuthority}, {"partner-reminded", byAuthority}, {"finding-served", byAuthority}, {"mark-contested", byMember}, {"partner-warned", byAuthority},
	{"hearing-opened", byAuthority}, {"hearing-answered", byMember}, {"partner-heard", byAuthority}, {"partner-suspended", byAuthority},
	{"rectification-set", byAuthority}, {"rectification-reported", byMember}, {"rectification-accepted", byAuthority}, {"rectification-returned", byAuthority},
	{"partner-reassessed", byAuthority}, {"partner-extended", byAuthority}, {"partner-reinstated", byAuthority}, {"partner-terminated", byAuthority},
	{"partner-left", byMember}, {"appealed", byMember}, {"appeal-decided", byEither},
}

// actors and actRank tell whose act a kind is, and its place in that order; what
// is no act, such as an answer to a call, comes after those of its instant.
var actors, actRank = func() (map[casefile.Kind]actor, map[casefile.Kind]int) {
	who, rank := map[casefile.Kind]actor{}, map[casefile.Kind]int{}
	for i, a := range actOrder {
		who[a.kind], rank[a.kind] = a.by, i+1
	}
	return who, rank
}()

func rankOf(k casefile.Kind) int {
	if r := actRank[k]; r > 0 {
		return r
	}
	return len(actOrder) + 1
}

// Acts lists the partnership acts in the order of a partnership's life.
func Acts() []casefile.Kind {
	out := make([]casefile.Kind, 0, len(actOrder))
	for _, a := range actOrder {
		out = append(out, a.kind)
	}
	return out
}

// OfAuthority tells whether a kind is the authority's act on a member, OfMember
// whether it is the member's; an appeal is decided by neither alone.
func OfAuthority(k casefile.Kind) bool { return actors[k] == byAuthority }

// OfMember tells whether a kind is a member's act in its partnership.
func OfMember(k casefile.Kind) bool { return actors[k] == byMember }

// duties are what a member does under its agreement at any time, suspended or not.
var duties = []casefile.Kind{"reported", "notified", "assessed", "decided", "acknowledged"}

// results are the words that an act may have as result; the first is meant
// where none stands.
var results = map[casefile.Kind][]string{
	"partner-warned": {"", "withdrawn"}, "finding-served": {"", "withdrawn"}, "hearing-answered": {"", "waived"},
	"partner-heard": {"answered", "silent", "waived"}, "partner-reassessed": {"lift", "extend", "end", "active"},
	"partner-reinstated": {"full", "with-conditions"}, "appeal-decided": {"upheld", "changed", "annulled"},
}

// Results lists the words that an act may have as result, none if it has none.
func Results(k casefile.Kind) []string {
	return slices.DeleteFunc(slices.Clone(results[k]), func(s string) bool { return s == "" })
}

// CallAsks lists what a call on a member can ask for, by its attribute asks.
func CallAsks() []string { return []string{"assess", "confirm", "warn", "help"} }

func plainID(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r) || strings.ContainsRune("/\"'<>\\", r)
	})
}

// attr is an attribute as text, "" if it is not there.
func attr(e *casefile.Event, key string) string { return strings.TrimSpace(e.Attributes[key].String()) }

func flag(e *casefile.Event, key string) bool { return attr(e, key) == "true" }

// dayOf reads an attribute that is a date or an instant: the interval that it
// stands for, a day in the zone in which the act was dated.
func dayOf(e *casefile.Event, key string) (calendar.Span, bool) {
	v := attr(e, key)
	if t, err := time.Parse(time.RFC3339, v); err == nil {
		return calendar.Instant(t), true
	}
	d, err := calendar.ParseDate(v)
	if err != nil {
		return calendar.Span{}, false
	}
	loc := e.At.Location()
	return calendar.Span{Earliest: d.Start(loc), Latest: d.End(loc).Add(-time.Second)}, true
}

// ends turns a time that was stated as a last day, or as an interval of days,
// into the exclusive bound; a time of day stays as it is.
func ends(t casefile.Time) calendar.Span {
	s, err := t.Ends()
	if err != nil {
		return calendar.Span{}
	}
	return s
}

// after adds a period to every instant of a span: days and months end with
// their last day, hours with the hour. An open side stays open.
func after(from calendar.Span, p calendar.Period, loc *time.Location) calendar.Span {
	k := calendar.Reckoning{Calc: calendar.CalendarDays, Period: p, Zone: loc}
	if _, clock := p.Clock(); clock {
		k = calendar.Reckoning{Calc: calendar.Elapsed, Period: p}
	}
	out, _, err := k.Over(from)
	if err != nil {
		return calendar.Span{} // nothing is known of its end
	}
	return out
}

// begin orders spans, as the plan does: an open beginning by its known end.
func begin(s calendar.Span) time.Time {
	if s.Earliest.IsZero() {
		return s.Latest
	}
	return s.Earliest
}

// over tells that an exclusive bound has certainly passed.
func over(end calendar.Span, at time.Time) bool {
	return !end.Latest.IsZero() && !at.Before(end.Latest)
}
