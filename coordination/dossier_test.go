package coordination_test

import (
	"strings"
	"testing"

	"tocsin/coordination"
)

// A dossier holds what its reader sees and nothing of the rest.
func TestADossierIsOfOneView(t *testing.T) {
	w, h := shared(t)
	add(w, olga, h, `commented by=project of=parser at=2026-11-21T10:00:00Z text="unspeakable words"`)
	a := coordination.DossierAsked{Lang: "en", By: "a platform"}
	of := func(name string, d *coordination.DossierMade, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(name, err)
		}
		return string(d.File)
	}
	fresh := olga
	fresh.Fresh = true
	if _, err := w.desk.Dossier(w.ctx(), ivan, h, a); err == nil {
		t.Error("somebody on no seat takes a dossier")
	}
	d, err := w.desk.Dossier(w.ctx(), fresh, h, a)
	if whole := of("olga", d, err); !strings.Contains(whole, "unspeakable words") || !strings.Contains(whole, "TOC-GATEWAY") {
		t.Error("whoever runs the case does not find what it holds")
	}
	party := mei
	party.Fresh = true
	d, err = w.desk.Dossier(w.ctx(), party, h, a)
	if side := of("mei", d, err); strings.Contains(side, "unspeakable words") || !strings.Contains(side, "words of the laboratory") {
		t.Error("a side's dossier is not of that side")
	}
}
