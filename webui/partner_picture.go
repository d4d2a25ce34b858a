package webui

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"tocsin/calendar"
	"tocsin/partner"
)

// standingPicture is where a member stood over time, as a picture and in words.
// Solid is what is certain, hatched what is not, an outline what is decided and
// has not come. Signs below tell the record, what speaks for the member as well.
type standingPicture struct {
	Width, Height int
	Lanes         []pictureLane
	Bars          []pictureBar
	Signs         []pictureSign
	Ticks         []pictureTick
	Now           int
	Lines         []pictureLine // the same in words
	Legend        []string      // shapes that occur
	SignsY        int
}

type pictureLane struct {
	Y     int
	Badge standingBadge
}

type pictureBar struct {
	X, Y, W  int
	Standing string
	Kind     string // sure, unsure, ahead
}

type pictureSign struct {
	X, Y  int
	Code  string // of partner.sign
	Words string
}

type pictureTick struct {
	X    int
	Text string
}

// pictureLine is one line of the picture in words.
type pictureLine struct {
	Badge    *standingBadge
	Sign     string
	Words    string
	From, To spanned
	Goes     bool // it goes on
	Ahead    bool
	at       time.Time
}

// The measures of the picture, in its own units.
const (
	pictureWide  = 880
	pictureLeft  = 120
	pictureRight = 16
	laneHigh     = 30
	pictureTop   = 10
	mostSignsOf  = 60
)

// standingPicture draws a partnership; nil where nothing happened yet.
func (v *visit) standingPicture(h partnerHead) *standingPicture {
	s := &h.State
	if len(s.History) == 0 {
		return nil
	}
	p := &standingPicture{Width: pictureWide}
	first, last := starts(s.History[0].From), v.Now
	var ahead *partner.Suspension
	if x := s.Suspension; x != nil && x.EndedBy == "" {
		ahead = x
		if t := whenOf(x.Until); t != nil && t.After(last) {
			last = *t
		}
	}
	if !last.After(first.Add(24 * time.Hour)) {
		last = first.Add(24 * time.Hour)
	}
	last = last.Add(last.Sub(first) / 30)
	x := func(t time.Time) int {
		t0, t1 := first.Unix(), last.Unix()
		at := min(max(t.Unix(), t0), t1)
		return pictureLeft + int(int64(pictureWide-pictureLeft-pictureRight)*(at-t0)/(t1-t0))
	}
	rows := map[partner.Standing]int{}
	for _, st := range []partner.Standing{partner.Invited, partner.Active, partner.Warned, partner.Suspended, partner.Left} {
		if slices.ContainsFunc(s.History, func(i partner.Interval) bool { return i.Standing == st }) || st == partner.Suspended && ahead != nil {
			rows[st] = pictureTop + laneHigh*len(p.Lanes)
			p.Lanes = append(p.Lanes, pictureLane{rows[st], badgeOf(st)})
		}
	}
	bar := func(st partner.Standing, kind string, from, to time.Time) {
		if a, b := x(from), x(to); b > a || kind == "sure" {
			p.Bars = append(p.Bars, pictureBar{a, rows[st], max(b-a, 2), string(st), kind})
		}
	}
	for i, in := range s.History {
		from, sureFrom := starts(in.From), lateOf(in.From)
		to, sureTo := v.Now, v.Now
		if in.To != (calendar.Span{}) {
			to, sureTo = lateOf(in.To), starts(in.To)
		}
		if sureFrom.After(from) {
			bar(in.Standing, "unsure", from, sooner(sureFrom, to))
		}
		if sureTo.After(sureFrom) || i == len(s.History)-1 && sureFrom.Equal(from) {
			bar(in.Standing, "sure", sureFrom, sureTo)
		}
		if to.After(sureTo) {
			bar(in.Standing, "unsure", later(sureTo, sureFrom), to)
		}
		b := badgeOf(in.Standing)
		p.Lines = append(p.Lines, pictureLine{Badge: &b, From: v.span(in.From, false, h.Zone), To: v.span(in.To, false, h.Zone), Goes: in.To == (calendar.Span{}), at: from,
			Words: v.actWords(h, in.By)})
	}
	if ahead != nil {
		from := later(v.Now, starts(ahead.From))
		if t := whenOf(ahead.Until); t != nil && t.After(from) {
			bar(partner.Suspended, "ahead", from, *t)
			b := badgeOf(partner.Suspended)
			p.Lines = append(p.Lines, pictureLine{Badge: &b, Ahead: true, From: v.span(calendar.Instant(from), false, h.Zone), To: v.span(ahead.Until, true, h.Zone), at: from,
				Words: v.actWords(h, ahead.Decision)})
		}
	}
	p.SignsY = pictureTop + laneHigh*len(p.Lanes)
	p.signs(v, h, x)
	p.Height = p.SignsY + laneHigh + 26
	p.Now = x(v.Now)
	p.ticks(v, h, first, last, x)
	slices.SortStableFunc(p.Lines, func(a, b pictureLine) int { return a.at.Compare(b.at) })
	return p
}

