package webui

import (
	"slices"
	"strings"
	"time"

	"tocsin/tasking"
)

// directivesView is the list of directives, what waits for the reader first.
type directivesView struct {
	Waits     []waitRow // for a member
	Decide    []waitRow // for the authority
	MoreWaits int
	Rows      []directiveRow
	Platforms []option
	Statuses  []option
	Narrows   bool
	None      bool
	Nowhere   bool // the reader is on no platform
	Drafts    bool // the reader may write one
	Counts    bool // some rows have figures
}

// directiveRow is one directive in a list.
type directiveRow struct {
	tasking.Row
	Base, OnName string
	Heading      worded
	DueIn        dueRow
	Done         int // members that have nothing open
	OwnNames     []string
	Ended        *time.Time
}

// mostWaits is how many things that wait stand above the list.
const mostWaits = 12

func (s *Site) directivesPage(v *visit) error {
	on, platforms, err := v.onPlatforms()
	if err != nil {
		return err
	}
	d := directivesView{Nowhere: len(platforms) == 0}
	d.Platforms, d.Statuses = []option{{"", v.t("partner.every-platform")}}, []option{{"", v.t("directives.every-status")}}
	for _, p := range platforms {
		d.Platforms = append(d.Platforms, option{p.ID, p.Name})
		d.Drafts = d.Drafts || actsFor(v.Who, p.Authority)
	}
	for _, st := range []tasking.Status{tasking.Drafted, tasking.Issued, tasking.Ended} {
		d.Statuses = append(d.Statuses, option{string(st), v.t("directives.status." + string(st))})
	}
	f := tasking.Filter{Platform: strings.TrimSpace(v.Form.Get("platform"))}
	if st := tasking.Status(v.Form.Get("status")); slices.Contains([]tasking.Status{tasking.Drafted, tasking.Issued, tasking.Ended}, st) {
		f.Status = st
	}
	d.Narrows = f != tasking.Filter{}
	waits, err := v.o.Directives.Waiting(v.ctx(), v.Who)
	if err != nil {
		return err
	}
	var all []waitRow
	for _, w := range waits {
		if f.Platform != "" && w.Platform != f.Platform || f.Status != "" && (w.What == tasking.ToIssue) != (f.Status == tasking.Drafted) || f.Status == tasking.Ended {
			continue
		}
		all = append(all, v.waitRow(w, on))
	}
	for _, r := range gatheredWaits(all) {
		switch {
		case len(d.Waits)+len(d.Decide) >= mostWaits:
			d.MoreWaits++
		case forMember(r.What):
			d.Waits = append(d.Waits, r)
		default:
			d.Decide = append(d.Decide, r)
		}
	}
	rows, err := v.o.Directives.List(v.ctx(), v.Who, f)
	if err != nil {
		return err
	}
	for _, r := range rows {
		row := directiveRow{Row: r, Base: directiveAddress(r.ID), OnName: on[r.Platform].Name, Heading: v.worded(r.Title), DueIn: v.dueRow(r.Due, r.Past > 0, on[r.Platform].Terms.Zone)}
		if r.Count != nil {
			row.Done, d.Counts = r.Count["members"]-r.Count["open"], true
		}
		if r.Side == tasking.OfMember && len(r.Own) > 1 {
			for _, org := range r.Own {
				row.OwnNames = append(row.OwnNames, v.orgName(org))
			}
		}
		if r.End != nil {
			row.Ended = &r.End.At
		}
		d.Rows = append(d.Rows, row)
	}
	d.None = len(rows) == 0 && !d.Narrows
	return v.show("directives", v.t("directives.title"), "directives", d)
}
