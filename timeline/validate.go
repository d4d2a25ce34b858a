package timeline

import (
	"errors"
	"fmt"
	"time"
)

// Bounds of one sheet. They are far above anything legible and keep a hostile
// sheet from exhausting the machine.
const (
	maxLanes = 200
	maxItems = 5000
)

// Validate says what is wrong with the sheet, in one sentence that names the
// place: a lane without a name or given twice, a sign in an unknown lane,
// an unknown tone, kind or state, a span that ends before it begins.
func (s Sheet) Validate() error {
	if len(s.Lanes) > maxLanes {
		return fmt.Errorf("timeline: %d lanes are too many, the limit is %d", len(s.Lanes), maxLanes)
	}
	if n := len(s.Marks) + len(s.Arrows) + len(s.Bands) + len(s.Flags) + len(s.Runs); n > maxItems {
		return fmt.Errorf("timeline: %d signs are too many, the limit is %d", n, maxItems)
	}
	c := check{lanes: map[string]bool{}}
	for i, l := range s.Lanes {
		switch {
		case l.ID == "":
			return fmt.Errorf("timeline: lane %d has no id", i+1)
		case c.lanes[l.ID]:
			return fmt.Errorf("timeline: lane %q is given twice", l.ID)
		}
		c.lanes[l.ID] = true
	}
	for i, m := range s.Marks {
		c.at("mark", i, m.ID).lane(m.Lane).tone(m.Tone).span(m.At, "its time", true)
	}
	for i, a := range s.Arrows {
		c.at("arrow", i, a.ID).lane(a.From).lane(a.To).tone(a.Tone).span(a.At, "its time", true)
		if a.From == a.To {
			c.fail("starts and ends in lane %q", a.From)
		}
	}
	for i, b := range s.Bands {
		c.at("band", i, b.ID).lane(b.Lane).word("kind", b.Kind, Prohibition, Embargo, Suspension, Window)
		c.span(b.From, "its beginning", false).span(b.To, "its end", false)
		if first, last := b.From.From, b.To.To; !first.IsZero() && !last.IsZero() && last.Before(first) {
			c.fail("ends before it begins")
		}
	}
	for i, f := range s.Flags {
		c.at("flag", i, f.ID).lane(f.Lane).word("state", f.State, Due, Met, Late, Uncertain, Past).span(f.At, "its time", true)
	}
	for i, r := range s.Runs {
		c.at("run", i, r.ID).lane(r.Lane).span(Span{r.From, r.To}, "its time", true)
		if r.From.IsZero() {
			c.fail("has no beginning")
		}
	}
	if err := sane(s.Now); err != nil {
		c.errs = append(c.errs, fmt.Errorf("timeline: now: %w", err))
	}
	return errors.Join(c.first()...)
}

// check collects complaints; only the first is told, one at a time is enough
// to act on.
type check struct {
	lanes map[string]bool
	place string
	errs  []error
}

func (c *check) at(kind string, i int, id string) *check {
	if c.place = fmt.Sprintf("%s %d", kind, i+1); id != "" {
		c.place = fmt.Sprintf("%s %q", kind, id)
	}
	return c
}

func (c *check) fail(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("timeline: %s "+format, append([]any{c.place}, args...)...))
}

func (c *check) lane(id string) *check {
	if !c.lanes[id] {
		c.fail("is in lane %q, which the sheet does not have", id)
	}
	return c
}

func (c *check) tone(t Tone) *check {
	switch t {
	case "", Fact, Told, Good, Bad, Muted:
	default:
		c.fail("has the unknown tone %q", string(t))
	}
	return c
}

func (c *check) word(what, got string, known ...string) *check {
	for _, k := range known {
		if got == k {
			return c
		}
	}
	c.fail("has the unknown %s %q", what, got)
	return c
}

func (c *check) span(s Span, what string, needed bool) *check {
	switch {
	case needed && s.From.IsZero() && s.To.IsZero():
		c.fail("has no time at all")
	case !s.From.IsZero() && !s.To.IsZero() && s.To.Before(s.From):
		c.fail("has %s end before it begins", what)
	}
	for _, t := range []time.Time{s.From, s.To} {
		if err := sane(t); err != nil {
			c.fail("has %s out of range: %w", what, err)
		}
	}
	return c
}

func (c *check) first() []error { return c.errs[:min(1, len(c.errs))] }

// sane keeps times where calendars and RFC 3339 can follow.
func sane(t time.Time) error {
	if y := t.UTC().Year(); !t.IsZero() && (y < 2 || y > 9998) {
		return fmt.Errorf("the year %d is not between 2 and 9998", y)
	}
	return nil
}
