package partnership

import (
	"cmp"
	"embed"
	"slices"
	"strings"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/internal/catalogue"
	"tocsin/partner"
	"tocsin/timeline"
)

//go:embed words/*.json
var wordFiles embed.FS

var words = catalogue.Of[string](wordFiles)

// say gives the words of a key with its arguments, pairs of name and text.
func say(lang, key string, pairs ...string) string {
	args := make([]string, len(pairs))
	for i, p := range pairs {
		if args[i] = p; i%2 == 0 {
			args[i] = "{" + p + "}"
		}
	}
	return strings.NewReplacer(args...).Replace(words()[lang][key])
}

// picture is where a member stood over time: a lane a standing, as far as each is
// certain, and what is decided and has not come. It says of a review that is due
// that the authority owes it.
func picture(c *casefile.Case, s *partner.State, name, lang string, zone *time.Location) timeline.Sheet {
	sheet := timeline.Sheet{Title: say(lang, "picture", "member", name), Lang: lang, Zone: zone, Now: s.At, Words: timeline.Words{Window: say(lang, "held")}}
	act := func(id string) string {
		e := c.Event(id)
		if e == nil {
			return id
		}
		return strings.TrimSpace(e.Kind.In(lang) + " " + attribute(e, "number"))
	}
	ahead := s.Suspension
	if ahead != nil && (ahead.EndedBy != "" || ahead.Effective) {
		ahead = nil
	}
	for _, st := range []partner.Standing{partner.Invited, partner.Active, partner.Warned, partner.Suspended, partner.Left} {
		if slices.ContainsFunc(s.History, func(i partner.Interval) bool { return i.Standing == st }) || st == partner.Suspended && ahead != nil {
			sheet.Lanes = append(sheet.Lanes, timeline.Lane{ID: string(st), Title: say(lang, "standing."+string(st))})
		}
	}
	for _, in := range s.History {
		kind := timeline.Window
		if in.Standing == partner.Suspended {
			kind = timeline.Suspension
		}
		sheet.Bands = append(sheet.Bands, timeline.Band{ID: in.By, Lane: string(in.Standing), From: span(in.From), To: span(in.To), Kind: kind, Label: cmp.Or(act(in.By), string(in.Standing))})
	}
	if ahead != nil {
		sheet.Bands = append(sheet.Bands, timeline.Band{ID: ahead.Decision, Lane: string(partner.Suspended), From: span(ahead.From), To: span(ahead.Until), Kind: timeline.Suspension, Label: say(lang, "ahead")})
	}
	for _, x := range append(slices.Clone(s.Past), suspended(s)...) {
		if at := span(x.Until); at != (timeline.Span{}) {
			sheet.Flags = append(sheet.Flags, timeline.Flag{ID: x.Decision + "-until", Lane: string(partner.Suspended), At: at, Label: say(lang, "until"), State: state(x.Until, s.At)})
		}
		if at := span(x.Review.By); at != (timeline.Span{}) {
			f := timeline.Flag{ID: x.Decision + "-review", Lane: string(partner.Suspended), At: at, Label: say(lang, "review"), State: state(x.Review.By, s.At)}
			if x.Review.Done != "" {
				f.State = timeline.Met
			}
			sheet.Flags = append(sheet.Flags, f)
		}
	}
	sheet.Flags = slices.DeleteFunc(sheet.Flags, func(f timeline.Flag) bool {
		return !slices.ContainsFunc(sheet.Lanes, func(l timeline.Lane) bool { return l.ID == f.Lane })
	})
	return sheet
}

func suspended(s *partner.State) []partner.Suspension {
	if s.Suspension == nil {
		return nil
	}
	return []partner.Suspension{*s.Suspension}
}

// state of a date: it is to come, or gone by; whose fault that is, nobody says.
func state(at calendar.Span, now time.Time) string {
	if late := at.Latest; !late.IsZero() && !now.Before(late) {
		return timeline.Past
	}
	return timeline.Due
}

func span(s calendar.Span) timeline.Span { return timeline.Span{From: s.Earliest, To: s.Latest} }
