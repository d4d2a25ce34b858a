package app

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"tocsin/internal/fault"
)

// Whoever found a flaw in a platform learns whom to tell, without signing in; where
// nobody is named there is no such page.
func TestWhomToTellOfAFlaw(t *testing.T) {
	a := begun(t, folder(t))
	p := started(t, a, PlatformOptions{SecurityContacts: []string{"mailto:security@example.org", "https://example.org/report?to=team", "tel:+49-30-555-0100"}, SecurityPolicy: "https://example.org/policy"})
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		res, text := newBrowser(t).do(method, p.URL()+"/.well-known/security.txt", nil)
		if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/plain; charset=utf-8" || res.Header.Get("Cache-Control") != "public, max-age=86400" || len(res.Cookies()) > 0 {
			t.Errorf("%s: %d %v", method, res.StatusCode, res.Header)
		}
		if method == http.MethodHead {
			continue
		}
		fields := map[string][]string{}
		for line := range strings.Lines(text) {
			name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
			if !ok {
				t.Errorf("no field: %q", line)
			}
			fields[name] = append(fields[name], value)
		}
		if strings.Join(fields["Contact"], " ") != "mailto:security@example.org https://example.org/report?to=team tel:+49-30-555-0100" || strings.Join(fields["Policy"], " ") != "https://example.org/policy" {
			t.Errorf("%q", text)
		}
		if strings.Join(fields["Preferred-Languages"], "|") != "en, zh, fr, de" || len(fields["Canonical"]) != 0 || len(fields["Expires"]) != 1 {
			t.Errorf("%q", text)
		}
		until, err := time.Parse(time.RFC3339, fields["Expires"][0])
		if left := time.Until(until); err != nil || left < 150*24*time.Hour || left > 365*24*time.Hour {
			t.Errorf("good until %s: %v", fields["Expires"], err)
		}
	}
	silent := started(t, begun(t, folder(t)), PlatformOptions{})
	if res, text := newBrowser(t).do("GET", silent.URL()+"/.well-known/security.txt", nil); res.StatusCode != http.StatusNotFound || strings.Contains(text, "Contact") || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("without a contact: %d %v", res.StatusCode, res.Header)
	}
}

// The file says under which addresses it is the platform's own, where those are
// https; all day it is the same.
func TestTheFileSaysWhoseItIs(t *testing.T) {
	at := time.Date(2026, 11, 22, 23, 59, 59, 0, time.FixedZone("", 3600))
	o := PlatformOptions{Hosts: []string{"tocsin.example.org", "t.example.net:8443"}, Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, SecurityContacts: []string{"mailto:a@example.org"}}
	want := "Contact: mailto:a@example.org\nExpires: 2027-05-21T00:00:00Z\nCanonical: https://tocsin.example.org/.well-known/security.txt\n" +
		"Canonical: https://t.example.net:8443/.well-known/security.txt\nPreferred-Languages: en, zh, fr, de\n"
	if got := o.securityText(at); got != want || o.securityText(at.Add(-20*time.Hour)) != want {
		t.Errorf("%s", got)
	}
	if o.Proxies = nil; strings.Contains(o.securityText(at), "Canonical") {
		t.Error("a file that anybody on the way can change calls itself canonical")
	}
}

// What a finder could not use, or what would put lines of its own into the file, is
// refused with a sentence.
func TestContactsThatNobodyCanUse(t *testing.T) {
	check := func(policy string, contacts ...string) error {
		return PlatformOptions{Addr: "127.0.0.1:0", SecurityContacts: contacts, SecurityPolicy: policy}.Check()
	}
	for _, bad := range []string{"", "security@example.org", "mailto:", "mailto:security", "mailto:@example.org", "mailto:security@", "http://example.org/report", "https://", "https:example.org", "tel:", "tel:call-me",
		"javascript:alert(1)", "ftp://example.org", "mailto:a@example.org\nContact: mailto:evil@example.org", "mailto:a@example.org\r", "mailto:a b@example.org", "mailto:ä@example.org", "https://a:b@example.org/", "https://example.org/" + strings.Repeat("x", 600)} {
		if err := check("", "mailto:a@example.org", bad); fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "--security-contact") || len(err.Error()) > 400 {
			t.Errorf("%.40q: %v", bad, err)
		}
	}
	if err := check("http://example.org/policy", "mailto:a@example.org"); err == nil || !strings.Contains(err.Error(), "--security-policy") {
		t.Error(err)
	}
	if err := check("https://example.org/policy"); err == nil || !strings.Contains(err.Error(), "without --security-contact") {
		t.Error(err)
	}
	if err := check("", make([]string, 21)...); err == nil || !strings.Contains(err.Error(), "too many") {
		t.Error(err)
	}
	if err := check("https://example.org/policy", "mailto:a+b@example.org?subject=flaw", "tel:+1-201-555-0123", "https://xn--bcher-kva.example/"); err != nil {
		t.Error(err)
	}
}
