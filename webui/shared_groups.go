package webui

import (
	"errors"
	"slices"
	"strings"

	"tocsin/internal/fault"
	"tocsin/sharing"
)

// groupsView is the groups of the platforms that the reader's authority runs.
type groupsView struct {
	Places []groupPlace
	Wrong  string
}

// groupPlace is the groups of one platform.
type groupPlace struct {
	ID, Name string
	Groups   []groupForm
	New      groupForm
	Members  int
	Acts     bool
}

// groupForm is one group with those who could be in it.
type groupForm struct {
	sharing.Group
	N       int // of the page: ids of fields are told apart by it
	Members []option
	Names   []string // of those in it
	Open    bool
}

// In tells whether an organisation is in the group, as it was sent or as it is.
func (g groupForm) In(org string) bool { return slices.Contains(g.Orgs, org) }

func (s *Site) groupsPage(v *visit) error {
	d, err := v.groups()
	if err != nil {
		return err
	}
	return v.show("shared-groups", v.t("sharing.groups"), "partners", d)
}

// groups reads them, for the people of an authority; to all others there is no such
// page.
func (v *visit) groups() (*groupsView, error) {
	places, err := v.places()
	if err != nil {
		return nil, err
	}
	d, n := &groupsView{}, 0
	for _, p := range places {
		if !p.Runs {
			continue
		}
		members, err := v.o.Circles.Members(v.ctx(), v.Who, p.ID)
		if err != nil {
			return nil, err
		}
		list, err := v.o.Shares.Groups(v.ctx(), v.Who, p.ID)
		if err != nil {
			return nil, err
		}
		x := groupPlace{ID: p.ID, Name: p.Name, Members: len(members), Acts: actsFor(v.Who, p.Authority)}
		names := v.memberNames(members)
		for _, g := range list {
			n++
			f := groupForm{Group: g, N: n, Members: names}
			for _, o := range names {
				if f.In(o.Value) {
					f.Names = append(f.Names, o.Label)
				}
			}
			x.Groups = append(x.Groups, f)
		}
		n++
		x.New = groupForm{Group: sharing.Group{Platform: p.ID}, N: n, Members: names}
		d.Places = append(d.Places, x)
	}
	if len(d.Places) == 0 {
		return nil, notYours()
	}
	return d, nil
}

// groupsDo makes, changes or dissolves a group.
func (s *Site) groupsDo(v *visit) error {
	d, err := v.groups()
	if err != nil {
		return err
	}
	g := sharing.Group{ID: v.Form.Get("group"), Platform: v.Form.Get("platform"), Name: strings.TrimSpace(v.Form.Get("name")), Orgs: v.Form["org"], Version: max(v.formInt("version"), 0)}
	drop := v.Form.Get("do") == "drop"
	again := func(wrong string) error {
		d.reopen(g, drop)
		if d.Wrong = wrong; wrong != "" {
			v.problemOf("", wrong)
		}
		return v.again("shared-groups", v.t("sharing.groups"), "partners", d)
	}
	switch {
	case drop && v.Form.Get("sure") == "":
		v.problem("sure", "sharing.group-sure-missing")
		return again("")
	case !drop && g.Name == "":
		v.problem("name", "common.field-missing")
		return again("")
	case drop:
		err = v.o.Shares.DropGroup(v.ctx(), v.Who, g.Platform, g.ID, g.Version)
	default:
		_, err = v.o.Shares.PutGroup(v.ctx(), v.Who, g)
	}
	var at *fault.Error
	switch kind := fault.KindOf(err); {
	case err == nil:
		return v.done("/partners/groups", map[bool]string{true: "group-dropped", false: "group-put"}[drop])
	case kind == fault.Conflict:
		return again(v.t("sharing.group-moved"))
	case kind == fault.Invalid && errors.As(err, &at):
		return again(at.Message)
	}
	return err
}

// reopen shows the form that was sent as it was sent; the form that dissolves says
// nothing of who is in.
func (d *groupsView) reopen(g sharing.Group, drop bool) {
	for i := range d.Places {
		p := &d.Places[i]
		if p.ID != g.Platform {
			continue
		}
		if g.ID == "" {
			p.New.Name, p.New.Orgs, p.New.Open = g.Name, g.Orgs, true
			return
		}
		for j := range p.Groups {
			f := &p.Groups[j]
			if f.ID != g.ID {
				continue
			}
			f.Open = true
			if !drop {
				f.Name, f.Orgs = g.Name, g.Orgs // its version is the newest: sent again, it is meant
			}
		}
	}
}
