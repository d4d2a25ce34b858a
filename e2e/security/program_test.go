package security

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestTheProgramRefusesHalfSecurity starts the built program in ways that are half
// secure: it ends with status 2 and one sentence that names the flag, and has made
// nothing.
func TestTheProgramRefusesHalfSecurity(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := filepath.Join(dir, "tocsin")
	if out, err := exec.Command("go", "build", "-o", program, "tocsin/cmd/tocsin").CombinedOutput(); err != nil {
		t.Fatalf("building the program: %v\n%s", err, out)
	}
	key, open := filepath.Join(dir, "key.pem"), filepath.Join(dir, "open.pem")
	must(t, os.WriteFile(key, []byte("x"), 0o600))
	must(t, os.WriteFile(open, []byte("x"), 0o600))
	must(t, os.Chmod(open, 0o644))
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"the world in clear":           {[]string{"--addr", "0.0.0.0:0", "--host", "tocsin.example.org"}, "in clear"},
		"the world by IPv6 in clear":   {[]string{"--addr", "[::]:0", "--host", "tocsin.example.org"}, "in clear"},
		"a certificate without a key":  {[]string{"--addr", "127.0.0.1:0", "--tls-cert", key}, "--tls-key"},
		"a key without a certificate":  {[]string{"--addr", "127.0.0.1:0", "--tls-key", key}, "--tls-cert"},
		"a key that others may read":   {[]string{"--addr", "127.0.0.1:0", "--tls-cert", key, "--tls-key", open}, "chmod 600"},
		"TLS without a name":           {[]string{"--addr", "0.0.0.0:0", "--tls-cert", key, "--tls-key", key}, "--host"},
		"a key that is none":           {[]string{"--addr", "127.0.0.1:0", "--tls-cert", key, "--tls-key", key}, "--tls-"},
		"a proxy without a name":       {[]string{"--addr", "127.0.0.1:0", "--behind-proxy", "127.0.0.1/32"}, "--host"},
		"everybody is a proxy":         {[]string{"--addr", "127.0.0.1:0", "--host", "a.example.org", "--behind-proxy", "0.0.0.0/0"}, "--behind-proxy"},
		"metrics on every network":     {[]string{"--addr", "127.0.0.1:0", "--metrics-addr", "0.0.0.0:0"}, "--metrics-addr"},
		"half of single sign-on":       {[]string{"--addr", "127.0.0.1:0", "--sso-issuer", "https://id.example.org"}, "--sso-client-id"},
		"single sign-on in clear":      {[]string{"--addr", "127.0.0.1:0", "--sso-issuer", "http://id.example.org", "--sso-client-id", "a", "--sso-secret-file", key}, "https"},
		"a secret that others may see": {[]string{"--addr", "127.0.0.1:0", "--sso-issuer", "https://id.example.org", "--sso-client-id", "a", "--sso-secret-file", open}, "chmod 600"},
	} {
		data := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		cmd := exec.CommandContext(ctx, program, append([]string{"serve", "--data", data}, c.args...)...)
		cmd.Env = append(os.Environ(), "TOCSIN_DATA=")
		out, err := cmd.CombinedOutput()
		cancel()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 2 && exit.ExitCode() != 3 && exit.ExitCode() != 1 {
			t.Errorf("%s: %v\n%s", name, err, out)
			continue
		}
		if !strings.Contains(string(out), c.want) || strings.Contains(string(out), "serving on") || len(out) > 800 {
			t.Errorf("%s: %s", name, out)
		}
		if strings.Contains(string(out), "goroutine") || strings.Contains(string(out), "panic") {
			t.Errorf("%s: %s", name, out)
		}
	}
}
