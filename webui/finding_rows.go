package webui

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/earlier"
	"tocsin/internal/fault"
)

// evidenceView is what some cases tell of one organisation, for people.
type evidenceView struct {
	When      badgeWords
	Since     spanned
	Word      string
	For       []pointRow
	Uncertain []pointRow
	Rows      []evidenceRow
	Further   int // rows that are not listed
}

// evidenceRow is what one case tells.
type evidenceRow struct {
	earlier.Row
	Title, Href, Party string
	Code               badgeWords
	Since              spanned
	By                 []string
	Marks, Signals     []markLine
	Told               []toldLine
	Owed               []groundRow
}

// markLine is one event that tells of knowledge.
type markLine struct {
	Act              linked
	At               spanned
	Word, From       string // whose word it is
	Receipt          *linked
	Against, Correct []linked // what disputes or corrects it
	Product, Result  string
	Contest          string // address of the form that contests it, "" if the reader cannot
}

// toldLine is whom it told.
type toldLine struct {
	Act     linked
	At      spanned
	To      string
	Receipt *receiptLine
	Against []linked
}

// receiptLine is the confirmation of a recipient.
type receiptLine struct {
	Act       linked
	By        string
	At        spanned
	Automatic bool
}

// groundRow is what was owed on one ground: law and agreement stand apart.
type groundRow struct {
	Ground string
	Duties []owedLine
}

type owedLine struct {
	earlier.Owed
	Words, Href, To string
	DueAt, MetAt    spanned
	Met, HeardIn    *linked
	HeardAt         spanned
	HeardFrom       string
	Got             *receiptLine
}

// pointRow is something to weigh.
type pointRow struct {
	Code, Words string
	At          spanned
	Perhaps     bool
	Events      []linked
	In          []linked // the cases, where it rests on no event
	Receipt     *receiptLine
	Tells       bool // it told somebody: whether that was received is said
	Rule        *ruleRow
}

// rowsShown bounds the cases that are listed for one organisation.
const rowsShown = 20

// whenMarks are the marks of how firm earlier knowledge is: none of them warns.
var whenMarks = map[earlier.When]badgeWords{
	earlier.Before: {"earlier", "accent", "clock"}, earlier.Perhaps: {"perhaps", "plain", "question"}, earlier.Signal: {"signal", "plain", "info"}, "": {"nothing", "plain", "lock"},
}

// evidence puts evidence into the reader's language; it remembers the cases.
type evidence struct {
	v     *visit
	zone  string
	cases map[string]*coordination.Seen
}

func (v *visit) evidence(zone string) *evidence {
	return &evidence{v, zone, map[string]*coordination.Seen{}}
}

// of gives a case as the reader sees it; nil for what they do not see.
func (x *evidence) of(handle string) (*coordination.Seen, error) {
	if seen, ok := x.cases[handle]; ok {
		return seen, nil
	}
	seen, err := x.v.o.Desk.See(x.v.ctx(), x.v.Who, handle)
	switch kind := fault.KindOf(err); {
	case err == nil:
	case kind == fault.NotFound || kind == fault.Forbidden || kind == fault.Suspended:
		seen = nil
	default:
		return nil, err
	}
	x.cases[handle] = seen
	return seen, nil
}

// view puts all that is told of an organisation together.
func (x *evidence) view(m earlier.Member) (evidenceView, error) {
	d := evidenceView{When: whenMarks[m.When], Since: x.v.span(m.Aware, false, x.zone)}
	if m.Word != "" {
		d.Word = x.v.codeWords("findings.word.", string(m.Word))
	}
	for i, r := range m.Rows {
		seen, err := x.of(r.Handle)
		if err != nil {
			return d, err
		}
		if seen == nil { // the seat went away meanwhile
			continue
		}
		d.For = append(d.For, x.points(seen, r.For, "findings.for.")...)
		d.Uncertain = append(d.Uncertain, x.points(seen, r.Uncertain, "findings.uncertain.")...)
		if i >= rowsShown {
			d.Further++
			continue
		}
		d.Rows = append(d.Rows, x.row(seen, r))
	}
	d.For, d.Uncertain = gathered(d.For), gathered(d.Uncertain)
	return d, nil
}

// gathered makes one of points that say the same.
func gathered(list []pointRow) []pointRow {
	var out []pointRow
	for _, p := range list {
		i := slices.IndexFunc(out, func(o pointRow) bool {
			return o.Code == p.Code && o.Words == p.Words && o.At == p.At && o.Receipt == nil && p.Receipt == nil
		})
		if i < 0 {
			out = append(out, p)
			continue
		}
		out[i].Events, out[i].In = united(out[i].Events, p.Events), united(out[i].In, p.In)
	}
	return out
}

func united(a, b []linked) []linked {
	for _, e := range b {
		if !slices.Contains(a, e) {
			a = append(a, e)
		}
	}
	return a
}

