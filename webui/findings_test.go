package webui

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/coordination"
	"tocsin/partner"
)

// Whoever sees all of a case reads at each event who entered it; whoever acts for
// a party reads it at that party's own events, and nowhere else.
func TestAnEventSaysWhoEnteredIt(t *testing.T) {
	o := newOffice()
	h := o.site(t)
	held := "/cases/" + o.held
	seeOther(t, h, "tomas", held+"/events", url.Values{"kind": {"commented"}, "by": {"ferrule"}, "text": {"A fix is being built."}, "do": {"keep"}, "key": {"k1"}}, held+"/plan")
	for lang, said := range map[string]string{"en": "entered by ", "de": "eingetragen von ", "fr": "saisi par ", "zh": "录入人："} {
		record := body(t, h, "marit", lang, held+"/record")
		for _, who := range []string{"Tomás Reyes", "Marit Solheim"} {
			if !strings.Contains(record, said+who) {
				t.Errorf("%s: the record does not say that %s entered something", lang, who)
			}
		}
		if side := body(t, h, "tomas", lang, held+"/record"); !strings.Contains(side, said+"Tomás Reyes") {
			t.Errorf("%s: the party's own events do not say who entered them", lang)
		}
	}
	if own := body(t, h, "priya", "en", held+"/record"); strings.Contains(own, "entered by") {
		t.Error("somebody else's events say who entered them")
	}
}

// An export is offered when somebody has approved it and not before; until then
// the page says what it waits for.
func TestAnExportIsOfferedWhenItIsApproved(t *testing.T) {
	o := newOffice()
	h := o.site(t)
	line := "/cases/" + o.line
	fetch := line + "/export?format=yaml"
	page := body(t, h, "lin", "en", line+"/export")
	if strings.Contains(page, fetch) || !strings.Contains(page, "Ask for approval") {
		t.Error("before anybody asks, the page offers to fetch, or not to ask")
	}
	seeOther(t, h, "lin", line+"/export", url.Values{}, "/approvals")
	page = body(t, h, "lin", "en", line+"/export")
	if strings.Contains(page, fetch) || !strings.Contains(page, "another person has not answered yet") {
		t.Error("while it waits, the page offers to fetch, or does not say that it waits")
	}
	people, orgs := theCast()
	colleague := people["lin"]
	colleague.ID, colleague.Name = "mei", "Mei Chen"
	people["mei"] = colleague
	list, _, err := o.desk.Approvals(t.Context(), names{people, orgs}.reader("lin"), coordination.Page{})
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	if _, err := o.desk.Decide(t.Context(), names{people, orgs}.reader("mei"), list[0].ID, true, "He moves house."); err != nil {
		t.Fatal(err)
	}
	if page = body(t, h, "lin", "en", line+"/export"); !strings.Contains(page, fetch) || strings.Contains(page, "Ask for approval") {
		t.Error("approved, it is not offered")
	}
}

// What is to be erased is ticked, field by field, with what stands in each; the
// way there begins at the entry, for whoever may.
func TestFieldsToEraseAreTicked(t *testing.T) {
	o := newOffice()
	h := o.site(t)
	line := "/cases/" + o.line
	if page := body(t, h, "lin", "en", line+"/events/mail"); !strings.Contains(page, `href="`+line+`/erase?event=mail"`) {
		t.Error("the page of an entry does not lead to its erasure")
	}
	if page := body(t, h, "tomas", "en", "/cases/"+o.held+"/record"); strings.Contains(page, "/erase") {
		t.Error("whoever may not erase is led there")
	}
	page := body(t, h, "lin", "en", line+"/erase?event=mail")
	for _, want := range []string{`name="fields" value="text"`, `name="fields" value="label"`, "A **packaging line** stopped twice."} {
		if !strings.Contains(page, want) {
			t.Errorf("%s is not there", want)
		}
	}
	if strings.Contains(page, `value="kind"`) || strings.Contains(page, `value="at"`) {
		t.Error("what rules count can be ticked")
	}
	for entry, field := range map[string]string{"case": "title", "products.controller": "name", "parties.yuhe": "note", "sources.desk": "original"} {
		if page := body(t, h, "lin", "en", line+"/erase?event="+entry); !strings.Contains(page, `name="fields" value="`+field+`"`) {
			t.Errorf("%s: %s cannot be ticked", entry, field)
		}
	}
	if w := ask(t, h, "lin", "en", line+"/erase?event=nothing", nil); w.Code != http.StatusNotFound {
		t.Errorf("an entry that is not there: %d", w.Code)
	}
	w := ask(t, h, "lin", "en", line+"/erase", url.Values{"event": {"mail"}, "fields": {"label", "text"}, "ground": {""}})
	if w.Code != http.StatusUnprocessableEntity || strings.Count(w.Body.String(), `" checked>`) != 2 {
		t.Errorf("%d: the ticks are lost", w.Code)
	}
	seeOther(t, h, "lin", line+"/erase", url.Values{"event": {"mail"}, "fields": {"label", "text"}, "ground": {"Art. 17 GDPR"}}, "/approvals")
}

