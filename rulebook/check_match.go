package rulebook

import (
	"fmt"
	"slices"

	"tocsin/casefile"
)

func (c *checker) anchor(key string, a *Anchor, r *Rule) {
	if len(a.Any) > 0 && len(a.All) > 0 {
		c.bad(key, "has both any and all; one of them")
	}
	c.oneOf(key+".which", a.Which, whiches)
	c.matches(key+".any", a.Any, r, false)
	c.matches(key+".all", a.All, r, false)
	c.matches(key+".requires", a.Requires, r, false)
}

func (c *checker) matches(key string, ms []Match, r *Rule, inFact bool) {
	for i := range ms {
		m := &ms[i]
		k := fmt.Sprintf("%s[%d]", key, i)
		n := 0
		for _, v := range []string{m.Fact, m.Met, m.Due, m.Event} {
			if v != "" {
				n++
			}
		}
		if n != 1 {
			c.bad(k, "names exactly one of fact, met, due, event")
			continue
		}
		m.where = c.condition(k+".where", m.Where)
		if m.Event == "" && (m.Party+m.Recipient+m.Where != "" || len(m.Result) > 0) {
			c.bad(k, "party, recipient, result and where narrow an event; what is named here cannot be narrowed")
		}
		if m.InTime && m.Met == "" {
			c.bad(k+".in-time", "belongs beside met")
		}
		switch {
		case m.Fact != "":
			if c.b.facts[m.Fact] == nil {
				c.bad(k+".fact", "%q is not a fact of any pack", m.Fact)
			}
			if inFact {
				c.bad(k+".fact", "a fact is made of events, not of facts")
			}
		case m.Met != "" || m.Due != "":
			if inFact {
				c.bad(k, "a fact is made of events")
				continue
			}
			if rr, ss := c.b.Resolve(m.Met+m.Due, r); rr == nil || ss == nil {
				c.bad(k, "%q is not a RULE or RULE/STAGE", m.Met+m.Due)
			} else if rr.Subject != r.Subject {
				c.bad(k, "%q is about another subject (%s)", m.Met+m.Due, rr.Subject)
			}
		default:
			if !casefile.Kind(m.Event).Known() {
				c.bad(k+".event", "unknown event kind %q", m.Event)
			}
			c.oneOf(k+".party", m.Party, matchers)
			if m.Recipient != "" && m.Recipient != "public-list" {
				c.recipients(k+".recipient", []string{m.Recipient})
			}
			for _, res := range m.Result {
				if c.b.results[res] == nil && !slices.Contains(plainResults, res) {
					c.bad(k+".result", "%q is not declared by any pack", res)
				}
			}
		}
	}
}

// plainResults are the words of `decided` and `assessed` that need no pack.
var plainResults = []string{"aware", "not-reportable", "not-affected", "valid", "invalid", "deferred", "affected"}

// Resolve finds RULE or RULE/STAGE; a bare STAGE means one of the given rule.
// A bare RULE means its first stage.
func (b *Book) Resolve(ref string, r *Rule) (*Rule, *Stage) {
	if rr := b.rules[ref]; rr != nil && len(rr.Stages) > 0 {
		return rr, &rr.Stages[0]
	}
	for i := len(ref) - 1; i > 0; i-- {
		if ref[i] == '/' {
			if rr := b.rules[ref[:i]]; rr != nil {
				return rr, rr.Stage(ref[i+1:])
			}
			return nil, nil
		}
	}
	if r != nil {
		return r, r.Stage(ref)
	}
	return nil, nil
}

func (c *checker) condition(key, text string) *Condition {
	if text == "" {
		return nil
	}
	cond, err := compile(key, text)
	if err != nil {
		c.bad(key, "%v", err)
		return nil
	}
	for _, k := range cond.kinds {
		if !casefile.Kind(k).Known() {
			c.bad(key, "unknown event kind %q", k)
		}
	}
	return cond
}
