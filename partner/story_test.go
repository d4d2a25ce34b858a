package partner_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/partner"
)

const zone = "Europe/Berlin"

func terms() partner.Terms {
	within := func(p, clause string) partner.Within {
		q, err := calendar.ParsePeriod(p)
		if err != nil {
			panic(err)
		}
		return partner.Within{Period: q, Clause: clause}
	}
	urgent := within("P10D", "section 7(4)")
	return partner.Terms{Zone: zone, Reply: within("P10D", "section 7(1)"), Urgent: &urgent, Longest: within("P6M", "section 8(2)"),
		Appeal: within("P30D", "section 10(1)"), Body: "Administrative Panel", Term: within("P3Y", "section 10(2)"), Yearly: within("P1Y", "section 6(2)"),
		Ceilings: map[partner.Standing]partner.Ceiling{
			partner.Active: {TLP: "AMBER", Clause: "s. 5"}, partner.Warned: {TLP: "AMBER", Clause: "s. 5"}, partner.Suspended: {TLP: "CLEAR", Clause: "s. 5"},
			partner.Left: {Clause: "s. 5"}, partner.Invited: {Clause: "s. 5"},
		},
		SecondPerson: map[casefile.Kind]string{"partner-suspended": "rules of procedure 4"},
		Levels:       []partner.Grade{{ID: "full", Title: map[string]string{"en": "full member"}, Clause: "s. 1"}},
	}
}

// story is a partnership file that grows act by act.
type story struct {
	t     *testing.T
	file  casefile.File
	terms partner.Terms
}

func begun(t *testing.T) *story {
	return &story{t: t, terms: terms(), file: casefile.File{Format: casefile.Format, Case: "P-1", Record: "kept", Parties: []casefile.Party{
		{ID: "office", Country: "DE"}, {ID: "acme", Country: "DE"}, {ID: "psirt", PartOf: "acme"}, {ID: "other", Country: "NL"},
	}}}
}

// event reads "KIND key=value …" as somebody types it.
func event(t *testing.T, id, spec string) casefile.Event {
	t.Helper()
	e, err := casefile.EventFrom(spec, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	e.ID = id
	return e
}

func (s *story) fold(at string) partner.State {
	s.t.Helper()
	c, err := casefile.Build("p.yaml", s.file)
	if err != nil {
		s.t.Fatal(err)
	}
	st, err := partner.Fold(c, "office", "acme", on(s.t, at))
	if err != nil {
		s.t.Fatal(err)
	}
	return st
}

// on reads a day (noon in Berlin) or an instant.
func on(t *testing.T, s string) time.Time {
	t.Helper()
	if len(s) == 10 {
		loc, _ := calendar.Zone(zone)
		d, err := calendar.ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, loc)
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// decision is what every decision says: number, signatory, clauses, reasons and
// the way to appeal.
func decision(appealUntil, more string) string {
	if more != "" {
		more = ", " + more
	}
	return " rule=TMP-MEMBER-REPORT reason='late twice' attributes={number: SPC 1, signatory: M. Sund, publication: internal, appeal-body: Panel, appeal-until: " + appealUntil + more + "}"
}

// complete puts in what every act of its kind needs and the story does not tell.
func complete(day, spec string) string {
	by, to := "office", "acme"
	kind := strings.Fields(spec)[0]
	if partner.OfMember(casefile.Kind(kind)) || slices.Contains([]string{"reported", "assessed", "statement-made"}, kind) {
		by, to = to, by
	}
	if !strings.Contains(spec, " by=") {
		spec += " by=" + by
	}
	if !strings.Contains(spec, " to=") {
		spec += " to=" + to
	}
	if !strings.Contains(spec, " at=") {
		spec += " at={value: " + day + "T12:00:00, zone: " + zone + "}"
	}
	return spec
}

// try asks whether an act could stand now, without keeping it.
func (s *story) try(id, day, spec string) error {
	s.t.Helper()
	return partner.CheckAct(s.fold(day), s.terms, event(s.t, id, complete(day, spec)))
}

// does keeps an act that must be able to stand.
func (s *story) does(id, day, spec string) {
	s.t.Helper()
	if err := s.try(id, day, spec); err != nil {
		s.t.Fatalf("%s (%s): %v", id, spec, err)
	}
	s.keep(id, day, spec)
}

// keep puts an act into the file, whatever it is.
func (s *story) keep(id, day, spec string) {
	s.t.Helper()
	s.file.Events = append(s.file.Events, event(s.t, id, complete(day, spec)))
}

// stands holds the standing of a day.
func (s *story) stands(day string, want partner.Standing) partner.State {
	s.t.Helper()
	st := s.fold(day)
	if st.Standing != want || !st.Sure() {
		s.t.Errorf("%s: stands %q of %q, want %q", day, st.Standing, st.Possible, want)
	}
	return st
}

// cannot holds that an act is refused, with its kind and words of its sentence.
func (s *story) cannot(day, spec string, kind fault.Kind, words string) {
	s.t.Helper()
	err := s.try("x", day, spec)
	if err == nil || fault.KindOf(err) != kind || !strings.Contains(err.Error(), words) {
		s.t.Errorf("%s: %v, want %s: %q", spec, err, kind, words)
	}
}
