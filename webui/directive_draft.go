package webui

import (
	"cmp"
	"errors"
	"net/http"
	"strings"

	"tocsin/directive"
	"tocsin/internal/fault"
	"tocsin/tasking"
)

// directiveDraft is a draft as it would be issued.
type directiveDraft struct {
	Doc       *directiveText
	Refused   string
	Reached   int
	Undecided int
	Names     []string
	More      int
	Key       string
	Wrong     string
	Foreign   bool
	Written   string
	Edit      bool
	May       bool
}

// draftPage shows a draft as it would be issued now, and what speaks against it.
func (v *visit) draftPage(h directiveHead, wrong string) error {
	d := &directiveDraft{Refused: h.Refused, Key: newKey(), Wrong: wrong, Foreign: v.Lang != "en", Written: string(h.Written), May: actsFor(v.Who, h.On.Authority)}
	if h.Directive != nil {
		d.Doc = v.directiveText(h.Directive, h)
		st, err := directive.Fold(h.Directive, nil, h.Directive.IssuedSpan().Latest)
		if err != nil {
			return err
		}
		d.reach(v, h, st)
	}
	status := http.StatusOK
	if wrong != "" {
		status = http.StatusUnprocessableEntity
	}
	return v.showStatus(status, "directive-draft", v.t("directives.title-one"), "directives", &directiveView{directiveHead: h, Draft: d, Editions: h.Editions})
}

func (d *directiveDraft) reach(v *visit, h directiveHead, st *directive.State) {
	seen, open := map[string]bool{}, map[string]bool{}
	for _, c := range st.Cells {
		if len(c.Open) > 0 {
			open[c.Member] = true
		}
		if c.Status == directive.NotAsked || c.Status == directive.Undecided || seen[c.Member] {
			continue
		}
		seen[c.Member] = true
		if d.Reached++; len(d.Names) < 4*mostNamed {
			d.Names = append(d.Names, v.memberName(h, c.Member))
		} else {
			d.More++
		}
	}
	d.Undecided = len(open)
}

// draftOf gives a draft to those who act for the authority.
func (v *visit) draftOf() (directiveHead, error) {
	h, err := v.directive()
	switch {
	case err != nil:
		return h, err
	case h.Status != tasking.Drafted:
		return h, fault.New(fault.Conflict, "this directive was issued, and what was issued never changes")
	case !actsFor(v.Who, h.On.Authority):
		return h, fault.New(fault.Forbidden, "this is for those who act for the authority")
	}
	return h, nil
}

func (s *Site) directiveEdit(v *visit) error {
	h, err := v.draftOf()
	if err != nil {
		return err
	}
	return v.showDraftEdit(h, string(h.Written), "", int64(h.Version))
}

func (v *visit) showDraftEdit(h directiveHead, written, wrong string, seen int64) error {
	h.Version = int(seen)
	d := &directiveView{directiveHead: h, Draft: &directiveDraft{Edit: true, Key: cmp.Or(v.Form.Get("key"), newKey()), Written: written, Wrong: wrong, Foreign: v.Lang != "en", May: true}}
	status := http.StatusOK
	if wrong != "" {
		status = http.StatusUnprocessableEntity
		v.problemOf("document", wrong)
	}
	return v.showStatus(status, "directive-draft", v.t("directives.title-one"), "directives", d)
}

func (s *Site) directiveEditDo(v *visit) error {
	h, err := v.draftOf()
	if err != nil {
		return err
	}
	text, seen := v.Form.Get("document"), v.formInt("seen")
	if strings.TrimSpace(text) == "" {
		return v.showDraftEdit(h, text, v.t("common.field-missing"), int64(h.Version))
	}
	_, err = v.o.Directives.Redraft(v.ctx(), v.Who, h.ID, []byte(text), int(seen), v.Form.Get("key"))
	switch kind := fault.KindOf(err); {
	case err == nil:
		return v.done(h.Base, "saved")
	case kind == fault.Conflict && seen != int64(h.Version):
		return v.showDraftEdit(h, text, v.t("directives.draft-moved"), int64(h.Version))
	case kind == fault.Invalid || kind == fault.Conflict:
		return v.showDraftEdit(h, text, err.Error(), int64(h.Version))
	}
	return err
}

func (s *Site) directiveIssue(v *visit) error {
	h, err := v.draftOf()
	if err != nil {
		return err
	}
	if !v.Who.Fresh {
		v.askStepUp()
		return nil
	}
	_, err = v.o.Directives.Issue(v.ctx(), v.Who, h.ID, int(v.formInt("seen")), v.Form.Get("key"))
	var at *fault.Error
	switch kind := fault.KindOf(err); {
	case err == nil:
		v.sides.acted()
		return v.done(h.Base, "directive-issued")
	case kind == fault.Conflict && v.formInt("seen") != int64(h.Version):
		return v.draftPage(h, v.t("directives.draft-moved"))
	case (kind == fault.Invalid || kind == fault.Conflict) && errors.As(err, &at):
		return v.draftPage(h, at.Error())
	}
	return err
}

func (s *Site) directiveDiscard(v *visit) error {
	h, err := v.draftOf()
	if err != nil {
		return err
	}
	if err := v.o.Directives.Discard(v.ctx(), v.Who, h.ID); err != nil {
		return err
	}
	v.sides.acted()
	return v.done("/directives", "directive-discarded")
}

// Person names somebody of the authority.
func (d *directiveView) Person(p *page, id string) string {
	return p.o.Identity.PersonName(p.ctx(), id)
}
