package rulebook

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/calendar"
)

func (c *checker) rule(r *Rule) {
	key := "rules[" + r.ID + "]"
	c.oneOf(key+".class", r.Class, classes)
	c.oneOf(key+".subject", r.Subject, subjects)
	c.oneOf(key+".status", r.Status, statuses)
	c.oneOf(key+".ground", r.Ground, grounds)
	c.oneOf(key+".modality", r.Modality, modalities)
	c.duty(key+".duty", r.Duty)
	c.title(key+".title", r.Title)
	c.validity(r, key)
	if len(r.Who) == 0 {
		c.bad(key+".who", "is missing: a rule binds somebody")
	}
	for _, w := range r.Who {
		if c.b.roles[w.Role] == nil {
			c.bad(key+".who", "unknown role %q", w.Role)
		}
		c.oneOf(key+".who.certainty", w.Certainty, []string{"does", "may"})
	}
	c.recipients(key+".to", r.To)
	c.citation(key+".citation", &r.Citation)
	c.review(r, key)
	if r.Ground == "statute" && (r.Order == "" || r.Order == "none" || r.Order == "norm") {
		c.bad(key+".order", "a statute belongs to a legal order, not to %q", r.Order)
	}
	c.oneOf(key+".displaces-when", r.DisplacesWhen, []string{"", "applies", "binds"})
	r.when = c.condition(key+".when", r.When)
	switch r.Class {
	case "case-duty":
		if len(r.Stages) == 0 {
			c.bad(key+".stages", "is missing: a duty of a case has at least one stage")
		}
	case "prohibition":
		c.forbids(r, key)
	}
	if r.Class != "case-duty" && len(r.Stages) > 0 {
		c.bad(key+".stages", "only a duty of a case has stages")
	}
	seen := map[string]bool{}
	for i := range r.Stages {
		s := &r.Stages[i]
		sk := key + ".stages[" + s.ID + "]"
		if s.ID == "" || seen[s.ID] {
			c.bad(sk+".id", "is missing or stands twice")
		}
		seen[s.ID] = true
		c.stage(r, s, sk)
	}
	if r.Retain != nil {
		if r.Retain.Period.IsZero() {
			c.bad(key+".retain.period", "is missing")
		}
		c.length(key+".retain.period", r.Retain.Period)
		if r.Retain.Zone != "" {
			if _, err := calendar.Zone(r.Retain.Zone); err != nil {
				c.bad(key+".retain.zone", "%v", err)
			}
		}
		c.oneOf(key+".retain.calc", r.Retain.Calc, []string{"", string(calendar.RetentionMin)})
		c.matches(key+".retain.each", r.Retain.Each, r, false)
	}
}

func (c *checker) duty(key, d string) {
	if len(d) > 7 && d[:7] == "notify-" {
		return
	}
	c.oneOf(key, d, duties)
}

func (c *checker) validity(r *Rule, key string) {
	for i, v := range []string{r.From, r.Until} {
		if _, err := calendar.ParseDate(v); v != "" && err != nil {
			c.bad(key+[]string{".from", ".until"}[i], "%v", err)
		}
	}
	if r.From != "" && r.Until != "" && r.Until <= r.From {
		c.bad(key+".until", "%s does not lie after %s", r.Until, r.From)
	}
	switch {
	case r.Always && r.From != "":
		c.bad(key+".always", "a rule that always applied has no first day")
	case r.Scheduled() && r.From == "" && !r.Always:
		c.bad(key+".from", "is missing; write always: true for a norm without a known beginning")
	case (r.Status == "revoked" || r.Status == "closed") && r.Until == "":
		c.bad(key+".until", "is missing: a %s rule has a day on which it no longer applies", r.Status)
	}
	if r.Replaces != "" {
		old := c.b.rules[r.Replaces]
		switch {
		case old == nil:
			c.bad(key+".replaces", "%q is not a rule", r.Replaces)
		case old.Until == "" || r.From < old.Until:
			c.bad(key+".replaces", "overlaps the version that it replaces: %s ends %q, this begins %q", old.ID, old.Until, r.From)
		}
	}
}

func (c *checker) citation(key string, ci *Citation) {
	if ci.Text == "" {
		c.bad(key+".text", "is missing")
	}
	if len(ci.Sources) == 0 {
		c.bad(key+".sources", "is missing: no rule without a source")
	}
	for _, s := range ci.Sources {
		c.source(key+".sources", s)
	}
	if ci.Version == "" {
		c.warn(key+".version", "is missing")
	}
	if ci.Operative != "" && ci.Language == "" {
		c.warn(key+".language", "is missing beside operative words")
	}
	if n := len([]rune(ci.Operative)); n > 160 {
		c.bad(key+".operative", "has %d characters; a citation quotes a short phrase of at most 160", n)
	}
	if ci.Official != "" && !strings.HasPrefix(ci.Official, "https://") {
		c.bad(key+".official", "%q is not an https address", ci.Official)
	}
}

// review: a sign-off is a person's, on a day, for a jurisdiction.
func (c *checker) review(r *Rule, key string) {
	if r.Reviewed != nil && (r.Reviewed.By == "" || r.Reviewed.Jurisdiction == "" || !isDate(r.Reviewed.On)) {
		c.bad(key+".reviewed", "needs a name (by), a jurisdiction and a day (on)")
	}
}

func isDate(s string) bool { _, err := calendar.ParseDate(s); return err == nil }

func (c *checker) recipients(key string, to []string) {
	for _, id := range to {
		if c.b.directory[id] == nil && !slices.Contains(relations, id) {
			c.bad(key, "%q is neither an entry of the directory nor one of %v", id, relations)
		}
	}
}

func (c *checker) stage(r *Rule, s *Stage, key string) {
	c.languages(key+".title", s.Title)
	c.duty(key+".duty", s.Duty)
	c.oneOf(key+".modality", s.Modality, modalities)
	c.recipients(key+".to", s.To)
	s.when = c.condition(key+".when", s.When)
	if s.Citation != nil {
		c.citation(key+".citation", s.Citation)
	}
	if s.By != "" && c.b.directory[s.By] == nil {
		c.bad(key+".by", "%q is not an entry of the directory", s.By)
	}
	for i := range s.Readings {
		c.reading(r, s, &s.Readings[i], fmt.Sprintf("%s.readings[%d]", key, i))
	}
	if len(s.Anchor.Any)+len(s.Anchor.All) == 0 {
		c.bad(key+".anchor", "is missing: the stage cannot be reached")
	}
	c.anchor(key+".anchor", &s.Anchor, r)
	c.matches(key+".met-by", s.MetBy, r, false)
}

func (c *checker) forbids(r *Rule, key string) {
	f := r.Forbids
	if f == nil {
		c.bad(key+".forbids", "is missing: a prohibition says what it forbids")
		return
	}
	c.oneOf(key+".forbids.act", f.Act, []string{"share", "publish"})
	c.oneOf(key+".forbids.to", f.Audience, []string{"overseas", "anyone", "public"})
	if f.Act == "share" && f.Audience == "public" || f.Act == "publish" && f.Audience == "overseas" {
		c.bad(key+".forbids.to", "%q does not fit the act %q", f.Audience, f.Act)
	}
	for _, e := range f.Except {
		c.recipients(key+".forbids.except", []string{e})
	}
	if f.Window == "" && len(f.Starts.Any)+len(f.Starts.All) == 0 {
		c.bad(key+".forbids.starts", "is missing: the prohibition never begins")
	}
	c.anchor(key+".forbids.starts", &f.Starts, r)
	c.anchor(key+".forbids.release", &f.Release, r)
}
