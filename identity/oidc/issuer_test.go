package oidc

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// issuer is a provider that lies on demand: each test changes one thing of what
// it says.
type issuer struct {
	*testing.T
	server *httptest.Server
	key    *rsa.PrivateKey
	at     time.Time // its clock and ours

	mu      sync.Mutex
	asked   int                                      // discoveries
	codes   map[string]url.Values                    // code → what the browser was sent with
	claims  func(map[string]any)                     // changes the claims of the token
	header  func(map[string]any)                     // and its header
	sign    *rsa.PrivateKey                          // instead of key
	tell    func(map[string]any)                     // changes the discovery document
	token   func(http.ResponseWriter) bool           // answers instead of the token endpoint
	info    func(http.ResponseWriter, *http.Request) // answers userinfo
	down    bool
	granted url.Values // the last request for a token
	basic   bool       // it came with the secret in the header
}

var theKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

func newIssuer(t *testing.T) *issuer {
	i := &issuer{T: t, key: theKey(), at: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.discovery)
	mux.HandleFunc("GET /keys", i.keys)
	mux.HandleFunc("POST /token", i.exchange)
	mux.HandleFunc("GET /userinfo", func(w http.ResponseWriter, r *http.Request) {
		if i.info == nil {
			http.NotFound(w, r)
			return
		}
		i.info(w, r)
	})
	i.server = httptest.NewServer(mux)
	t.Cleanup(i.server.Close)
	return i
}

func (i *issuer) now() time.Time { i.mu.Lock(); defer i.mu.Unlock(); return i.at }
func (i *issuer) pass(d time.Duration) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.at = i.at.Add(d)
}

// provider is our side.
func (i *issuer) provider(change ...func(*Options)) *Provider {
	i.Helper()
	o := Options{Issuer: i.server.URL, ClientID: "tocsin", Secret: "hush", Redirect: "https://tocsin.example.org/sign-in/sso/return", Now: i.now}
	for _, f := range change {
		f(&o)
	}
	p, err := New(o)
	if err != nil {
		i.Fatal(err)
	}
	return p
}

func (i *issuer) json(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		i.Error(err)
	}
}

func (i *issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asked++
	if i.down {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	u := i.server.URL
	doc := map[string]any{"issuer": u, "authorization_endpoint": u + "/authorize", "token_endpoint": u + "/token",
		"jwks_uri": u + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"}}
	if i.info != nil {
		doc["userinfo_endpoint"] = u + "/userinfo"
	}
	if i.tell != nil {
		i.tell(doc)
	}
	i.json(w, doc)
}

func (i *issuer) keys(w http.ResponseWriter, _ *http.Request) {
	e := big.NewInt(int64(i.key.E)).Bytes()
	i.json(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "kid": "k1", "alg": "RS256", "use": "sig",
		"n": b64(i.key.N.Bytes()), "e": b64(e)}}})
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// consent is the browser: it gives the query of the way back.
func (i *issuer) consent(address string) url.Values {
	i.Helper()
	u, err := url.Parse(address)
	if err != nil {
		i.Fatal(err)
	}
	q := u.Query()
	i.mu.Lock()
	defer i.mu.Unlock()
	code := "code-" + q.Get("state")[:8]
	i.codes[code] = q
	return url.Values{"code": {code}, "state": {q.Get("state")}}
}

func (i *issuer) exchange(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		i.Error(err)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		i.Error(err)
	}
	i.granted = form
	_, _, i.basic = r.BasicAuth()
	if i.token != nil && i.token(w) {
		return
	}
	q, ok := i.codes[form.Get("code")]
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	if !ok || q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") != b64(sum[:]) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":"invalid_grant","error_description":"hush"}`)
		return
	}
	delete(i.codes, form.Get("code"))
	i.json(w, map[string]any{"access_token": "at", "token_type": "Bearer", "expires_in": 60, "id_token": i.idToken(q)})
}

func (i *issuer) idToken(q url.Values) string {
	header := map[string]any{"alg": "RS256", "kid": "k1"}
	claims := map[string]any{"iss": i.server.URL, "sub": "248289761001", "aud": "tocsin", "nonce": q.Get("nonce"),
		"iat": i.at.Unix(), "exp": i.at.Add(5 * time.Minute).Unix(), "auth_time": i.at.Unix(), "amr": []string{"pwd", "otp"},
		"email": "ada@example.org", "email_verified": true, "name": "Ada"}
	if i.header != nil {
		i.header(header)
	}
	if i.claims != nil {
		i.claims(claims)
	}
	h, err1 := json.Marshal(header)
	c, err2 := json.Marshal(claims)
	if err1 != nil || err2 != nil {
		i.Error(err1, err2)
	}
	text := b64(h) + "." + b64(c)
	if header["alg"] == "none" {
		return text + "."
	}
	key := i.key
	if i.sign != nil {
		key = i.sign
	}
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		i.Error(err)
	}
	return text + "." + b64(sig)
}

// secretless fails if a text tells what only the two sides may know.
func (i *issuer) secretless(err error) {
	i.Helper()
	if err != nil && (strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "code-")) {
		i.Errorf("the error tells too much: %v", err)
	}
}
