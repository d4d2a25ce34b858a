package app

import (
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/fault"
)

// secret writes a file with a mode.
func secretFile(t *testing.T, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte("hidden"), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// What is half secure is refused, each with a sentence that names the flag.
func TestHalfSecureIsRefused(t *testing.T) {
	good, readable := secretFile(t, 0o600), secretFile(t, 0o640)
	proxy := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	sso := SSO{Issuer: "https://id.example.org", ClientID: "tocsin", SecretFile: good}
	for name, c := range map[string]struct {
		o    PlatformOptions
		want string // words of the refusal; "" for none
	}{
		"this machine alone":            {PlatformOptions{Addr: "127.0.0.1:8321"}, ""},
		"this machine by name":          {PlatformOptions{Addr: "localhost:0"}, ""},
		"this machine in IPv6":          {PlatformOptions{Addr: "[::1]:8321"}, ""},
		"no port":                       {PlatformOptions{Addr: "127.0.0.1"}, "--addr"},
		"nothing":                       {PlatformOptions{}, "--addr"},
		"the world in clear":            {PlatformOptions{Addr: ":8321", Hosts: []string{"tocsin.example.org"}}, "passwords would cross the network in clear"},
		"one network in clear":          {PlatformOptions{Addr: "192.0.2.1:80", Hosts: []string{"tocsin.example.org"}}, "in clear"},
		"a name that might be loopback": {PlatformOptions{Addr: "gateway:80", Hosts: []string{"tocsin.example.org"}}, "in clear"},
		"the world by TLS":              {PlatformOptions{Addr: ":443", Hosts: []string{"tocsin.example.org"}, TLSCert: "c.pem", TLSKey: good}, ""},
		"TLS without a name":            {PlatformOptions{Addr: ":443", TLSCert: "c.pem", TLSKey: good}, "--host"},
		"a certificate without a key":   {PlatformOptions{Addr: ":443", TLSCert: "c.pem"}, "belong together"},
		"a key without a certificate":   {PlatformOptions{Addr: ":443", TLSKey: good}, "belong together"},
		"a key that others may read":    {PlatformOptions{Addr: ":443", Hosts: []string{"a.example.org"}, TLSCert: "c.pem", TLSKey: readable}, "others on this machine may read"},
		"a key that is not there":       {PlatformOptions{Addr: ":443", Hosts: []string{"a.example.org"}, TLSCert: "c.pem", TLSKey: good + "x"}, "cannot be read"},
		"a key that is a folder":        {PlatformOptions{Addr: ":443", Hosts: []string{"a.example.org"}, TLSCert: "c.pem", TLSKey: t.TempDir()}, "folder"},
		"behind a proxy":                {PlatformOptions{Addr: "127.0.0.1:1", Proxies: proxy, Hosts: []string{"tocsin.example.org"}}, ""},
		"behind a proxy elsewhere":      {PlatformOptions{Addr: "10.0.0.5:1", Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")}, Hosts: []string{"tocsin.example.org"}}, ""},
		"a proxy without a name":        {PlatformOptions{Addr: "127.0.0.1:1", Proxies: proxy}, "--behind-proxy without --host"},
		"everybody is a proxy":          {PlatformOptions{Addr: "127.0.0.1:1", Proxies: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}, Hosts: []string{"a.example.org"}}, "would believe nearly everybody"},
		"everybody is a proxy in IPv6":  {PlatformOptions{Addr: "127.0.0.1:1", Proxies: []netip.Prefix{netip.MustParsePrefix("2000::/3")}, Hosts: []string{"a.example.org"}}, "would believe nearly everybody"},
		"a name without a proxy":        {PlatformOptions{Addr: "127.0.0.1:1", Hosts: []string{"tocsin.example.org"}}, "--behind-proxy"},
		"a tunnel":                      {PlatformOptions{Addr: "127.0.0.1:1", Hosts: []string{"localhost:9999"}}, ""},
		"a name with a port":            {PlatformOptions{Addr: ":1", Hosts: []string{"a.example.org:8443"}, TLSCert: "c.pem", TLSKey: good}, ""},
		"a name with a scheme":          {PlatformOptions{Addr: "127.0.0.1:1", Proxies: proxy, Hosts: []string{"https://a.example.org"}}, "is not a name"},
		"a name with a star":            {PlatformOptions{Addr: "127.0.0.1:1", Proxies: proxy, Hosts: []string{"*.example.org"}}, "is not a name"},
		"a name with a port of nobody":  {PlatformOptions{Addr: "127.0.0.1:1", Proxies: proxy, Hosts: []string{"a.example.org:99999"}}, "is not a name"},
		"a name with a blank":           {PlatformOptions{Addr: "127.0.0.1:1", Proxies: proxy, Hosts: []string{"a b"}}, "is not a name"},
		"single sign-on":                {PlatformOptions{Addr: "127.0.0.1:1", SSO: sso}, ""},
		"half of single sign-on":        {PlatformOptions{Addr: "127.0.0.1:1", SSO: SSO{Issuer: "https://id.example.org"}}, "needs all of"},
		"single sign-on in clear":       {PlatformOptions{Addr: "127.0.0.1:1", SSO: SSO{Issuer: "http://id.example.org", ClientID: "t", SecretFile: good}}, "is not https"},
		"a provider on this machine":    {PlatformOptions{Addr: "127.0.0.1:1", SSO: SSO{Issuer: "http://127.0.0.1:5556/dex", ClientID: "t", SecretFile: good}}, ""},
		"a provider that is no address": {PlatformOptions{Addr: "127.0.0.1:1", SSO: SSO{Issuer: "id.example.org", ClientID: "t", SecretFile: good}}, "not the address"},
		"a provider with a password":    {PlatformOptions{Addr: "127.0.0.1:1", SSO: SSO{Issuer: "https://a:b@id.example.org", ClientID: "t", SecretFile: good}}, "not the address"},
		"a secret that others may read": {PlatformOptions{Addr: "127.0.0.1:1", SSO: SSO{Issuer: "https://id.example.org", ClientID: "t", SecretFile: readable}}, "others on this machine may read"},
		"metrics on this machine":       {PlatformOptions{Addr: "127.0.0.1:1", MetricsAddr: "127.0.0.1:2"}, ""},
		"metrics on one network":        {PlatformOptions{Addr: "127.0.0.1:1", MetricsAddr: "10.0.0.5:2"}, ""},
		"metrics for the world":         {PlatformOptions{Addr: "127.0.0.1:1", MetricsAddr: ":2"}, "listens on every network"},
		"metrics for the world in IPv6": {PlatformOptions{Addr: "127.0.0.1:1", MetricsAddr: "[::]:2"}, "listens on every network"},
		"metrics among the pages":       {PlatformOptions{Addr: "127.0.0.1:1", MetricsAddr: "127.0.0.1:1"}, "never on the address of the pages"},
		"metrics nowhere":               {PlatformOptions{Addr: "127.0.0.1:1", MetricsAddr: "here"}, "--metrics-addr"},
		"a ping":                        {PlatformOptions{Addr: "127.0.0.1:1", Ping: "https://watch.example.org/7"}, ""},
		"a ping that is a file":         {PlatformOptions{Addr: "127.0.0.1:1", Ping: "file:///etc/passwd"}, "--ping"},
		"a ping with a password in it":  {PlatformOptions{Addr: "127.0.0.1:1", Ping: "https://a:geheim@watch.example.org/"}, "--ping"},
	} {
		err := c.o.Check()
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || fault.KindOf(err) != fault.Invalid):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		case err != nil && strings.Contains(err.Error(), "geheim"):
			t.Errorf("%s: the refusal repeats a password: %v", name, err)
		}
	}
}