// The list of cases begins with what is past due, and says since when; the list of
// people goes by their names.
func TestListsBeginWithWhatMatters(t *testing.T) {
	v := &visit{Site: &Site{}, Now: at}
	when := func(hours int) *time.Time { x := at.Add(time.Duration(hours) * time.Hour); return &x }
	var got []string
	list, err := v.listedCases([]coordination.Listed{
		{Case: "none"}, {Case: "later", Next: when(72)}, {Case: "sources", Record: "sources", Next: when(-900)}, {Case: "past", Next: when(-2)},
		{Case: "soon", Next: when(1)}, {Case: "long past", Next: when(-200)}, {Case: "also none"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		got = append(got, c.Case)
		if want := strings.HasSuffix(c.Case, "past"); c.Past != want {
			t.Errorf("%s is past due: %t", c.Case, c.Past)
		}
	}
	if want := []string{"long past", "past", "soon", "later", "also none", "none", "sources"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	f := newFake()
	page := ask(t, f.site(t), "ada", "en", "/admin/people", nil).Body.String()
	page = page[strings.Index(page, "<tbody"):]
	if a, b, c := strings.Index(page, "Ada Admin"), strings.Index(page, "Ben Brandt"), strings.Index(page, "Eve New"); a < 0 || a > b || b > c {
		t.Errorf("people stand at %d %d %d", a, b, c)
	}
}

// Where nobody can be named as deputy the page says why, and has no form that
// cannot be sent.
func TestWhoHasNoColleagueReadsWhyNobodyCanBeNamed(t *testing.T) {
	f := newFake()
	f.people = map[string]partner.Person{"ben": f.people["ben"], "eve": f.people["eve"]}
	page := ask(t, f.site(t), "ben", "en", "/settings/deputies", nil).Body.String()
	if !strings.Contains(page, "Nobody else is in an organisation of yours") || strings.Contains(page, `action="/settings/deputies" class="stack"`) {
		t.Error("alone in an organisation: it is not said why nobody can be named")
	}
	f.limited, f.frozen = nil, nil
	page = ask(t, f.site(t), "eve", "en", "/settings/deputies", nil).Body.String()
	if !strings.Contains(page, "You are in no organisation") {
		t.Error("in no organisation: it is not said why nobody can be named")
	}
}

// Lists and lines are punctuated as the reader's language does it.
func TestChineseListsHaveChineseCommas(t *testing.T) {
	f := newFake()
	page := ask(t, f.site(t), "ada", "zh", "/settings/sessions", nil).Body.String()
	page = page[strings.Index(page, "<main"):]
	if !strings.Contains(page, "，<span class=\"moment\">") || strings.Contains(page, ", <span class=\"moment\">") {
		t.Error("the comma before a time is not the Chinese one")
	}
	v := &visit{Lang: "zh"}
	if got := v.enumerated([]string{"甲", "乙"}); got != "甲、乙" {
		t.Errorf("%q", got)
	}
	v.Lang = "fr"
	if got := v.enumerated([]string{"A", "B"}); got != "A, B" {
		t.Errorf("%q", got)
	}
}
