package webui

import (
	"errors"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
)

// newCaseView is the page of the five questions a case starts with.
type newCaseView struct {
	Orgs, Countries, Roles, Hows, YesNo, TLPs, Markets []option
	Kinds                                              []option
	Key                                                string
	Draft                                              *draftView
}

// draftView is the plan that the answers make, before anything is kept.
type draftView struct {
	Duties []dutyRow
	More   int
	Hints  []string
	Locks  []prohibitedRow
}

// draftDuties bounds the preview: the first of them are what is done next.
const draftDuties = 12

func (s *Site) caseNew(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("newcase.title")); err != nil {
		return err
	}
	if d := access.Decide(access.Open, v.Who, access.Matter{}); !d.Allowed {
		return fault.New(fault.Forbidden, "%s", v.t("newcase.not-allowed"))
	}
	return v.show("newcase", v.t("newcase.title"), "cases", v.newCase())
}

// caseOpen shows the plan of the answers, or with do=open keeps the case.
func (s *Site) caseOpen(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("newcase.title")); err != nil {
		return err
	}
	q, err := v.answers()
	if err != nil && v.ok() {
		return err
	}
	d := v.newCase()
	if !v.ok() {
		return v.again("newcase", v.t("newcase.title"), "cases", d)
	}
	draft, err := v.o.Desk.Draft(v.ctx(), v.Who, q)
	if err != nil {
		return err
	}
	for name, code := range draft.Problems {
		v.problem(questionField(name), "questions."+code)
	}
	if !v.ok() {
		return v.again("newcase", v.t("newcase.title"), "cases", d)
	}
	if v.Form.Get("do") == "open" {
		opened, err := v.o.Desk.Open(v.ctx(), v.Who, q, v.Form.Get("key"))
		if err != nil {
			return err
		}
		return v.done("/cases/"+url.PathEscape(opened.Handle)+"/plan", "saved")
	}
	d.Draft = v.draft(draft)
	return v.show("newcase", v.t("newcase.title"), "cases", d)
}

func (v *visit) draft(x *coordination.Drafted) *draftView {
	d := &draftView{}
	for _, name := range slices.Sorted(mapKeys(x.Hints)) {
		if text := v.t("questions." + x.Hints[name]); !slices.Contains(d.Hints, text) {
			d.Hints = append(d.Hints, text)
		}
	}
	if x.Planned == nil {
		return d
	}
	for _, duty := range x.Planned.Plan.Duties {
		if g := groupOf(duty.State); g != "todo" && g != "waiting" {
			continue
		}
		if len(d.Duties) == draftDuties {
			d.More++
			continue
		}
		row := v.dutyRow(x.Planned, duty)
		row.Step, row.Address = "", ""
		d.Duties = append(d.Duties, row)
	}
	var rest planView
	v.fillRest(&rest, x.Planned)
	d.Locks = rest.Prohibitions
	return d
}

