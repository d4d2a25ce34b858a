package app

import (
	"fmt"
	"net/url"
	"strings"

	"tocsin/httpapi"
)

// fill puts words into the addresses of a pattern: one, or one for each query.
func (w *anvil) fill(pattern, path string) ([]string, error) {
	values := map[string]string{"handle": w.handle, "case": w.handle, "event": "e3", "rule": "CN-RMSV-7-2-MIIT", "person": "ada", "org": "acme", "seq": "1", "platform": "circle", "p": "circle",
		"item": w.item, "member": w.member, "membership": w.member, "finding": w.finding}
	for prefix, v := range map[string]string{"/admin/people/": "ada", "/admin/organisations/": "acme", httpapi.Prefix + "/shared/": w.item, httpapi.Prefix + "/memberships/": w.member,
		"/partners/": w.member, "/inbox/": w.letter, "/findings/": w.finding, "/shared/": w.item,
		httpapi.Prefix + "/directives/": w.task, "/directives/": w.task} {
		if strings.HasPrefix(path, prefix) {
			values["id"] = v
		}
	}
	if p := instead[pattern]; p != "" {
		path = p
	}
	path = strings.TrimSuffix(path, "{$}")
	for {
		before, rest, ok := strings.Cut(path, "{")
		if !ok {
			break
		}
		name, after, _ := strings.Cut(rest, "}")
		v, ok := values[strings.TrimSuffix(name, "...")]
		if !ok && notMembers[pattern] == "" {
			return nil, fmt.Errorf("nobody has said what stands for {%s}", name)
		}
		path = before + url.PathEscape(v) + after
	}
	var out []string
	for q := range strings.SplitSeq(queries[pattern], "|") {
		if q != "" {
			q = "?" + strings.NewReplacer("SOUGHT", sought, "DUTY", url.QueryEscape(w.duty)).Replace(q)
		}
		out = append(out, path+q)
	}
	return out, nil
}

// queries are what a route needs beside its address, and what it gives by them.
var queries = map[string]string{
	"GET /partners/{id}/do":                                  "act=partner-left",
	"GET /shared":                                            "|waiting=on|kind=risk-notice",
	"GET /shared/{id}":                                       "|version=1|words=en",
	"GET /shared/new":                                        "platform=circle&kind=report",
	"GET /search":                                            "q=SOUGHT",
	"GET " + httpapi.Prefix + "/search":                      "q=SOUGHT",
	"GET /cases/{handle}/duties":                             "id=DUTY",
	"GET " + httpapi.Prefix + "/cases/{case}/duties":         "id=DUTY",
	"GET " + httpapi.Prefix + "/cases/{case}/receipt":        "event=e3&disclose=text",
	"GET /cases/{handle}/events/{event}/receipt":             "disclose=text",
	"GET " + httpapi.Prefix + "/cases/{case}/plan":           "|format=svg|format=text|format=ics",
	"GET " + httpapi.Prefix + "/shared/{id}":                 "|version=1",
	"GET " + httpapi.Prefix + "/platforms/{platform}/shared": "|waiting=true|kind=risk-notice",
	"GET /cases/{handle}/plan/what-if":                       "kind=leaked&by=acme",
	"GET /cases/{handle}/export":                             "|format=yaml|format=json|format=html",
	"GET " + httpapi.Prefix + "/cases/{case}/file":           "|format=json",
	"GET " + httpapi.Prefix + "/directives/{id}/file":        "|format=json",
	"GET /directives":                                        "|status=issued",
	"GET /directives/{id}/file":                              "|format=json",
	"GET /directives/{id}/do":                                "kind=completed&step=patch",
}

// instead is a whole address for a pattern that stands for many.
var instead = map[string]string{"GET /static/": "/static/icon.svg", "/tile/": "/tile/0/000.p/1"}

// Why a member reads nothing at a route.
const (
	leads   = "leads on to another page"
	signsIn = "before anybody is known, or while somebody comes in"
	ofAdmin = "of the installation's administrators"
	ofOwner = "of whoever runs the case"
	nothing = "what is at no address"

	ofAuthority = "of the authority"
)

// notMembers are the routes where nothing of a member's can be, and why. They are
// hammered like the others.
var notMembers = map[string]string{
	"GET /directives/new": ofAuthority, "GET /directives/{id}/edit": ofAuthority, "GET /directives/{id}/report": ofAuthority, "GET /directives/{id}/burndown.svg": ofAuthority,
	"/": nothing, httpapi.Prefix + "/": nothing, "/tile/": "of the public log; which tiles there are depends on its size", "GET /.well-known/security.txt": "this platform has no address for it",
	"GET /static/": "styles and scripts, the same for everybody", "GET " + httpapi.Prefix + "/shared/{id}/acknowledgements": ofAuthority,
	"GET /shared/{id}/correct": "of whoever shared it", "GET /partners/groups": ofAuthority, "GET " + httpapi.Prefix + "/directives/{id}/report": ofAuthority,
	"GET /findings/look": ofAuthority, "GET /partners/invite": ofAuthority, "GET /partners/call": ofAuthority, "GET /partners/calls/{platform}/{round}": ofAuthority, "GET /partners/waiting": ofAuthority, "GET " + httpapi.Prefix + "/partner-acts/waiting": ofAuthority,
	"GET /healthz": "tells nothing but that the program runs", "GET /readyz": "tells nothing but whether the program is ready",
	"GET /{$}": leads, "GET /cases/{handle}": leads, "GET /setup": leads, "GET /sign-in": signsIn, "GET /sign-in/sso": signsIn, "GET /sign-in/sso/return": signsIn, "GET /step-up/sso": signsIn, "GET /in/{secret}": signsIn,
	"GET /admin": ofAdmin, "GET /admin/log": ofAdmin, "GET /admin/log/{seq}": ofAdmin, "GET /admin/organisations": ofAdmin, "GET /admin/organisations/new": ofAdmin, "GET /admin/organisations/{id}": ofAdmin,
	"GET /admin/people": ofAdmin, "GET /admin/people/new": ofAdmin, "GET /admin/people/{id}": ofAdmin, "GET /admin/platform": ofAdmin, "GET /admin/roles": ofAdmin, "GET /break-glass": ofAdmin,
	"GET " + httpapi.Prefix + "/organisations": ofAdmin, "GET " + httpapi.Prefix + "/organisations/{org}": ofAdmin, "GET " + httpapi.Prefix + "/people": ofAdmin, "GET " + httpapi.Prefix + "/people/{person}": ofAdmin,
	"GET " + httpapi.Prefix + "/roles": ofAdmin,
	"GET /cases/{handle}/about/edit":   ofOwner, "GET /cases/{handle}/erase": ofOwner, "GET /cases/{handle}/people/remove": ofOwner,
}
