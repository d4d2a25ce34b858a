package escalation

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/plan"
	"tocsin/rulebook"
)

// Line is a duty that is not done, as the desk shows it.
type Line struct {
	Handle    string            `json:"handle"`
	Duty      string            `json:"duty"` // id in the plan
	Rule      string            `json:"rule"`
	Stage     string            `json:"stage,omitempty"`
	Kind      string            `json:"kind"` // notify-authority, publish, …
	Pack      string            `json:"pack"`
	Titles    map[string]string `json:"titles"` // of the rule and its stage, by language: en, zh, fr, de
	Obliged   string            `json:"obliged"`
	Name      string            `json:"name"` // of the obliged party
	Of        string            `json:"of,omitempty"`
	To        []string          `json:"to,omitempty"`
	ToNames   []string          `json:"to-names,omitempty"`
	Modality  string            `json:"modality"`
	Ground    string            `json:"ground"`
	Citation  string            `json:"citation"`
	State     string            `json:"state"` // running, open, missed; disputed where in some world it is undone
	Anchor    *time.Time        `json:"anchor,omitempty"`
	Due       *time.Time        `json:"due,omitempty"`
	Zone      string            `json:"zone,omitempty"`      // that governs the date
	Latest    *time.Time        `json:"latest,omitempty"`    // the latest due of any reading
	Exclusive bool              `json:"exclusive,omitempty"` // Due is the end of a day
	ActBy     *time.Time        `json:"act-by,omitempty"`
	Pace      string            `json:"pace,omitempty"`
	AtOnce    bool              `json:"at-once,omitempty"` // the law's own word on speed
	PastDue   bool              `json:"past-due,omitempty"`
	Assumes   []string          `json:"assumes,omitempty"`
	Verified  bool              `json:"verified,omitempty"` // duty, deadline and calc were checked against a source
	Noticed   *time.Time        `json:"noticed,omitempty"`  // when the program came back after the due had passed

	events []string // of the anchor
}

// Languages are those that Titles has.
var Languages = []string{"en", "zh", "fr", "de"}

// LinesOf lists the duties of a plan that are not done, in order of Sorts and
// then of their ids. Duties of others, shown for information, and what asks for
// nothing are left out; of a case whose record is not kept here nothing is said,
// for it shows neither what was done nor what was not.
func LinesOf(handle string, c *casefile.Case, p *plan.Plan, b *rulebook.Book) []Line {
	if !c.Kept() {
		return nil
	}
	var out []Line
	for _, d := range p.Duties {
		if owed(d) {
			out = append(out, lineOf(handle, c, d, b))
		}
	}
	slices.SortStableFunc(out, func(a, b Line) int {
		switch x, y := a.Sorts(), b.Sorts(); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return strings.Compare(a.Duty, b.Duty)
	})
	return out
}

// owed tells that something is still to do under a duty, in one world at least.
func owed(d *plan.Duty) bool {
	if d.Informational || d.Modality == "none" || d.Modality == "must-not" {
		return false
	}
	undone := func(s plan.State) bool { return s == plan.Running || s == plan.Open || s == plan.Missed }
	if d.State == plan.Disputed {
		return slices.ContainsFunc(d.Alternatives, func(a plan.Alternative) bool { return undone(a.State) })
	}
	return undone(d.State)
}

// Sorts is where the line stands on the desk: the second of its due; of a duty
// that is owed at once and has no number that of its anchor, since it has been
// due from then on; NoDue for all others.
func (l *Line) Sorts() int64 {
	switch {
	case l.Due != nil:
		return l.Due.Unix()
	case l.AtOnce && l.Anchor != nil:
		return l.Anchor.Unix()
	}
	return NoDue
}

// Past tells whether the due has gone by at an instant: at an end of day the day
// is over, an instant may still be used. What is permitted cannot be missed.
func (l *Line) Past(now time.Time) bool {
	if l.Due == nil || l.Modality != "must" && l.Modality != "should" || l.State == string(plan.Disputed) {
		return false
	}
	if l.Exclusive {
		return !now.Before(*l.Due)
	}
	return now.After(*l.Due)
}

