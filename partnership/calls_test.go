package partnership

import (
	"testing"
	"time"

	"tocsin/access"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/record"
)

// At night something grave is known, and whoever it concerns is called on at once;
// what they answer stands together.
func TestACallOnSeveral(t *testing.T) {
	w := newWorld(t)
	acme, borel := w.joined("acme"), w.joined("borel")
	m, err := w.Member(t.Context(), w.who("ada"), acme)
	w.must(err)
	w.must(w.SetProfile(t.Context(), w.who("ada"), acme, Profile{Keywords: []string{"log parser"}, Contacts: []partner.Contact{{Name: "PSIRT", Mail: "psirt@acme.example"}}}, m.Edition()))

	list, err := w.Concerned(t.Context(), w.who("karin"), "circle", partner.Facts{Products: []string{"Example Log Parser 2"}})
	w.must(err)
	if len(list) != 2 || list[0].ID != acme || len(list[0].Why) != 1 || len(list[1].Why) != 0 {
		t.Fatalf("whom it concerns: %+v", list)
	}
	_, err = w.Concerned(t.Context(), w.who("ada"), "circle", partner.Facts{})
	w.wants(err, fault.NotFound, "no such platform")

	ask := CallAsked{Platform: "circle", Members: []string{acme, borel, acme}, Asks: []string{"assess", "help"}, Text: "Who uses the parser?"}
	_, _, err = w.CallOn(t.Context(), w.who("cleo"), ask, "k")
	w.wants(err, fault.NotFound, "no such platform")
	round, done, err := w.CallOn(t.Context(), w.who("karin"), ask, "k")
	w.must(err)
	if len(done) != 2 || done[0].Err != nil || done[1].Err != nil {
		t.Fatalf("called on: %+v", done)
	}
	again, twice, err := w.CallOn(t.Context(), w.who("karin"), ask, "k")
	w.must(err)
	if again != round || twice[0].Event != done[0].Event {
		t.Errorf("the same key calls twice: %s and %s", again, round)
	}
	to := w.last(acme, "called-on").Attributes["to-address"]
	if to.String() != "PSIRT\npsirt@acme.example" {
		t.Errorf("the letter goes to %q", to.String())
	}

	w.clock.Pass(time.Hour)
	ada, file := w.who("ada"), m.Handle
	answer := w.act("assessed result=affected re=" + w.last(acme, "called-on").ID)
	answer.By, answer.To, answer.At.Value = memberParty, []string{authorityParty}, w.clock.Now().Format(time.RFC3339)
	_, err = w.desk.AddEvent(t.Context(), ada, file, answer, record.AnyVersion, "")
	w.must(err)
	rounds, err := w.Rounds(t.Context(), w.who("karin"), "circle")
	w.must(err)
	if len(rounds) != 1 || rounds[0].ID != round || rounds[0].Text != ask.Text || len(rounds[0].Rows) != 2 || rounds[0].Answered() != 1 {
		t.Errorf("the support record: %+v", rounds)
	}
	_, err = w.Rounds(t.Context(), w.who("ada"), "circle")
	w.wants(err, fault.NotFound, "no such platform")
}

// One that cannot be called on hinders no other.
func TestACallThatReachesSome(t *testing.T) {
	w := newWorld(t)
	acme := w.joined("acme")
	invited, err := w.Invite(t.Context(), w.who("karin"), InviteAsked{Platform: "circle", Org: "borel", Words: "Welcome."}, "")
	w.must(err)
	_, done, err := w.CallOn(t.Context(), w.who("karin"), CallAsked{Platform: "circle", Members: []string{invited.ID, "nobody", acme}, Text: "Who uses it?"}, "")
	w.must(err)
	got := map[string]fault.Kind{}
	for _, c := range done {
		if c.Err != nil {
			got[c.Member] = fault.KindOf(c.Err)
		}
	}
	if len(done) != 3 || len(got) != 2 || got[invited.ID] != fault.Conflict || got["nobody"] != fault.NotFound {
		t.Errorf("%+v", done)
	}
	_, _, err = w.CallOn(t.Context(), w.who("karin"), CallAsked{Platform: "circle", Text: "x"}, "")
	w.wants(err, fault.Invalid, "choose whom")
	_, done, err = w.CallOn(t.Context(), w.who("karin"), CallAsked{Platform: "circle", Members: []string{acme}}, "")
	if err != nil || len(done) != 1 || fault.KindOf(done[0].Err) != fault.Invalid {
		t.Errorf("a call that says nothing: %+v, %v", done, err)
	}
	reads := w.who("karin")
	reads.Scopes = []string{string(access.See)}
	_, _, err = w.CallOn(t.Context(), reads, CallAsked{Platform: "circle", Members: []string{acme}, Text: "x"}, "")
	w.wants(err, fault.Forbidden, "scope")
}
