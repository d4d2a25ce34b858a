package e2e

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

var aToken = regexp.MustCompile(`tocsin_[A-Za-z0-9_-]{20,}`)

// apitoken FILE LINK SCOPE…: comes in by a link of the demo, as a browser does, and
// makes a token in the settings.
func apitoken(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: apitoken FILE LINK SCOPE…")
	}
	jar, err := cookiejar.New(nil)
	ts.Check(err)
	browser := &http.Client{Jar: jar}
	link, _, _ := strings.Cut(args[1], "?")
	base, _, _ := strings.Cut(link, "/in/")
	send := func(address string, form url.Values) string {
		res, err := browser.PostForm(address, form)
		ts.Check(err)
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		ts.Check(err)
		return string(text)
	}
	send(link, url.Values{"a": {"1"}})
	page := send(base+"/settings/tokens", url.Values{"name": {"script"}, "scope": args[2:], "days": {"7"}})
	token := aToken.FindString(page)
	if token == "" {
		ts.Fatalf("no token on the page:\n%.2000s", page)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(token+"\n"), 0o600))
}
