package interop

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tocsin/webui/webuitest"
)

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
	return webuitest.Provider(t, "../tools/interop-node", ssoReturn,
		webuitest.Client{ID: ssoClient, Secret: ssoSecret}, webuitest.Client{ID: otherClient, Secret: otherSecret})
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
