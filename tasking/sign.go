package tasking

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin/access"
	"tocsin/directive"
	"tocsin/internal/fault"
)

// sign sets by whom an act is, and refuses what is not theirs.
func (w *writing) sign(h *head, b *bound, v sight, a *directive.Act) error {
	re := b.find(a.Re)
	if a.Re != "" && (re == nil || v.side == OfMember && !v.shows(h, b, re)) {
		return bad("re", "%q is no act on record here", a.Re)
	}
	asMember := memberKind(a.Kind)
	if a.Kind == directive.Corrected || a.Kind == directive.Denied {
		if re == nil {
			return bad("re", "is missing: the act that this one is about")
		}
		theirs := b.d.Member(re.By) != nil
		asMember = theirs == (a.Kind == directive.Corrected)
		if v.side == OfMember {
			asMember = true
		}
		if v.side == OfAuthority {
			asMember = false
		}
	}
	if asMember {
		return w.signMember(b, v, a)
	}
	if !access.SpeaksFor(w.who, h.Authority) {
		return fault.New(fault.Forbidden, "this is for those who act for the authority")
	}
	if a.By == "" && re != nil && a.Kind == directive.Corrected {
		a.By = re.By
	}
	if x := b.d.Exceptions; a.By == "" && x != nil && len(x.By) > 0 && (a.Kind == directive.ExceptionGranted || a.Kind == directive.ExceptionRefused) {
		a.By = x.By[0]
	}
	if a.By == "" {
		a.By = b.d.IssuedBy
	}
	if b.d.Authority(a.By) == nil {
		return bad("by", "%q is no authority of this directive", a.By)
	}
	about := a
	if a.Kind == directive.Corrected && re != nil {
		about = re
	}
	if decides(about.Kind) && w.who.Scopes != nil {
		return fault.New(fault.Forbidden, "no token decides on a member; somebody of the authority does, on the page of the directive")
	}
	if decides(about.Kind) && slices.ContainsFunc(v.own, func(org string) bool { return b.concerns(about, org) }) {
		return fault.New(fault.Forbidden, "nobody decides on an organisation of their own; somebody else of the authority does")
	}
	return nil
}

// signMember: a member acts for itself and its units only.
func (w *writing) signMember(b *bound, v sight, a *directive.Act) error {
	var of []string // organisations of the reader's that can act
	for _, x := range w.who.Acting {
		if x.Speaks() && b.d.Member(x.Org) != nil && slices.Contains(v.speaks, x.Org) && !slices.Contains(of, x.Org) {
			of = append(of, x.Org)
		}
	}
	if len(of) == 0 { // only units of the member are reached: it acts in their name
		of = v.speaks
	}
	switch {
	case a.By != "" && !slices.Contains(v.speaks, a.By):
		return fault.New(fault.Forbidden, "by: this is for those who act for that member")
	case a.By == "" && len(of) > 1:
		return bad("by", "you act for several members of this directive: say for which one")
	case len(of) == 0:
		return fault.New(fault.Forbidden, "this is for those who act for a member that this directive reaches")
	case a.By == "":
		a.By = of[0]
	}
	for _, org := range a.For { // who else is in the directive is not theirs to know
		if org != a.By && !under(b.d, org, a.By) {
			return bad("for", "%q is neither the member nor a unit of it: a member acts for itself and for its units", org)
		}
	}
	if !v.withheld {
		return nil
	}
	for _, step := range a.Steps { // nor are the steps of others
		if !slices.ContainsFunc(v.own, func(org string) bool { return b.asked[org][step] }) {
			return bad("steps", "%q is no step that is asked of you", step)
		}
	}
	return nil
}

// under tells whether a member is part of another one.
func under(d *directive.Directive, unit, whole string) bool {
	for m := d.Member(unit); m != nil && m.PartOf != ""; m = d.Member(m.PartOf) {
		if m.PartOf == whole {
			return true
		}
	}
	return false
}

// find gives an act by its id.
func (b *bound) find(id string) *directive.Act {
	if o := b.record(id); o != nil {
		return &o.Act
	}
	return nil
}

// concerns tells whether an act is about a member: by name, by the act that it
// answers, or because it is about all.
func (b *bound) concerns(a *directive.Act, org string) bool {
	who := b.about(a)
	return who == nil || slices.ContainsFunc(who, func(x string) bool { return x == org || under(b.d, x, org) })
}

// about lists the members that an act is about; nil stands for all.
func (b *bound) about(a *directive.Act) []string {
	switch {
	case len(a.For) > 0:
		return a.For
	case b.d.Member(a.By) != nil:
		return []string{a.By}
	case a.Re != "":
		if re := b.find(a.Re); re != nil {
			return b.about(re)
		}
	}
	return nil
}

const (
	maxListed = 5_000
	maxShort  = 4_000
)

// tidy makes an act as it is kept, and refuses what cannot be shown.
func tidy(a *directive.Act) error {
	for _, t := range []struct {
		key  string
		text *string
	}{{"reason", &a.Reason}, {"text", &a.Text}, {"measures", &a.Measures}, {"original", &a.Original}} {
		*t.text = strings.TrimSpace(*t.text)
		if err := plain(t.key, *t.text); err != nil {
			return err
		}
	}
	if len(a.For) > maxListed || len(a.Steps) > maxListed || len(a.Evidence) > 100 {
		return bad("for", "at most %d members or steps and 100 pieces of evidence stand in one act", maxListed)
	}
	for i := range a.Evidence {
		e := &a.Evidence[i]
		for _, f := range []*string{&e.As, &e.Text, &e.Digest, &e.URL} {
			*f = strings.TrimSpace(*f)
			if err := plain("evidence", *f); err != nil {
				return err
			}
			if utf8.RuneCountInString(*f) > maxShort {
				return bad("evidence", "has more than %d characters", maxShort)
			}
		}
	}
	a.Line = 0
	return nil
}

// plain takes text that can be kept and shown.
func plain(key, s string) error {
	switch {
	case !utf8.ValidString(s):
		return bad(key, "is not UTF-8")
	case strings.ContainsFunc(s, func(r rune) bool {
		return r != '\n' && r != '\r' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d' && r != '\u00ad')
	}):
		return bad(key, "holds characters that cannot be seen")
	}
	return nil
}
