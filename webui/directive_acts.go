package webui

import (
	"slices"
	"time"

	"tocsin/directive"
	"tocsin/tasking"
)

// actLine is an act on record, in the reader's language.
type actLine struct {
	*tasking.Kept
	Words    string
	ByName   string
	Who      string // person, on the reader's own side
	ForNames []string
	More     int // members that are not named here
	Steps    []worded
	AsOfAt   *time.Time
	UntilAt  spanned
	Items    []itemLine
	About    *actRef
	Denied   bool
	Correct  string
	Deny     string
	Sums     string // done of total, where the act says so
}

type itemLine struct {
	directive.Item
	Heading worded
}

type actRef struct{ Anchor, Words string }

// mostActs is how many acts a page shows at first, mostNamed how many members of one.
const (
	mostActs  = 20
	mostNamed = 8
)

// acts puts the record on the page, the newest first.
func (d *directiveView) acts(v *visit) {
	list := d.View.Acts
	if n := len(list) - mostActs; n > 0 && v.r.URL.Query().Get("acts") != "all" {
		d.MoreActs, d.AllActs, list = n, d.Base+"?acts=all#record", list[n:]
	}
	for i := len(list) - 1; i >= 0; i-- {
		d.Acts = append(d.Acts, v.actLine(d.directiveHead, &list[i]))
	}
}

func (v *visit) actLine(h directiveHead, k *tasking.Kept) actLine {
	l := actLine{Kept: k, Words: k.Kind.In(v.Lang), ByName: v.memberName(h, k.By)}
	switch {
	case k.Person == "sweep":
		l.Who = v.t("directives.by-itself")
	case k.Person != "":
		l.Who = v.o.Identity.PersonName(v.ctx(), k.Person)
	}
	if k.Done != nil && k.Total != nil {
		l.Sums = v.t("directives.of", "done", *k.Done, "total", *k.Total)
	}
	for _, m := range k.For {
		if len(l.ForNames) == mostNamed {
			l.More = len(k.For) - mostNamed
			break
		}
		l.ForNames = append(l.ForNames, v.memberName(h, m))
	}
	for _, s := range k.Act.Steps {
		l.Steps = append(l.Steps, v.stepName(h, s))
	}
	if k.AsOf != nil {
		if s, err := k.AsOf.Span(); err == nil {
			l.AsOfAt = &s.Latest
		}
	}
	if k.Until != nil {
		if s, err := k.Until.Ends(); err == nil {
			l.UntilAt = v.span(s, true, h.Zone)
		}
	}
	for _, it := range k.Evidence {
		l.Items = append(l.Items, itemLine{it, v.evidenceOf(h, it.As)})
	}
	mine := slices.Contains(h.Own, k.By)
	if h.Directive == nil && !mine {
		l.ByName = h.ByName // it names none of its authorities
	}
	for i := range h.View.Acts {
		o := &h.View.Acts[i]
		if o.ID == k.Re {
			l.About = &actRef{"#act-" + o.ID, o.Kind.In(v.Lang) + ", " + day(v.words, v.Lang, o.Recorded.In(v.Zone))}
		}
		l.Denied = l.Denied || o.Kind == directive.Denied && o.Re == k.ID
	}
	switch mends(h, k) {
	case directive.Corrected:
		l.Correct = doAddress(h.Base, directive.Corrected, "re", k.ID)
	case directive.Denied:
		l.Deny = doAddress(h.Base, directive.Denied, "re", k.ID)
	}
	return l
}

// mends tells what a reader can do about an act on record: correct what is of their
// own side, deny what is of the other; "" for neither.
func mends(h directiveHead, k *tasking.Kept) directive.Kind {
	authority := h.Directive != nil && h.Directive.Authority(k.By) != nil
	switch {
	case k.Kind == directive.Corrected || !h.Can(directive.Corrected):
		return ""
	case slices.Contains(h.Own, k.By) || h.Ours && authority:
		return directive.Corrected
	case k.Kind != directive.Denied:
		return directive.Denied
	}
	return ""
}

// evidenceOf is what a piece of evidence is meant as.
func (v *visit) evidenceOf(h directiveHead, id string) worded {
	if h.Directive != nil && id != "" {
		for i := range h.Directive.Steps {
			for _, e := range h.Directive.Steps[i].Evidence {
				if e.ID == id {
					return evidenceName(v, e)
				}
			}
		}
	}
	return worded{Text: id}
}
