package webui

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/identity"
	"tocsin/internal/fault"
)

// tokenScopes are the acts that a token can be made for, in the order of the
// form; the last ones are grave, and the form says so.
var (
	tokenScopes = []access.Act{access.See, access.Add, access.Adopt, access.Describe, access.Prove, access.Rely, access.Open}
	graveScopes = []access.Act{access.Invite, access.Export}
	tokenDays   = []int{7, 30, 90, 365}
)

// tokened is what the page of the tokens shows.
type tokened struct {
	Tokens []identity.Token
	Scopes []access.Act
	Grave  []access.Act
	Days   []option
	Made   string // the new token, once
	Name   string
}

func (s *Site) tokens(v *visit) error { return v.tokens(http.StatusOK, "", "") }

func (v *visit) tokens(status int, made, name string) error {
	c, err := v.o.Identity.Of(v.ctx(), v.Session.Person)
	if err != nil {
		return err
	}
	d := tokened{Tokens: c.Tokens, Scopes: tokenScopes, Grave: graveScopes, Made: made, Name: name}
	for _, n := range tokenDays {
		d.Days = append(d.Days, option{strconv.Itoa(n), v.t("settings.days", "n", n)})
	}
	return v.showStatus(status, "settings-tokens", v.t("settings.tokens-title"), "settings", d)
}

// tokenMake makes a token and shows it in the answer, the only time.
func (s *Site) tokenMake(v *visit) error {
	name, days := strings.TrimSpace(v.Form.Get("name")), int(v.formInt("days"))
	var scopes []string
	for _, scope := range v.Form["scope"] {
		if slices.Contains(tokenScopes, access.Act(scope)) || slices.Contains(graveScopes, access.Act(scope)) {
			scopes = append(scopes, scope)
		}
	}
	if name == "" {
		v.problem("name", "common.field-missing")
	}
	if len(scopes) == 0 {
		v.problem("scope", "settings.scope-missing")
	}
	if !slices.Contains(tokenDays, days) {
		v.problem("days", "common.field-missing")
	}
	if !v.ok() {
		return v.tokens(http.StatusUnprocessableEntity, "", "")
	}
	secret, t, err := s.o.Identity.NewToken(v.ctx(), v.Session.Person, name, scopes, time.Duration(days)*24*time.Hour)
	switch {
	case err == nil:
		v.Form = nil
		return v.tokens(http.StatusOK, secret, t.Name)
	case fault.KindOf(err) == fault.Invalid:
		v.problem("name", "settings.token-refused")
		return v.tokens(http.StatusUnprocessableEntity, "", "")
	}
	return err
}

func (s *Site) tokenDrop(v *visit) error {
	if err := s.o.Identity.DropToken(v.ctx(), v.Session.Person, v.Form.Get("id")); err != nil {
		return err
	}
	return v.done("/settings/tokens", "removed")
}
