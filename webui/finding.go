package webui

import (
	"cmp"
	"net/url"
	"slices"
	"time"

	"tocsin/casefile"
	"tocsin/partner"
	"tocsin/partnership"
	"tocsin/rulebook"
)

// routesFinding puts the pages of lateness findings on the mux.
func (s *Site) routesFinding() {
	s.page("GET /findings", s.findingsPage, 0)
	s.page("GET /findings/look", s.findingLook, 0)
	s.page("POST /findings/look", s.findingMake, 0)
	s.page("GET /findings/{id}", s.findingPage, 0)
}

// findingsView lists the findings that the reader may read.
type findingsView struct {
	Rows      []findingLine
	State     string
	States    []option
	None      bool // at all
	Authority bool
	Looks     bool // the reader may look for earlier knowledge
	More      int
}

// findingLine is a finding in a list.
type findingLine struct {
	ID, Href string
	Name     string // of the member
	Platform string
	About    []string // what was reported
	Limb     string
	State    badgeWords
	At       time.Time
	Next     string
	Ours     bool // the reader is of the authority
}

// badgeWords is a mark with a word of a closed list.
type badgeWords struct{ Code, Tone, Icon string }

var findingMarks = map[partnership.FindingState]badgeWords{
	partnership.FindingDraft: {"draft", "plain", "dots"}, partnership.FindingWaiting: {"waiting", "warn", "person"}, partnership.FindingServed: {"served", "accent", "bell"},
	partnership.FindingAnswered: {"answered", "good", "check"}, partnership.FindingContested: {"contested", "plain", "question"}, partnership.FindingWithdrawn: {"withdrawn", "plain", "cross"},
}

// mostFindings bounds a page of findings.
const mostFindings = 100

func findingAddress(id string) string { return "/findings/" + url.PathEscape(id) }

// findingOf is the address of the finding that an act puts to a member; "" for none.
func findingOf(e casefile.Event) string {
	if id := attribute(&e, "finding"); e.Kind == "finding-served" && id != "" {
		return findingAddress(id)
	}
	return ""
}

// Finding is the address of the finding that the act would put to the member: whoever
// agrees reads the evidence first.
func (r waitingRow) Finding() string { return findingOf(r.Event) }

// lookAddress is where earlier knowledge is looked for.
func lookAddress(name, value string) string {
	return "/findings/look?" + url.Values{name: {value}}.Encode()
}

func (s *Site) findingsPage(v *visit) error {
	authority, member, err := v.onSide()
	if err != nil || !authority && !member {
		return cmp.Or(err, notYours())
	}
	all, err := v.o.Circles.AllFindings(v.ctx(), v.Who, "")
	if err != nil {
		return err
	}
	d := findingsView{State: v.Form.Get("state"), None: len(all) == 0, Authority: authority, States: []option{{"", v.t("findings.all")}}}
	for _, st := range partnership.FindingStates() {
		if authority || st != partnership.FindingDraft && st != partnership.FindingWaiting {
			d.States = append(d.States, option{string(st), v.codeWords("findings.state.", string(st))})
		}
	}
	if d.Looks, err = v.looks(); err != nil {
		return err
	}
	rows := v.findingLines(all)
	for _, r := range rows {
		if d.State == "" || r.State.Code == d.State {
			d.Rows = append(d.Rows, r)
		}
	}
	if n := len(d.Rows) - mostFindings; n > 0 {
		d.Rows, d.More = d.Rows[:mostFindings], n
	}
	return v.show("findings", v.t("findings.title"), "partners", d)
}

// findingLines puts findings into the reader's language.
func (v *visit) findingLines(all []partnership.FindingLine) []findingLine {
	names := map[string]string{}
	var out []findingLine
	for _, f := range all {
		if _, ok := names[f.Platform]; !ok {
			if p, _, err := v.o.Circles.Platform(v.ctx(), f.Platform); err == nil {
				names[f.Platform] = p.Name
			}
		}
		row := findingLine{ID: f.ID, Href: findingAddress(f.ID), Name: f.Name, Platform: names[f.Platform], Limb: string(f.Limb), State: findingMarks[f.State], At: f.Made,
			About: slices.Concat(f.Report.Flaws, f.Report.Names, f.Report.Purls), Ours: f.Side != partnership.OfMember}
		side := "member."
		if row.Ours {
			side = "authority."
		}
		row.Next = v.t("findings.next." + side + row.State.Code)
		if len(row.About) > 3 {
			row.About = append(slices.Clip(row.About[:3]), "…")
		}
		out = append(out, row)
	}
	return out
}

// findingsAbout are the findings of one membership, for its page.
func (v *visit) findingsAbout(member string) ([]findingLine, error) {
	all, err := v.o.Circles.AllFindings(v.ctx(), v.Who, member)
	if err != nil {
		return nil, err
	}
	return v.findingLines(all[:min(len(all), mostFindings)]), nil
}

// runs are the platforms on which the reader acts for the authority.
func (v *visit) runs() ([]partner.Platform, error) {
	all, err := v.o.Circles.Platforms(v.ctx(), v.Who)
	return slices.DeleteFunc(all, func(p partner.Platform) bool { return !actsFor(v.Who, p.Authority) }), err
}

func (v *visit) looks() (bool, error) {
	runs, err := v.runs()
	return len(runs) > 0, err
}

// MayLook tells whether a page offers to look for earlier knowledge.
func (p *page) MayLook() bool {
	if n := p.Partners(); n == nil || !n.Authority {
		return false
	}
	may, err := p.looks()
	return err == nil && may
}

// limbClause is the clause of the agreement that a limb is about: the one on which
// the member owed something, else the platform's own.
func (v *visit) limbClause(f *partnership.Finding, pack string) string {
	tells := f.Limb == partnership.ReportLimb
	for _, r := range f.Evidence.Rows {
		for _, o := range r.Owed {
			if o.Ground == "agreement" && o.Tells == tells && v.packOf(o.Rule) == pack {
				return o.Rule
			}
		}
	}
	if v.o.Book == nil {
		return ""
	}
	for _, r := range v.o.Book.Rules {
		if r.Pack() != nil && r.Pack().Pack == pack && limbOf(r) == f.Limb {
			return r.ID
		}
	}
	return ""
}

func (v *visit) packOf(rule string) string {
	if v.o.Book != nil {
		if r := v.o.Book.Rule(rule); r != nil && r.Pack() != nil {
			return r.Pack().Pack
		}
	}
	return ""
}

// limbOf tells which limb a rule of an agreement is of: what begins with knowledge
// and goes to the authority, or what begins with a call.
func limbOf(r *rulebook.Rule) partnership.Limb {
	for _, st := range r.Stages {
		for _, m := range st.Anchor.Any {
			switch {
			case m.Event == "called-on" && m.Party == "to":
				return partnership.SupportLimb
			case m.Fact == "aware" && r.Duty == "notify-authority":
				return partnership.ReportLimb
			}
		}
	}
	return ""
}
