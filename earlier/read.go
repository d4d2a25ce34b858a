package earlier

import (
	"slices"
	"time"

	"tocsin/casefile"
)

// knows are acts of a party that say that it is aware (the fact "aware" of the
// rulebook); decided and assessed are so with one result.
var knows = map[casefile.Kind]string{"aware": "", "exploitation-observed": "", "detected": "", "decided": "aware", "assessed": "valid"}

// acts are those that nobody does without knowing.
var acts = map[casefile.Kind]bool{"reported": true, "notified": true, "users-notified": true, "published": true, "measure-available": true, "cve-requested": true, "embargo-proposed": true}

// frees are results of an own look that speak for whoever found so.
var frees = map[string]bool{"not-affected": true, "invalid": true, "not-reportable": true}

// read takes one event into the facts.
func (r *reader) read(e *casefile.Event) {
	if e.Denies {
		if p := r.party(r.speaker(e)); p != nil {
			m := r.mark(e, Stated)
			m.Word = r.word(e, p.ID)
			p.Denied = append(p.Denied, m)
		}
		return
	}
	r.readAct(e)
	if e.Kind == "reported" || e.Kind == "notified" || e.Kind == "signalled" {
		r.readTold(e)
	}
	if e.Kind == "reported" || e.Kind == "notified" || e.Kind == "published" {
		r.readTelling(e)
	}
}

// speaker is whose word a denial is.
func (r *reader) speaker(e *casefile.Event) string {
	if r.c.Party(e.ClaimedBy) != nil {
		return e.ClaimedBy
	}
	return e.By
}

// readAct reads what an act says of whoever did it.
func (r *reader) readAct(e *casefile.Event) {
	result, aware := knows[e.Kind]
	aware = aware && (result == "" || e.Result == result)
	looked := e.Kind == "decided" || e.Kind == "assessed"
	if !aware && !looked && !acts[e.Kind] && e.Kind != "signalled" {
		return
	}
	p := r.party(e.By)
	if p == nil {
		return
	}
	m := r.mark(e, r.word(e, p.ID))
	switch {
	case aware:
		p.Knew = append(p.Knew, m)
	case looked && frees[e.Result]:
		m.Result = e.Result
		p.Found = append(p.Found, m)
	case looked, e.Kind == "signalled" && len(e.To) == 0:
		m.Result = e.Result
		p.Signals = append(p.Signals, m)
	case acts[e.Kind]:
		if m.Word != Claim && m.Word != Said {
			m.Word = ByAct
		}
		p.Knew = append(p.Knew, m)
	}
}

// readTold reads what an event says of those whom it was addressed to.
func (r *reader) readTold(e *casefile.Event) {
	for _, id := range r.recipients(e) {
		p := r.party(id)
		if p == nil || id == e.By {
			continue
		}
		m := r.mark(e, Told)
		m.By = e.By
		switch got := r.receipts[e.ID]; {
		case e.Basis == "claim" && e.RecordedBy != id && e.ClaimedBy != id:
			m.Word, m.By = Claim, r.claimant(e)
		case e.ClaimedBy == id:
			m.Word = Own // it says itself that it was told
		case got != nil && got.By == id && !got.Automatic:
			m.Word, m.Receipt = Confirmed, got.Event
		case e.ClaimedBy != "" && e.ClaimedBy != e.By:
			m.Word, m.By = Said, e.ClaimedBy
		}
		if e.Kind == "signalled" {
			p.Signals = append(p.Signals, m)
		} else {
			p.Knew = append(p.Knew, m)
		}
	}
}

// readTelling reads whom a party told.
func (r *reader) readTelling(e *casefile.Event) {
	p := r.party(e.By)
	if p == nil {
		return
	}
	t := Telling{Event: e.ID, Kind: e.Kind, Of: e.Of, To: slices.Clone(e.To), At: r.span(e), Word: r.word(e, p.ID),
		Disputed: r.disputed[e.ID], Public: e.Kind == "published" && e.Detail != "metadata", Receipt: r.receipts[e.ID]}
	for _, to := range e.To {
		t.Authority = t.Authority || to != e.By && r.authority(to)
		t.Maintainer = t.Maintainer || to != e.By && r.maintains(to, e.Of)
		if to != e.By {
			r.party(to) // so that its name is known
		}
	}
	if len(t.To) > 0 || t.Public {
		p.Told = append(p.Told, t)
	}
}

