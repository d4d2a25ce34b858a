package partner

import (
	"slices"
	"strings"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
)

// CheckAct refuses an act that cannot stand beside what the file says, the terms
// and itself. It returns nil, or an error with a kind, the key and a sentence
// (Refuse gives the code). Who may act at all, a second person and a fresh
// sign-in are the table's to ask for, not this function's.
//
// Whatever a member does under its duties, above all a report, is never refused
// here, however it stands.
func CheckAct(s State, t Terms, e casefile.Event) error {
	if r := Refuse(&s, &t, &e); r != nil {
		return r.err()
	}
	return nil
}

// check is the work of judging one act.
type check struct {
	s   *State
	t   *Terms
	e   *casefile.Event
	at  calendar.Span
	loc *time.Location
}

// Refuse is CheckAct with the code of the refusal, nil if there is none.
func Refuse(s *State, t *Terms, e *casefile.Event) *Refusal {
	c := &check{s: s, t: t, e: e, loc: t.zone()}
	whose := actors[e.Kind]
	if whose == nobody && slices.Contains(duties, e.Kind) && c.ours(e.By) {
		return nil
	}
	if r := firstRefusal(c.hands(whose), c.times(), c.life()); r != nil {
		return r
	}
	if r := c.given(); r != nil {
		return r
	}
	if f := rules[e.Kind]; f != nil {
		return f(c)
	}
	return nil
}

// rules are what each kind of act asks for beyond its keys.
var rules = map[casefile.Kind]func(*check) *Refusal{
	"partner-invited":  func(c *check) *Refusal { return c.dueAfter(c.at) },
	"agreement-signed": (*check).signature, "partner-joined": (*check).joining, "partner-renewed": (*check).termOf,
	"called-on":      func(c *check) *Refusal { return c.dueAfter(c.at) },
	"mark-contested": (*check).contest, "partner-warned": (*check).withdrawal, "finding-served": (*check).withdrawal,
	"hearing-opened": (*check).opening, "hearing-answered": (*check).answer, "partner-heard": (*check).closing,
	"partner-suspended": (*check).suspension, "partner-extended": (*check).extension,
	"rectification-set":      (*check).setting,
	"rectification-reported": (*check).tasks, "rectification-accepted": (*check).tasks, "rectification-returned": (*check).tasks,
	"partner-reassessed": (*check).review, "partner-reinstated": (*check).reinstatement, "partner-terminated": (*check).termination,
	"appealed": (*check).appeal, "appeal-decided": (*check).appealDecision,
}

func (t *Terms) zone() *time.Location {
	if loc, err := calendar.Zone(t.Zone); t.Zone != "" && err == nil {
		return loc
	}
	return time.UTC
}

// when writes an exclusive bound for people: its latest instant that is known.
func (c *check) when(s calendar.Span) string {
	t := s.Latest
	if t.IsZero() {
		t = s.Earliest
	}
	if t.IsZero() {
		return "a day that is not stated"
	}
	return calendar.Clock(t, c.loc)
}

func (c *check) ours(by string) bool { return by == c.s.Member || slices.Contains(c.s.Units, by) }

// hands: an act is its author's own, addressed to the other side, and nobody
// decides on its own group.
func (c *check) hands(whose actor) *Refusal {
	e, s := c.e, c.s
	toMember := slices.ContainsFunc(e.To, c.ours) || e.Kind == "called-on" && len(e.To) == 0
	switch {
	case whose == nobody:
		return refuse("no-act", "kind", "kind", string(e.Kind))
	case whose == byAuthority && e.By != s.Authority:
		return refuse("not-by-authority", "by", "authority", s.Authority)
	case whose == byEither && c.ours(e.By):
		return refuse("not-by-authority", "by", "authority", s.Authority)
	case whose == byMember && !c.ours(e.By):
		return refuse("not-by-member", "by", "member", s.Member)
	case whose != byMember && !toMember:
		return refuse("not-to-member", "to", "member", s.Member)
	case s.Related && judges[e.Kind]:
		return refuse("own-organisation", "by", "authority", s.Authority, "member", s.Member)
	case e.Scope != "" && s.Platform != "" && e.Scope != s.Platform:
		return refuse("other-platform", "scope", "platform", s.Platform)
	}
	return nil
}

// judges are the acts that judge a member.
var judges = map[casefile.Kind]bool{
	"finding-served": true, "partner-warned": true, "partner-heard": true, "partner-suspended": true, "rectification-accepted": true, "rectification-returned": true,
	"partner-reassessed": true, "partner-extended": true, "partner-reinstated": true, "partner-terminated": true, "appeal-decided": true,
}

// times: an act is recorded once it was done, and after what it builds on.
func (c *check) times() *Refusal {
	at, err := c.e.At.Span()
	if err != nil || at == (calendar.Span{}) {
		return refuse("no-time", "at")
	}
	c.at = at
	switch {
	case begin(at).After(c.s.At):
		return refuse("in-future", "at", "now", calendar.Clock(c.s.At, c.loc))
	case actors[c.e.Kind] != byMember && begin(at).Before(begin(c.s.last)):
		return refuse("out-of-order", "at", "act", c.s.lastBy, "when", c.when(c.s.last))
	}
	return nil
}

// beginnings are the acts by which a partnership begins.
var beginnings = map[casefile.Kind]bool{"partner-invited": true, "agreement-signed": true, "partner-joined": true}

