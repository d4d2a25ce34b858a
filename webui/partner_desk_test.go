package webui

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"tocsin/casefile"
	"tocsin/partner"
)

// What the desk says of a partnership leads to the partnership, where the steps
// are; the notice that is owed once a year is recorded as in every case.
func TestTheDeskLeadsToThePartnership(t *testing.T) {
	c := newCircle()
	h := c.site(t)
	page := body(t, h, "ada", "en", "/desk")
	base := "/partners/" + c.acme
	if !strings.Contains(page, `href="`+base+`"`) || !strings.Contains(page, "Open the partnership") || strings.Contains(page, "PARTNERSHIP-") {
		t.Error("the desk does not lead to the partnership")
	}
	if !strings.Contains(page, "/events/new?") || !strings.Contains(page, "rule=TMP-MEMBER-YEARLY") {
		t.Error("the yearly notice has no form")
	}
	m := must(c.Member(t.Context(), c.reader("ada"), c.acme))
	if strings.Contains(page, `href="/cases/`+m.Handle+`"`) {
		t.Error("the desk leads to the bare file")
	}
	if list := body(t, h, "ada", "en", "/cases"); !strings.Contains(list, `href="`+base+`"`) || strings.Contains(list, `href="/cases/`+m.Handle+`"`) {
		t.Error("the list of cases leads to the bare file")
	}
	if strings.Contains(body(t, h, "karin", "en", "/desk"), "PARTNERSHIP-") {
		t.Error("the authority reads ids")
	}
}

// A form goes to the step whose form it is.
func TestAFormNamesItsAct(t *testing.T) {
	c := newCircle()
	page := body(t, c.site(t), "karin", "en", "/partners/"+c.acme+"/do?act=called-on")
	action := regexp.MustCompile(`<form method="post" action="(/partners/[^"]+)"`).FindStringSubmatch(page)
	if action == nil || !strings.HasSuffix(html.UnescapeString(action[1]), "/do?act=called-on&variant=") {
		t.Errorf("the form goes to %q", action)
	}
}

// The page of a partnership that began elsewhere says so.
func TestACarriedPartnershipSaysSo(t *testing.T) {
	c := newCircle()
	events := c.act("partner-joined until={value: 2028-01-01, zone: Europe/Berlin} attributes={signed-by: both, hash: 9f86}")
	events.At.Value = "2026-01-05T09:00:00Z"
	m, err := c.CarryOver(t.Context(), c.reader("karin"), "circle", "new-one", partner.Agreement{}, []casefile.Event{events}, "k")
	if err != nil {
		t.Fatal(err)
	}
	h := c.site(t)
	if page := body(t, h, "karin", "en", "/partners/"+m.ID); !strings.Contains(page, "Carried over on") || !strings.Contains(page, "the dates are the authority’s") {
		t.Error("nothing says that it was carried over")
	}
	if page := body(t, h, "karin", "en", "/partners/"+c.acme); strings.Contains(page, "Carried over on") {
		t.Error("a partnership of this platform is said to be carried over")
	}
}
