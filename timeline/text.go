package timeline

import (
	"cmp"
	"io"
	"slices"
	"strings"
	"time"

	"tocsin/internal/plaintext"
)

// Text writes what the picture shows as plain text: a paragraph a lane, its
// signs in the order of the earliest time at which each can have been, and
// with each what is not certain about it.
func (s Sheet) Text(w io.Writer) error {
	if err := s.Validate(); err != nil {
		return err
	}
	p := &plan{Sheet: s.tidy(Options{})}
	var b strings.Builder
	p.write(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// said is one line of the text form.
type said struct {
	first, last time.Time
	when, what  string
}

func (p *plan) write(b *strings.Builder) {
	para := func(s string) {
		if s != "" {
			b.WriteString(s + "\n")
		}
	}
	para(p.Title)
	para(p.Subtitle)
	para(fill(p.Words.TimesIn, "a", plaintext.Clean(p.Zone.String())))
	if !p.Now.IsZero() {
		para(p.Words.Now + ": " + p.Words.moment(p.Now))
	}
	for _, l := range p.Lanes {
		b.WriteString("\n" + l.Title)
		if l.Note != "" {
			b.WriteString(" (" + l.Note + ")")
		}
		b.WriteString("\n")
		lines := p.lines(l.ID)
		if len(lines) == 0 {
			b.WriteString("  - " + p.Words.Nothing + "\n")
		}
		for _, s := range lines {
			b.WriteString("  - " + s.when + ": " + s.what + "\n")
		}
	}
	if p.Footer != "" {
		b.WriteString("\n" + p.Footer + "\n")
	}
}

// lines are the signs of one lane in time order.
func (p *plan) lines(lane string) []said {
	var out []said
	add := func(at Span, when, what string, notes ...string) {
		if notes = slices.DeleteFunc(notes, func(n string) bool { return n == "" }); len(notes) > 0 {
			what += " (" + strings.Join(notes, "; ") + ")"
		}
		s := said{first: at.From, last: at.To, when: when, what: what}
		if s.first.IsZero() {
			s.first = s.last
		}
		out = append(out, s)
	}
	w := p.Words
	for _, m := range p.Marks {
		if m.Lane == lane {
			add(m.At, p.when(m.At), m.Label, p.toneWord(m.Tone), note(m.Hollow, w.Claim), note(m.Assumed, w.Assumption))
		}
	}
	for _, a := range p.Arrows {
		switch lane {
		case a.From:
			add(a.At, p.when(a.At), join(fill(w.Tells, "a", p.title(a.To)), a.Label), note(a.Dashed, w.Claim))
		case a.To:
			add(a.At, p.when(a.At), join(fill(w.ToldBy, "a", p.title(a.From)), a.Label), note(a.Dashed, w.Claim))
		}
	}
	for _, b := range p.Bands {
		if b.Lane == lane {
			add(Span{b.From.From, b.To.To}, p.stretch(b.From, b.To), join(p.kindWord(b.Kind), b.Label), note(b.Conditional, w.Only))
		}
	}
	for _, f := range p.Flags {
		if f.Lane == lane {
			add(f.At, p.when(f.At), join(p.stateWord(f.State), f.Label), note(f.Conditional, w.Only))
		}
	}
	for _, r := range p.Runs {
		if r.Lane == lane {
			add(Span{r.From, r.To}, p.stretch(Instant(r.From), Instant(r.To)), p.runWord(r.Red))
		}
	}
	slices.SortStableFunc(out, func(a, b said) int {
		return cmp.Or(a.first.Compare(b.first), cmp.Compare(seconds(a.last), seconds(b.last)))
	})
	return out
}

func note(yes bool, words string) string {
	if yes {
		return words
	}
	return ""
}

// join puts a colon between two texts if both are there and not the same.
func join(a, b string) string {
	if a == b {
		return a
	}
	if a == "" || b == "" {
		return a + b
	}
	return a + ": " + b
}

func (p *plan) title(lane string) string {
	for _, l := range p.Lanes {
		if l.ID == lane {
			return l.Title
		}
	}
	return lane
}

// when says a span in words, as exactly as it is known and no more.
func (p *plan) when(s Span) string {
	w := p.Words
	switch {
	case s.From.IsZero():
		return fill(w.NoLaterThan, "a", w.moment(s.To))
	case s.To.IsZero():
		return fill(w.NotBefore, "a", w.moment(s.From))
	case s.From.Equal(s.To):
		return fill(w.At, "a", w.moment(s.From))
	case wholeMinute(s):
		return fill(w.At, "a", w.moment(s.From))
	case civilDay(s):
		return fill(w.On, "a", w.date(w.FullDay, s.From))
	}
	return fill(w.Between, "a", w.moment(s.From), "b", w.moment(s.To))
}

// wholeMinute tells whether a span is just one minute of a clock: whoever wrote
// 14:51 said no more and no less.
func wholeMinute(s Span) bool {
	return s.From.Second() == 0 && s.From.Nanosecond() == 0 && s.To.Sub(s.From) == 59*time.Second
}

// civilDay tells whether a span is just one day of its zone, ended by the next
// midnight or by the last second or less before it.
func civilDay(s Span) bool {
	y, m, d := s.From.Date()
	first, next := time.Date(y, m, d, 0, 0, 0, 0, s.From.Location()), time.Date(y, m, d+1, 0, 0, 0, 0, s.From.Location())
	return s.From.Equal(first) && !s.To.After(next) && next.Sub(s.To) <= time.Minute
}

// stretch says from when to when, where each edge may be uncertain itself.
func (p *plan) stretch(from, to Span) string {
	w := p.Words
	a, b := from != (Span{}), to != (Span{})
	switch {
	case a && b:
		return fill(w.FromTo, "a", p.when(from), "b", p.when(to))
	case a:
		return fill(w.GoesOn, "a", p.when(from))
	case b:
		return fill(w.AlreadyRunning, "a", p.when(to))
	}
	return fill(w.GoesOn, "a", "…")
}

// Words of tones, kinds and states, as the legend has them.

func (p *plan) toneWord(t Tone) string {
	return map[Tone]string{Good: p.Words.Good, Bad: p.Words.Bad, Told: p.Words.Told}[t]
}

func (p *plan) kindWord(k string) string {
	return map[string]string{Prohibition: p.Words.Prohibition, Embargo: p.Words.Embargo, Suspension: p.Words.Suspension, Window: p.Words.Window}[k]
}

func (p *plan) stateWord(s string) string {
	return map[string]string{Due: p.Words.Due, Met: p.Words.Met, Late: p.Words.Late, Uncertain: p.Words.Uncertain, Past: p.Words.Past}[s]
}

func (p *plan) runWord(red bool) string {
	if red {
		return p.Words.RunRed
	}
	return p.Words.RunGrey
}

// Tips: the caller's, or else what the text form says.

func tip(own, label, when string) string {
	if own != "" {
		return own
	}
	return join(when, label)
}

func (p *plan) markTip(m Mark) string { return tip(m.Tip, m.Label, p.when(m.At)) }
func (p *plan) flagTip(f Flag) string { return tip(f.Tip, f.Label, p.when(f.At)) }
func (p *plan) bandTip(b Band) string { return tip(b.Tip, b.Label, p.stretch(b.From, b.To)) }
func (p *plan) arrowTip(a Arrow) string {
	return tip(a.Tip, join(p.title(a.From)+" → "+p.title(a.To), a.Label), p.when(a.At))
}
func (p *plan) runTip(r Run) string {
	return tip(r.Tip, p.runWord(r.Red), p.stretch(Instant(r.From), Instant(r.To)))
}