func sooner(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// lateOf is the latest instant of an interval that is known.
func lateOf(s calendar.Span) time.Time {
	if s.Latest.IsZero() {
		return s.Earliest
	}
	return s.Latest
}

// signCodes are the signs of the record, with which the legend and the words of
// the catalogues are complete.
var signCodes = []string{"mark", "contested", "ended", "in-time", "late", "unclear", "silent", "mended"}

// timelySign is the sign of an answer.
func timelySign(t string) string {
	return map[string]string{"yes": "in-time", "no": "late", "": "in-time"}[t]
}

// signs puts the record below the lanes: marks, and what the member did.
func (p *standingPicture) signs(v *visit, h partnerHead, x func(time.Time) int) {
	s := &h.State
	var all []pictureLine
	add := func(code, event string, at calendar.Span) {
		all = append(all, pictureLine{Sign: cmp.Or(code, "unclear"), Words: v.actWords(h, event), From: v.span(at, false, h.Zone), at: starts(at)})
	}
	for _, m := range s.Marks {
		code := "mark"
		switch {
		case len(m.Contested) > 0:
			code = "contested"
		case m.EndedBy != "":
			code = "ended"
		}
		add(code, m.Event, m.At)
	}
	for _, c := range s.Calls {
		for _, a := range c.Answers {
			add(timelySign(a.Timely), a.Event, a.At)
		}
		if c.Overdue {
			add("silent", c.Event, c.Due)
		}
	}
	for _, hr := range s.Hearings {
		for _, a := range hr.Answers {
			add(timelySign(a.Timely), a.Event, a.At)
		}
		if hr.Silent {
			add("silent", hr.Opened, hr.Due)
		}
	}
	for _, t := range s.Tasks {
		if e := h.event(t.Last); t.State == "accepted" && e != nil {
			if at, err := e.At.Span(); err == nil {
				add("mended", t.Last, at)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b pictureLine) int { return a.at.Compare(b.at) })
	all = all[max(0, len(all)-mostSignsOf):]
	end := 0
	for _, l := range all {
		at := max(x(l.at), end) // signs of one day stand beside one another
		at = min(at, pictureWide-pictureRight/2)
		end = at + 15
		p.Signs = append(p.Signs, pictureSign{at, p.SignsY + laneHigh/2, l.Sign, l.Words})
		if !slices.Contains(p.Legend, l.Sign) {
			p.Legend = append(p.Legend, l.Sign)
		}
	}
	p.Lines = append(p.Lines, all...)
	slices.SortFunc(p.Legend, func(a, b string) int { return slices.Index(signCodes, a) - slices.Index(signCodes, b) })
}

// ticks writes days below the picture, as many as stand apart.
func (p *standingPicture) ticks(v *visit, h partnerHead, first, last time.Time, x func(time.Time) int) {
	const apart = 110
	most := (pictureWide - pictureLeft - pictureRight) / apart
	days := int(last.Sub(first)/(24*time.Hour)) + 1
	step := (days + most - 1) / most
	zone := h.zone()
	t := calendar.DateOf(first, zone)
	for at := t.Start(zone); at.Before(last); {
		if at.Before(first) {
			p.Ticks = append(p.Ticks, pictureTick{x(first), v.shortDay(first.In(zone))})
		} else if px := x(at); len(p.Ticks) == 0 || px-p.Ticks[len(p.Ticks)-1].X >= apart-20 && px < pictureWide-30 {
			p.Ticks = append(p.Ticks, pictureTick{px, v.shortDay(at)})
		}
		t = t.AddDays(max(step, 1))
		at = t.Start(zone)
	}
}

// shortDay is a day without its day of the week.
func (v *visit) shortDay(t time.Time) string {
	return v.t("partner.day", "day", t.Day(), "month", v.t("common.month."+strconv.Itoa(int(t.Month()))), "year", strconv.Itoa(t.Year()))
}

// Box is the viewBox of the picture.
func (p *standingPicture) Box() string {
	return "0 0 " + strconv.Itoa(p.Width) + " " + strconv.Itoa(p.Height)
}

// Foot is where the days stand.
func (p *standingPicture) Foot() int { return p.Height - 8 }

// Mid is the middle of a lane.
func (l pictureLane) Mid() int { return l.Y + laneHigh/2 + 4 }

// Top is the upper edge of a bar.
func (b pictureBar) Top() int { return b.Y + 6 }

// Thick is how high a bar is.
func (b pictureBar) Thick() int { return laneHigh - 12 }

// X2 is where the lanes end.
func (p *standingPicture) X2() int { return pictureWide - pictureRight }

// X1 is where they begin.
func (p *standingPicture) X1() int { return pictureLeft }

// SignsText is where the name of the signs stands.
func (p *standingPicture) SignsText() int { return p.SignsY + laneHigh/2 + 4 }
