package partnership

import (
	"testing"

	"tocsin/access"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/record"
)

// The member signs what it was offered, and the authority puts in force what was
// signed.
func TestTheMemberSigns(t *testing.T) {
	w := newWorld(t)
	offered := partner.Agreement{Signed: partner.Signature{Hash: "9f86"}}
	m, err := w.Invite(t.Context(), w.who("karin"), InviteAsked{Platform: "circle", Org: "acme", Words: "Welcome.", Agreement: offered}, "")
	w.must(err)
	invited := w.last(m.ID, "partner-invited")
	for who, e := range map[string]string{
		"cleo":  "agreement-signed re=" + invited.ID + " attributes={signed-by: C, hash: 9f86}",
		"karin": "agreement-signed re=" + invited.ID + " attributes={signed-by: K, hash: 9f86}",
	} {
		if _, err := w.Do(t.Context(), w.who(who), m.ID, w.act(e), record.AnyVersion, ""); err == nil {
			t.Errorf("%s signs for another organisation", who)
		}
	}
	_, err = w.Do(t.Context(), w.who("ada"), m.ID, w.act("agreement-signed re="+invited.ID+" attributes={signed-by: A. Nord, hash: 0000}"), record.AnyVersion, "")
	w.wants(err, fault.Conflict, "both sides sign the same")
	w.does("ada", m.ID, "agreement-signed re="+invited.ID+" attributes={signed-by: A. Nord, hash: 9f86}")
	joined := "partner-joined re=" + w.last(m.ID, "agreement-signed").ID + " until={value: 2029-11-21, zone: Europe/Berlin} attributes={signed-by: A. Nord and K. Bauer, level: full, hash: "
	_, err = w.Do(t.Context(), w.who("karin"), m.ID, w.act(joined+"0000}"), record.AnyVersion, "")
	w.wants(err, fault.Conflict, "both sides sign the same")
	w.does("karin", m.ID, joined+"9f86}")
	if st, err := w.Member(t.Context(), w.who("ada"), m.ID); err != nil || st.State.Standing != partner.Active {
		t.Errorf("%v, %v", st.State.Standing, err)
	}
}

// How a member is reached changes without a new agreement, by either side, and
// also while it is suspended; of two who change it at once, one does.
func TestHowAMemberIsReached(t *testing.T) {
	w := newWorld(t)
	id := w.joined("acme")
	at := func(person string) Standing {
		t.Helper()
		m, err := w.Member(t.Context(), w.who(person), id)
		w.must(err)
		return m
	}
	night := Profile{Contacts: []partner.Contact{{Name: "Night rota", Phone: "+49 30 1234", OutOfHours: "+49 30 9999"}}, Keywords: []string{"gateway"}}
	seen := at("ada").Edition()
	w.must(w.SetProfile(t.Context(), w.who("ada"), id, night, seen))
	if got := at("karin").Profile(); len(got.Contacts) != 1 || got.Contacts[0].OutOfHours != "+49 30 9999" || got.Keywords[0] != "gateway" {
		t.Errorf("the authority reads %+v", got)
	}
	w.wants(w.SetProfile(t.Context(), w.who("karin"), id, night, seen), fault.Conflict, "somebody else changed")
	night.Contacts[0].Mail = "no address"
	w.wants(w.SetProfile(t.Context(), w.who("karin"), id, night, at("karin").Edition()), fault.Invalid, "is not a mail address")
	night.Contacts[0].Mail = "rota@acme.example"
	w.must(w.SetProfile(t.Context(), w.who("karin"), id, night, at("karin").Edition()))
	w.wants(w.SetProfile(t.Context(), w.who("cleo"), id, night, 0), fault.NotFound, "no such membership")
	w.wants(w.SetProfile(t.Context(), w.who("anton"), id, night, at("karin").Edition()), fault.Forbidden, "who act for")
	reads := w.who("ada")
	reads.Scopes = []string{string(access.See)}
	w.wants(w.SetProfile(t.Context(), reads, id, night, at("karin").Edition()), fault.Forbidden, "scope")
}