func (x *evidence) row(seen *coordination.Seen, r earlier.Row) evidenceRow {
	c := seen.Case
	d := evidenceRow{Row: r, Title: caseName(seen), Href: caseAddress(seen), Party: partyName(c, r.Party), Code: whenMarks[r.When], Since: x.v.span(r.Aware, false, x.zone)}
	for _, how := range r.By {
		d.By = append(d.By, x.v.codeWords("findings.by.", how))
	}
	d.Marks, d.Signals = x.marks(seen, r, r.Marks), x.marks(seen, r, r.Signals)
	for _, t := range r.Told {
		d.Told = append(d.Told, toldLine{x.link(seen, t.Event), x.v.span(t.At, false, x.zone), x.names(seen, t.To), x.receipt(seen, t.Receipt), x.links(seen, t.Disputed)})
	}
	for _, ground := range []string{"statute", "agreement", ""} {
		g := groundRow{Ground: ground}
		for _, o := range r.Owed {
			if o.Ground == ground || ground == "" && o.Ground != "statute" && o.Ground != "agreement" {
				g.Duties = append(g.Duties, x.owed(seen, o))
			}
		}
		if len(g.Duties) > 0 {
			d.Owed = append(d.Owed, g)
		}
	}
	return d
}

func caseName(seen *coordination.Seen) string {
	return cmp.Or(seen.Case.File.Title, seen.Case.File.Case)
}

func caseAddress(seen *coordination.Seen) string {
	return "/cases/" + url.PathEscape(seen.Handle) + "/record"
}

func (x *evidence) marks(seen *coordination.Seen, r earlier.Row, list []earlier.Mark) (out []markLine) {
	c := seen.Case
	for _, m := range list {
		l := markLine{Act: x.link(seen, m.Event), At: x.v.span(m.At, false, x.zone), Word: x.v.codeWords("findings.word.", string(m.Word)), Against: x.links(seen, m.Disputed), Correct: x.links(seen, m.Corrected)}
		switch {
		case m.By == "":
		case c.Party(m.By) != nil:
			l.From = partyName(c, m.By)
		default:
			l.From = m.By
			if i := slices.IndexFunc(c.Sources, func(s casefile.Source) bool { return s.ID == m.By }); i >= 0 && c.Sources[i].Publisher != "" {
				l.From = c.Sources[i].Publisher
			}
		}
		if m.Of != "" {
			l.Product = productName(c, m.Of)
		}
		if m.Receipt != "" {
			got := x.link(seen, m.Receipt)
			l.Receipt = &got
		}
		if m.Result != "" {
			l.Result = x.v.resultWords(m.Result)
		}
		if len(l.Against) == 0 && slices.Contains(seen.Parties, r.Party) {
			l.Contest = "/cases/" + url.PathEscape(seen.Handle) + "/events/new?" + url.Values{"kind": {"mark-contested"}, "by": {r.Party}, "re": {m.Event}}.Encode()
		}
		out = append(out, l)
	}
	return out
}

func (x *evidence) owed(seen *coordination.Seen, o earlier.Owed) owedLine {
	l := owedLine{Owed: o, Words: o.Title, To: x.names(seen, o.To), Got: x.receipt(seen, o.Receipt)}
	if row := x.v.clause(o.Rule); row != nil {
		l.Words, l.Href = row.Words, row.Address
	}
	one := func(id string) *linked {
		if id == "" {
			return nil
		}
		a := x.link(seen, id)
		return &a
	}
	l.Met, l.HeardIn = one(o.MetBy), one(o.Heard)
	if o.Due != nil {
		l.DueAt = x.v.span(calendar.Instant(*o.Due), true, x.zone)
	}
	if o.MetAt != nil {
		l.MetAt = x.v.span(calendar.Instant(*o.MetAt), false, x.zone)
	}
	if o.HeardAt != nil {
		l.HeardAt = x.v.span(calendar.Instant(*o.HeardAt), false, x.zone)
	}
	if o.HeardBy != "" {
		l.HeardFrom = partyName(seen.Case, o.HeardBy)
	}
	return l
}

func (x *evidence) points(seen *coordination.Seen, list []earlier.Point, family string) (out []pointRow) {
	for _, p := range list {
		to := x.names(seen, p.To)
		if to == "" {
			to = x.v.t("findings.nobody-named")
		}
		row := pointRow{Code: p.Code, Words: p.Code, At: x.v.span(p.At, false, x.zone), Perhaps: p.Perhaps, Events: x.links(seen, p.Events), Receipt: x.receipt(seen, p.Receipt), Rule: x.v.clause(p.Rule)}
		if key := family + p.Code; x.v.words.has(key) {
			row.Words = x.v.t(key, "to", to)
		}
		if len(row.Events) == 0 {
			row.In = []linked{{caseName(seen), caseAddress(seen)}}
		}
		row.Tells = slices.Contains([]string{earlier.ToldAuthority, earlier.ToldMaintainer, earlier.ToldOthers}, p.Code)
		out = append(out, row)
	}
	return out
}

func (x *evidence) receipt(seen *coordination.Seen, r *earlier.Receipt) *receiptLine {
	if r == nil {
		return nil
	}
	return &receiptLine{x.link(seen, r.Event), partyName(seen.Case, r.By), x.v.span(r.At, false, x.zone), r.Automatic}
}

// link is an event of a case in a few words, with its address.
func (x *evidence) link(seen *coordination.Seen, id string) linked {
	return linked{x.v.eventWords(seen.Case, id), eventAddress(seen.Handle, id)}
}

func (x *evidence) links(seen *coordination.Seen, ids []string) (out []linked) {
	for _, id := range ids {
		out = append(out, x.link(seen, id))
	}
	return out
}

// names lists parties of a case and entries of the directory.
func (x *evidence) names(seen *coordination.Seen, ids []string) string {
	var out []string
	for _, id := range ids {
		name := partyName(seen.Case, id)
		if seen.Case.Party(id) == nil {
			name = x.v.addressee(x.v.o.Book, id)
		}
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return x.v.enumerated(out)
}
