package webui

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"tocsin/cabinet/cabinettest"
	"tocsin/identity"
	"tocsin/internal/edge"
	"tocsin/partner"
)

// realPeople is the pages over the real identity, asked by its administrator.
type realPeople struct {
	service *identity.Service
	h       http.Handler
	secret  string
}

func newRealPeople(t *testing.T) *realPeople {
	t.Helper()
	s, err := identity.New(identity.Options{
		Cabinet: cabinettest.New(), Notes: noNotes{}, Origins: []string{"https://" + host}, Name: "Tocsin", Now: time.Now, Rand: rand.Reader, Demo: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	org := func(id string) partner.Org {
		return partner.Org{ID: id, Name: "Of " + id, Kind: partner.Entity, Country: "DE", Standing: partner.Active}
	}
	err = s.Seed(t.Context(), []partner.Org{org("o-acme"), org("o-lab")}, []partner.Person{
		{ID: "p-ada", Name: "Ada Admin", Login: "ada@example.org", Platform: []partner.Role{partner.Administrator}},
		{ID: "p-dora", Name: "Dora Duval", Login: "dora@example.org", Place: "FR", Platform: []partner.Role{partner.Coordinator}, Member: []partner.Membership{
			{Org: "o-acme", Roles: []partner.Role{partner.Counsel, partner.Responder}},
			{Org: "o-lab", Roles: []partner.Role{partner.Counsel, partner.Observer}},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	link, _, err := s.NewLink(t.Context(), "p-ada", "demo", 0, "")
	if err != nil {
		t.Fatal(err)
	}
	step, err := s.UseLink(t.Context(), link, identity.Came{})
	if err != nil {
		t.Fatal(err)
	}
	site, err := New(Options{Identity: s, Secure: true, Now: time.Now, Log: discard})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	site.Mount(mux)
	h := edge.Wrap(mux, edge.Options{Hosts: []string{host}, Secure: true, Now: time.Now, Log: discard, Refuse: site.Refuse, PerAddress: edge.Rate{PerSecond: 1e6, Burst: 1e6}})
	return &realPeople{s, h, step.Secret}
}

// ask sends as the administrator.
func (r *realPeople) ask(t *testing.T, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	return ask(t, r.h, r.secret, "en", path, form)
}

// formOf reads the form of an address as the browser would send it untouched.
func formOf(t *testing.T, page, action string) url.Values {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for f := range root.Descendants() {
		if f.Data != "form" || attr(f, "action") != action {
			continue
		}
		sent := url.Values{}
		for n := range f.Descendants() {
			switch {
			case n.Data == "input" && (attr(n, "type") == "checkbox" || attr(n, "type") == "radio"):
				if has(n, "checked") {
					sent.Add(attr(n, "name"), attr(n, "value"))
				}
			case n.Data == "input":
				sent.Add(attr(n, "name"), attr(n, "value"))
			case n.Data == "textarea":
				sent.Add(attr(n, "name"), "")
			case n.Data == "select":
				sent.Add(attr(n, "name"), chosen(n))
			}
		}
		return sent
	}
	t.Fatalf("no form for %s", action)
	return nil
}

// chosen is the value of a select: of what is selected, else the first.
func chosen(n *html.Node) string {
	first, found := "", false
	for o := range n.Descendants() {
		switch {
		case o.Data != "option":
		case has(o, "selected"):
			return attr(o, "value")
		case !found:
			first, found = attr(o, "value"), true
		}
	}
	return first
}

// TestRolesAreKept, over the real identity: somebody with several roles in
// several organisations is opened, and saved as the browser sends the form.
func TestRolesAreKept(t *testing.T) {
	r := newRealPeople(t)
	before, version, err := r.service.Person(t.Context(), "p-dora")
	if err != nil {
		t.Fatal(err)
	}
	sent := formOf(t, r.ask(t, "/admin/people/p-dora", nil).Body.String(), "/admin/people/p-dora")
	sent.Set("name", "Dora D. Duval")
	if w := r.ask(t, "/admin/people/p-dora", sent); w.Code != http.StatusSeeOther {
		t.Fatalf("%d\n%s", w.Code, w.Body)
	}
	after, at, err := r.service.Person(t.Context(), "p-dora")
	if err != nil || at == version || after.Name != "Dora D. Duval" {
		t.Fatalf("%+v %v", after, err)
	}
	if was, is := fmt.Sprint(before.Member, before.Platform, before.Place), fmt.Sprint(after.Member, after.Platform, after.Place); was != is {
		t.Errorf("saving changed %s to %s", was, is)
	}
	// Several memberships at once, one of them in two lines, and one taken away.
	sent = formOf(t, r.ask(t, "/admin/people/p-dora", nil).Body.String(), "/admin/people/p-dora")
	sent["org"] = []string{"o-acme", "", "o-lab", "o-acme"}
	sent["org-role-0"], sent["org-role-1"] = []string{"observer"}, []string{"responder"}
	sent["org-role-2"], sent["org-role-3"] = []string{"responder", "counsel"}, []string{"counsel"}
	if w := r.ask(t, "/admin/people/p-dora", sent); w.Code != http.StatusSeeOther {
		t.Fatalf("%d\n%s", w.Code, w.Body)
	}
	after, _, err = r.service.Person(t.Context(), "p-dora")
	if err != nil || fmt.Sprint(after.Member) != "[{o-acme [counsel observer]} {o-lab [counsel responder]}]" {
		t.Errorf("%v %v", after.Member, err)
	}
	// A place without a role is asked about, and what was typed stays.
	sent["org-role-2"] = nil
	sent.Set("version", fmt.Sprint(at+1))
	if w := r.ask(t, "/admin/people/p-dora", sent); w.Code != 422 || !strings.Contains(w.Body.String(), "Tick at least one role there") {
		t.Errorf("%d", w.Code)
	}
	// Everybody of an organisation stands on its page.
	if page := r.ask(t, "/admin/organisations/o-lab", nil).Body.String(); !strings.Contains(page, "Dora D. Duval") {
		t.Error("a member is not listed")
	}
}
