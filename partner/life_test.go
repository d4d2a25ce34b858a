package partner_test

import (
	"slices"
	"strings"
	"testing"

	"tocsin/calendar"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// member is a file in which acme has joined.
func member(t *testing.T) *story {
	s := begun(t)
	s.does("invited", "2020-01-10", "partner-invited scope=circle")
	s.stands("2020-01-11", partner.Invited)
	s.does("joined", "2020-01-20", "partner-joined scope=circle re=invited until={value: 2023-01-20, zone: Europe/Berlin} attributes={signed-by: H. Nord, hash: 9f86, level: full}")
	s.stands("2020-01-20", partner.Active)
	return s
}

// Both sides sign one text: the member what it was offered, and what the authority
// puts in force is what the member signed.
func TestBothSignTheSame(t *testing.T) {
	s := signed.make(t)
	st := s.stands(signed.day, partner.Invited)
	if x := st.Invitation; x == nil || x.Signed != "signed" || x.By != "A. Nord" || x.Agreed != "9f86" {
		t.Fatalf("the invitation: %+v", x)
	}
	next := step(t, partner.Steps(st, s.terms, on(t, signed.day)), "partner-joined", "")
	draft := next.Draft()
	if hash, by := draft.Attributes["hash"], draft.Attributes["signed-by"]; !next.Owed || draft.Re != "signed" || hash.String() != "9f86" || by.String() != "A. Nord" {
		t.Errorf("what was signed is not what is drafted: %+v", draft)
	}
	s.does("joined", "2021-01-20", "partner-joined re=signed until={value: 2024-01-10, zone: Europe/Berlin} attributes={signed-by: H. West for the office, hash: 9f86}")
	if st = s.stands("2021-01-20", partner.Active); st.Invitation != nil {
		t.Errorf("the invitation is still open: %+v", st.Invitation)
	}
}

// The whole life: a third party reports, the member is called on, warned, heard,
// suspended, mends, is reviewed, and the suspension is lifted.
func TestALifeThatEndsWell(t *testing.T) {
	s := member(t)
	s.does("call", "2021-12-10", "called-on text='who uses it' due=2021-12-13T12:00:00+01:00")
	s.keep("receipt", "2021-12-10", "acknowledged by=acme to=office re=call")
	s.keep("answer", "2021-12-14", "assessed result=affected re=call")
	s.does("finding", "2021-12-14", "finding-served rule=TMP-MEMBER-REPORT reason='aware on 24 November'")
	s.does("contest", "2021-12-15", "mark-contested re=finding reason='told the project first'")
	s.does("warned", "2021-12-16", "partner-warned"+decision("2022-02-01", ""))
	st := s.stands("2021-12-16", partner.Warned)
	if c := st.Calls[0]; c.Received != "receipt" || len(c.Answers) != 1 || c.Answers[0].Timely != "no" || c.Overdue {
		t.Errorf("the support record: %+v", c)
	}
	if m := st.Marks[0]; m.Event != "finding" || !slices.Equal(m.Contested, []string{"contest"}) {
		t.Errorf("the finding does not stand as contested: %+v", m)
	}

	s.cannot("2021-12-17", "partner-suspended until={value: 2022-06-17, zone: Europe/Berlin} due={value: 2022-06-10, zone: Europe/Berlin}"+decision("2022-02-01", ""), fault.Conflict, "was not heard")
	s.does("hearing", "2021-12-17", "hearing-opened reason=late due={value: 2021-12-27, zone: Europe/Berlin} attributes={proof-of-service: receipt 17}")
	s.cannot("2021-12-18", "partner-suspended until={value: 2022-06-17, zone: Europe/Berlin} due={value: 2022-06-10, zone: Europe/Berlin}"+decision("2022-02-01", ""), fault.TooEarly, "is not closed")
	s.keep("press", "2021-12-20", "statement-made where=newspaper text='we will improve'")
	s.cannot("2021-12-21", "partner-heard re=hearing result=answered", fault.Conflict, "has not answered")
	s.cannot("2021-12-21", "partner-heard re=hearing result=silent", fault.TooEarly, "2021-12-27 24:00")
	s.does("reply", "2021-12-22", "hearing-answered re=hearing text='the rota was empty'")
	s.cannot("2021-12-28", "partner-heard re=hearing result=silent", fault.Conflict, "reply")
	s.does("heard", "2021-12-23", "partner-heard re=hearing result=answered")

	s.does("suspended", "2021-12-28", "partner-suspended until={value: 2022-06-28, zone: Europe/Berlin} due={value: 2022-06-14, zone: Europe/Berlin}"+decision("2022-01-31", "effect: from-date, from: 2022-01-03"))
	st = s.stands("2021-12-30", partner.Warned)
	if st.Suspension == nil || st.Suspension.Effective {
		t.Errorf("decided, and not yet in effect: %+v", st.Suspension)
	}
	st = s.stands("2022-01-03", partner.Suspended)
	if h := st.Hearings[0]; h.For != "suspended" || h.Result != "answered" || h.Proof != "receipt 17" || h.Answers[0].Timely != "yes" {
		t.Errorf("the hearing: %+v", h)
	}
	if len(st.Statements) != 1 {
		t.Errorf("what it told the press: %v", st.Statements)
	}
	s.keep("still-reports", "2022-01-20", "reported")
	s.does("mend", "2022-02-01", "rectification-set re=suspended due={value: 2022-04-29, zone: Europe/Berlin} attributes={task-rota: a rota, task-drill: a drill}")
	s.does("mended", "2022-03-31", "rectification-reported re=mend text=done")
	s.does("returned", "2022-04-14", "rectification-returned re=mended reason='61 hours' due={value: 2022-05-13, zone: Europe/Berlin} attributes={task: drill}")
	s.does("accepted", "2022-04-14", "rectification-accepted re=mended attributes={task: rota}")
	if st = s.fold("2022-05-20"); !st.Tasks[0].Overdue || st.Tasks[0].State != "returned" || st.Tasks[1].State != "accepted" {
		t.Errorf("tasks on 20 May: %+v", st.Tasks)
	}
	s.does("mended-2", "2022-05-23", "rectification-reported re=mend text='31 hours' attributes={task: drill}")
	s.does("accepted-2", "2022-05-24", "rectification-accepted re=mended-2")

	s.cannot("2022-06-01", "partner-reinstated result=full reason=mended attributes={number: SPC 2, signatory: S}", fault.Conflict, "was not reviewed")
	s.does("review", "2022-06-08", "partner-reassessed re=suspended result=lift reason=mended")
	s.cannot("2022-06-09", "partner-extended until={value: 2022-09-28, zone: Europe/Berlin} due={value: 2022-09-20, zone: Europe/Berlin}"+decision("2022-08-01", ""), fault.Conflict, "says lift")
	s.does("lifted", "2022-06-10", "partner-reinstated re=suspended result=full reason=mended attributes={number: SPC 2, signatory: S}")
	st = s.stands("2022-06-10", partner.Active)
	var line []partner.Standing
	for _, i := range st.History {
		line = append(line, i.Standing)
	}
	if !slices.Equal(line, []partner.Standing{partner.Invited, partner.Active, partner.Warned, partner.Suspended, partner.Active}) {
		t.Errorf("the picture shows %v", line)
	}
}

// suspended is a file in which acme was heard and is suspended from 17 December
// 2021 to 17 June 2022.
func suspended(t *testing.T) *story {
	s := member(t)
	s.does("hearing", "2021-11-30", "hearing-opened reason=late due={value: 2021-12-10, zone: Europe/Berlin}")
	s.does("heard", "2021-12-11", "partner-heard re=hearing result=silent")
	s.does("suspended", "2021-12-17", "partner-suspended until={value: 2022-06-17, zone: Europe/Berlin} due={value: 2022-06-10, zone: Europe/Berlin}"+decision("2022-01-31", "effect: at-once"))
	return s
}

// Nothing ends by itself: after the last day the suspension goes on, the review
// is overdue, and that is the authority's.
func TestASuspensionDoesNotEndByItself(t *testing.T) {
	s := suspended(t)
	if st := s.stands("2022-06-10", partner.Suspended); st.Suspension.Review.Overdue {
		t.Error("overdue on the day itself")
	}
	st := s.stands("2023-01-01", partner.Suspended)
	if !st.Suspension.Review.Overdue || len(st.Past) != 0 {
		t.Errorf("half a year after the end: %+v", st.Suspension)
	}
	if h := st.Hearings[0]; !h.Silent || h.Result != "silent" {
		t.Errorf("silence is not kept as silence: %+v", h)
	}
	s.file.Record = "sources"
	if st := s.fold("2023-01-01"); st.Suspension.Review.Overdue {
		t.Error("a record from outside sources tells of something that was not done")
	}
}

// The other branches of the review: extended, which needs a hearing of its own,
// and ended.
func TestASuspensionIsExtendedOrFollowedByTheEnd(t *testing.T) {
	longer := "partner-extended until={value: 2022-09-17, zone: Europe/Berlin} due={value: 2022-09-10, zone: Europe/Berlin}" + decision("2022-07-31", "")
	s := suspended(t)
	s.cannot("2022-05-31", longer, fault.Conflict, "was not reviewed")
	s.does("review", "2022-05-31", "partner-reassessed re=suspended result=extend reason='nothing was mended'")
	s.cannot("2022-06-01", longer, fault.Conflict, "was not heard")
	s.does("hearing-2", "2022-06-01", "hearing-opened re=review reason='nothing was mended' due={value: 2022-06-11, zone: Europe/Berlin}")
	s.does("waives", "2022-06-02", "hearing-answered re=hearing-2 result=waived")
	s.does("heard-2", "2022-06-03", "partner-heard re=hearing-2 result=waived")
	s.does("extended", "2022-06-14", longer)
	st := s.stands("2022-06-20", partner.Suspended)
	if x := st.Suspension; !x.Until.Earliest.Equal(on(t, "2022-09-18T00:00:00+02:00")) || x.Review.Done != "" || x.Review.Overdue || len(x.Extended) != 1 {
		t.Errorf("extended: %+v", st.Suspension)
	}
	if next := step(t, partner.Steps(st, s.terms, on(t, "2022-06-20")), "partner-reassessed", ""); next.Draft().Re != "extended" {
		t.Errorf("the second review would be of %q, whose review was held", next.Draft().Re)
	}
	s.does("review-2", "2022-09-01", "partner-reassessed re=extended result=end reason='still nothing'")
	end := "partner-terminated" + decision("2022-11-15", "")
	s.cannot("2022-09-02", end, fault.Conflict, "was not heard")
	s.does("hearing-3", "2022-09-02", "hearing-opened reason='still nothing' due={value: 2022-09-12, zone: Europe/Berlin}")
	s.does("heard-3", "2022-09-13", "partner-heard re=hearing-3 result=silent")
	s.does("terminated", "2022-09-14", end)
	st = s.stands("2022-09-14", partner.Left)
	if len(st.Past) != 1 || st.Past[0].EndedBy != "terminated" || st.Ended != "terminated" {
		t.Errorf("the end: %+v, by %q", st.Past, st.Ended)
	}
	s.cannot("2022-09-20", "partner-warned"+decision("2022-12-01", ""), fault.Conflict, "ended by terminated")
	s.does("appeal", "2022-09-20", "appealed re=terminated reason='not proportionate'")
	s.does("annulled", "2022-10-20", "appeal-decided re=appeal result=annulled reason='not proportionate'")
	st = s.stands("2022-10-20", partner.Suspended) // what the end had ended goes on
	if st.Decisions[len(st.Decisions)-1].Appeal != "annulled" || st.Appeals[0].Timely != "yes" {
		t.Errorf("the register: %+v", st.Decisions)
	}
}

// An annulled decision no longer holds from that day on; before, it held.
func TestAnAnnulledSuspension(t *testing.T) {
	s := suspended(t)
	s.cannot("2021-12-20", "appealed re=hearing reason=x", fault.Conflict, "no decision")
	s.does("appeal", "2022-02-10", "appealed re=suspended reason='not heard properly'")
	s.cannot("2022-02-11", "appealed re=suspended reason=again", fault.Conflict, "already")
	s.stands("2022-02-20", partner.Suspended)
	s.does("annulled", "2022-03-01", "appeal-decided re=appeal result=annulled reason='not heard properly'")
	st := s.stands("2022-03-01", partner.Active)
	if s.fold("2022-02-20").Standing != partner.Suspended {
		t.Error("the annulment reaches back")
	}
	if st.Past[0].EndedBy != "annulled" || st.Appeals[0].Timely != "no" {
		t.Errorf("%+v, %+v", st.Past, st.Appeals)
	}
	s = suspended(t)
	s.does("appeal", "2022-01-10", "appealed re=suspended reason='too long'")
	s.does("changed", "2022-02-01", "appeal-decided re=suspended result=changed reason='too long' until={value: 2022-03-17, zone: Europe/Berlin}")
	if x := s.fold("2022-02-02").Suspension; !x.Until.Earliest.Equal(on(t, "2022-03-18T00:00:00+01:00")) {
		t.Errorf("changed: %v", x.Until)
	}
}

// Where the terms allow it, a suspension comes first and the hearing after.
func TestAnUrgentSuspension(t *testing.T) {
	s := member(t)
	urgent := "partner-suspended until={value: 2022-06-22, zone: Europe/Berlin} due={value: 2022-06-15, zone: Europe/Berlin}" + decision("2022-01-31", "effect: at-once, hearing: after")
	s.terms.Urgent = nil
	s.cannot("2021-12-22", urgent, fault.Forbidden, "no suspension before the hearing")
	s.terms = terms()
	s.does("suspended", "2021-12-22", urgent)
	st := s.stands("2021-12-22", partner.Suspended)
	owed := step(t, partner.Steps(st, s.terms, on(t, "2021-12-22")), "hearing-opened", "")
	if !owed.Owed || !owed.Due.Earliest.Equal(on(t, "2022-01-02T00:00:00+01:00")) {
		t.Errorf("the hearing that is owed: %+v", owed)
	}
	s.does("hearing", "2021-12-23", "hearing-opened re=suspended reason=late due={value: 2022-01-10, zone: Europe/Berlin}")
	s.does("reply", "2022-01-07", "hearing-answered re=hearing text=sorry")
	s.does("heard", "2022-01-20", "partner-heard re=hearing result=answered")
	st = s.stands("2022-02-01", partner.Suspended)
	if st.Hearings[0].For != "suspended" {
		t.Errorf("the hearing after is not that of the suspension: %+v", st.Hearings[0])
	}
	s.does("review", "2022-06-08", "partner-reassessed re=suspended result=end reason=nothing")
	s.cannot("2022-06-09", "partner-terminated"+decision("2022-08-01", ""), fault.Conflict, "was not heard") // that hearing is used
	st = s.stands("2022-06-09", partner.Suspended)
	if next := step(t, partner.Steps(st, s.terms, on(t, "2022-06-09")), "hearing-opened", ""); !next.Allowed || next.Draft().Re != "" {
		t.Errorf("a further hearing would be that of the suspension once more: %+v", next.Draft())
	}
}

// A decision that names by when the member may reply opens its hearing itself, and
// gives it no less than the agreement does.
func TestAnUrgentSuspensionThatAsks(t *testing.T) {
	s := member(t)
	urgent := "partner-suspended until={value: 2022-06-22, zone: Europe/Berlin} due={value: 2022-06-15, zone: Europe/Berlin}" + decision("2022-01-31", "effect: at-once, hearing: after, reply-by: ")
	s.cannot("2021-12-22", strings.Replace(urgent, "reply-by: ", "reply-by: 2021-12-31", 1), fault.Invalid, "shorter than the agreement promises")
	s.does("suspended", "2021-12-22", strings.Replace(urgent, "reply-by: ", "reply-by: 2022-01-05", 1))
	st := s.stands("2021-12-22", partner.Suspended)
	if h := st.OpenHearing(); h == nil || h.Opened != "suspended" || h.For != "suspended" || !h.Due.Earliest.Equal(on(t, "2022-01-06T00:00:00+01:00")) {
		t.Fatalf("the hearing that the decision opens: %+v", h)
	}
	all := partner.Steps(st, s.terms, on(t, "2021-12-23"))
	if answer := step(t, all, "hearing-answered", ""); !answer.Allowed || answer.Draft().Re != "suspended" {
		t.Errorf("the member cannot answer: %+v", answer)
	}
	if again := step(t, all, "hearing-opened", ""); again.Allowed {
		t.Error("a second hearing could be opened beside it")
	}
	s.cannot("2022-01-05", "partner-heard re=suspended result=silent", fault.TooEarly, "2022-01-05 24:00")
	s.does("reply", "2022-01-04", "hearing-answered re=suspended text=sorry")
	s.does("heard", "2022-01-05", "partner-heard re=suspended result=answered")
}

// The public record of December 2021: the day of the decision is an interval, so
// the end is one, and so is where somebody stood in between. Nothing is guessed.
func TestADayThatIsNotKnown(t *testing.T) {
	s := begun(t)
	s.keep("suspended", "", "partner-suspended scope=circle attributes={period: P6M} at={from: 2021-12-17, to: 2021-12-22, zone: Asia/Shanghai}")
	st := s.fold("2021-12-25")
	day := func(v string) calendar.Span {
		d, _ := calendar.ParseDate(v)
		loc, _ := calendar.Zone("Asia/Shanghai")
		return calendar.Instant(d.End(loc))
	}
	first, last := day("2022-06-17"), day("2022-06-22")
	if u := st.Suspension.Until; !u.Earliest.Equal(first.Earliest) || !u.Latest.Equal(last.Earliest) {
		t.Errorf("six months from a day between 17 and 22 December end %v, want between 17 and 22 June", u)
	}
	if st.Standing != partner.Suspended || !st.Sure() || st.Since.Certain() {
		t.Errorf("on 25 December: %q of %q since %v", st.Standing, st.Possible, st.Since)
	}
	s = member(t)
	s.keep("suspended", "", "partner-suspended attributes={period: P6M, lapses: true} at={from: 2021-12-17, to: 2021-12-22, zone: Asia/Shanghai}")
	for at, want := range map[string][]partner.Standing{
		"2021-12-16": {partner.Active}, "2021-12-19": {partner.Active, partner.Suspended}, "2022-06-16": {partner.Suspended},
		"2022-06-20": {partner.Active, partner.Suspended}, "2022-06-24": {partner.Active},
	} {
		if st := s.fold(at); !slices.Equal(st.Possible, want) || st.Standing != want[len(want)-1] {
			t.Errorf("on %s: %q of %q, want %q", at, st.Standing, st.Possible, want)
		}
	}
	if x := s.fold("2022-06-20").Suspension; x == nil || x.EndedBy == "" {
		t.Errorf("a suspension that can still last: %+v", x)
	}
}

func step(t *testing.T, all []partner.Step, act, variant string) partner.Step {
	t.Helper()
	i := slices.IndexFunc(all, func(s partner.Step) bool { return string(s.Act) == act && s.Variant == variant })
	if i < 0 {
		t.Fatalf("no step %s %s", act, variant)
	}
	return all[i]
}
