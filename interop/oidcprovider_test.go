package interop

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// nodeModules installs the packages of tools/interop-node once, exactly as its
// lock file says, and gives the folder. It is kept beside the build cache and
// named by the lock file, so that other versions land in another folder. What
// cannot be installed fails the test: what did not run is no pass.
func nodeModules(t *testing.T) string {
	t.Helper()
	installed.once.Do(func() { installed.dir, installed.err = install() })
	if installed.err != nil {
		t.Fatal(installed.err)
	}
	return installed.dir
}

var installed struct {
	once sync.Once
	dir  string
	err  error
}

func install() (string, error) {
	const from = "../tools/interop-node"
	for _, name := range []string{"node", "npm"} {
		if _, err := exec.LookPath(name); err != nil {
			return "", fmt.Errorf("%s is missing; install it with 'apt-get install nodejs npm'", name)
		}
	}
	lock, err := os.ReadFile(filepath.Join(from, "package-lock.json"))
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(lock)
	dir := filepath.Join(cache, "tocsin-interop-node", hex.EncodeToString(sum[:8]))
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "oidc-provider")); err == nil {
		return dir, nil
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return "", err
	}
	work, err := os.MkdirTemp(filepath.Dir(dir), "new-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work)
	for _, name := range []string{"package.json", "package-lock.json"} {
		data, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(work, name), data, 0o600); err != nil {
			return "", err
		}
	}
	// "ci" takes what the lock file says and checks its digests; no script of a package runs.
	cmd := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = work
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm ci in tools/interop-node: %v\n%s", err, out)
	}
	if err := os.Rename(work, dir); err != nil {
		if _, e := os.Stat(filepath.Join(dir, "node_modules", "oidc-provider")); e != nil { // else another test process was faster
			return "", err
		}
	}
	return dir, nil
}

// The clients that a provider knows, and where it sends browsers back to.
const (
	ssoClient   = "tocsin"
	ssoSecret   = "a secret of the client with = and & in it"
	otherClient = "somebody-else"
	otherSecret = "another secret, of another client"
	ssoReturn   = "http://127.0.0.1:7/sign-in/sso/return" // nobody listens there: the test is the browser
)

// startProvider runs the provider for the length of the test and gives its issuer.
func startProvider(t *testing.T) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", "../tools/interop-node/provider.mjs", nodeModules(t))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	said := &output{}
	cmd.Stderr = writer{said}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close() // it ends by itself then; the context kills it otherwise
		_ = cmd.Wait()
	})
	settings := map[string]any{"redirect": ssoReturn, "clients": []map[string]string{
		{"id": ssoClient, "secret": ssoSecret}, {"id": otherClient, "secret": otherSecret}}}
	if err := json.NewEncoder(in).Encode(settings); err != nil {
		t.Fatal(err)
	}
	found := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if issuer, ok := strings.CutPrefix(lines.Text(), "issuer "); ok {
				found <- issuer
			}
		}
		close(found)
	}()
	select {
	case issuer, ok := <-found:
		if !ok {
			t.Fatalf("the provider ended at once:\n%s", said)
		}
		return issuer
	case <-time.After(time.Minute):
		t.Fatalf("the provider does not listen:\n%s", said)
	}
	return ""
}

// writer keeps what a program says on standard error.
type writer struct{ o *output }

func (w writer) Write(p []byte) (int, error) {
	w.o.mu.Lock()
	defer w.o.mu.Unlock()
	return w.o.text.Write(p)
}

// browser is somebody with cookies who follows redirections and fills in the
// provider's forms, until the address of the way back.
type browser struct {
	*testing.T
	http  *http.Client
	forms []string // the prompts that were answered, in order
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{T: t, http: &http.Client{Jar: jar, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

var (
	formAction = regexp.MustCompile(`<form[^>]*\baction="([^"]+)"[^>]*\bmethod="post"`)
	formPrompt = regexp.MustCompile(`name="prompt" value="([a-z]+)"`)
)

// visit goes to an address as a person would and gives the query of the way back.
func (b *browser) visit(address, login string) url.Values {
	b.Helper()
	b.forms = nil
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address, nil)
	if err != nil {
		b.Fatal(err)
	}
	for range 20 {
		res, body := b.do(req)
		if res.StatusCode >= 300 && res.StatusCode < 400 {
			next, err := res.Location()
			if err != nil {
				b.Fatal(err)
			}
			if strings.HasPrefix(next.String(), ssoReturn) {
				return next.Query()
			}
			req = b.request(http.MethodGet, next, nil)
			continue
		}
		action, prompt := formAction.FindStringSubmatch(body), formPrompt.FindStringSubmatch(body)
		if res.StatusCode != http.StatusOK || action == nil || prompt == nil {
			b.Fatalf("%s answered %s:\n%s", req.URL.Path, res.Status, body)
		}
		b.forms = append(b.forms, prompt[1])
		values := url.Values{"prompt": {prompt[1]}}
		if prompt[1] == "login" {
			values.Set("login", login)
			values.Set("password", "anything: the provider's forms for development do not look at it")
		}
		to, err := res.Request.URL.Parse(action[1])
		if err != nil {
			b.Fatal(err)
		}
		req = b.request(http.MethodPost, to, values)
	}
	b.Fatal("the provider does not come to an end")
	return nil
}

func (b *browser) request(method string, to *url.URL, form url.Values) *http.Request {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), method, to.String(), strings.NewReader(form.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return req
}

func (b *browser) do(req *http.Request) (*http.Response, string) {
	b.Helper()
	res, err := b.http.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		b.Fatal(err)
	}
	return res, string(body)
}
