package app

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"tocsin/access"
	"tocsin/httpapi"
	"tocsin/identity"
	"tocsin/webui"
)

// forgetful remembers of everybody what they might do when it saw them first, as
// a process would that does not look where a member stands now.
type forgetful struct {
	httpapi.Tokens
	mu   sync.Mutex
	seen map[string]access.Reader
}

func (f *forgetful) TokenReader(ctx context.Context, token string, came identity.Came) (access.Reader, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r, ok := f.seen[token]; ok {
		return r, nil
	}
	r, err := f.Tokens.TokenReader(ctx, token, came)
	if err == nil {
		f.seen[token] = r
	}
	return r, err
}

// dreamy is forgetful for the pages.
type dreamy struct {
	webui.Identity
	mu   sync.Mutex
	seen map[string]access.Reader
}

func (d *dreamy) Reader(ctx context.Context, secret string, came identity.Came) (identity.Session, access.Reader, error) {
	s, r, err := d.Identity.Reader(ctx, secret, came)
	d.mu.Lock()
	defer d.mu.Unlock()
	if known, ok := d.seen[secret]; ok && err == nil {
		return s, known, nil
	}
	if err == nil {
		d.seen[secret] = r
	}
	return s, r, err
}

// control serves API and pages without the check, and gives their address.
func (w *anvil) control() string {
	w.t.Helper()
	p := w.platforms[0]
	api, pages := p.parts.api, p.parts.pageOptions(p)
	api.Tokens = &forgetful{Tokens: api.Tokens, seen: map[string]access.Reader{}}
	pages.Identity = &dreamy{Identity: pages.Identity, seen: map[string]access.Reader{}}
	site, err := webui.New(pages)
	w.must(err)
	mux := http.NewServeMux()
	httpapi.API(mux, api)
	site.Mount(mux)
	s := httptest.NewServer(mux)
	w.t.Cleanup(s.Close)
	return strings.Replace(s.URL, "127.0.0.1", "localhost", 1) // the cookie is that of the platform's host
}
