package webui

import (
	"strings"

	"tocsin/identity"
)

// seenSession is one session as its owner sees it.
type seenSession struct {
	identity.Session
	Browser string
	Here    bool
}

func (s *Site) sessions(v *visit) error {
	all, err := s.o.Identity.Sessions(v.ctx(), v.Session.Person)
	if err != nil {
		return err
	}
	var list []seenSession
	for _, x := range all {
		list = append(list, seenSession{x, browser(x.Agent), x.ID == v.Session.ID})
	}
	return v.show("settings-sessions", v.t("settings.sessions-title"), "settings", list)
}

// sessionEnd ends one session, or all others.
func (s *Site) sessionEnd(v *visit) error {
	id := v.Form.Get("id")
	if err := s.o.Identity.EndSession(v.ctx(), v.Session.Person, id, v.Session.ID); err != nil {
		return err
	}
	if id == "" {
		return v.done("/settings/sessions", "sessions-ended")
	}
	return v.done("/settings/sessions", "session-ended")
}

// browser makes two words of what a browser says of itself, so that a person
// can tell their sessions apart; what it does not know it leaves as it is.
func browser(agent string) string {
	name, system := "", ""
	for _, b := range [][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}} {
		if strings.Contains(agent, b[0]) {
			name = b[1]
			break
		}
	}
	for _, s := range [][2]string{{"iPhone", "iOS"}, {"iPad", "iPadOS"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS", "macOS"}, {"Linux", "Linux"}} {
		if strings.Contains(agent, s[0]) {
			system = s[1]
			break
		}
	}
	switch {
	case name == "" && system == "":
		return clipText(agent, 60)
	case name == "" || system == "":
		return name + system
	}
	return name + ", " + system
}
