package webui

import (
	"regexp"
	"strings"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/internal/fault"
)

// stated is the time of an event for people: what the source says, by the clock
// it says it, with everything that is not certain about it.
type stated struct {
	Moment *moment // an instant to the minute or better, in a known zone
	Text   string  // else: in words
	Zone   string  // whose clock Text is by
	Attr   string  // RFC 3339, where there is one instant
}

// stated puts a time as its source states it into the reader's language.
func (v *visit) stated(t casefile.Time) stated {
	span, err := t.Span()
	if err != nil || t.IsZero() {
		return stated{Text: v.t("case.no-date")}
	}
	known := len(t.Zone) == 0 || len(t.Zone) == 1 && t.Zone[0] != calendar.UnknownZone
	grain := t.Grain()
	if t.Value != "" && known && (grain == calendar.Minute || grain == calendar.Second) {
		zone := span.Earliest.Format("-07:00")
		if len(t.Zone) == 1 {
			zone = t.Zone[0]
		}
		if m, err := newMoment(v.words, &page{visit: v}, span.Earliest, false, zone); err == nil {
			return stated{Moment: &m, Attr: m.Attr}
		}
	}
	s := stated{Zone: v.clock(t, span)}
	switch {
	case t.Value != "":
		s.Text = v.wall(t.Value, grain)
	case t.NotBefore != "":
		s.Text = v.t("case.not-before") + " " + v.wall(t.NotBefore, "")
	case t.NotAfter != "":
		s.Text = v.t("case.no-later") + " " + v.wall(t.NotAfter, "")
	default:
		s.Text = v.t("case.between") + " " + v.wall(t.From, "") + " " + v.t("case.and") + " " + v.wall(t.To, "")
	}
	return s
}

// clock names the clock that a time was read from.
func (v *visit) clock(t casefile.Time, span calendar.Span) string {
	switch {
	case len(t.Zone) == 1 && t.Zone[0] == calendar.UnknownZone:
		if len(t.Likely) > 0 {
			return v.t("case.zone-likely", "zones", v.enumerated(t.Likely))
		}
		return v.t("case.zone-not-stated")
	case len(t.Zone) > 1:
		return v.t("case.zone-one-of", "zones", v.enumerated(t.Zone))
	case len(t.Zone) == 1 && t.Zone[0] != "Z":
		return t.Zone[0]
	case !span.Earliest.IsZero():
		return offset(span.Earliest)
	case !span.Latest.IsZero():
		return offset(span.Latest)
	}
	return ""
}

// wall writes the digits of a clock on a wall, as exactly as they are given.
func (v *visit) wall(digits string, grain calendar.Precision) string {
	for _, l := range []struct{ layout, grain string }{
		{time.RFC3339, "minute"}, {"2006-01-02T15:04Z07:00", "minute"}, {"2006-01-02T15:04:05", "minute"}, {"2006-01-02T15:04", "minute"},
		{"2006-01-02T15", "hour"}, {"2006-01-02", "day"}, {"2006-01", "month"}, {"2006", "year"},
	} {
		at, err := time.Parse(l.layout, digits)
		if err != nil {
			continue
		}
		shown := l.grain
		if grain == calendar.Hour || grain == calendar.Day || grain == calendar.Month {
			shown = string(grain)
		}
		switch shown {
		case "day":
			return day(v.words, v.Lang, at)
		case "month":
			return v.t("case.month-year", "month", v.t("common.month."+at.Format("1")), "year", at.Format("2006"))
		case "hour":
			return v.t("case.to-the-hour", "moment", written(v.words, v.Lang, at.Truncate(time.Hour), false))
		}
		return written(v.words, v.Lang, at, false)
	}
	return digits
}

// readMoment reads what a date field of a browser sends, in the reader's zone,
// or RFC 3339.
func (v *visit) readMoment(text string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, text, v.Zone); err == nil {
			return t, nil
		}
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	return time.Time{}, fault.New(fault.Invalid, "%q is no date and time, such as 2026-11-24T14:51", clipText(text, 40))
}

// timeForms are the ways in which a time can be known.
var timeForms = []string{"exact", "between", "not-after", "not-before"}