// maintains tells whether a party provides a product or something inside it.
func (r *reader) maintains(id, of string) bool {
	q := r.c.Party(id)
	if q == nil {
		return false
	}
	for _, role := range q.Roles {
		if (role.ID == "maintainer" || role.ID == "oss-project") && !role.Assumed {
			return true
		}
	}
	var inside []string
	if of != "" {
		inside = r.inside(of)
	}
	return slices.ContainsFunc(r.c.Products, func(p casefile.Product) bool {
		return !p.Assumed && p.Provider == id && (of == "" || p.ID == of || slices.Contains(inside, p.ID))
	})
}

// word is whose word an act of a party is.
func (r *reader) word(e *casefile.Event, party string) Word {
	switch {
	case e.Basis == "claim" && e.RecordedBy != party && e.ClaimedBy != party:
		return Claim
	case e.ClaimedBy != "" && e.ClaimedBy != party:
		return Said
	case r.adopts[e.ID]:
		return Adopted
	case e.Basis == "on-behalf":
		return Behalf
	case e.Basis == "own", e.RecordedBy == party, e.ClaimedBy == party:
		return Own
	}
	return Stated
}

// claimant is whose claim an event is, as far as the case names anybody.
func (r *reader) claimant(e *casefile.Event) string {
	if e.ClaimedBy != "" {
		return e.ClaimedBy
	}
	return e.RecordedBy
}

func (r *reader) mark(e *casefile.Event, w Word) Mark {
	m := Mark{Event: e.ID, Kind: e.Kind, Of: e.Of, At: r.span(e), Word: w, Disputed: r.disputed[e.ID], Corrected: r.corrected[e.ID], Recorded: e.RecordedAt}
	if w == Claim || w == Said {
		m.By = r.claimant(e)
	}
	return m
}

// embargoKinds are the events at which an embargo can begin to bind, or cease to.
var embargoKinds = map[casefile.Kind]bool{
	"embargo-proposed": true, "embargo-accepted": true, "embargo-declined": true, "embargo-revised": true, "embargo-terminated": true,
	"published": true, "leaked": true, "exploit-published": true,
}

// maxInstants bounds at how many instants of a case the embargo is looked at.
const maxInstants = 128

// embargos finds for each party the times during which an embargo that it had
// accepted was in force.
func (r *reader) embargos() {
	var at []time.Time
	joined := map[string][]string{}
	for i := range r.c.Events {
		e := &r.c.Events[i]
		if !embargoKinds[e.Kind] || e.Denies || e.Assumed || r.retired[e.ID] || e.Basis == "claim" {
			continue
		}
		s := r.span(e)
		if s.Earliest.IsZero() {
			s.Earliest = s.Latest
		}
		at = append(at, s.Earliest)
		if e.Until != nil {
			if u, err := e.Until.Span(); err == nil && !u.Latest.IsZero() {
				at = append(at, u.Latest.Add(time.Second).UTC())
			}
		}
		if e.Kind == "embargo-proposed" || e.Kind == "embargo-accepted" {
			joined[e.By] = append(joined[e.By], e.ID)
		}
	}
	if len(joined) == 0 || r.o.Embargo == nil {
		return
	}
	slices.SortFunc(at, time.Time.Compare)
	at = slices.CompactFunc(at, time.Time.Equal)
	at = at[:min(len(at), maxInstants)]
	open := map[string]*Bound{}
	for _, t := range at {
		inForce, accepted := r.o.Embargo(r.c, t)
		for id, events := range joined {
			b := open[id]
			switch bound := inForce && accepted[id]; {
			case bound && b == nil:
				slices.Sort(events)
				open[id] = &Bound{Events: events}
				open[id].In.Earliest = t
			case !bound && b != nil:
				b.In.Latest = t
				r.bind(id, b)
				delete(open, id)
			}
		}
	}
	for id, b := range open {
		r.bind(id, b)
	}
}

func (r *reader) bind(id string, b *Bound) {
	if p := r.party(id); p != nil {
		p.Embargos = append(p.Embargos, *b)
		slices.SortFunc(p.Embargos, func(a, b Bound) int { return a.In.Earliest.Compare(b.In.Earliest) })
	}
}
