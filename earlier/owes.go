package earlier

import (
	"slices"
	"strings"
	"time"

	"tocsin/calendar"
	"tocsin/plan"
)

// Owed is a duty that a party had about what was reported, as the plan of the case
// has it: on which ground, to whom, by when, and what became of it.
type Owed struct {
	Duty      string     `json:"duty"` // id in the plan
	Rule      string     `json:"rule"`
	Stage     string     `json:"stage,omitempty"`
	Title     string     `json:"title"` // in the language of the plan
	Kind      string     `json:"kind"`  // notify-authority, verify, …
	Tells     bool       `json:"tells"` // it asks to tell somebody; else to act or to help
	Of        string     `json:"of,omitempty"`
	To        []string   `json:"to,omitempty"`
	Modality  string     `json:"modality"`
	Ground    string     `json:"ground"` // statute, agreement, norm, …: never mixed
	Citation  string     `json:"citation"`
	Certainty string     `json:"certainty,omitempty"` // may: whether the rule reaches the party is open
	Assumes   []string   `json:"assumes,omitempty"`
	State     plan.State `json:"state"`
	Due       *time.Time `json:"due,omitempty"`
	MetBy     string     `json:"met-by,omitempty"` // event
	MetAt     *time.Time `json:"met-at,omitempty"`
	Receipt   *Receipt   `json:"receipt,omitempty"` // the confirmation of who was told; nil: none is recorded

	// Heard is the event by which somebody else told the recipient first.
	Heard   string     `json:"heard,omitempty"`
	HeardBy string     `json:"heard-by,omitempty"`
	HeardAt *time.Time `json:"heard-at,omitempty"`
}

// tells are the kinds of duties that ask to tell somebody, besides notify-….
var tells = map[string]bool{"disseminate": true, "file-record": true, "publish": true, "publish-metadata": true}

// Owes adds to a row of the case what its party owed about what was reported, from
// the plan of the same case, and what of that speaks for it. Duties whose clock
// never began, and those shown for information, are left out.
func (f *Facts) Owes(row *Row, r Report, p *plan.Plan) {
	m := f.match(r)
	if m == nil || p == nil {
		return
	}
	row.Weighed = true
	must, any := false, false
	for _, d := range p.Duties {
		if d.Obliged != row.Party || d.Incident != "" || d.Informational || d.Modality == "none" || d.Modality == "must-not" ||
			d.State == plan.NotScheduled || d.State == plan.Awaiting {
			continue
		}
		if _, ok := f.meets(m, d.Of); !ok {
			continue
		}
		o := owed(d)
		if q := f.Party(row.Party); q != nil && o.MetBy != "" {
			for i := range q.Told {
				if q.Told[i].Event == o.MetBy {
					o.Receipt = q.Told[i].Receipt
				}
			}
		}
		must, any = must || o.Tells && o.Modality == "must", any || o.Tells
		row.Owed = append(row.Owed, o)
	}
	switch {
	case !any:
		row.For = append(row.For, Point{Code: NothingOwed})
	case !must:
		row.For = append(row.For, Point{Code: Encouraged})
	}
	known := calendar.Span{Earliest: row.Aware.Earliest, Latest: r.Received.Latest}
	for _, x := range p.Prohibitions {
		if x.Party != row.Party || x.Act != "share" || x.Audience != "overseas" || x.State == "awaiting-anchor" {
			continue
		}
		in := calendar.Span{}
		if x.Since != nil && x.Since.Earliest != nil {
			in.Earliest = x.Since.Earliest.UTC()
		}
		if x.ReleasedAt != nil {
			in.Latest = x.ReleasedAt.UTC()
		}
		pt := Point{Code: BarredAbroad, At: in, Rule: x.Rule, Citation: x.Citation, Perhaps: x.Certainty == "may"}
		if !in.Before(known) && !known.Before(in) && !slices.ContainsFunc(row.For, func(o Point) bool { return o.Code == pt.Code && o.Rule == pt.Rule }) {
			row.For = append(row.For, pt)
		}
	}
}

func owed(d *plan.Duty) Owed {
	o := Owed{Duty: d.ID, Rule: d.Rule, Stage: d.Stage, Title: d.Title, Kind: d.Duty, Tells: tells[d.Duty] || strings.HasPrefix(d.Duty, "notify-"), Of: d.Of, To: d.To,
		Modality: d.Modality, Ground: d.Ground, Citation: d.Citation, Certainty: d.Certainty, Assumes: d.Assumes, State: d.State, Due: at(d.Due), MetAt: at(d.MetAt)}
	if d.MetBy != nil {
		o.MetBy = *d.MetBy
	}
	if h := d.Heard; h != nil {
		o.Heard, o.HeardBy, o.HeardAt = h.Event, h.By, at(h.Earliest)
		if o.HeardAt == nil {
			o.HeardAt = at(h.Latest)
		}
	}
	return o
}

func at(i *plan.Instant) *time.Time {
	if i == nil {
		return nil
	}
	t := i.UTC()
	return &t
}
