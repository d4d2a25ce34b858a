package partner_test

import (
	"fmt"
	"slices"
	"testing"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// A suspension for named units leaves the member where it stood, and reaches what
// lies below the unit.
func TestASuspensionOfAUnit(t *testing.T) {
	for name, act := range map[string]string{
		"named":     "partner-suspended" + june + decision("2022-01-31", "units: psirt"),
		"addressed": "partner-suspended to=psirt" + june + decision("2022-01-31", ""),
	} {
		s := heard.make(t)
		s.does("suspended", heard.day, act)
		st := s.stands("2022-01-10", partner.Active)
		if st.StandingOf("psirt", []string{"acme"}) != partner.Suspended || st.StandingOf("rota", []string{"psirt", "acme"}) != partner.Suspended {
			t.Errorf("%s: the unit is not suspended", name)
		}
		if st.StandingOf("acme", nil) != partner.Active || st.StandingOf("sales", []string{"acme"}) != partner.Active {
			t.Errorf("%s: others are", name)
		}
	}
	st := suspended(t).fold("2022-01-10")
	if st.StandingOf("psirt", []string{"acme"}) != partner.Suspended {
		t.Error("a unit of a suspended member is not suspended")
	}
}

// Acts that do not count are listed with the reason, and do nothing.
func TestActsThatDoNotCount(t *testing.T) {
	s := member(t)
	s.keep("claimed", "2021-02-01", "partner-suspended basis=claim recorded-by=acme")
	s.keep("denied", "2021-02-02", "partner-suspended denies=true")
	s.keep("by-itself", "2021-02-03", "partner-terminated by=acme")
	s.keep("to-another", "2021-02-04", "partner-suspended to=other")
	s.keep("elsewhere", "2021-02-05", "partner-suspended scope=other-circle")
	s.keep("slip", "2021-02-06", "partner-suspended")
	s.keep("put-right", "2021-02-07", "partner-warned supersedes=[slip]")
	s.keep("its-own-wish", "2021-02-08", "mark-contested re=put-right supersedes=[put-right]")
	st := s.stands("2021-03-01", partner.Warned)
	want := []partner.Ignored{{Event: "claimed", Code: "claim"}, {Event: "denied", Code: "denied"}, {Event: "by-itself", Code: "other-hand"},
		{Event: "to-another", Code: "not-addressed"}, {Event: "elsewhere", Code: "other-platform"}, {Event: "slip", Code: "retired"}}
	if !slices.Equal(st.Ignored, want) {
		t.Errorf("%v, want %v", st.Ignored, want)
	}
	if m := st.Marks[0]; len(m.Contested) != 1 {
		t.Errorf("the warning does not stand as contested: %+v", m)
	}
}

// Two words of one hand that dispute each other are two ways in which it can be:
// both are shown, and the worse one holds for what is shared.
func TestWordsOfOneHandThatCompete(t *testing.T) {
	s := member(t)
	s.keep("warned", "2021-02-01", "partner-warned")
	s.keep("or-suspended", "2021-02-02", "partner-suspended disputes=[warned] attributes={period: P6M}")
	st := s.fold("2021-03-01")
	if st.Standing != partner.Suspended || !slices.Equal(st.Possible, []partner.Standing{partner.Warned, partner.Suspended}) || len(st.Otherwise) != 1 || st.Sure() {
		t.Fatalf("%q of %q, otherwise %d", st.Standing, st.Possible, len(st.Otherwise))
	}
	if o := st.Otherwise[0]; o.Standing != partner.Warned || o.Suspension != nil {
		t.Errorf("otherwise: %+v", o)
	}
	s.keep("settled", "2021-03-02", "partner-warned supersedes=[or-suspended]")
	s.stands("2021-03-02", partner.Warned)
	// that the member disputes an act takes nothing from it
	s = suspended(t)
	s.keep("objects", "2022-01-02", "commented by=acme disputes=[suspended] reason='never received'")
	st = s.stands("2022-01-03", partner.Suspended)
	if d := st.Decisions[0]; !slices.Equal(d.Contested, []string{"objects"}) {
		t.Errorf("the decision does not stand as contested: %+v", d)
	}
	for i := range 10 {
		s.keep(fmt.Sprint("w", i), "2022-02-01", "partner-warned disputes=[suspended]")
	}
	c, err := casefile.Build("p.yaml", s.file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := partner.Fold(c, "office", "acme", on(t, "2022-03-01")); fault.KindOf(err) != fault.Invalid || err == nil {
		t.Errorf("eleven acts that compete: %v", err)
	}
}

// Whatever ends by itself does so by its own words alone.
func TestWhatLapsesSaysSo(t *testing.T) {
	s := begun(t)
	s.keep("joined", "2020-01-20", "partner-joined until={value: 2023-01-20, zone: Europe/Berlin}")
	if st := s.stands("2024-01-01", partner.Active); !st.Agreement.Over {
		t.Error("the term is over, and nobody says so")
	}
	s.keep("renewed", "2024-01-02", "partner-renewed until={value: 2025-01-20, zone: Europe/Berlin} attributes={lapses: true, level: full, units: psirt}")
	if st := s.stands("2024-02-01", partner.Active); st.Agreement.Level != "full" || !slices.Equal(st.Agreement.Units, []string{"psirt"}) || len(st.Agreement.Renewed) != 1 {
		t.Errorf("renewed: %+v", st.Agreement)
	}
	st := s.stands("2025-01-21", partner.Left)
	if last := st.History[len(st.History)-1]; !last.From.Earliest.Equal(on(t, "2025-01-21T00:00:00+01:00")) {
		t.Errorf("left from %v", last.From)
	}
	s.keep("again", "2025-02-01", "partner-invited")
	s.stands("2025-02-01", partner.Invited)
	s.keep("joined-2", "2025-02-10", "partner-joined until={value: 2028-02-10, zone: Europe/Berlin}")
	s.keep("warned", "2025-03-01", "partner-warned until={value: 2025-06-01, zone: Europe/Berlin} attributes={lapses: true}")
	s.keep("warned-2", "2025-03-01", "partner-warned until={value: 2025-06-01, zone: Europe/Berlin}")
	s.stands("2025-06-02", partner.Warned) // the second says nothing of the kind
	s.keep("well", "2025-06-03", "partner-warned result=withdrawn re=warned-2 reason=x")
	s.stands("2025-06-03", partner.Active)

	lapsing := heard.make(t)
	lapsing.does("suspended", heard.day, "partner-suspended"+june+decision("2022-01-31", "lapses: true"))
	lapsing.stands("2022-06-17", partner.Suspended)
	lapsing.stands("2022-06-18", partner.Active)
}

// A warning ends by the authority's word alone: taken back, annulled, or by a
// reassessment.
func TestAWarningEnds(t *testing.T) {
	for name, act := range map[string]string{
		"taken back": "partner-warned result=withdrawn re=warned reason=x", "annulled": "appeal-decided re=warned result=annulled reason=x",
		"reassessed": "partner-reassessed result=active reason=x", "reassessed by name": "partner-reassessed re=warned result=active reason=x",
	} {
		s := member(t)
		s.does("warned", "2021-02-01", "partner-warned"+decision("2021-03-31", ""))
		s.does("appeal", "2021-02-02", "appealed re=warned reason=x")
		s.stands("2021-02-02", partner.Warned)
		s.does("end", "2021-02-10", act)
		if st := s.stands("2021-02-10", partner.Active); st.Marks[0].EndedBy != "end" {
			t.Errorf("%s: %+v", name, st.Marks[0])
		}
	}
}

// An extension that is annulled leaves the suspension as it was, with its review
// overdue if that is so.
func TestAnAnnulledExtension(t *testing.T) {
	s := reviewed.make(t)
	s.does("extended", "2022-06-05", "partner-extended until={value: 2022-12-17, zone: Europe/Berlin} due={value: 2022-12-10, zone: Europe/Berlin}"+decision("2022-07-31", ""))
	s.does("appeal", "2022-06-06", "appealed re=extended reason=x")
	s.does("annulled", "2022-07-01", "appeal-decided re=appeal result=annulled reason=x")
	st := s.stands("2022-07-01", partner.Suspended)
	if x := st.Suspension; !x.Until.Earliest.Equal(on(t, "2022-06-18T00:00:00+02:00")) || !x.Review.Overdue {
		t.Errorf("%+v", x)
	}
	conditions := suspended(t)
	conditions.does("review", "2022-05-31", "partner-reassessed result=lift reason=x")
	conditions.does("lifted", "2022-06-01", "partner-reinstated result=with-conditions text='reports monthly' reason=x attributes={number: 2, signatory: S, appeal-body: Panel, appeal-until: 2022-07-31}")
	if st := conditions.stands("2022-06-01", partner.Active); st.Conditions != "lifted" {
		t.Errorf("conditions: %q", st.Conditions)
	}
}

func TestFilesThatAreNoPartnership(t *testing.T) {
	c, err := casefile.Build("p.yaml", member(t).file)
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range [][2]string{{"office", "nobody"}, {"nobody", "acme"}, {"acme", "acme"}} {
		if _, err := partner.Fold(c, who[0], who[1], on(t, "2021-01-01")); err == nil || fault.KindOf(err) != fault.Invalid {
			t.Errorf("%v: %v", who, err)
		}
	}
	if st, err := partner.Fold(c, "other", "acme", on(t, "2021-01-01")); err != nil || st.Standing != "" || len(st.History) != 0 || len(st.Ignored) != 2 {
		t.Errorf("an authority that did nothing: %+v, %v", st, err)
	}
}

// Each act is a step, some scene allows it, and where it does not, it says why.
func TestEveryActIsAStep(t *testing.T) {
	allowed := map[string]bool{}
	for _, at := range []scene{strange, invited, signed, inside, asked, answered, heard, out, mending, reviewed, gone,
		{"2022-03-02", func(t *testing.T) *story {
			s := mending.make(t)
			s.does("mended-2", "2022-03-02", "rectification-reported re=mend text=x attributes={task: b}")
			return s
		}},
		{"2022-05-31", func(t *testing.T) *story {
			s := suspended(t)
			s.does("review", "2022-05-31", "partner-reassessed result=lift reason=x")
			return s
		}}, {"2021-02-01", func(t *testing.T) *story {
			s := member(t)
			s.does("warned", "2021-02-01", "partner-warned"+decision("2021-03-31", ""))
			s.does("finding", "2021-02-01", "finding-served rule=R reason=x")
			return s
		}}} {
		s := at.make(t)
		for _, st := range partner.Steps(s.fold(at.day), s.terms, on(t, at.day)) {
			if st.Allowed {
				allowed[string(st.Act)+st.Variant] = true
			} else if st.Why == nil || st.Why.String() == "" {
				t.Errorf("%s: refused without a word", st.Act)
			}
			if st.Act == "reported" && !st.Allowed {
				t.Errorf("on %s a member could not report: %v", at.day, st.Why)
			}
		}
	}
	for _, k := range partner.Acts() {
		if !allowed[string(k)] {
			t.Errorf("%s is allowed in no scene", k)
		}
	}
	for _, v := range []string{"partner-suspendedurgent", "partner-warnedwithdraw", "finding-servedwithdraw"} {
		if !allowed[v] {
			t.Errorf("%s is allowed in no scene", v)
		}
	}
}

// What is owed, by whom and by when.
func TestWhatIsOwed(t *testing.T) {
	s := mending.make(t)
	all := partner.Steps(s.fold(mending.day), s.terms, on(t, mending.day))
	for act, want := range map[string]string{"partner-reassessed": "2022-06-11T00:00:00+02:00", "rectification-reported": "2022-04-30T00:00:00+02:00", "partner-renewed": "2021-01-21T00:00:00+01:00"} {
		if st := step(t, all, act, ""); !st.Owed || !st.Due.Earliest.Equal(on(t, want)) {
			t.Errorf("%s is owed %v by %v, want by %s", act, st.Owed, st.Due, want)
		}
	}
	if st := step(t, all, "appeal-decided", ""); !st.Owed || st.Draft().Re != "appeal" {
		t.Errorf("the appeal: %+v", st)
	}
	st := step(t, partner.Steps(answered.make(t).fold(answered.day), s.terms, on(t, answered.day)), "hearing-answered", "")
	if st.Owed || st.Due == (calendar.Span{}) || !slices.Equal(st.Keys, []string{"text"}) {
		t.Errorf("an answer is a right: %+v", st)
	}
	st = step(t, partner.Steps(heard.make(t).fold(heard.day), s.terms, on(t, heard.day)), "partner-suspended", "")
	if !st.Allowed || !slices.Equal(st.Asks, []string{partner.AsksStepUp, partner.AsksSecond}) || !slices.Contains(st.Keys, "attributes.signatory") || slices.Contains(st.Keys, "until") {
		t.Errorf("a suspension asks for %v and %v", st.Keys, st.Asks)
	}
	if u := st.Draft().Until; u == nil || u.Value != "2022-06-17" {
		t.Errorf("six months from 17 December by the calendar are drafted as %v", u)
	}
}