// life: what can be done before the beginning, and after the end.
func (c *check) life() *Refusal {
	s, k := c.s, c.e.Kind
	begun := s.Agreement != nil || s.Standing != "" && s.Standing != Invited || s.Ended != ""
	switch {
	case s.Ended != "" && !slices.Contains([]casefile.Kind{"partner-invited", "appealed", "appeal-decided", "mark-contested", "hearing-answered"}, k):
		return refuse("ended", "kind", "act", s.Ended)
	case !begun && !beginnings[k]:
		return refuse("not-begun", "kind", "member", s.Member)
	case begun && s.Ended == "" && beginnings[k]:
		return refuse("already-member", "kind", "member", s.Member)
	}
	return nil
}

// needed are the keys that each act gives; "a|b" is one of two. A decision has a
// number, a signatory, the clauses, its reasons and the way to appeal.
var needed = map[casefile.Kind]string{
	"agreement-signed": "re attributes.signed-by attributes.hash", "partner-joined": "until attributes.signed-by attributes.hash", "called-on": "text",
	"partner-reminded": "reason", "finding-served": "reason", "mark-contested": "re reason",
	"partner-warned": "reason", "hearing-opened": "reason due", "hearing-answered": "re", "partner-heard": "re result",
	"partner-suspended":  "reason rule until|attributes.period due attributes.number attributes.signatory attributes.appeal-body attributes.appeal-until attributes.publication",
	"partner-extended":   "reason rule until|attributes.period due attributes.number attributes.signatory attributes.appeal-body attributes.appeal-until attributes.publication",
	"partner-terminated": "reason rule attributes.number attributes.signatory attributes.appeal-body attributes.appeal-until attributes.publication",
	"partner-reinstated": "reason result attributes.number attributes.signatory", "partner-reassessed": "reason result",
	"rectification-set": "due", "rectification-reported": "re", "rectification-accepted": "re", "rectification-returned": "re reason",
	"appealed": "re reason", "appeal-decided": "re result reason",
}

// Needs lists the keys that an act has to give; "a|b" is one of two.
func Needs(k casefile.Kind, result string) []string {
	out := strings.Fields(needed[k])
	switch {
	case result == "withdrawn":
		return []string{"re", "reason"}
	case k == "partner-warned":
		return append(out, "rule", "attributes.number", "attributes.signatory")
	case k == "finding-served":
		return append(out, "rule")
	case k == "hearing-answered" && result != "waived":
		return append(out, "text")
	case k == "partner-reinstated" && result == "with-conditions":
		return append(out, "text", "attributes.appeal-body", "attributes.appeal-until")
	}
	return out
}

// has tells whether an event gives a key.
func has(e *casefile.Event, key string) bool {
	if name, ok := strings.CutPrefix(key, "attributes."); ok {
		return attr(e, name) != ""
	}
	switch key {
	case "until":
		return e.Until != nil
	case "due":
		return e.Due != nil
	}
	return strings.TrimSpace(map[string]string{"re": e.Re, "reason": e.Reason, "rule": e.Rule, "result": e.Result, "text": e.Text}[key]) != ""
}

// words are the closed lists of attributes.
var words = map[string][]string{"effect": {"at-once", "from-date"}, "hearing": {"before", "after", "waived"}, "publication": {"internal", "public"}}

// given: every key that the act needs is there, and words are of their lists.
func (c *check) given() *Refusal {
	e := c.e
	list := results[e.Kind]
	switch {
	case e.Result != "" && list == nil:
		return refuse("word", "result", "value", e.Result, "words", "nothing")
	case e.Result != "" && !slices.Contains(list, e.Result):
		return refuse("word", "result", "value", e.Result, "words", strings.Join(Results(e.Kind), ", "))
	}
	for _, key := range []string{"effect", "hearing", "publication"} {
		if v := attr(e, key); v != "" && !slices.Contains(words[key], v) {
			return refuse("word", "attributes."+key, "value", v, "words", strings.Join(words[key], ", "))
		}
	}
	for _, ask := range strings.Fields(attr(e, "asks")) {
		if !slices.Contains(CallAsks(), ask) {
			return refuse("word", "attributes.asks", "value", ask, "words", strings.Join(CallAsks(), ", "))
		}
	}
	if p := attr(e, "period"); p != "" {
		if q, err := calendar.ParsePeriod(p); err != nil || q.IsZero() || q.BusinessDays != 0 {
			return refuse("no-period", "attributes.period", "value", p)
		}
	}
	for _, key := range []string{"from", "appeal-until", "reply-by"} {
		if v := attr(e, key); v != "" {
			if _, ok := dayOf(e, key); !ok {
				return refuse("no-day", "attributes."+key, "value", v)
			}
		}
	}
	for _, key := range Needs(e.Kind, e.Result) {
		if !slices.ContainsFunc(strings.Split(key, "|"), func(k string) bool { return has(e, k) }) {
			return refuse("missing", strings.Split(key, "|")[0])
		}
	}
	return c.level()
}

func (c *check) level() *Refusal {
	if l := attr(c.e, "level"); l != "" && len(c.t.Levels) > 0 && !slices.ContainsFunc(c.t.Levels, func(g Grade) bool { return g.ID == l }) {
		return refuse("no-level", "attributes.level", "level", l)
	}
	return nil
}
