package partnership

import (
	"strings"
	"testing"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/internal/testkit/house"
	"tocsin/partner"
)

// One authority runs two platforms, each on its own terms: what two persons decide
// on the one, one decides on the other, and whoever is suspended on the one reads
// on the other what it read before.
func TestTwoPlatformsOfOneAuthority(t *testing.T) {
	w := newWorld(t)
	ring := house.Circle()
	ring.ID, ring.Name = "ring", "Sundmark Ring"
	w.must(w.PutPlatform(t.Context(), house.Admin, ring, 0))
	here := w.heard("acme")
	there, err := w.Invite(t.Context(), w.who("karin"), InviteAsked{Platform: "ring", Org: "acme", Words: "Welcome."}, "")
	w.must(err)
	w.does("karin", there.ID, "partner-joined until={value: 2029-11-21, zone: Europe/Berlin} attributes={signed-by: H. Nord and K. Bauer, hash: 9f86, level: full}")
	if here == there.ID {
		t.Fatal("one membership for two platforms")
	}
	seen := func(handle string) access.Viewpoint {
		t.Helper()
		s, err := w.desk.See(t.Context(), w.who("ada"), handle)
		w.must(err)
		return s.View
	}
	handles := map[string]string{}
	for _, platform := range []string{"circle", "ring"} {
		res, err := w.desk.ImportAs(t.Context(), w.who("karin"), "office", "case.yaml", []byte(strings.Replace(shared, "TOC-SHARED", "TOC-"+platform, 1)), "")
		w.must(err)
		_, err = w.desk.GiveSeat(t.Context(), w.who("karin"), res.Handle, coordination.SeatAsked{Org: "acme", Role: access.PartySeat, Party: "acme", Platform: platform})
		w.must(err)
		handles[platform] = res.Handle
	}

	// On the circle two persons suspend; the same act on the ring, where acme was
	// not heard, is refused on the ring's own file.
	_, err = w.Do(t.Context(), w.who("karin"), there.ID, w.suspension(until), -1, "")
	w.wants(err, fault.Conflict, "was not heard")
	asked, err := w.Do(t.Context(), w.who("karin"), here, w.suspension(until), -1, "")
	w.must(err)
	if asked.State != Waiting {
		t.Fatalf("on the circle one person suspends: %s", asked.State)
	}
	_, err = w.Decide(t.Context(), w.who("otto"), asked.ID, true, "agreed")
	w.must(err)
	for id, want := range map[string]partner.Standing{here: partner.Suspended, there.ID: partner.Active} {
		if m, err := w.Member(t.Context(), w.who("ada"), id); err != nil || m.State.Standing != want {
			t.Errorf("on %s it is %q (%v), want %q", m.Platform, m.State.Standing, err, want)
		}
	}
	if v := seen(handles["circle"]); !v.Own {
		t.Errorf("suspended on the circle, it reads there what others say: %+v", v)
	}
	if v := seen(handles["ring"]); v.Own {
		t.Errorf("suspended on the circle, it reads less on the ring: %+v", v)
	}

	// On the ring one person suspends.
	w.does("karin", there.ID, "hearing-opened due=2026-12-04T23:59:59+01:00 reason=answer")
	w.does("ada", there.ID, "hearing-answered text=sorry re="+w.last(there.ID, "hearing-opened").ID)
	w.does("karin", there.ID, "partner-heard result=answered re="+w.last(there.ID, "hearing-opened").ID)
	asked, err = w.Do(t.Context(), w.who("karin"), there.ID, w.suspension(until), -1, "")
	w.must(err)
	if asked.State != Done {
		t.Errorf("on the ring the act is %s", asked.State)
	}
	if v := seen(handles["ring"]); !v.Own {
		t.Errorf("suspended on the ring too, it reads what others say: %+v", v)
	}
}
