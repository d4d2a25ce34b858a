package earlier

import (
	"cmp"
	"slices"

	"tocsin/calendar"
)

// Report is what somebody reported, and when it arrived.
type Report struct {
	Flaws    []string      // ids of vulnerabilities
	Purls    []string      // package URLs
	Names    []string      // names of products
	Received calendar.Span // when it arrived
	By       string        // name of who brought it; "" if nobody asks

	keys *keys // made by Prepared
}

// keys are what a report is compared by.
type keys struct{ flaws, purls, names map[string]bool }

// Prepared is the same report, ready to be held against many cases.
func (r Report) Prepared() Report {
	if r.keys == nil {
		r.keys = &keys{keysOf(r.Flaws, FlawKey), keysOf(r.Purls, PurlKey), keysOf(r.Names, NameKey)}
	}
	return r
}

// When tells how knowledge lies to the arrival of a report.
type When string

// Whens, the firmest first.
const (
	Before  When = "earlier" // certainly before, of the same vulnerability, not contested, and not a claim alone
	Perhaps When = "perhaps" // perhaps before, or perhaps of the same vulnerability, or contested, or a claim
	Signal  When = "signal"  // only a signal, or a first look
)

// Whens lists them, the firmest first.
func Whens() []When { return []When{Before, Perhaps, Signal} }

// Row is what one case tells of one party.
type Row struct {
	Handle  string `json:"handle,omitempty"` // of the case, set by whoever knows it
	Case    string `json:"case"`
	Party   string `json:"party"`
	Name    string `json:"name"`
	Country string `json:"country,omitempty"`
	Org     string `json:"org,omitempty"` // id of the member, set by whoever knows it

	Authority bool          `json:"authority,omitempty"`
	When      When          `json:"when"`
	Aware     calendar.Span `json:"aware"` // since when, as far as When goes; of a signal, since when there was one
	Word      Word          `json:"word"`  // the best word behind it
	By        []string      `json:"by"`    // how the case was found: flaw, purl, name
	Marks     []Mark        `json:"marks"` // what it rests on, the earliest first
	Signals   []Mark        `json:"signals,omitempty"`
	Told      []Telling     `json:"told,omitempty"` // whom it told before, or perhaps before
	For       []Point       `json:"for,omitempty"`
	Uncertain []Point       `json:"uncertain,omitempty"`

	Weighed bool   `json:"weighed,omitempty"` // what it owed was looked for (Owes)
	Owed    []Owed `json:"owed,omitempty"`
}

// Point is something to weigh, as a code with what it rests on.
type Point struct {
	Code     string        `json:"code"`
	Events   []string      `json:"events,omitempty"`
	To       []string      `json:"to,omitempty"`
	At       calendar.Span `json:"at"`
	Perhaps  bool          `json:"perhaps,omitempty"` // whether it was before the report is uncertain
	Receipt  *Receipt      `json:"receipt,omitempty"`
	Rule     string        `json:"rule,omitempty"`
	Citation string        `json:"citation,omitempty"`
}

// Codes of what speaks for whoever knew. The last three come from a plan.
const (
	ToldAuthority  = "told-authority"
	ToldMaintainer = "told-maintainer"
	ToldOthers     = "told-others"
	MadePublic     = "made-public"
	SignalOnly     = "signal-only"
	NotAffected    = "not-affected"
	NotReportable  = "not-reportable"
	UnderEmbargo   = "under-embargo"
	DeniesIt       = "denies-it"
	Contested      = "contested"
	BroughtIt      = "brought-it"
	Encouraged     = "encouraged-only"
	NothingOwed    = "nothing-owed"
	BarredAbroad   = "barred-abroad"
)

// Codes of what is uncertain.
const (
	Overlaps     = "overlaps"      // the time may lie after the report
	ClaimOnly    = "claim-only"    // somebody else's word, which it did not adopt
	IsDisputed   = "disputed"      // an event disputes it
	IsCorrected  = "corrected"     // somebody corrected it
	Unconfirmed  = "unconfirmed"   // told by another, and no receipt is confirmed
	FollowsOnly  = "follows-only"  // follows from an act; no awareness is recorded
	WhoseWord    = "whose-word"    // the case does not say whose word it is
	OtherFlaw    = "other-flaw"    // the case lists other vulnerabilities
	FlawOpen     = "flaw-open"     // the report, or the case, names no vulnerability
	OtherProduct = "other-product" // of a product that was not reported
	HoldsIt      = "holds-it"      // of a product that contains what was reported
	PartOfIt     = "part-of-it"    // of a part of what was reported
	KeptLater    = "kept-later"    // recorded only after the report had arrived
	KeptNowhere  = "not-kept-here" // the record of the case is not kept here: what is missing shows nothing
	SideOnly     = "side-only"     // only a part of the case is seen: the same
)

