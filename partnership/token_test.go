package partnership

import (
	"testing"
	"time"

	"tocsin/access"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// token is somebody by an API token, which is never fresh.
func (w *world) token(person string, scopes ...string) access.Reader {
	w.Helper()
	who := w.who(person)
	who.Fresh, who.Scopes, who.Session = false, scopes, "t-"+person
	return who
}

// What a token asks for in the authority's name is proposed: it changes nothing
// until somebody who is there decides it, the owner of the token too where the
// terms want no second person.
func TestATokenProposes(t *testing.T) {
	w := newWorld(t)
	ctx := w.Context()
	id := w.joined("acme")
	program := w.token("karin", "see", "add")
	asked, err := w.Do(ctx, program, id, w.act("partner-warned reason=late rule=TMP-MEMBER-REPORT attributes={number: 1/2026, signatory: K, appeal-body: Panel, appeal-until: 2026-12-31}"), -1, "k1")
	w.must(err)
	if m, err := w.Member(ctx, w.who("karin"), id); asked.State != Waiting || asked.Via != ByToken || err != nil || m.State.Standing != partner.Active {
		t.Fatalf("%s via %q, and the member is %s", asked.State, asked.Via, m.State.Standing)
	}
	list, err := w.Asked(ctx, program)
	w.must(err)
	if len(list) != 1 || list[0].ID != asked.ID {
		t.Errorf("%d acts wait", len(list))
	}
	_, err = w.Decide(ctx, w.token("karin", "see", "add", "approve"), asked.ID, true, "")
	w.wants(err, fault.Forbidden, "prove once more")
	stale := w.who("karin")
	stale.Fresh = false
	_, err = w.Decide(ctx, stale, asked.ID, true, "")
	w.wants(err, fault.Forbidden, "prove once more")
	w.clock.Pass(time.Minute)
	done, err := w.Decide(ctx, w.who("karin"), asked.ID, true, "")
	w.must(err)
	if m, err := w.Member(ctx, w.who("karin"), id); done.State != Done || err != nil || m.State.Standing != partner.Warned {
		t.Errorf("confirmed, and %s: the member is %s", done.State, m.State.Standing)
	}
}

// Where the terms want two persons, the owner of the token is one of them and not
// both; and what a person asked for is never their own to approve.
func TestATokenIsNoSecondPerson(t *testing.T) {
	w := newWorld(t)
	ctx := w.Context()
	id := w.heard("acme")
	spec := "until={value: 2027-05-22, zone: Europe/Berlin} due={value: 2027-05-14, zone: Europe/Berlin}"
	asked, err := w.Do(ctx, w.token("karin", "add"), id, w.suspension(spec), -1, "k1")
	w.must(err)
	_, err = w.Decide(ctx, w.who("karin"), asked.ID, true, "")
	w.wants(err, fault.Forbidden, "another person")
	w.clock.Pass(time.Minute)
	if done, err := w.Decide(ctx, w.who("otto"), asked.ID, true, ""); err != nil || done.State != Done {
		t.Errorf("the second person decides: %s %v", done.State, err)
	}
}

// What judges nobody and takes nothing away is done by token at once, and so is
// what a member answers; a token that may not add proposes nothing either.
func TestWhatATokenDoesAtOnce(t *testing.T) {
	w := newWorld(t)
	ctx := w.Context()
	id := w.joined("acme")
	for _, spec := range []string{"called-on due=2026-11-25T12:00:00Z text=help", "partner-reminded reason=x"} {
		w.clock.Pass(time.Minute)
		if a, err := w.Do(ctx, w.token("karin", "add"), id, w.act(spec), -1, ""); err != nil || a.State != Done {
			t.Errorf("%s: %s %v", spec, a.State, err)
		}
	}
	w.clock.Pass(time.Minute)
	if a, err := w.Do(ctx, w.token("ada", "add"), id, w.act("mark-contested reason=no re="+w.last(id, "partner-reminded").ID), -1, ""); err != nil || a.State != Done {
		t.Errorf("a member's answer: %s %v", a.State, err)
	}
	_, err := w.Do(ctx, w.token("karin", "see"), id, w.act("partner-warned reason=x"), -1, "")
	w.wants(err, fault.Forbidden, "scope add")
}

// A program opens a letter as its person: that is the proof of service, which names
// the token too. A token that may only see reads it on no road.
func TestATokenOpensALetter(t *testing.T) {
	w := newWorld(t)
	ctx := w.Context()
	id := w.joined("acme")
	w.does("karin", id, `partner-reminded reason="please tell us" rule=TMP-MEMBER-REPORT attributes={number: R-7, signatory: K. Bauer, `+letterParts+`}`)
	letters, err := w.Inbox(ctx, w.token("ada", "see"))
	w.must(err)
	letter := letters[0].ID
	if _, _, _, err := w.Read(ctx, w.token("ada", "add"), letter, "en"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a token that may not see reads a letter: %v", err)
	}
	l, e, words, err := w.Read(ctx, w.token("ada", "see"), letter, "de")
	w.must(err)
	if l.Served != nil || e.Kind != "partner-reminded" || words.Text == "" {
		t.Errorf("read without being received: %+v %q", l.Served, words.Text)
	}
	l, _, words, err = w.Read(ctx, w.token("ada", "see", "add"), letter, "fr")
	w.must(err)
	if l.Served == nil || l.Served.Person != "ada" || l.Served.Token != "t-ada" || w.last(id, "acknowledged").ID != l.Served.Event {
		t.Errorf("the proof of service: %+v", l.Served)
	}
	if words.Number != "R-7" || words.Lang != "fr" || !holds(words.Text, "please tell us") {
		t.Errorf("%+v", words)
	}
	theirs, none := errOf4(w.Read(ctx, w.token("cleo", "see", "add"), letter, "en")), errOf4(w.Read(ctx, w.token("cleo", "see", "add"), "nothing", "en"))
	if fault.KindOf(theirs) != fault.NotFound || none == nil || theirs.Error() != none.Error() {
		t.Errorf("another's letter: %v, and none: %v", theirs, none)
	}
}

func errOf4[A, B, C any](_ A, _ B, _ C, err error) error { return err }
