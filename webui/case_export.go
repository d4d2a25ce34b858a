package webui

import (
	"slices"

	"tocsin/access"
	"tocsin/coordination"
)

// exportView says what may be taken away, and how.
type exportView struct {
	caseHead
	Now   bool // the reader may at once
	Ask   bool // another person must approve
	Ready bool // somebody approved, and the reader may fetch it
	Asked bool // the reader asked, and nobody has answered yet
	Needs []string
	File  string // of a partnership: where all of it is had as a dossier
}

func (s *Site) caseExport(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("case.export")); err != nil {
		return err
	}
	handle := v.r.PathValue("handle")
	seen, err := v.o.Desk.See(v.ctx(), v.Who, handle)
	if err != nil {
		return err
	}
	if format := v.Form.Get("format"); format == "yaml" || format == "json" {
		data, err := v.o.Desk.Export(v.ctx(), v.Who, handle, format)
		if err != nil {
			return err
		}
		kind := map[string]string{"yaml": "application/yaml", "json": "application/json"}[format]
		return v.download(kind, fileName(seen.Case.File.Case)+"."+format, data)
	}
	if v.Form.Get("format") == "html" {
		return v.takeDossier(seen)
	}
	may := seen.May[access.Export]
	d := exportView{caseHead: head(seen, "more"), Now: may.Allowed, Needs: may.Needs, Ask: slices.Contains(may.Needs, "second-person")}
	d.File = v.dossierOf(seen, "partner-invited", "")
	if d.Ask {
		if err := v.exportsAsked(&d); err != nil {
			return err
		}
	}
	return v.show("case-export", v.caseTitle(seen, v.t("case.export")), "cases", d)
}

// exportsAsked looks at what became of the reader's own wish to take the case away.
func (v *visit) exportsAsked(d *exportView) error {
	for after := ""; ; {
		list, next, err := v.o.Desk.Approvals(v.ctx(), v.Who, coordination.Page{After: after, Limit: 200})
		if err != nil {
			return err
		}
		for _, a := range list {
			if a.By == v.Who.Person && a.Act == access.Export && a.Case == d.Seen.Handle {
				d.Ready, d.Asked = d.Ready || a.State == coordination.Approved, d.Asked || a.State == coordination.Asked
			}
		}
		if after = next; next == "" {
			return nil
		}
	}
}

func (s *Site) caseAskExport(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("case.export")); err != nil {
		return err
	}
	if _, err := v.o.Desk.AskExport(v.ctx(), v.Who, v.r.PathValue("handle")); err != nil {
		return err
	}
	return v.done("/approvals", "asked")
}
