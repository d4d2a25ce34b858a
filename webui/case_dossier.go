package webui

import (
	"tocsin/coordination"
	"tocsin/letter"
)

// takeDossier sends the case as one self-contained file, with the receipts that
// can be had by now and the keys that they are checked against.
func (v *visit) takeDossier(seen *coordination.Seen) error {
	a := coordination.DossierAsked{Lang: v.Lang, Zone: v.Zone, By: v.o.Name, Style: letter.Stylesheet()}
	var err error
	if a.Keys, a.KeysFrom, err = v.logKeys(); err != nil {
		return err
	}
	made, err := v.o.Desk.Dossier(v.ctx(), v.Who, seen.Handle, a)
	if err != nil {
		return err
	}
	return v.download("text/html; charset=utf-8", fileName(seen.Case.File.Case)+"-dossier.html", made.File)
}
