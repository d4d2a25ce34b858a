package webui

import (
	"net/http"
	"slices"
	"strings"

	"tocsin/internal/fault"
	"tocsin/partner"
)

// The choices of the form, in its order.
var (
	orgKinds  = []partner.Kind{partner.Group, partner.Entity, partner.Unit, partner.Project, partner.Authority}
	standings = []partner.Standing{partner.Invited, partner.Active, partner.Warned, partner.Suspended, partner.Left}
)

// orgLine is one organisation in the tree.
type orgLine struct {
	partner.Org
	Depth int
}

// maxOrgs bounds the tree on one page.
const maxOrgs = 5000

// allOrgs reads all organisations.
func (v *visit) allOrgs() ([]partner.Org, error) {
	var all []partner.Org
	after := ""
	for len(all) < maxOrgs {
		page, err := v.o.Identity.Orgs(v.ctx(), after, 500)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < 500 {
			break
		}
		after = page[len(page)-1].ID
	}
	slices.SortStableFunc(all, func(a, b partner.Org) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return all, nil
}

// orgTree puts each organisation below the one that it belongs to. One whose
// parent is not there, or is itself below it, stands at the top.
func orgTree(all []partner.Org) []orgLine {
	there, below := map[string]bool{}, map[string][]partner.Org{}
	for _, o := range all {
		there[o.ID] = true
	}
	for _, o := range all {
		top := o.PartOf
		if !there[top] {
			top = ""
		}
		below[top] = append(below[top], o)
	}
	var out []orgLine
	seen := map[string]bool{}
	var walk func(id string, depth int)
	walk = func(id string, depth int) {
		for _, o := range below[id] {
			if !seen[o.ID] {
				seen[o.ID] = true
				out = append(out, orgLine{o, min(depth, 6)})
				walk(o.ID, depth+1)
			}
		}
	}
	walk("", 0)
	for _, o := range all {
		if !seen[o.ID] { // of a circle
			seen[o.ID] = true
			out = append(out, orgLine{o, 0})
			walk(o.ID, 1)
		}
	}
	return out
}

func (s *Site) adminOrgs(v *visit) error {
	all, err := v.allOrgs()
	if err != nil {
		return err
	}
	return v.show("admin-orgs", v.t("admin.orgs"), "admin", orgTree(all))
}

// orgForm is what the page of one organisation shows.
type orgForm struct {
	Org       partner.Org
	Version   int64
	New       bool
	Kinds     []option
	Standings []option
	Parents   []option
	Countries []option
	People    []partner.Person
	Sure      *sureStanding // a change of the standing that is asked about once more
}

// sureStanding is a change of the standing before it is made.
type sureStanding struct {
	From, To partner.Standing
	Below    int // organisations below, for which it holds too
}

// below counts the organisations below one.
func below(all []partner.Org, id string) int {
	under := map[string][]string{}
	for _, o := range all {
		under[o.PartOf] = append(under[o.PartOf], o.ID)
	}
	seen, next := map[string]bool{id: true}, []string{id}
	for len(next) > 0 {
		var found []string
		for _, up := range next {
			for _, o := range under[up] {
				if !seen[o] {
					seen[o] = true
					found = append(found, o)
				}
			}
		}
		next = found
	}
	return len(seen) - 1
}

func (s *Site) adminOrgNew(v *visit) error {
	return v.orgForm(http.StatusOK, orgForm{New: true, Org: partner.Org{Kind: partner.Entity, Standing: partner.Invited}})
}

func (s *Site) adminOrg(v *visit) error {
	o, version, err := s.o.Identity.Org(v.ctx(), v.r.PathValue("id"))
	if err != nil {
		return err
	}
	return v.orgForm(http.StatusOK, orgForm{Org: o, Version: version})
}

func (v *visit) orgForm(status int, d orgForm) error {
	all, err := v.allOrgs()
	if err != nil {
		return err
	}
	for _, k := range orgKinds {
		d.Kinds = append(d.Kinds, option{string(k), v.t("admin.kind." + string(k))})
	}
	for _, k := range standings {
		d.Standings = append(d.Standings, option{string(k), v.t("admin.standing." + string(k))})
	}
	d.Parents = []option{{"", v.t("common.none")}}
	for _, o := range all {
		if o.ID != d.Org.ID {
			d.Parents = append(d.Parents, option{o.ID, o.Name})
		}
	}
	d.Countries = append([]option{{"", v.t("common.unknown")}}, countries(v.Lang)...)
	title := v.t("admin.org-new")
	if !d.New {
		title = v.t("admin.org")
		if d.People, err = v.o.Identity.MembersOf(v.ctx(), d.Org.ID); err != nil {
			return err
		}
		if d.Sure != nil {
			d.Sure.Below = below(all, d.Org.ID)
		}
	}
	return v.showStatus(status, "admin-org", title, "admin", d)
}

// adminOrgSave makes an organisation, or changes the one of the address.
func (s *Site) adminOrgSave(v *visit) error {
	f, id := v.Form, v.r.PathValue("id")
	d := orgForm{New: id == "", Version: max(v.formInt("version"), 0)}
	if !d.New {
		o, _, err := s.o.Identity.Org(v.ctx(), id)
		if err != nil {
			return err
		}
		d.Org = o
	}
	stood := d.Org.Standing
	d.Org.Name, d.Org.Country, d.Org.Note = strings.TrimSpace(f.Get("name")), f.Get("country"), strings.TrimSpace(f.Get("note"))
	d.Org.Kind, d.Org.Standing = partner.Kind(f.Get("kind")), partner.Standing(f.Get("standing"))
	d.Org.PartOf, d.Org.Is = f.Get("part-of"), strings.Fields(f.Get("is"))
	if d.Org.Name == "" {
		v.problem("name", "common.field-missing")
	}
	if !v.ok() {
		return v.orgForm(http.StatusUnprocessableEntity, d)
	}
	if !d.New && stood != d.Org.Standing && f.Get("sure") != string(d.Org.Standing) {
		d.Sure = &sureStanding{From: stood, To: d.Org.Standing}
		return v.orgForm(http.StatusOK, d)
	}
	_, err := s.o.Identity.PutOrg(v.ctx(), v.Who, d.Org, d.Version)
	if fault.KindOf(err) == fault.Invalid && err != nil {
		v.problem("part-of", "admin.org-refused")
		return v.orgForm(http.StatusUnprocessableEntity, d)
	}
	if err != nil {
		return err
	}
	return v.done("/admin/organisations", "saved")
}
