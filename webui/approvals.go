package webui

import (
	"net/http"
	"slices"
	"strings"

	"tocsin/coordination"
)

// approving is what the page of the approvals shows.
type approving struct {
	Waiting []approval
	Past    []approval
	Next    string
}

// approval is one with the names of its people.
type approval struct {
	coordination.Approval
	ByName, WithName string
	Own              bool // asked by the reader, who cannot decide it
	What             []option
}

func (s *Site) approvals(v *visit) error { return v.approvals(http.StatusOK) }

func (v *visit) approvals(status int) error {
	if err := v.need(v.o.Desk != nil, "the desk"); err != nil {
		return err
	}
	list, next, err := v.o.Desk.Approvals(v.ctx(), v.Who, coordination.Page{After: v.r.URL.Query().Get("after")})
	if err != nil {
		return err
	}
	d := approving{Next: next}
	for _, a := range list {
		x := approval{Approval: a, ByName: v.o.Identity.PersonName(v.ctx(), a.By), Own: a.By == v.Who.Person}
		if a.With != "" {
			x.WithName = v.o.Identity.PersonName(v.ctx(), a.With)
		}
		for name, value := range a.Args {
			x.What = append(x.What, option{name, value})
		}
		slices.SortFunc(x.What, func(a, b option) int { return strings.Compare(a.Value, b.Value) })
		if a.State == "asked" {
			d.Waiting = append(d.Waiting, x)
		} else {
			d.Past = append(d.Past, x)
		}
	}
	return v.showStatus(status, "approvals", v.t("approvals.title"), "approvals", d)
}

// approvalDecide approves or declines. Declining says why: whoever asked has
// to know what to change.
func (s *Site) approvalDecide(v *visit) error {
	if err := v.need(s.o.Desk != nil, "the desk"); err != nil {
		return err
	}
	id, reason := v.r.PathValue("id"), strings.TrimSpace(v.Form.Get("reason"))
	approve := v.Form.Get("decision") == "approve"
	if !approve && reason == "" {
		v.problem("reason-"+id, "approvals.reason-missing")
		return v.approvals(http.StatusUnprocessableEntity)
	}
	if _, err := s.o.Desk.Decide(v.ctx(), v.Who, id, approve, clipText(reason, 2000)); err != nil {
		return err
	}
	if approve {
		return v.done("/approvals", "approved")
	}
	return v.done("/approvals", "declined")
}
