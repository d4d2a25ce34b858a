package webui

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tocsin/calendar"
	"tocsin/directive"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// directiveNewForm is the guided form for a directive, and the field for a whole document.
type directiveNewForm struct {
	On        partner.Platform
	Choose    []option // platforms, where it is open which
	Groups    []option
	Members   []option
	Whoms     []option
	Langs     []langForm
	Steps     []int
	StepKinds []option
	Modals    []option
	Labels    []option
	BasisIn   []option
	Periods   []option
	Key       string
	Wrong     string
	WrongDoc  string
	Foreign   bool
	Zone      string
	Action    string
	Document  string
	Whole     bool // the document was sent
}

// Chosen tells whether a box of several is ticked.
func (d *directiveNewForm) Chosen(p *page, name, value string) bool {
	if len(p.r.PostForm) == 0 && name == "reminders" {
		return value == "P14D" || value == "P3D"
	}
	return slices.Contains(p.Form[name], value)
}

func (s *Site) directiveNew(v *visit) error {
	d, err := v.drafting()
	if err != nil {
		return err
	}
	return v.show("directive-new", v.t("directives.new"), "directives", d)
}

// mostDraftSteps is how many steps the guided form has room for.
const mostDraftSteps = 3

// drafting makes the form, for those who act for an authority.
func (v *visit) drafting() (*directiveNewForm, error) {
	d := &directiveNewForm{Key: cmp.Or(v.Form.Get("key"), newKey())}
	_, platforms, err := v.onPlatforms()
	if err != nil {
		return nil, err
	}
	asked := v.r.FormValue("platform")
	for _, p := range platforms {
		if actsFor(v.Who, p.Authority) && (asked == "" || asked == p.ID) {
			d.On = p
			d.Choose = append(d.Choose, option{"/directives/new?" + url.Values{"platform": {p.ID}}.Encode(), p.Name})
		}
	}
	switch {
	case len(d.Choose) == 0:
		return nil, notYours()
	case len(d.Choose) > 1:
		return d, nil
	}
	d.Choose = nil
	d.Zone, d.Action = cmp.Or(d.On.Terms.Zone, "UTC"), "/directives/new?"+url.Values{"platform": {d.On.ID}}.Encode()
	if v.o.Shares != nil {
		groups, err := v.o.Shares.Groups(v.ctx(), v.Who, d.On.ID)
		if err != nil {
			return nil, err
		}
		for _, g := range groups {
			d.Groups = append(d.Groups, option{g.Name, g.Name})
		}
	}
	for _, g := range slices.Concat(d.On.Terms.Levels, d.On.Terms.Kinds) {
		d.Groups = append(d.Groups, option{g.ID, v.gradeWords(slices.Concat(d.On.Terms.Levels, d.On.Terms.Kinds), g.ID)})
	}
	members, err := v.o.Circles.Members(v.ctx(), v.Who, d.On.ID)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		if st := m.State.Standing; st == partner.Active || st == partner.Warned || st == partner.Suspended {
			d.Members = append(d.Members, option{m.Org, m.Name})
			for _, unit := range sortedKeys(m.Units) {
				d.Members = append(d.Members, option{unit, v.t("sharing.unit-of", "unit", v.orgName(unit), "member", m.Name)})
			}
		}
	}
	d.offer(v)
	return d, nil
}

// offer fills in the closed lists.
func (d *directiveNewForm) offer(v *visit) {
	d.Whoms = []option{{"all", v.t("directives.whom.all")}}
	if len(d.Groups) > 0 {
		d.Whoms = append(d.Whoms, option{"groups", v.t("directives.whom.groups")})
	}
	if len(d.Members) > 0 {
		d.Whoms = append(d.Whoms, option{"members", v.t("directives.whom.members")})
	}
	for _, code := range v.langsFirst() {
		d.Langs = append(d.Langs, langForm{code, langNames[code], code == v.Lang})
		d.BasisIn = append(d.BasisIn, option{code, langNames[code]})
	}
	for i := range mostDraftSteps {
		d.Steps = append(d.Steps, i+1)
	}
	d.StepKinds = []option{{"", v.t("common.choose")}}
	for _, k := range []string{"patch", "mitigate", "remove", "inventory", "move", "monitor", "report", "other"} {
		d.StepKinds = append(d.StepKinds, option{k, directive.StepIn(k, v.Lang)})
	}
	for _, m := range []string{directive.Must, directive.Should, directive.Asked} {
		d.Modals = append(d.Modals, option{m, v.t("directives.modality." + m)})
	}
	for _, l := range []string{"CLEAR", "GREEN", "AMBER", "AMBER+STRICT"} {
		d.Labels = append(d.Labels, option{l, "TLP:" + l + " – " + v.t("sharing.tlp-short."+tlpCode(l))})
	}
	for _, p := range []string{"P1M", "P14D", "P7D", "P3D", "P1D"} {
		d.Periods = append(d.Periods, option{p, v.t("directives.before", "period", cmp.Or(v.period(p), p))})
	}
}