func lineOf(handle string, c *casefile.Case, d *plan.Duty, b *rulebook.Book) Line {
	r := d.RuleRecord()
	l := Line{
		Handle: handle, Duty: d.ID, Rule: d.Rule, Stage: d.Stage, Kind: d.Duty, Pack: r.Pack().Pack, Titles: titles(r, d.StageRecord()),
		Obliged: d.Obliged, Name: nameOf(d.Obliged, c, b), Of: d.Of, To: d.To, Modality: d.Modality, Ground: d.Ground, Citation: d.Citation,
		State: string(d.State), Due: at(d.Due), ActBy: at(d.ActBy), Pace: d.Pace, AtOnce: plan.AtOnce(d), PastDue: d.PastDue, Assumes: d.Assumes,
		Verified: d.Verified.Duty && d.Verified.Deadline && d.Verified.Calc,
	}
	for _, to := range d.To {
		l.ToNames = append(l.ToNames, nameOf(to, c, b))
	}
	if d.Anchor != nil {
		l.events = d.Anchor.Events
		if l.Anchor = at(d.Anchor.Earliest); l.Anchor == nil {
			l.Anchor = at(d.Anchor.Latest)
		}
	}
	if d.Due != nil {
		l.Zone = d.Due.Location().String()
	}
	bound := 0
	l.Exclusive = true
	for _, rd := range d.Readings {
		if rd.Zoned() {
			continue
		}
		if t := at(rd.DueLatest); t != nil && (l.Latest == nil || t.After(*l.Latest)) {
			l.Latest = t
		}
		first := rd.DueEarliest
		if first == nil {
			first = rd.DueLatest
		}
		if d.Due != nil && first != nil && rd.Basis == rulebook.BasisOf(d.Ground) && first.Equal(d.Due.Time) {
			bound++
			l.Exclusive = l.Exclusive && rd.Exclusive()
		}
	}
	l.Exclusive = l.Exclusive && bound > 0
	return l
}

// titles gives the words of a rule in every language that it has, with those of
// the stage where there are several.
func titles(r *rulebook.Rule, s *rulebook.Stage) map[string]string {
	out := make(map[string]string, len(Languages))
	for _, lang := range Languages {
		t := rulebook.T(r.Title, lang)
		if st := rulebook.T(s.Title, lang); st != "" && len(r.Stages) > 1 {
			if t != "" {
				t += ": "
			}
			t += st
		}
		out[lang] = t
	}
	return out
}

func nameOf(id string, c *casefile.Case, b *rulebook.Book) string {
	if p := c.Party(id); p != nil && p.Name != "" {
		return p.Name
	}
	if e := b.Entry(id); e != nil {
		return rulebook.T(e.Title, "en")
	}
	return id
}

// at takes an instant to UTC: the zone that governs stands beside it.
func at(i *plan.Instant) *time.Time {
	if i == nil {
		return nil
	}
	t := i.UTC()
	return &t
}

// Open opens a line of the database. fault.Internal for what was not sealed for
// its place under these keys.
func (r *Row) Open(s Sealer) (Line, error) {
	plain, err := s.Open(r.place(), r.Sealed)
	if err != nil {
		return Line{}, fault.New(fault.Internal, "a line of case %s does not open; rebuild the projection", r.Handle)
	}
	var l Line
	if err := json.Unmarshal(plain, &l); err != nil {
		return Line{}, fault.New(fault.Internal, "a line of case %s does not read back: %v", r.Handle, err)
	}
	return l, nil
}

// Seal puts a line into the row. fault.Internal if it cannot be written.
func (r *Row) Seal(s Sealer, l *Line) error {
	plain, err := json.Marshal(l)
	if err != nil {
		return fault.New(fault.Internal, "a line of case %s cannot be written: %v", r.Handle, err)
	}
	r.Sealed = s.Seal(r.place(), plain)
	return nil
}

// place binds a sealed line to its case and party, so that no row can be put in
// the place of another's.
func (r *Row) place() string { return "line/" + r.Handle + "/" + string(r.Party[:]) }

// Brief is what the desk knows of a case without loading it.
type Brief struct {
	Case   string     `json:"case"`
	Title  string     `json:"title,omitempty"`
	TLP    string     `json:"tlp,omitempty"`
	Record string     `json:"record"`
	Lines  int        `json:"lines"`
	Next   *time.Time `json:"next,omitempty"` // due of the first line that has one

	Matter access.Matter `json:"matter"` // what the table asks of the case, but for its seats

	// Known is who knew what, for the search for earlier knowledge (Facts). It is
	// read only where it is asked for.
	Known json.RawMessage `json:"known,omitempty"`
}

// Brief opens what a row tells of its case.
func (c *CaseRow) Brief(s Sealer) (Brief, error) {
	plain, err := s.Open("case/"+c.Handle, c.Sealed)
	if err != nil {
		return Brief{}, fault.New(fault.Internal, "the line of case %s does not open; rebuild the projection", c.Handle)
	}
	var b Brief
	if err := json.Unmarshal(plain, &b); err != nil {
		return Brief{}, fault.New(fault.Internal, "the line of case %s does not read back: %v", c.Handle, err)
	}
	return b, nil
}

// Seal puts what is told of the case into its row.
func (c *CaseRow) Seal(s Sealer, b *Brief) error {
	plain, err := json.Marshal(b)
	if err != nil {
		return fault.New(fault.Internal, "the line of case %s cannot be written: %v", c.Handle, err)
	}
	c.Sealed = s.Seal("case/"+c.Handle, plain)
	return nil
}