func mapKeys(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// camel finds the seams of a Go name.
var camel = regexp.MustCompile(`([a-z])([A-Z])`)

// questionField is the name of the form's field for a field of Questions, such
// as provider-country for ProviderCountry.
func questionField(name string) string {
	return strings.ToLower(camel.ReplaceAllString(name, "$1-$2"))
}

// newCase fills the choices of the form.
func (v *visit) newCase() newCaseView {
	d := newCaseView{Key: v.Form.Get("key"), Countries: append([]option{{"", v.t("common.unknown")}}, countries(v.Lang)...)}
	if d.Key == "" {
		d.Key = newKey()
	}
	if len(v.Who.Acting) > 0 && !v.Form.Has("country") {
		v.Form.Set("country", v.Who.Acting[0].Country) // most often one's own seat
	}
	for _, a := range v.Who.Acting {
		name := v.o.Identity.OrgName(v.ctx(), a.Org)
		if name == "" {
			name = a.Org
		}
		d.Orgs = append(d.Orgs, option{a.Org, name})
	}
	choices := func(family string, codes ...string) []option {
		var out []option
		for _, c := range codes {
			out = append(out, option{c, v.t("newcase." + family + "." + c)})
		}
		return out
	}
	d.Roles = choices("role", "vendor", "finder", "maintainer", "deployer", "coordinator", "authority")
	d.Hows = choices("how", "found", "told", "signalled")
	d.YesNo = choices("answer", "unknown", "no", "yes")
	for _, t := range []string{"AMBER", "AMBER+STRICT", "RED", "GREEN", "CLEAR"} {
		d.TLPs = append(d.TLPs, option{t, "TLP:" + t})
	}
	for _, m := range []string{"EU", "CN", "US", "IN", "JP", "KR", "GB", "CH", "AU", "CA", "SG", "HK"} {
		name := countryName(v.Lang, m)
		if m == "EU" {
			name = v.t("newcase.eu")
		}
		d.Markets = append(d.Markets, option{m, name})
	}
	return d
}

// Has tells whether a market is ticked, for the template.
func (p *page) Has(field, value string) bool { return slices.Contains(p.Form[field], value) }

// answers reads the five questions.
func (v *visit) answers() (coordination.Questions, error) {
	f := func(name string) string { return strings.TrimSpace(v.Form.Get(name)) }
	q := coordination.Questions{
		Title: f("title"), Product: f("product"), Purl: f("purl"), CVE: splitWords(f("cve")),
		Provider: f("provider"), ProviderCountry: f("provider-country"), ProviderMarkets: v.Form["provider-markets"],
		ProviderIsUs: f("provider-is-us") != "", Contains: f("contains"), ContainsBy: f("contains-by"),
		How: f("how"), ToldBy: f("told-by"), Known: f("known"), Source: f("source"),
		Org: f("org"), Role: f("role"), Country: f("country"), Markets: v.Form["markets"], TLP: f("tlp"),
		Attacked: f("attacked"), Public: f("public"),
	}
	for name, into := range map[string]*casefile.Time{"knew": &q.Knew, "attacked-at": &q.AttackedAt, "public-at": &q.PublicAt} {
		if f(name) == "" {
			continue
		}
		t, err := v.caseTime(name)
		if err != nil {
			v.problem(name, "newcase.no-time")
			return q, err
		}
		*into = t
	}
	return q, nil
}

// importView is the page that takes a case file.
type importView struct {
	Key   string
	Party string // of the file, that the organisation is
	Wrong string
}

// maxImport is the most bytes of a case file that a page takes.
const maxImport = 8 << 20

func (s *Site) caseImport(v *visit) error {
	if d := access.Decide(access.Open, v.Who, access.Matter{}); !d.Allowed {
		return fault.New(fault.Forbidden, "%s", v.t("newcase.not-allowed"))
	}
	return v.show("newcase-import", v.t("newcase.import"), "cases", importView{Key: newKey()})
}

func (s *Site) caseImported(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("newcase.import")); err != nil {
		return err
	}
	d := importView{Key: v.Form.Get("key"), Party: strings.TrimSpace(v.Form.Get("party"))}
	file, head, err := v.r.FormFile("file")
	if err != nil {
		v.problem("file", "common.field-missing")
		return v.again("newcase-import", v.t("newcase.import"), "cases", d)
	}
	data, err := io.ReadAll(io.LimitReader(file, maxImport+1))
	if err != nil || len(data) > maxImport {
		v.problem("file", "newcase.too-large")
		return v.again("newcase-import", v.t("newcase.import"), "cases", d)
	}
	kept, err := v.o.Desk.ImportAs(v.ctx(), v.Who, d.Party, clipText(head.Filename, 100), data, d.Key)
	var f *fault.Error
	switch {
	case errors.As(err, &f) && (f.Kind == fault.Invalid || f.Kind == fault.Conflict):
		d.Wrong = err.Error() // file, line and key
		place := "file"
		if f.Key == "party" {
			place = "party"
		}
		v.problems = map[string]string{place: d.Wrong}
		return v.again("newcase-import", v.t("newcase.import"), "cases", d)
	case err != nil:
		return err
	}
	return v.done("/cases/"+url.PathEscape(kept.Handle)+"/plan", "saved")
}