// Under which names it answers, and where people reach it.
func TestNames(t *testing.T) {
	proxy := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	for _, c := range []struct {
		o       PlatformOptions
		addr    string
		url     string
		hosts   []string
		origins []string
	}{
		{PlatformOptions{}, "127.0.0.1:8321", "http://localhost:8321",
			[]string{"localhost:8321", "127.0.0.1:8321", "[::1]:8321"},
			[]string{"http://localhost:8321", "http://127.0.0.1:8321", "http://[::1]:8321"}},
		{PlatformOptions{Proxies: proxy, Hosts: []string{"tocsin.example.org"}}, "127.0.0.1:8321", "https://tocsin.example.org",
			[]string{"tocsin.example.org", "localhost:8321", "127.0.0.1:8321", "[::1]:8321"},
			[]string{"https://tocsin.example.org", "http://localhost:8321", "http://127.0.0.1:8321", "http://[::1]:8321"}},
		{PlatformOptions{TLSCert: "c", TLSKey: "k", Hosts: []string{"a.example.org:8443", "b.example.org:8443"}}, "0.0.0.0:8443", "https://a.example.org:8443",
			[]string{"a.example.org:8443", "b.example.org:8443"}, []string{"https://a.example.org:8443", "https://b.example.org:8443"}},
		{PlatformOptions{Hosts: []string{"127.0.0.1:9999"}}, "127.0.0.1:8321", "http://127.0.0.1:9999",
			[]string{"127.0.0.1:9999", "localhost:8321", "127.0.0.1:8321", "[::1]:8321"}, nil},
		{PlatformOptions{TLSCert: "c", TLSKey: "k"}, "127.0.0.2:8443", "https://127.0.0.2:8443",
			[]string{"localhost:8443", "127.0.0.1:8443", "[::1]:8443", "127.0.0.2:8443"}, nil},
	} {
		if got := c.o.url(c.addr, true); got != c.url {
			t.Errorf("%s: %s", c.url, got)
		}
		if got := c.o.url(c.addr, false); strings.Contains(got, "localhost") {
			t.Errorf("%s is told although somebody else may have it", got)
		}
		if got := c.o.hosts(c.addr); !slices.Equal(got, c.hosts) {
			t.Errorf("%s: hosts %v", c.url, got)
		}
		if got := c.o.origins(c.addr); c.origins != nil && !slices.Equal(got, c.origins) {
			t.Errorf("%s: origins %v", c.url, got)
		}
	}
}
