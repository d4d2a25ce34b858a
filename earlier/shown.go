package earlier

import (
	"slices"

	"tocsin/calendar"
	"tocsin/casefile"
)

// Shown is what a row tells somebody who sees only this of its case: without the
// events that they do not see and what follows from these alone, and with what
// was contested or corrected since the row was made. Less tells that something was
// left out; ok is false where nothing is left to tell.
func (r Row) Shown(seen *casefile.Case) (out Row, less, ok bool) {
	w := &shown{seen: seen, rel: &reader{c: seen, retired: map[string]bool{}, adopts: map[string]bool{}, disputed: map[string][]string{},
		corrected: map[string][]string{}, receipts: map[string]*Receipt{}, is: map[string][]string{}, parties: map[string]*Party{}}}
	w.rel.relate()
	out = r
	out.Marks, out.Signals = w.marks(r.Marks), w.marks(r.Signals)
	out.Told = w.told(r.Told)
	out.For, out.Uncertain = w.points(r.For), w.points(r.Uncertain)
	out.Owed = w.owed(r.Owed)
	if len(out.Marks)+len(out.Signals) == 0 {
		return Row{}, true, false
	}
	w.contested(&out)
	out.weighAnew()
	return out, w.less, true
}

// shown is the work of one Shown.
type shown struct {
	seen *casefile.Case
	rel  *reader
	less bool
}

// sees tells whether an event is seen, and notes it where one is not.
func (w *shown) sees(id string) bool {
	if w.seen.Event(id) != nil {
		return true
	}
	w.less = true
	return false
}

// only are the events of a list that are seen.
func (w *shown) only(ids []string) (out []string) {
	for _, id := range ids {
		if w.sees(id) {
			out = append(out, id)
		}
	}
	return out
}

// whom are those of a list whom a seen event still names.
func (w *shown) whom(event string, ids []string) (out []string) {
	e := w.seen.Event(event)
	for _, id := range ids {
		if e != nil && slices.Contains(e.To, id) {
			out = append(out, id)
		} else {
			w.less = true
		}
	}
	return out
}

func (w *shown) marks(list []Mark) (out []Mark) {
	for _, m := range list {
		if !w.sees(m.Event) {
			continue
		}
		m.Disputed, m.Corrected = w.also(w.only(m.Disputed), w.rel.disputed[m.Event]), w.also(w.only(m.Corrected), w.rel.corrected[m.Event])
		if m.Receipt != "" && !w.sees(m.Receipt) {
			m.Receipt = ""
		}
		if e := w.seen.Event(m.Event); m.By != "" && !slices.Contains([]string{e.By, e.ClaimedBy, e.RecordedBy}, m.By) {
			m.By, w.less = "", true
		}
		out = append(out, m)
	}
	return out
}

// also adds what is there now to what was there then.
func (w *shown) also(then, now []string) []string {
	for _, id := range now {
		if !slices.Contains(then, id) {
			then = append(then, id)
		}
	}
	return then
}

func (w *shown) receipt(r *Receipt) *Receipt {
	if r == nil || !w.sees(r.Event) {
		return nil
	}
	return r
}

func (w *shown) told(list []Telling) (out []Telling) {
	for _, t := range list {
		if !w.sees(t.Event) {
			continue
		}
		t.To, t.Receipt = w.whom(t.Event, t.To), w.receipt(t.Receipt)
		t.Disputed = w.also(w.only(t.Disputed), w.rel.disputed[t.Event])
		out = append(out, t)
	}
	return out
}

// points leaves out those that rest on events of which none is seen.
func (w *shown) points(list []Point) (out []Point) {
	for _, p := range list {
		events := w.only(p.Events)
		if len(p.Events) > 0 && len(events) == 0 {
			continue
		}
		if len(p.To) > 0 && len(events) > 0 {
			p.To = w.whom(events[0], p.To)
		}
		p.Events, p.Receipt = events, w.receipt(p.Receipt)
		out = append(out, p)
	}
	return out
}

func (w *shown) owed(list []Owed) (out []Owed) {
	for _, o := range list {
		if o.MetBy != "" && !w.sees(o.MetBy) {
			o.MetBy = ""
		}
		if o.Heard != "" && !w.sees(o.Heard) {
			o.Heard, o.HeardBy, o.HeardAt = "", "", nil
		}
		o.Receipt = w.receipt(o.Receipt)
		out = append(out, o)
	}
	return out
}

// contested adds what is contested now to what speaks for the party, and to what
// is uncertain.
func (w *shown) contested(r *Row) {
	var by, marks []string
	for _, m := range slices.Concat(r.Marks, r.Signals) {
		if len(m.Disputed) > 0 {
			by, marks = w.also(by, m.Disputed), append(marks, m.Event)
		}
	}
	add := func(list []Point, code string, events []string) []Point {
		if len(events) == 0 {
			return list
		}
		if i := slices.IndexFunc(list, func(p Point) bool { return p.Code == code }); i >= 0 {
			list[i].Events = w.also(slices.Clip(list[i].Events), events)
			return list
		}
		return append(list, Point{Code: code, Events: events})
	}
	r.For, r.Uncertain = add(r.For, Contested, by), add(r.Uncertain, IsDisputed, marks)
}

// weighAnew says how firm the row is with the marks that it has now: never more
// than it was.
func (r *Row) weighAnew() {
	var firm []Mark
	for _, m := range r.Marks {
		open := slices.ContainsFunc(r.Uncertain, func(p Point) bool { return (soft[p.Code] || p.Code == Overlaps) && slices.Contains(p.Events, m.Event) })
		if m.Word.firm() && len(m.Disputed) == 0 && !open {
			firm = append(firm, m)
		}
	}
	switch {
	case len(r.Marks) == 0:
		r.When, r.Aware, r.Word = Signal, since(r.Signals), best(r.Signals)
	case r.When == Before && len(firm) > 0:
		r.Aware, r.Word = since(firm), best(firm)
	default:
		r.When, r.Aware, r.Word = Perhaps, since(r.Marks), best(r.Marks)
	}
}

// Of is the same member with these of its rows: how firm, since when and whose
// word follow from them.
func (m Member) Of(rows []Row) Member {
	m.Rows, m.When, m.Word = rows, "", ""
	m.Aware = calendar.Span{}
	for _, w := range Whens() {
		for _, r := range rows {
			if r.When != w {
				continue
			}
			if m.When == "" {
				m.When, m.Aware, m.Word = w, r.Aware, r.Word
				continue
			}
			if m.When == w {
				m.Aware = calendar.Min(m.Aware, r.Aware)
				if slices.Index(Words(), r.Word) < slices.Index(Words(), m.Word) {
					m.Word = r.Word
				}
			}
		}
	}
	return m
}