// directiveNewDo writes the document from the form, or takes it as it was sent.
func (s *Site) directiveNewDo(v *visit) error {
	d, err := v.drafting()
	switch {
	case err != nil:
		return err
	case len(d.Choose) > 0:
		return v.show("directive-new", v.t("directives.new"), "directives", d)
	}
	var text []byte
	if d.Whole = v.Form.Get("do") == "document"; d.Whole {
		d.Document = v.Form.Get("document")
		if text = []byte(d.Document); strings.TrimSpace(d.Document) == "" {
			v.problem("document", "common.field-missing")
		}
	} else {
		f := d.write(v)
		if v.ok() {
			if text, err = (&directive.Directive{File: f}).YAML(); err != nil {
				return fault.New(fault.Internal, "the directive cannot be written: %v", err)
			}
		}
	}
	if !v.ok() {
		return v.again("directive-new", v.t("directives.new"), "directives", d)
	}
	view, err := v.o.Directives.Draft(v.ctx(), v.Who, d.On.ID, text, d.Key)
	switch kind := fault.KindOf(err); {
	case err == nil:
		v.sides.acted()
		return v.done(directiveAddress(view.ID), "directive-drafted")
	case kind != fault.Invalid && kind != fault.Conflict:
		return err
	}
	return v.draftRefused(d, err)
}

// draftRefused puts a refusal beside the field that it is about.
func (v *visit) draftRefused(d *directiveNewForm, err error) error {
	d.Foreign = v.Lang != "en"
	if d.Whole {
		d.WrongDoc = err.Error()
		v.problemOf("document", d.WrongDoc)
		return v.again("directive-new", v.t("directives.new"), "directives", d)
	}
	key, words := refusedAt(err)
	if fault.KindOf(err) == fault.Conflict && draftField(key) == "number" {
		words = v.t("directives.number-taken")
	}
	if field := draftField(key); field != "" {
		v.problemOf(field, words)
	} else {
		d.Wrong = err.Error()
		v.problemOf("", d.Wrong)
	}
	return v.again("directive-new", v.t("directives.new"), "directives", d)
}

// draftField is the field of the form for a key of the document.
func draftField(key string) string {
	part, rest, _ := strings.Cut(key, "[")
	part, sub, _ := strings.Cut(part, ".")
	switch part {
	case "number", "directive":
		return "number"
	case "title":
		return "title-" + cmp.Or(sub, Languages[0])
	case "scope":
		return "whom"
	case "basis":
		for _, f := range []string{"citation", "official", "text"} {
			if strings.Contains(rest, f) {
				return "basis-" + f
			}
		}
	case "steps":
		id, of, _ := strings.Cut(strings.TrimPrefix(rest, "step-"), "]")
		for _, f := range []string{"due", "evidence", "kind", "title"} {
			if strings.Contains(of, f) {
				return "step-" + map[string]string{"due": "due", "evidence": "evidence", "kind": "kind", "title": "title"}[f] + "-" + id + map[bool]string{true: "-" + Languages[0]}[f == "title"]
			}
		}
	case "exceptions":
		return "exceptions-until"
	case "signed-by":
		return "signed-by"
	}
	return ""
}

