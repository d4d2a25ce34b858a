package earlier

import (
	"slices"

	"tocsin/calendar"
)

// looking is the work on one party of one case.
type looking struct {
	f *Facts
	r *Report
	m *match
	p *Party

	order  []string
	points map[string]*Point // what is uncertain, by code
}

// row makes the row of the party; false if it knew nothing before.
func (l *looking) row() (Row, bool) {
	p := l.p
	row := Row{Case: l.f.Case, Party: p.ID, Name: p.Name, Country: p.Country, Authority: p.Authority, By: l.m.by}
	if row.Name == "" {
		row.Name = p.ID
	}
	var firm, soft []Mark
	for _, m := range p.Knew {
		switch yes, ok := l.weigh(&m); {
		case !ok:
		case yes:
			firm = append(firm, m)
		default:
			soft = append(soft, m)
		}
	}
	for _, m := range p.Signals {
		if _, ok := l.meets(m.Of, m.At); ok {
			row.Signals = append(row.Signals, m)
		}
	}
	row.Marks = slices.Concat(firm, soft)
	slices.SortFunc(row.Marks, func(a, b Mark) int { return byTime(a.At, b.At, a.Event, b.Event) })
	switch carry := firm; {
	case len(firm) > 0:
		row.When, row.Aware, row.Word = Before, since(carry), best(carry)
	case len(soft) > 0:
		row.When, row.Aware, row.Word = Perhaps, since(soft), best(soft)
	case len(row.Signals) > 0:
		row.When, row.Aware, row.Word = Signal, since(row.Signals), best(row.Signals)
	default:
		return Row{}, false
	}
	l.speaksFor(&row)
	if !l.f.Kept {
		l.note(KeptNowhere, "")
	}
	if l.f.Side {
		l.note(SideOnly, "")
	}
	for _, code := range l.order {
		row.Uncertain = append(row.Uncertain, *l.points[code])
	}
	slices.SortFunc(row.Uncertain, func(a, b Point) int {
		return slices.Index(UncertainCodes(), a.Code) - slices.Index(UncertainCodes(), b.Code)
	})
	return row, true
}

// note adds an event to a point of what is uncertain.
func (l *looking) note(code, event string) {
	p := l.points[code]
	if p == nil {
		p = &Point{Code: code}
		l.points[code] = p
		l.order = append(l.order, code)
	}
	if event != "" && !slices.Contains(p.Events, event) {
		p.Events = append(p.Events, event)
	}
}

// meets tells whether something about a product at a time was before, or perhaps
// before, and of what was reported.
func (l *looking) meets(of string, at calendar.Span) (codes []string, ok bool) {
	sure, ok := l.r.place(at)
	if !ok {
		return nil, false
	}
	if codes, ok = l.f.meets(l.m, of); !ok {
		return nil, false
	}
	if !sure {
		codes = append(codes, Overlaps)
	}
	return codes, true
}

// weigh notes what is uncertain about a mark; firm tells that nothing keeps it from
// carrying more than perhaps, ok that it is to be told of at all.
func (l *looking) weigh(m *Mark) (firm, ok bool) {
	codes, ok := l.meets(m.Of, m.At)
	if !ok {
		return false, false
	}
	firm = m.Word.firm() && len(m.Disputed) == 0
	for _, c := range codes {
		firm = firm && !soft[c] && c != Overlaps
	}
	switch m.Word {
	case Claim, Said:
		codes = append(codes, ClaimOnly)
	case Told:
		codes = append(codes, Unconfirmed)
	case ByAct:
		codes = append(codes, FollowsOnly)
	case Stated:
		codes = append(codes, WhoseWord)
	}
	if len(m.Disputed) > 0 {
		codes = append(codes, IsDisputed)
	}
	if len(m.Corrected) > 0 {
		codes = append(codes, IsCorrected)
	}
	if l.keptLater(m.Recorded) {
		codes = append(codes, KeptLater)
	}
	for _, c := range codes {
		l.note(c, m.Event)
	}
	return firm, true
}

// speaksFor lists what speaks for the party.
func (l *looking) speaksFor(row *Row) {
	for _, t := range l.p.Told {
		codes, ok := l.meets(t.Of, t.At)
		if !ok {
			continue
		}
		row.Told = append(row.Told, t)
		pt := Point{Events: []string{t.Event}, To: t.To, At: t.At, Perhaps: len(codes) > 0 && slices.ContainsFunc(codes, func(c string) bool { return soft[c] || c == Overlaps }), Receipt: t.Receipt}
		pt.Perhaps = pt.Perhaps || !t.Word.firm() || len(t.Disputed) > 0
		for _, w := range []struct {
			yes  bool
			code string
		}{{t.Authority, ToldAuthority}, {t.Maintainer, ToldMaintainer}, {t.Public, MadePublic}, {!t.Authority && !t.Maintainer && !t.Public, ToldOthers}} {
			if w.yes {
				pt.Code = w.code
				row.For = append(row.For, pt)
			}
		}
	}
	if row.When == Signal {
		row.For = append(row.For, Point{Code: SignalOnly, Events: eventsOf(row.Signals), At: row.Aware})
	}
	for _, m := range l.p.Found {
		codes, ok := l.meets(m.Of, m.At)
		if !ok {
			continue
		}
		code := NotAffected
		if m.Result == "not-reportable" {
			code = NotReportable
		}
		row.For = append(row.For, Point{Code: code, Events: []string{m.Event}, At: m.At, Perhaps: slices.Contains(codes, Overlaps) || !m.Word.firm()})
	}
	known := calendar.Span{Earliest: row.Aware.Earliest, Latest: l.r.Received.Latest}
	for _, b := range l.p.Embargos {
		if !b.In.Before(known) && !known.Before(b.In) {
			row.For = append(row.For, Point{Code: UnderEmbargo, Events: b.Events, At: b.In})
		}
	}
	for _, m := range l.p.Denied {
		if _, ok := l.f.meets(l.m, m.Of); ok {
			row.For = append(row.For, Point{Code: DeniesIt, Events: []string{m.Event}, At: m.At, Perhaps: !m.Word.firm()})
		}
	}
	var contested []string
	for _, m := range row.Marks {
		for _, id := range m.Disputed {
			if !slices.Contains(contested, id) {
				contested = append(contested, id)
			}
		}
	}
	if len(contested) > 0 {
		row.For = append(row.For, Point{Code: Contested, Events: contested})
	}
	if by := NameKey(l.r.By); by != "" && by == NameKey(row.Name) {
		row.For = append(row.For, Point{Code: BroughtIt, At: l.r.Received})
	}
}

func eventsOf(marks []Mark) []string {
	out := make([]string, 0, len(marks))
	for _, m := range marks {
		out = append(out, m.Event)
	}
	return out
}