// timeSent makes the time of a case file of the fields name, name-form, name-to,
// name-precision, name-zone and name-likely. Nothing filled in is now, to the
// second.
func (v *visit) timeSent(name string) any {
	field := func(part string) string { return strings.TrimSpace(v.Form.Get(name + part)) }
	value, zone := field(""), field("-zone")
	if value == "" && field("-to") == "" {
		return v.Now.In(v.Zone).Truncate(time.Second).Format(time.RFC3339)
	}
	if zone == "" {
		zone = v.Zone.String()
	}
	out := map[string]any{"zone": zone}
	if likely := splitWords(field("-likely")); zone == calendar.UnknownZone && len(likely) > 0 {
		out["likely"] = likely
	}
	switch field("-form") {
	case "between":
		out["from"], out["to"] = value, field("-to")
	case "not-after":
		out["not-after"] = value
	case "not-before":
		out["not-before"] = value
	default:
		precision := field("-precision")
		if precision == "" {
			precision = "minute"
		}
		if n := map[string]int{"hour": 13, "day": 10, "month": 7}[precision]; n > 0 && len(value) > n && precision != "hour" {
			value = value[:n]
		}
		out["value"], out["precision"] = value, precision
	}
	return out
}

// caseTime reads the fields of a time as a case file holds it.
func (v *visit) caseTime(name string) (casefile.Time, error) {
	data, err := jsonOf(map[string]any{"kind": "commented", "at": v.timeSent(name)})
	if err != nil {
		return casefile.Time{}, err
	}
	e, err := casefile.ParseEvent("", data)
	return e.At, err
}

// timeChoices are what the fields of a time offer.
type timeChoices struct{ Forms, Precisions, Zones []option }

func (v *visit) timeChoices() timeChoices {
	var c timeChoices
	for _, f := range timeForms {
		c.Forms = append(c.Forms, option{f, v.t("case.at-form." + f)})
	}
	for _, p := range []string{"minute", "hour", "day", "month"} {
		c.Precisions = append(c.Precisions, option{p, v.t("case.precision." + p)})
	}
	here := v.Zone.String()
	if here != "UTC" {
		c.Zones = append(c.Zones, option{here, v.t("case.your-zone", "zone", here)})
	}
	c.Zones = append(c.Zones, option{"UTC", "UTC"}, option{calendar.UnknownZone, v.t("case.zone-unknown")})
	for _, z := range commonZones {
		if z != here {
			c.Zones = append(c.Zones, option{z, z})
		}
	}
	return c
}

// commonZones are offered beside the reader's own: those of the legal orders
// that the packs know.
var commonZones = []string{
	"Asia/Shanghai", "Asia/Hong_Kong", "Asia/Kolkata", "Asia/Seoul", "Asia/Singapore", "Asia/Tokyo", "Australia/Sydney", "Europe/Berlin",
	"Europe/Brussels", "Europe/London", "Europe/Zurich", "America/New_York", "America/Chicago", "America/Los_Angeles", "America/Toronto",
}

// splitWords cuts a line of words at commas, semicolons and blanks.
func splitWords(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool {
		return r == ',' || r == ' ' || r == ';' || r == '\n' || r == '\r' || r == '\t' || r == '、' || r == '，'
	})
}

var (
	instants = regexp.MustCompile(`\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:Z|[+-]\d{2}:\d{2})`)
	periods  = regexp.MustCompile(`\bP(?:\d+(?:[YMWD]|BD))*(?:T(?:\d+[HMS])+)?\b`)
)

// humane writes the instants and periods in a sentence of the plan as people
// read them, each in the zone in which it was counted.
func (v *visit) humane(sentence string) string {
	if !strings.ContainsAny(sentence, "TP") || !strings.ContainsAny(sentence, "0123456789") { // most have neither, and a page says hundreds
		return sentence
	}
	sentence = instants.ReplaceAllStringFunc(sentence, func(s string) string {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return s
		}
		text := written(v.words, v.Lang, t, false)
		if t.Second() != 0 {
			text += t.Format(":05")
		}
		return text + " " + offset(t)
	})
	return periods.ReplaceAllStringFunc(sentence, func(s string) string {
		if text := v.period(s); text != "" {
			return text
		}
		return s
	})
}
