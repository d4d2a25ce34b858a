package app

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// securityRoute is where finders look for whom to tell (RFC 9116, 3).
const securityRoute = "GET /.well-known/security.txt"

const (
	contactHolds = 180 * 24 * time.Hour // Expires; less than a year (RFC 9116, 2.5.5)
	contactLimit = 20                   // of contacts, and 500 bytes each
)

// checkContacts refuses what whoever found a flaw could not use.
func (o PlatformOptions) checkContacts(bool) error {
	if len(o.SecurityContacts) > contactLimit {
		return refused("--security-contact: %d are too many; at most %d, the preferred one first", len(o.SecurityContacts), contactLimit)
	}
	for _, c := range o.SecurityContacts {
		u := plainURI(c)
		switch {
		case u != nil && u.Scheme == "https" && u.Host != "":
		case u != nil && u.Scheme == "mailto" && strings.Contains(strings.Trim(u.Opaque, "@"), "@"):
		case u != nil && u.Scheme == "tel" && strings.ContainsAny(u.Opaque, "0123456789") && strings.Trim(u.Opaque, "+0123456789-.()") == "":
		default:
			return refused("--security-contact: %.100q is no address that a finder can use; mailto:security@example.org, https://example.org/report and tel:+49-30-555-0100 are", c)
		}
	}
	switch u := plainURI(o.SecurityPolicy); {
	case o.SecurityPolicy == "":
	case u == nil || u.Scheme != "https" || u.Host == "":
		return refused("--security-policy: %.100q is not the https address of a page", o.SecurityPolicy)
	case len(o.SecurityContacts) == 0:
		return refused("--security-policy without --security-contact: whoever read how you want to be told must know where; give a contact such as mailto:security@example.org")
	}
	return nil
}

// plainURI reads an address of printable ASCII without blanks or a password in
// it (RFC 3986); nil if it is none. Nothing of it can begin a line of its own.
func plainURI(s string) *url.URL {
	if len(s) > 500 || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\^`{|}", r) }) {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.User != nil {
		return nil
	}
	return u
}

// securityText is the file; "" without a contact. It is the same all day long.
func (o PlatformOptions) securityText(now time.Time) string {
	if len(o.SecurityContacts) == 0 {
		return ""
	}
	var b strings.Builder
	for _, c := range o.SecurityContacts {
		fmt.Fprintf(&b, "Contact: %s\n", c)
	}
	fmt.Fprintf(&b, "Expires: %s\n", now.UTC().Truncate(24*time.Hour).Add(contactHolds).Format(time.RFC3339))
	if o.secure() { // its address must be https, so that whoever reads it knows whose it is
		for _, h := range o.Hosts {
			fmt.Fprintf(&b, "Canonical: https://%s/.well-known/security.txt\n", h)
		}
	}
	if o.SecurityPolicy != "" {
		fmt.Fprintf(&b, "Policy: %s\n", o.SecurityPolicy)
	}
	b.WriteString("Preferred-Languages: en, zh, fr, de\n")
	return b.String()
}

// mountSecurity answers whoever found a flaw in this platform.
func (p *Platform) mountSecurity(mux *http.ServeMux) {
	mux.HandleFunc(securityRoute, func(w http.ResponseWriter, r *http.Request) {
		text := p.o.securityText(p.app.o.Now())
		if text == "" {
			p.parts.refuse(w, r, http.StatusNotFound)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "text/plain; charset=utf-8")
		h.Set("Cache-Control", "public, max-age=86400")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		_, _ = w.Write([]byte(text)) // a broken connection is the client's own affair
	})
}