// write makes the document from the form, and notes every field that is missing.
func (d *directiveNewForm) write(v *visit) directive.File {
	get := func(name string) string { return strings.TrimSpace(strings.ReplaceAll(v.Form.Get(name), "\r\n", "\n")) }
	need := func(name string) string {
		x := get(name)
		if x == "" {
			v.problem(name, "common.field-missing")
		}
		return x
	}
	words := func(name string, needed bool) directive.Text {
		t := directive.Text{}
		for _, l := range d.Langs {
			if x := get(name + "-" + l.Code); x != "" {
				t[l.Code] = x
			}
		}
		if len(t) == 0 && needed {
			v.problem(name+"-"+v.Lang, "common.field-missing")
		}
		if len(t) == 0 {
			return nil
		}
		return t
	}
	f := directive.File{Format: directive.Format, Number: need("number"), Title: words("title", true), TLP: need("tlp"), Zone: d.Zone, SignedBy: get("signed-by"), Record: "kept", IssuedBy: "authority"}
	f.ID = documentID(f.Number)
	f.Issued.Value = v.Now.UTC().Format("2006-01-02T15:04:05Z07:00")
	f.Authorities = []directive.Authority{{ID: "authority", Name: v.orgName(d.On.Authority)}}
	f.Basis = []directive.Basis{{Text: need("basis-text"), Citation: need("basis-citation"), Official: need("basis-official"), Language: get("basis-language")}}
	line := directive.Scope{ID: "whom", Words: words("scope", false)}
	switch whom := get("whom"); whom {
	case "all":
		line.All = true
	case "groups", "members":
		chosen := v.Form[map[string]string{"groups": "group", "members": "member"}[whom]]
		if len(chosen) == 0 {
			v.problem("whom", "directives.choose-"+whom)
		}
		if whom == "groups" {
			line.Groups = chosen
		} else {
			line.Members, line.Units = chosen, get("units") != ""
		}
	default:
		v.problem("whom", "common.field-missing")
	}
	f.Scope = []directive.Scope{line}
	for _, n := range d.Steps {
		if st, ok := d.writeStep(v, n, get, words); ok {
			f.Steps = append(f.Steps, st)
		}
	}
	if len(f.Steps) == 0 {
		v.problem("step-kind-1", "common.field-missing")
	}
	for _, r := range v.Form["reminders"] {
		if p, err := calendar.ParsePeriod(r); err == nil {
			f.Reminders = append(f.Reminders, p)
		}
	}
	if get("exceptions") != "" {
		until, ok := readLimit(get("exceptions-until"), d.Zone, (directiveHead{Zone: d.Zone}).zone())
		if !ok {
			v.problem("exceptions-until", "newcase.no-time")
		}
		f.Exceptions = &directive.Exceptions{By: []string{"authority"}, Until: until, Measures: get("exceptions-measures") != ""}
	}
	return f
}

// writeStep reads one step; one of which nothing was said is none.
func (d *directiveNewForm) writeStep(v *visit, n int, get func(string) string, words func(string, bool) directive.Text) (directive.Step, bool) {
	i := strconv.Itoa(n)
	st := directive.Step{ID: "step-" + i, Kind: get("step-kind-" + i), Title: words("step-title-"+i, false), Text: words("step-text-"+i, false)}
	due := get("step-due-" + i)
	if st.Kind == "" && st.Title == nil && st.Text == nil && due == "" {
		return st, false
	}
	if st.Kind == "" {
		v.problem("step-kind-"+i, "common.field-missing")
	}
	if st.Title == nil {
		v.problem("step-title-"+i+"-"+v.Lang, "common.field-missing")
	}
	st.Asks = []directive.Ask{{Of: []string{"whom"}, Modality: cmp.Or(get("step-modality-"+i), directive.Must)}}
	var ok bool
	if st.Due, ok = readLimit(due, d.Zone, (directiveHead{Zone: d.Zone}).zone()); !ok {
		v.problem("step-due-"+i, "newcase.no-time")
	}
	if e := get("step-evidence-" + i); e != "" {
		st.Evidence = []directive.Evidence{{ID: "evidence-" + i, Title: directive.Text{v.Lang: e}, Required: get("step-required-"+i) != ""}}
	}
	return st, true
}

// documentID is an id that follows from the number.
func documentID(number string) string {
	id := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r > 0x7f:
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, clipText(number, 100))
	return strings.Trim(id, "-")
}
