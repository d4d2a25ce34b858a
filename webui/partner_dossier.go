package webui

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/partner"
	"tocsin/partnership"
)

// partnerDossier sends a partnership, or with act= one act of it and what belongs
// to it, as one file that is checked offline.
func (s *Site) partnerDossier(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("partner.title")); err != nil {
		return err
	}
	a := partnership.DossierAsked{Act: v.Form.Get("act"), Lang: v.Lang, Zone: v.Zone, By: v.o.Name}
	var err error
	if a.Keys, a.KeysFrom, err = v.logKeys(); err != nil {
		return err
	}
	made, err := v.o.Circles.Dossier(v.ctx(), v.Who, v.r.PathValue("id"), a)
	var r refusal
	if errors.As(err, &r) {
		if d := r.Refused(); d.Lacks(access.SecondPerson) { // where another person is asked
			m, err := v.o.Circles.Member(v.ctx(), v.Who, v.r.PathValue("id"))
			if err != nil {
				return err
			}
			v.redirect("/cases/" + url.PathEscape(m.Handle) + "/export")
			return nil
		}
	}
	if err != nil {
		return err
	}
	return v.download("text/html; charset=utf-8", fileName("partnership-"+v.r.PathValue("id")+strings.TrimSuffix("-"+a.Act, "-"))+"-dossier.html", made.File)
}

// logKeys are the keys that receipts are checked against, and where they are
// published; "" without a log.
func (v *visit) logKeys() (keys, from string, err error) {
	if v.o.Ledger == nil {
		return "", "", nil
	}
	state, err := v.o.Ledger.Ledger(v.ctx())
	if err != nil {
		return "", "", err
	}
	return strings.Join(slices.Concat(state.Keys, state.OldKeys), "\n"), "https://" + v.r.Host + "/ledger", nil
}

// dossierAddress is where an act of a partnership is had as a dossier; "" for the
// whole partnership.
func dossierAddress(base, act string) string {
	return base + "/dossier" + strings.TrimSuffix("?act="+queryOf(act), "?act=")
}

// takes tells whether a reader may take a case away, perhaps after a step-up or with
// a colleague: a way is offered to nobody else.
func takes(seen *coordination.Seen) bool {
	may := seen.May[access.Export]
	return may.Allowed || len(may.Needs) > 0
}

// Dossier is where the decision is had as a dossier; "" for whoever takes none.
func (r decisionRow) Dossier() string {
	if !r.Takes {
		return ""
	}
	return dossierAddress(r.Base, r.Event)
}

// Dossier is where the act of the letter is had as a dossier; "" for whoever takes
// none.
func (d openedView) Dossier() string {
	if !d.Head.Takes {
		return ""
	}
	return dossierAddress(d.Head.Base, d.Row.Event)
}

// dossierOf is where an event of a partnership file is had as a dossier; "" for
// those of other cases, and for events that are no acts.
func (v *visit) dossierOf(seen *coordination.Seen, kind casefile.Kind, event string) string {
	id, ok := strings.CutPrefix(seen.Case.File.Case, partnership.FilePrefix)
	if !ok || v.o.Circles == nil || !takes(seen) || !slices.Contains(partner.Acts(), kind) {
		return ""
	}
	m, err := v.o.Circles.Member(v.ctx(), v.Who, id)
	if err != nil || m.Handle != seen.Handle {
		return "" // it only has such a name
	}
	return dossierAddress(partnerAddress(m.ID), event)
}
