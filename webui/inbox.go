package webui

import (
	"net/url"
	"slices"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/partnership"
)

// inboxView is the list of letters.
type inboxView struct {
	Rows []letterRow
	New  int
}

// letterRow is one letter in a list.
type letterRow struct {
	partnership.Letter
	Words, From, To, Platform string
	Href                      string
	ByName                    string // who opened it
}

func (s *Site) inboxPage(v *visit) error {
	letters, err := v.o.Circles.Inbox(v.ctx(), v.Who)
	if err != nil {
		return err
	}
	var d inboxView
	for _, l := range letters {
		row := v.letterRow(l)
		if l.Served == nil {
			d.New++
		}
		d.Rows = append(d.Rows, row)
	}
	return v.show("inbox", v.t("inbox.title"), "inbox", d)
}

func (v *visit) letterRow(l partnership.Letter) letterRow {
	r := letterRow{Letter: l, Words: v.kindWords(l.Kind), Href: "/inbox/" + url.PathEscape(l.ID), To: v.o.Identity.OrgName(v.ctx(), l.Org)}
	if p, _, err := v.o.Circles.Platform(v.ctx(), l.Platform); err == nil {
		r.Platform, r.From = p.Name, v.o.Identity.OrgName(v.ctx(), p.Authority)
		if l.Org == p.Authority {
			r.From = ""
			if m, err := v.o.Circles.Member(v.ctx(), v.Who, l.Member); err == nil {
				r.From = m.Name
			}
		}
	}
	if l.Served != nil {
		r.ByName = v.o.Identity.PersonName(v.ctx(), l.Served.Person)
	}
	return r
}

// openedView is one letter: before it is opened the question, then the letter.
type openedView struct {
	Row     letterRow
	Sealed  bool // nobody has opened it, and the reader would receive it
	Reads   bool // the reader reads without receiving
	Head    partnerHead
	Letter  letterView
	Facts   []factLine
	Answers []actStep
	Finding string // address of the lateness finding that it puts to the reader
}

// letterPage shows a letter. Looking changes nothing: who would receive the
// letter by opening it is asked first, and opens it with a form.
func (s *Site) letterPage(v *visit) error {
	id := v.r.PathValue("id")
	letters, err := v.o.Circles.Inbox(v.ctx(), v.Who)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(letters, func(l partnership.Letter) bool { return l.ID == id }); i >= 0 && letters[i].Served == nil && actsFor(v.Who, letters[i].Org) {
		m, err := v.o.Circles.Member(v.ctx(), v.Who, letters[i].Member)
		if err != nil {
			return err
		}
		if m.Side != partnership.OfBoth {
			return v.show("letter", v.t("inbox.letter"), "inbox", openedView{Row: v.letterRow(letters[i]), Sealed: true})
		}
	}
	reading := v.Who
	reading.Scopes = []string{string(access.See)} // whoever may only see receives nothing
	return v.letter(reading, id)
}

// letterOpen opens a letter: this confirms its receipt.
func (s *Site) letterOpen(v *visit) error {
	if _, _, err := v.o.Circles.Open(v.ctx(), v.Who, v.r.PathValue("id")); err != nil {
		return unlettered(err)
	}
	v.sides.acted()
	return v.done("/inbox/"+url.PathEscape(v.r.PathValue("id")), "letter-opened")
}

// unlettered gives one answer to what is no letter at all and to what is not the
// reader's.
func unlettered(err error) error {
	if kind := fault.KindOf(err); kind == fault.Invalid || kind == fault.NotFound {
		return fault.New(fault.NotFound, "there is no such letter")
	}
	return err
}

func (v *visit) letter(who access.Reader, id string) error {
	if err := v.need(v.o.Desk != nil, v.t("inbox.title")); err != nil {
		return err
	}
	l, e, err := v.o.Circles.Open(v.ctx(), who, id)
	if err != nil {
		return unlettered(err)
	}
	m, err := v.o.Circles.Member(v.ctx(), v.Who, l.Member)
	if err != nil {
		return err
	}
	h, err := v.partnershipOf(m, "letter")
	if err != nil {
		return err
	}
	if h.event(e.ID) == nil {
		return fault.New(fault.NotFound, "there is no such letter")
	}
	d := openedView{Row: v.letterRow(l), Head: h, Letter: v.letterView(h, e), Facts: v.actFacts(h, e), Reads: l.Served == nil}
	if d.Letter.HTML != "" {
		d.Facts = nil
	}
	if len(d.Letter.Missing) > 0 { // it is on record, and goes out as it stands there
		d.Letter.None, d.Letter.Missing = true, nil
	}
	d.Answers = v.answersTo(h, e)
	d.Finding = findingOf(e)
	return v.show("letter", v.t("inbox.letter"), "inbox", d)
}

// answerActs are the acts by which the other side answers an act.
var answerActs = map[casefile.Kind][]casefile.Kind{
	"hearing-opened": {"hearing-answered"}, "partner-reminded": {"mark-contested"}, "finding-served": {"mark-contested"}, "partner-warned": {"mark-contested", "appealed"},
	"partner-suspended": {"appealed", "mark-contested"}, "partner-extended": {"appealed", "mark-contested"}, "partner-terminated": {"appealed", "mark-contested"},
	"partner-reinstated": {"appealed"}, "rectification-set": {"rectification-reported"}, "rectification-returned": {"rectification-reported"},
	"hearing-answered": {"partner-heard"}, "rectification-reported": {"rectification-accepted", "rectification-returned"}, "appealed": {"appeal-decided"},
}

// answersTo lists what the reader's side can answer to a letter now, and until when.
func (v *visit) answersTo(h partnerHead, e casefile.Event) []actStep {
	if !h.Acts || (e.By == h.State.Authority) == h.Ours {
		return nil
	}
	var out []actStep
	for _, act := range answerActs[e.Kind] {
		for _, st := range partner.Steps(h.State, h.On.Terms, v.Now) {
			if st.Act == act && st.Variant == "" && st.Allowed {
				row := v.actStep(h, st)
				if act == "mark-contested" || act == "appealed" {
					row.Href += "&re=" + queryOf(e.ID)
				}
				out = append(out, row)
			}
		}
	}
	if e.Kind == "called-on" {
		d := partnerView{partnerHead: h}
		d.fillCalls(v)
		for _, row := range d.Steps {
			out = append(out, row)
			break
		}
	}
	return out
}
