package webui

import (
	"net/http"
	"strings"
	"time"

	"tocsin/calendar"
	"tocsin/partner"
)

// routesSettings puts on the mux what people change of themselves. What changes
// how somebody comes in asks for a fresh proof of who they are.
func (s *Site) routesSettings() {
	s.page("GET /settings", s.profile, 0)
	s.page("POST /settings/profile", s.profileSave, 0)
	s.page("GET /settings/sign-in", s.ways, 0)
	s.page("POST /settings/password", s.passwordSet, fresh|limited)
	s.page("POST /settings/second-factor", s.factorBegin, fresh|limited)
	s.page("POST /settings/second-factor/confirm", s.factorConfirm, fresh|limited)
	s.page("POST /settings/second-factor/drop", s.factorDrop, fresh)
	s.page("POST /settings/passkeys/begin", s.passkeyBegin, fresh|limited|sendsJSON)
	s.page("POST /settings/passkeys/finish", s.passkeyFinish, fresh|limited|sendsJSON)
	s.page("POST /settings/passkeys/drop", s.passkeyDrop, fresh)
	s.page("GET /settings/tokens", s.tokens, 0)
	s.page("POST /settings/tokens", s.tokenMake, fresh)
	s.page("POST /settings/tokens/drop", s.tokenDrop, 0)
	s.page("GET /settings/sessions", s.sessions, 0)
	s.page("POST /settings/sessions/end", s.sessionEnd, 0)
	s.page("GET /settings/deputies", s.deputies, 0)
	s.page("POST /settings/deputies", s.deputyAdd, fresh)
	s.page("POST /settings/deputies/drop", s.deputyDrop, 0)
	s.page("GET /approvals", s.approvals, 0)
	s.page("POST /approvals/{id}", s.approvalDecide, fresh)
	s.page("GET /help", s.help, public|limited|frozen)
}

// profiled is what the page of the profile shows.
type profiled struct {
	Person  partner.Person
	Version int64
	Orgs    []acting
	Langs   []option
	Themes  []option
	Zones   []option
}

// acting is one organisation that the reader acts for, with its name.
type acting struct {
	Name  string
	Roles []partner.Role
	For   string // whose deputy the reader is there, "" for one's own place
}

// zones are suggestions; any IANA name is taken.
var zones = []string{
	"Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Bogota", "America/Chicago", "America/Los_Angeles",
	"America/Mexico_City", "America/New_York", "America/Sao_Paulo", "America/Toronto", "Asia/Dubai", "Asia/Hong_Kong",
	"Asia/Jakarta", "Asia/Jerusalem", "Asia/Kolkata", "Asia/Seoul", "Asia/Shanghai", "Asia/Singapore", "Asia/Taipei",
	"Asia/Tokyo", "Australia/Sydney", "Europe/Amsterdam", "Europe/Athens", "Europe/Berlin", "Europe/Brussels",
	"Europe/Dublin", "Europe/Helsinki", "Europe/Istanbul", "Europe/Kyiv", "Europe/Lisbon", "Europe/London",
	"Europe/Luxembourg", "Europe/Madrid", "Europe/Paris", "Europe/Prague", "Europe/Rome", "Europe/Stockholm",
	"Europe/Vienna", "Europe/Warsaw", "Europe/Zurich", "Pacific/Auckland", "UTC",
}

func (s *Site) profile(v *visit) error {
	p, version, err := s.o.Identity.Person(v.ctx(), v.Session.Person)
	if err != nil {
		return err
	}
	return v.show("settings-profile", v.t("settings.title"), "settings", v.profiled(p, version))
}

func (v *visit) profiled(p partner.Person, version int64) profiled {
	d := profiled{Person: p, Version: version}
	for _, a := range v.Who.Acting {
		if name := v.o.Identity.OrgName(v.ctx(), a.Org); name != "" {
			x := acting{Name: name, Roles: a.Roles}
			if a.For != "" {
				x.For = v.o.Identity.PersonName(v.ctx(), a.For)
			}
			d.Orgs = append(d.Orgs, x)
		}
	}
	d.Langs = []option{{"", v.t("settings.lang-browser")}}
	for _, lang := range Languages {
		d.Langs = append(d.Langs, option{lang, langNames[lang]})
	}
	d.Themes = []option{{"", v.t("settings.theme-system")}, {"light", v.t("settings.theme-light")}, {"dark", v.t("settings.theme-dark")}}
	for _, z := range zones {
		d.Zones = append(d.Zones, option{z, ""})
	}
	return d
}

// profileSave keeps name, language, zone and theme. The place is not here: it
// opens and closes cases, and is an administrator's to change.
func (s *Site) profileSave(v *visit) error {
	p, _, err := s.o.Identity.Person(v.ctx(), v.Session.Person)
	if err != nil {
		return err
	}
	version := v.formInt("version")
	p.Name = strings.TrimSpace(v.Form.Get("name"))
	p.Lang, p.Zone, p.Theme = v.Form.Get("language"), strings.TrimSpace(v.Form.Get("zone")), v.Form.Get("theme")
	if p.Name == "" {
		v.problem("name", "common.field-missing")
	}
	if p.Zone != "" {
		if _, err := calendar.Zone(p.Zone); err != nil || p.Zone == calendar.UnknownZone {
			v.problem("zone", "settings.zone-unknown")
		}
	}
	if !v.ok() {
		return v.again("settings-profile", v.t("settings.title"), "settings", v.profiled(p, version))
	}
	if err := s.o.Identity.SaveProfile(v.ctx(), p, version); err != nil {
		return err
	}
	v.keepTheme(p)
	v.dropCookie(cookieLang) // what the profile says holds from now on
	return v.done("/settings", "saved")
}

// keepTheme puts the theme of a profile into a cookie, so that a page needs no
// profile to look as it should.
func (v *visit) keepTheme(p partner.Person) {
	if p.Theme == "" {
		v.dropCookie(cookieTheme)
		return
	}
	v.setCookie(cookieTheme, p.Theme, 365*24*time.Hour, http.SameSiteLaxMode)
}
