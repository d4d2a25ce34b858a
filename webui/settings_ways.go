package webui

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"strings"

	"tocsin/identity"
	"tocsin/internal/fault"
)

// wayIn is what the page of the ways in shows.
type wayIn struct {
	identity.Credentials
	Passkeyed bool // passkeys work at this address
	SSOName   string
	Login     string
}

func (s *Site) ways(v *visit) error { return v.ways(http.StatusOK) }

// ways shows them, for a limited session on the page of setting up.
func (v *visit) ways(status int) error {
	c, err := v.o.Identity.Of(v.ctx(), v.Session.Person)
	if err != nil {
		return err
	}
	p, _, err := v.o.Identity.Person(v.ctx(), v.Session.Person)
	if err != nil {
		return err
	}
	d := wayIn{Credentials: c, Passkeyed: v.o.Identity.Passkeys(), SSOName: v.o.SSO, Login: p.Login}
	if v.Session.Limited {
		return v.showStatus(status, "setup", v.t("signin.setup-title"), "", d)
	}
	return v.showStatus(status, "settings-ways", v.t("settings.ways-title"), "settings", d)
}

// passwordSet sets a password; identity says what is wrong with it.
func (s *Site) passwordSet(v *visit) error {
	password := v.Form.Get("password")
	if password != v.Form.Get("repeat") {
		v.problem("repeat", "settings.password-differs")
		return v.ways(http.StatusUnprocessableEntity)
	}
	err := s.o.Identity.SetPassword(v.ctx(), v.Session.Person, password, v.Session.ID)
	switch {
	case err == nil:
		return v.done(v.home(), "password")
	case fault.KindOf(err) == fault.Invalid:
		v.problem("password", "settings.password-weak")
		return v.ways(http.StatusUnprocessableEntity)
	}
	return err
}

// factor is what the page shows on which a second factor is set up.
type factor struct {
	URI    template.URL // otpauth address, for the phone that shows this page
	Secret string
	QR     template.URL // PNG as data, "" if it is not there any more
	Ticket string
	Home   string // where to go back to
}

// Picture is the PNG in base64 alone, for the form to bring back.
func (f factor) Picture() string { return strings.TrimPrefix(string(f.QR), pngData) }

const pngData = "data:image/png;base64,"

func (s *Site) factorBegin(v *visit) error {
	uri, secret, png, ticket, err := s.o.Identity.TOTPBegin(v.ctx(), v.Session.Person)
	if err != nil {
		return err
	}
	return v.show("settings-factor", v.t("settings.factor-title"), "settings", v.factor(uri, secret, base64.StdEncoding.EncodeToString(png), ticket))
}

// factor makes addresses that the template may use as they are: one of
// identity's, and a picture of nothing but base64.
func (v *visit) factor(uri, secret, png, ticket string) factor {
	f := factor{URI: template.URL(uri), Secret: secret, Ticket: ticket, Home: v.home()}
	if _, err := base64.StdEncoding.DecodeString(png); err == nil && png != "" {
		f.QR = template.URL(pngData + png)
	}
	return f
}

// factorConfirm takes the first code and shows the recovery codes, once.
func (s *Site) factorConfirm(v *visit) error {
	ticket := v.Form.Get("ticket")
	codes, err := s.o.Identity.TOTPConfirm(v.ctx(), v.Session.Person, ticket, v.Form.Get("code"))
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.Invalid:
		if err != nil {
			v.problem("code", "settings.code-wrong")
			// The secret is the reader's own, and came from this form.
			return v.again("settings-factor", v.t("settings.factor-title"), "settings",
				v.factor("", clipText(v.Form.Get("secret"), 100), clipText(v.Form.Get("qr"), 40000), ticket))
		}
	}
	if err != nil {
		return err
	}
	return v.show("settings-codes", v.t("settings.codes-title"), "settings", struct {
		Codes []string
		Next  string
	}{codes, v.home()})
}

func (s *Site) factorDrop(v *visit) error {
	if err := s.o.Identity.TOTPDrop(v.ctx(), v.Session.Person); err != nil {
		return v.lastWay(err)
	}
	return v.done(v.home(), "removed")
}

// passkeyBegin and passkeyFinish are asked by our script.
func (s *Site) passkeyBegin(v *visit) error {
	options, ticket, err := s.o.Identity.PasskeyAddBegin(v.ctx(), v.Session.Person)
	if err != nil {
		return err
	}
	return v.json(map[string]any{"options": json.RawMessage(options), "ticket": ticket})
}

func (s *Site) passkeyFinish(v *visit) error {
	a, err := v.passkeyAnswer()
	if err != nil {
		return err
	}
	if _, err := s.o.Identity.PasskeyAddFinish(v.ctx(), v.Session.Person, a.Ticket, clipText(a.Name, 60), a.Answer); err != nil {
		return err
	}
	v.setCookie(cookieFlash, "passkey", flashLife, http.SameSiteStrictMode)
	return v.json(map[string]any{"to": v.home()})
}

func (s *Site) passkeyDrop(v *visit) error {
	if err := s.o.Identity.PasskeyDrop(v.ctx(), v.Session.Person, v.Form.Get("id")); err != nil {
		return v.lastWay(err)
	}
	return v.done(v.home(), "removed")
}

// lastWay says in the reader's language that the last way in stays.
func (v *visit) lastWay(err error) error {
	var e *fault.Error
	if errors.As(err, &e) && e.Kind == fault.Conflict {
		v.problem("last", "settings.last-way")
		return v.ways(http.StatusConflict)
	}
	return err
}
