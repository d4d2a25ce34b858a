package timeline

import (
	"slices"
	"time"

	"tocsin/internal/plaintext"
)

// aDay is how long a span may be and still be drawn as one day with its mark
// in the middle: a civil day whose zone is not known lasts 50 hours.
const aDay = 51 * time.Hour

// tidy is the sheet as it will be shown: texts cleaned, words filled, times
// in the axis' zone, and what lies outside the zoom left out, with a sentence
// about how much that is. The caller's slices are not touched.
func (s Sheet) tidy(o Options) Sheet {
	if s.Zone == nil {
		s.Zone = time.UTC
	}
	s.Words = s.Words.or(WordsFor(s.Lang))
	s.Lang = langTag(s.Lang)
	s.Title, s.Subtitle, s.Footer = plaintext.Clean(s.Title), plaintext.Clean(s.Subtitle), plaintext.Clean(s.Footer)
	s.Lanes = slices.Clone(s.Lanes)
	for i := range s.Lanes {
		l := &s.Lanes[i]
		if l.Title, l.Note = plaintext.Clean(l.Title), plaintext.Clean(l.Note); l.Title == "" {
			l.Title = plaintext.Clean(l.ID)
		}
	}
	z := zoom{o.From, o.To, 0}
	s.Marks = keep(s.Marks, func(m *Mark) bool {
		m.Label, m.Tip, m.At = plaintext.Clean(m.Label), plaintext.Clean(m.Tip), m.At.in(s.Zone)
		if m.Tone == "" {
			m.Tone = Fact
		}
		return z.shows(m.At.point())
	})
	s.Arrows = keep(s.Arrows, func(a *Arrow) bool {
		a.Label, a.Tip, a.At = plaintext.Clean(a.Label), plaintext.Clean(a.Tip), a.At.in(s.Zone)
		if a.Tone == "" {
			a.Tone = Told
		}
		return z.shows(a.At.point())
	})
	s.Flags = keep(s.Flags, func(f *Flag) bool {
		f.Label, f.Tip, f.At = plaintext.Clean(f.Label), plaintext.Clean(f.Tip), f.At.in(s.Zone)
		return z.shows(f.At.first())
	})
	s.Bands = keep(s.Bands, func(b *Band) bool {
		b.Label, b.Tip, b.From, b.To = plaintext.Clean(b.Label), plaintext.Clean(b.Tip), b.From.in(s.Zone), b.To.in(s.Zone)
		whole := Span{b.From.From, b.To.To}
		if b.From.From.IsZero() && !b.From.To.IsZero() && b.To == (Span{}) {
			whole = Span{}
		}
		if !z.touches(whole) {
			return false
		}
		// An edge outside the window is not drawn at the window's rim, where it
		// is not, but as going on.
		if !z.from.IsZero() && !b.From.To.IsZero() && b.From.To.Before(z.from) {
			b.From = Span{}
		}
		if !z.to.IsZero() && !b.To.From.IsZero() && b.To.From.After(z.to) {
			b.To = Span{}
		}
		return true
	})
	s.Runs = keep(s.Runs, func(r *Run) bool {
		r.Tip = plaintext.Clean(r.Tip)
		at := Span{r.From, r.To}.in(s.Zone)
		r.From, r.To = at.From, at.To
		return z.touches(at)
	})
	if !s.Now.IsZero() {
		if s.Now = s.Now.In(s.Zone); !o.holds(s.Now) {
			s.Now = time.Time{}
		}
	}
	if z.out > 0 {
		if s.Footer != "" {
			s.Footer += " "
		}
		s.Footer += fill(s.Words.Outside, "n", itoa(z.out))
	}
	return s
}

// zoom is the window of one rendering; it counts the signs outside it.
type zoom struct {
	from, to time.Time
	out      int
}

// shows tells whether a sign's own place is in the window; a sign is never
// moved to its rim.
func (z *zoom) shows(t time.Time) bool { return z.touches(Instant(t)) }

func (z *zoom) touches(s Span) bool {
	early := !z.from.IsZero() && !s.To.IsZero() && s.To.Before(z.from)
	late := !z.to.IsZero() && !s.From.IsZero() && s.From.After(z.to)
	if early || late {
		z.out++
	}
	return !early && !late
}

// holds tells whether an edge lies in the window, so that the axis need not
// reach farther than the zoom.
func (o Options) holds(t time.Time) bool {
	return !t.IsZero() && (o.From.IsZero() || !t.Before(o.From)) && (o.To.IsZero() || !t.After(o.To))
}

// keep copies what a function, which may change its copy, says yes to.
func keep[T any](all []T, ok func(*T) bool) []T {
	out := make([]T, 0, len(all))
	for _, v := range all {
		if ok(&v) {
			out = append(out, v)
		}
	}
	return out
}

func (s Span) in(z *time.Location) Span {
	if !s.From.IsZero() {
		s.From = s.From.In(z)
	}
	if !s.To.IsZero() {
		s.To = s.To.In(z)
	}
	return s
}

// langTag keeps the letters, digits and hyphens of a language tag.
func langTag(s string) string {
	out := ""
	for _, r := range s {
		if r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			out += string(r)
		}
	}
	if out == "" {
		return "en"
	}
	return out[:min(len(out), 35)]
}

// times are all known instants that the axis must hold.
func (p *plan) times() []float64 {
	var out []float64
	add := func(ts ...time.Time) {
		for _, t := range ts {
			if p.o.holds(t) {
				out = append(out, seconds(t))
			}
		}
	}
	for _, m := range p.Marks {
		add(m.At.From, m.At.To)
	}
	for _, a := range p.Arrows {
		add(a.At.From, a.At.To)
	}
	for _, f := range p.Flags {
		add(f.At.From, f.At.To)
	}
	for _, b := range p.Bands {
		add(b.From.From, b.From.To, b.To.From, b.To.To)
	}
	for _, r := range p.Runs {
		add(r.From, r.To)
	}
	add(p.Now, p.o.From, p.o.To)
	return out
}

// places are the labelled things, each with the lane it needs room in.
func (p *plan) places() []place {
	var out []place
	add := func(s Span, lane string) { out = append(out, place{seconds(s.point()), p.index[lane]}) }
	for _, m := range p.Marks {
		add(m.At, m.Lane)
	}
	for _, a := range p.Arrows {
		add(a.At, a.From)
	}
	for _, f := range p.Flags {
		add(Instant(f.At.first()), f.Lane)
	}
	for _, b := range p.Bands {
		for _, edge := range []Span{b.From, b.To} {
			if edge != (Span{}) {
				add(edge, b.Lane)
			}
		}
	}
	return out
}

// first is the earliest known instant, where a flag's pole stands.
func (s Span) first() time.Time {
	if s.From.IsZero() {
		return s.To
	}
	return s.From
}

// point is the instant at which the sign of a span stands: the middle of a
// day, else the known end, and of two known ends the later one, by which it
// had certainly happened.
func (s Span) point() time.Time {
	switch {
	case s.To.IsZero():
		return s.From
	case s.From.IsZero():
		return s.To
	case s.To.Sub(s.From) <= aDay:
		return s.From.Add(s.To.Sub(s.From) / 2)
	}
	return s.To
}
