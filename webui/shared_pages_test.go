package webui

import (
	"net/url"
	"strings"
	"testing"
)

// sharedPages are the pages of what goes round, as each side sees them.
func sharedPages() []pageCase {
	c := theCircle()
	set := func(f *fake) { c.in(f) }
	at := func(name, rest string) string { return "/shared/" + c.items[name] + rest }
	form := func(kind string) string { return "/shared/new?platform=circle&kind=" + kind }
	words := url.Values{"title-en": {"A worm on controllers"}, "text-en": {"It spreads by itself."}, "tlp": {"AMBER"}, "whom": {"all"}, "keywords": {"modbus"}}
	with := func(more url.Values) url.Values {
		out := url.Values{}
		for _, m := range []url.Values{words, more} {
			for k, v := range m {
				out[k] = v
			}
		}
		return out
	}
	list := []pageCase{
		{Path: "/shared", Who: "ada"}, {Path: "/shared", Who: "karin", Name: "shared-authority"}, {Path: "/shared", Who: "cleo", Name: "shared-suspended"}, {Path: "/shared", Who: "stranger", Name: "shared-stranger"}, {Path: "/shared", Who: "anne", Name: "shared-reads"},
		{Path: "/shared?kind=sighting&platform=circle", Who: "ada", Name: "shared-filtered"}, {Path: "/shared?kind=risk-notice&waiting=on&concerning=on", Who: "fay", Name: "shared-waiting"}, {Path: "/shared?waiting=on", Who: "karin", Name: "shared-none"}, {Path: "/shared?kind=nonsense", Who: "ada", Status: 422, Name: "shared-no-kind"},
		{Path: "/desk", Who: "ada", Name: "desk-shared"},
		{Path: at("notice", ""), Who: "ada", Name: "shared-notice"}, {Path: at("notice", "?words=zh"), Who: "cleo", Name: "shared-notice-suspended"}, {Path: at("overdue", ""), Who: "karin", Name: "shared-words"}, {Path: at("overdue", ""), Who: "fay", Name: "shared-acked"}, {Path: at("overdue", ""), Who: "anne", Name: "shared-overdue-reads"},
		{Path: at("signs", ""), Who: "ada", Name: "shared-signs"}, {Path: at("signs", "?version=1"), Who: "ada", Name: "shared-signs-old"}, {Path: at("seen", ""), Who: "ada", Name: "shared-seen-own"}, {Path: at("withdrawn", ""), Who: "karin", Name: "shared-withdrawn"},
		{Path: at("energy", ""), Who: "karin", Name: "shared-energy"}, {Path: at("energy", ""), Who: "ada", Name: "shared-energy-member"}, {Path: at("reported", ""), Who: "cleo", Name: "shared-reported"},
		{Path: at("amber", ""), Who: "cleo", Status: 404, Name: "shared-above"}, {Path: at("notice", "?version=9"), Who: "ada", Status: 404, Name: "shared-no-version"}, {Path: at("notice", "?version=x"), Who: "ada", Status: 404, Name: "shared-odd-version"},
		{Path: at("notice", "/withdraw"), Who: "karin", Form: url.Values{"reason": {" "}}, Status: 422, Name: "shared-withdraw-wrong"}, {Path: at("notice", "/acknowledge"), Who: "anne", Form: url.Values{}, Status: 403, Name: "shared-ack-not-yours"},
		{Path: "/shared/new", Who: "ada", Name: "shared-choose"}, {Path: "/shared/new", Who: "cleo", Name: "shared-choose-suspended"}, {Path: "/shared/new", Who: "stranger", Status: 404, Name: "shared-new-stranger"}, {Path: "/shared/new", Who: "anne", Status: 403, Name: "shared-new-reads"},
		{Path: form("risk-notice"), Who: "karin", Name: "shared-new-notice"}, {Path: form("report"), Who: "ada", Name: "shared-new-report"}, {Path: form("report"), Who: "cleo", Name: "shared-new-suspended"}, {Path: form("indicator"), Who: "karin", Name: "shared-new-signs"}, {Path: form("sighting"), Who: "ada", Name: "shared-new-seen"},
		{Path: form("report"), Who: "karin", Form: words, Name: "shared-preview"}, {Path: form("report"), Who: "ada", Form: words, Name: "shared-preview-member"}, {Path: form("report"), Who: "karin", Form: with(url.Values{"tlp": {"RED"}}), Status: 422, Name: "shared-red"},
		{Path: form("indicator"), Who: "karin", Form: with(url.Values{"signs": {"evil[.]example\nhxxps://evil.example/a\n192.0.2.1\n" + evil}}), Name: "shared-preview-signs"},
		{Path: form("sighting"), Who: "ada", Form: with(url.Values{"seen-value": {"evil.example", ""}, "seen-type": {"", ""}, "seen-count": {"0", ""}, "seen-first": {"2026-11-22T10:00", ""}, "seen-last": {"", ""}}), Status: 422, Name: "shared-seen-wrong"},
		{Path: form("risk-notice"), Who: "karin", Form: url.Values{"title-de": {"Nur ein Titel"}, "ack-by": {"2020-01-01T10:00"}}, Status: 422, Name: "shared-notice-wrong"},
		{Path: at("signs", "/correct"), Who: "karin", Name: "shared-correct"}, {Path: at("signs", "/correct"), Who: "ada", Status: 403, Name: "shared-correct-not-yours"}, {Path: at("withdrawn", "/correct"), Who: "karin", Status: 409, Name: "shared-correct-withdrawn"},
		{Path: "/partners/groups", Who: "karin", Name: "groups"}, {Path: "/partners/groups", Who: "anton", Name: "groups-reads"}, {Path: "/partners/groups", Who: "ada", Status: 404, Name: "groups-not-yours"},
		{Path: "/partners/groups", Who: "karin", Form: url.Values{"platform": {"circle"}, "org": {"acme"}}, Status: 422, Name: "groups-wrong"},
	}
	for i := range list {
		list[i].Set = set
	}
	return list
}

func init() { morePages = append(morePages, sharedPages()...) }

// TestWhatIsSharedIsItsReaders: to whoever does not receive it, what is there and
// what is not give the same page, byte by byte, on every address and by every form.
func TestWhatIsSharedIsItsReaders(t *testing.T) {
	c := theCircle()
	h := c.site(t)
	id, none := c.items["amber"], strings.Repeat("q", len(c.items["amber"]))
	for path, f := range map[string]url.Values{"": nil, "?version=1": nil, "/correct": nil, "/acknowledge": {"words-said": {"x"}}, "/withdraw": {"reason": {"x"}}, "/withdraw?": {}, "/correct?": {"title-en": {"x"}, "do": {"send"}}} {
		for _, who := range []string{"stranger", "cleo", "dirk"} {
			a, b := ask(t, h, who, "en", "/shared/"+id+path, f), ask(t, h, who, "en", "/shared/"+none+path, f)
			if a.Code != 404 || a.Body.String() != b.Body.String() {
				t.Errorf("%s for %s: %d, and %d for what is not there", path, who, a.Code, b.Code)
			}
		}
	}
	if w := ask(t, h, "ada", "en", "/shared/"+id, nil); w.Code != 200 || !strings.Contains(w.Body.String(), "For members alone.") {
		t.Errorf("the control: a member does not read it: %d", w.Code)
	}
}
