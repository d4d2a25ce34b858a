package webui

import (
	"errors"
	"net/url"
	"strings"

	"tocsin/access"
	"tocsin/internal/fault"
)

// mayBreakGlass tells whether the reader's office opens cases in an emergency,
// if need be after a step-up.
func (v *visit) mayBreakGlass() bool {
	d := access.Decide(access.BreakGlass, v.Who, access.Matter{})
	return d.Allowed || len(d.Needs) > 0
}

// glassPage asks which case has to be opened, and why. To whoever has no office
// the page is not there.
func (s *Site) glassPage(v *visit) error {
	if !v.mayBreakGlass() {
		return fault.New(fault.NotFound, "there is no such page here")
	}
	return v.show("case-glass", v.t("glass.title"), "cases", nil)
}

// glassBreak gives a seat as observer; the owners read who did it and why.
func (s *Site) glassBreak(v *visit) error {
	if !v.mayBreakGlass() {
		return fault.New(fault.NotFound, "there is no such page here")
	}
	if err := v.need(v.o.Desk != nil, v.t("glass.title")); err != nil {
		return err
	}
	ref, reason := strings.TrimSpace(v.Form.Get("case")), strings.TrimSpace(v.Form.Get("reason"))
	if ref == "" {
		v.problem("case", "common.field-missing")
	}
	if len([]rune(reason)) < 10 {
		v.problem("reason", "glass.reason-missing")
	}
	if v.ok() {
		seat, err := v.o.Desk.BreakGlass(v.ctx(), v.Who, ref, reason)
		var f *fault.Error
		switch {
		case err == nil:
			return v.done("/cases/"+url.PathEscape(seat.Case)+"/plan", "glass")
		case fault.KindOf(err) == fault.NotFound:
			v.problem("case", "glass.no-case")
		case errors.As(err, &f) && f.Kind == fault.Invalid:
			v.problems = map[string]string{"reason": f.Message}
		default:
			return err
		}
	}
	return v.again("case-glass", v.t("glass.title"), "cases", nil)
}