// ForCodes and UncertainCodes list the codes, for whoever has words for them.
func ForCodes() []string {
	return []string{ToldAuthority, ToldMaintainer, ToldOthers, MadePublic, SignalOnly, NotAffected, NotReportable, UnderEmbargo, DeniesIt, Contested, BroughtIt,
		Encouraged, NothingOwed, BarredAbroad}
}

// UncertainCodes lists the codes of what is uncertain.
func UncertainCodes() []string {
	return []string{Overlaps, ClaimOnly, IsDisputed, IsCorrected, Unconfirmed, FollowsOnly, WhoseWord, OtherFlaw, FlawOpen, OtherProduct, HoldsIt, PartOfIt, KeptLater, KeptNowhere, SideOnly}
}

// Look lists the parties of a case that knew before the report arrived, or perhaps
// before, in order of their ids.
func (f *Facts) Look(r Report) []Row {
	m := f.match(r)
	if m == nil {
		return nil
	}
	var out []Row
	for i := range f.Parties {
		l := &looking{f: f, r: &r, m: m, p: &f.Parties[i], points: map[string]*Point{}}
		if row, ok := l.row(); ok {
			out = append(out, row)
		}
	}
	return out
}

// match is how a case meets a report.
type match struct {
	flaw     bool            // it lists a vulnerability of the report
	other    bool            // both list some, and none is of both
	products map[string]bool // products of the report
	asked    bool            // the report names products
	by       []string
}

// match tells how a case meets a report; nil if it does not.
func (f *Facts) match(r Report) *match {
	k := r.Prepared().keys
	flaws, purls, names := k.flaws, k.purls, k.names
	m := &match{products: map[string]bool{}, asked: len(purls)+len(names) > 0}
	for _, id := range f.Flaws {
		m.flaw = m.flaw || flaws[id]
	}
	m.other = !m.flaw && len(f.Flaws) > 0 && len(flaws) > 0
	byPurl, byName := false, false
	for i := range f.Products {
		p := &f.Products[i]
		purl, name := p.Purl != "" && purls[p.Purl], len(names) > 0 && names[NameKey(p.Name)]
		if purl || name {
			m.products[p.ID] = true
		}
		byPurl, byName = byPurl || purl, byName || name
	}
	for _, w := range []struct {
		yes bool
		how string
	}{{m.flaw, "flaw"}, {byPurl, "purl"}, {byName, "name"}} {
		if w.yes {
			m.by = append(m.by, w.how)
		}
	}
	if len(m.by) == 0 {
		return nil
	}
	return m
}

// meets tells what of knowledge about a product is uncertain since it is not, or
// may not be, knowledge of what was reported; false if it has nothing to do with it.
func (f *Facts) meets(m *match, of string) (codes []string, ok bool) {
	switch {
	case m.other:
		codes = append(codes, OtherFlaw)
	case !m.flaw:
		codes = append(codes, FlawOpen)
	}
	p := f.Product(of)
	if of == "" || m.products[of] {
		return codes, true
	}
	if p == nil { // left out of the facts
		return nil, false
	}
	for id := range m.products {
		if slices.Contains(p.Inside, id) {
			return append(codes, HoldsIt), true
		}
	}
	for id := range m.products {
		if slices.Contains(f.Product(id).Inside, of) {
			return append(codes, PartOfIt), true
		}
	}
	switch {
	case !m.flaw:
		return nil, false
	case !m.asked, len(m.products) == 0 && p.Purl == "":
		return codes, true // the vulnerability is the same, and nothing says that the product is another
	}
	return append(codes, OtherProduct), true
}

// soft are the codes about a product that make knowledge no more than perhaps: of
// what holds the reported product, knowledge of the same vulnerability is firm.
var soft = map[string]bool{OtherFlaw: true, FlawOpen: true, OtherProduct: true, PartOfIt: true}

// place tells how a time lies to the arrival of the report; ok is false for later.
func (r *Report) place(at calendar.Span) (sure, ok bool) {
	sure = at.Before(r.Received)
	return sure, sure || at.MaybeBefore(r.Received)
}

// best is the best word of some marks.
func best(marks []Mark) Word {
	out := Word("")
	rank := func(w Word) int {
		if i := slices.Index(Words(), w); i >= 0 {
			return i
		}
		return len(Words())
	}
	for _, m := range marks {
		if rank(m.Word) < rank(out) {
			out = m.Word
		}
	}
	return out
}

// since is the time of the earliest of some marks, as an interval.
func since(marks []Mark) calendar.Span {
	spans := make([]calendar.Span, len(marks))
	for i := range marks {
		spans[i] = marks[i].At
	}
	return calendar.Min(spans...)
}

// Order sorts rows: the firmest first, of those the earliest, then by name.
func Order(rows []Row) {
	slices.SortStableFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(slices.Index(Whens(), a.When), slices.Index(Whens(), b.When)), byTime(a.Aware, b.Aware, a.Name, b.Name),
			cmp.Compare(a.Handle, b.Handle), cmp.Compare(a.Party, b.Party))
	})
}
