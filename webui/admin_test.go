package webui

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/partner"
)

func TestAPersonIsMadeAndInvited(t *testing.T) {
	f := newFake()
	h := f.site(t)
	form := url.Values{
		"name": {"Cai Chen"}, "login": {"cai@example.org"}, "place": {"CN"}, "zone": {"Asia/Shanghai"}, "version": {"0"},
		"org": {"acme-cn", ""}, "org-role-0": {"responder", "counsel", "king"}, "org-role-1": {"observer"},
	}
	seeOther(t, h, "ada", "/admin/people", form, "/admin/people/new")
	p := f.people["new"]
	if p.Name != "Cai Chen" || p.Place != "CN" || len(p.Member) != 1 || p.Member[0].Org != "acme-cn" || !slices.Equal(p.Member[0].Roles, []partner.Role{partner.Responder, partner.Counsel}) {
		t.Errorf("%+v", p)
	}
	f.err["PutPerson"] = fault.New(fault.Conflict, "the login is taken")
	if w := ask(t, h, "ada", "en", "/admin/people", form); w.Code != 409 || !strings.Contains(w.Body.String(), "Somebody has this login already") || !strings.Contains(w.Body.String(), "Cai Chen") {
		t.Errorf("a login that is taken: %d", w.Code)
	}
	w := ask(t, h, "ada", "en", "/admin/people/eve/link", url.Values{"purpose": {"invite"}})
	if w.Code != 200 || !strings.Contains(w.Body.String(), "https://"+host+"/in/s3cret") || !f.did("NewLink eve invite ada") {
		t.Errorf("%d", w.Code)
	}
	for path, form := range map[string]url.Values{
		"/admin/people/ada/link":    {"purpose": {"recovery"}}, // nobody for themself
		"/admin/people/eve/link":    {"purpose": {"demo"}},
		"/admin/people/nobody/link": {"purpose": {"invite"}},
	} {
		if w := ask(t, h, "ada", "en", path, form); w.Code < 400 {
			t.Errorf("%s %v: %d", path, form, w.Code)
		}
	}
}

