package identity

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tocsin/partner"
)

// TestMembersOfFindsAll: everybody who belongs to an organisation is listed,
// however many people the platform has and wherever they stand among them.
func TestMembersOfFindsAll(t *testing.T) {
	w := newWorld(t)
	responder := []partner.Role{partner.Responder}
	var want []string
	for i := range 700 {
		p := partner.Person{Name: fmt.Sprintf("Person %03d", 699-i), Login: fmt.Sprintf("p%d@example.org", i),
			Member: []partner.Membership{{Org: "o-other", Roles: responder}}}
		if i%100 == 0 {
			p.Member = append(p.Member, partner.Membership{Org: "o-lab", Roles: responder})
			want = append(want, p.Name)
		}
		if _, _, err := w.PutPerson(t.Context(), w.admin, p, 0); err != nil {
			t.Fatal(err)
		}
	}
	w.putPerson(func(p *partner.Person) { p.Disabled = true }, chen) // shut out, and still theirs
	want = append(want, "Chen Li")
	slices.SortFunc(want, strings.Compare)
	names := func(org string) (out []string) {
		all, err := w.MembersOf(t.Context(), org)
		w.must(err)
		for _, p := range all {
			out = append(out, p.Name)
		}
		return out
	}
	if got := names("o-lab"); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := names("o-other"); len(got) != 701 {
		t.Errorf("%d members of the other", len(got))
	}
	// Not of those above or below, nor of what cannot be.
	for _, org := range []string{"o-acme", "o-holding", "o-nobody", "", "member:o-lab", "X"} {
		if got := names(org); len(got) != 0 {
			t.Errorf("%q: %v", org, got)
		}
	}
}
