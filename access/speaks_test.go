package access

import (
	"testing"

	"tocsin/internal/fault"
	"tocsin/partner"
)

// Whoever speaks for an organisation is a responder of it in their own right.
func TestWhoSpeaksForAnOrganisation(t *testing.T) {
	as := func(a Acting) Reader { return Reader{Person: "ada", Acting: []Acting{a}} }
	responder := []partner.Role{partner.Responder}
	if !SpeaksFor(as(Acting{Org: "acme", Roles: responder}), "acme") {
		t.Error("the control: a responder does not speak for their organisation")
	}
	for name, r := range map[string]Reader{
		"a deputy":            as(Acting{Org: "acme", Roles: responder, For: "ben"}),
		"an observer":         as(Acting{Org: "acme", Roles: []partner.Role{partner.Observer}}),
		"one of another":      as(Acting{Org: "borel", Roles: responder}),
		"one of a unit of it": as(Acting{Org: "acme-psirt", Group: []string{"acme"}, Roles: responder}),
		"nobody":              {Acting: []Acting{{Org: "acme", Roles: responder}}},
	} {
		if SpeaksFor(r, "acme") {
			t.Errorf("%s speaks for it", name)
		}
	}
	if SpeaksFor(as(Acting{Roles: responder}), "") {
		t.Error("somebody speaks for no organisation")
	}
}

// A token does what it names, and a stranger nothing.
func TestWhatATokenNames(t *testing.T) {
	ada := Reader{Person: "ada"}
	if err := Scoped(ada, Add); err != nil {
		t.Errorf("a session needs no scope: %v", err)
	}
	ada.Scopes = []string{string(Add)}
	if err := Scoped(ada, Add); err != nil {
		t.Error(err)
	}
	if err := Scoped(ada, See); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a scope that the token does not name: %v", err)
	}
	if err := Scoped(Reader{}, See); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a stranger: %v", err)
	}
	if Fresh(ada) == nil || Fresh(Reader{Person: "ada", Fresh: true}) != nil {
		t.Error("a step-up is asked of whoever has not made one")
	}
}