func TestWhoDoesNotAdministerChangesNothing(t *testing.T) {
	f := newFake()
	h := f.site(t)
	for _, path := range []string{"/admin/people", "/admin/people/eve", "/admin/people/eve/link", "/admin/people/eve/access", "/admin/people/eve/sso", "/admin/organisations", "/admin/organisations/acme", "/admin/roles/r1"} {
		if w := ask(t, h, "ben", "en", path, url.Values{"purpose": {"invite"}, "decision": {"approve"}, "name": {"x"}, "login": {"y"}}); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	for _, call := range []string{"NewLink", "PutPerson", "PutOrg", "DecideRoles", "AllowSSO"} {
		if f.did(call) {
			t.Errorf("%s was called", call)
		}
	}
	// Whoever administers looks without, and changes only with a fresh proof.
	f.fresh["ada"] = false
	if w := ask(t, h, "ada", "en", "/admin/people", nil); w.Code != 200 {
		t.Errorf("looking: %d", w.Code)
	}
	if w := ask(t, h, "ada", "en", "/admin/people/eve/link", url.Values{"purpose": {"invite"}}); w.Code != 403 || f.did("NewLink") || !strings.Contains(w.Body.String(), "step-to") {
		t.Errorf("changing: %d", w.Code)
	}
}

func TestANewRoleWaits(t *testing.T) {
	f := newFake()
	h := f.site(t)
	form := url.Values{"name": {"Ben Brandt"}, "login": {"ben@example.org"}, "platform": {"coordinator", "king"}, "version": {"7"}}
	cookies := seeOther(t, h, "ada", "/admin/people/ben", form, "/admin/people/ben")
	if c := cookieOf(cookies, "__Host-tocsin-flash"); c == nil || c.Value != "waits" {
		t.Errorf("%v", cookies)
	}
	seeOther(t, h, "ada", "/admin/roles/r1", url.Values{"decision": {"approve"}}, "/admin/roles")
	seeOther(t, h, "ada", "/admin/roles/r1", url.Values{"decision": {"decline"}}, "/admin/roles")
	if !f.did("DecideRoles ada r1 grant") || !f.did("DecideRoles ada r1 decline") {
		t.Errorf("%v", f.calls)
	}
}

func TestShuttingOutAsksTwice(t *testing.T) {
	f := newFake()
	h := f.site(t)
	form := url.Values{"disabled": {"yes"}, "version": {"7"}}
	if w := ask(t, h, "ada", "en", "/admin/people/ben/access", form); w.Code != 422 || f.people["ben"].Disabled {
		t.Errorf("without a confirmation: %d", w.Code)
	}
	form.Set("sure", "on")
	seeOther(t, h, "ada", "/admin/people/ben/access", form, "/admin/people/ben")
	if !f.people["ben"].Disabled {
		t.Error("not shut out")
	}
	seeOther(t, h, "ada", "/admin/people/ben/access", url.Values{"disabled": {"no"}, "version": {"7"}}, "/admin/people/ben")
	if f.people["ben"].Disabled {
		t.Error("not let in")
	}
	seeOther(t, h, "ada", "/admin/people/ben/sso", url.Values{"email": {"ben@example.com"}}, "/admin/people/ben")
	if !f.did("AllowSSO ada ben ben@example.com") {
		t.Error("single sign-on is not allowed")
	}
}

func TestOrganisationsAreATree(t *testing.T) {
	org := func(id, above string) partner.Org { return partner.Org{ID: id, Name: id, PartOf: above} }
	var got []string
	for _, l := range orgTree([]partner.Org{org("a", ""), org("b", "a"), org("c", "b"), org("d", "gone"), org("e", "f"), org("f", "e"), org("g", "g")}) {
		got = append(got, strings.Repeat(">", l.Depth)+l.ID)
	}
	if s := strings.Join(got, " "); s != "a >b >>c d e >f g" {
		t.Error(s)
	}
	f := newFake()
	h := f.site(t)
	form := url.Values{"name": {"Acme Unit"}, "kind": {"unit"}, "standing": {"active"}, "part-of": {"acme-group"}, "country": {"DE"}, "is": {" a  b "}, "version": {"0"}}
	seeOther(t, h, "ada", "/admin/organisations", form, "/admin/organisations")
	if o := f.orgs["new-org"]; o.PartOf != "acme-group" || o.Kind != partner.Unit || len(o.Is) != 2 {
		t.Errorf("%+v", o)
	}
	f.err["PutOrg"] = fault.New(fault.Invalid, "a circle")
	if w := ask(t, h, "ada", "en", "/admin/organisations/acme", form); w.Code != 422 || !strings.Contains(w.Body.String(), "must not be below it") {
		t.Errorf("%d", w.Code)
	}
}

func TestApprovalsAreDecidedByAnother(t *testing.T) {
	f := newFake()
	f.desk.approvals = []coordination.Approval{{ID: "a1", Act: access.Export, By: "ben", State: "asked", Expires: at}, {ID: "a2", Act: access.Erase, By: "ada", State: "asked", Expires: at}}
	h := f.site(t)
	page := ask(t, h, "ada", "en", "/approvals", nil).Body.String()
	if !strings.Contains(page, `action="/approvals/a1"`) || strings.Contains(page, `action="/approvals/a2"`) {
		t.Error("one's own can be decided, or another's cannot")
	}
	seeOther(t, h, "ada", "/approvals/a1", url.Values{"decision": {"approve"}}, "/approvals")
	seeOther(t, h, "ada", "/approvals/a1", url.Values{"decision": {"decline"}, "reason": {" too much "}}, "/approvals")
	if strings.Join(f.desk.decided, ";") != "ada|a1|yes|;ada|a1|no|too much" {
		t.Errorf("%v", f.desk.decided)
	}
	f.desk.err = denied{access.Decision{Kind: fault.Forbidden, Code: access.CodeAbroad, Citation: "RMSV 9(7)"}}
	w := ask(t, h, "ada", "de", "/approvals/a1", url.Values{"decision": {"approve"}})
	if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "RMSV 9(7)") || !strings.Contains(w.Body.String(), "ins Ausland") {
		t.Errorf("the clause is not shown: %d", w.Code)
	}
	f.desk.err = denied{access.Decision{Kind: fault.Forbidden, Code: access.CodeStepUp, Needs: []string{access.StepUp}}}
	if w := ask(t, h, "ada", "en", "/approvals/a1", url.Values{"decision": {"approve"}}); !strings.Contains(w.Body.String(), `name="step-to" value="/approvals/a1"`) {
		t.Error("a refusal for want of a step-up does not lead there")
	}
}

func TestErrorsSayWhatToDoAndNothingFromInside(t *testing.T) {
	for kind, want := range map[fault.Kind]int{
		fault.NotFound: 404, fault.Invalid: 422, fault.Conflict: 409, fault.Forbidden: 403,
		fault.Suspended: 403, fault.TooEarly: 409, fault.Unavailable: 503, fault.Internal: 500,
	} {
		for _, lang := range Languages {
			f := newFake()
			f.err["Sessions"] = fault.New(kind, "the message")
			w := ask(t, f.site(t), "ada", lang, "/settings/sessions", nil)
			if w.Code != want {
				t.Errorf("%s: %d", kind, w.Code)
			}
			for _, complaint := range look(w.Body.String(), lang) {
				t.Errorf("%s: %s", kind, complaint)
			}
			shown := strings.Contains(w.Body.String(), "the message")
			if hidden := kind == fault.Internal || kind == fault.NotFound || kind == fault.Forbidden || kind == fault.TooEarly; shown == hidden {
				t.Errorf("%s: the message is shown: %v", kind, shown)
			}
		}
	}
	// Without a session that can be read there is an error, not a sign-in.
	f := newFake()
	f.err["Reader"] = fault.New(fault.Unavailable, "the store is away")
	if w := ask(t, f.site(t), "ada", "en", "/settings", nil); w.Code != 503 {
		t.Errorf("%d", w.Code)
	}
	// What the edge refuses is a page too.
	r, err := http.NewRequest(http.MethodGet, "https://elsewhere.example/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if w := serve(newFake().site(t), r); w.Code < 400 || !strings.Contains(w.Body.String(), "<html lang=") {
		t.Errorf("another host: %d\n%s", w.Code, w.Body)
	}
}
