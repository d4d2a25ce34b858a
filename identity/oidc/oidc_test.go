package oidc

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/identity"
	"tocsin/internal/fault"
)

// flow goes through a sign-in.
func flow(i *issuer, p *Provider, fresh bool) (identity.Claims, error) {
	i.Helper()
	address, state, err := p.Begin(i.Context(), fresh)
	if err != nil {
		return identity.Claims{}, err
	}
	return p.Finish(i.Context(), state, i.consent(address))
}

func TestASignInSendsWhatItMustAndTakesTheClaims(t *testing.T) {
	i := newIssuer(t)
	p := i.provider()
	address, state, err := p.Begin(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	for key, want := range map[string]string{"response_type": "code", "client_id": "tocsin", "code_challenge_method": "S256",
		"redirect_uri": "https://tocsin.example.org/sign-in/sso/return", "scope": "openid profile email", "prompt": "", "max_age": ""} {
		if q.Get(key) != want {
			t.Errorf("%s is %q, want %q", key, q.Get(key), want)
		}
	}
	for _, key := range []string{"state", "nonce", "code_challenge"} {
		if len(q.Get(key)) != 43 {
			t.Errorf("%s is %q", key, q.Get(key))
		}
	}
	if strings.Contains(address, "hush") {
		t.Error("the client's secret is in the address")
	}
	c, err := p.Finish(t.Context(), state, i.consent(address))
	if err != nil {
		t.Fatal(err)
	}
	if c.Issuer != i.server.URL || c.Subject != "248289761001" || c.Email != "ada@example.org" || !c.EmailVerified || c.Name != "Ada" ||
		len(c.Factors) != 2 || !c.At.Equal(i.now()) {
		t.Errorf("claims %+v", c)
	}
	if !i.basic || i.granted.Get("client_secret") != "" {
		t.Error("the secret was not sent in the header, which is the default of Discovery 3")
	}
	second, _, err := p.Begin(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	if u, _ := url.Parse(second); u.Query().Get("prompt") != "login" || u.Query().Get("max_age") != "0" || u.Query().Get("state") == q.Get("state") {
		t.Errorf("a step-up asks by %s", second)
	}
	if i.asked != 1 {
		t.Errorf("asked the provider %d times who it is", i.asked)
	}
}

func TestATokenThatDoesNotHoldIsRefused(t *testing.T) {
	foreign, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	set := func(key string, value any) func(*issuer) {
		return func(i *issuer) { i.claims = func(c map[string]any) { c[key] = value } }
	}
	drop := func(key string) func(*issuer) {
		return func(i *issuer) { i.claims = func(c map[string]any) { delete(c, key) } }
	}
	at := newIssuer(t).at
	for name, lie := range map[string]func(*issuer){
		"another audience":                 set("aud", "somebody-else"),
		"no audience":                      drop("aud"),
		"two audiences and no azp":         set("aud", []string{"tocsin", "somebody-else"}),
		"authorised for another party":     set("azp", "somebody-else"),
		"another issuer":                   set("iss", "https://accounts.example.org"),
		"an issuer with a slash more":      func(i *issuer) { i.claims = func(c map[string]any) { c["iss"] = i.server.URL + "/" } },
		"another nonce":                    set("nonce", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
		"no nonce":                         drop("nonce"),
		"expired":                          set("exp", at.Add(-2*time.Minute).Unix()),
		"no expiry":                        drop("exp"),
		"made in the future":               set("iat", at.Add(2*time.Minute).Unix()),
		"not yet valid":                    set("nbf", at.Add(time.Hour).Unix()),
		"no subject":                       set("sub", ""),
		"a subject without end":            set("sub", strings.Repeat("x", 256)),
		"a time of proof that is no time":  set("auth_time", -5),
		"a time of proof in another shape": set("auth_time", map[string]any{}),
		"of another access token":          set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
		"signed by a stranger":             func(i *issuer) { i.sign = foreign },
		"not signed":                       func(i *issuer) { i.header = func(h map[string]any) { h["alg"] = "none" } },
		"signed with the secret":           func(i *issuer) { i.header = func(h map[string]any) { h["alg"] = "HS256" } },
		"by a key that is not published":   func(i *issuer) { i.header = func(h map[string]any) { h["kid"] = "k2" }; i.sign = foreign },
		"no token at all": func(i *issuer) {
			i.token = func(w http.ResponseWriter) bool {
				i.json(w, map[string]any{"access_token": "at", "token_type": "Bearer"})
				return true
			}
		},
		"a token that is no text": func(i *issuer) {
			i.token = func(w http.ResponseWriter) bool {
				i.json(w, map[string]any{"access_token": "at", "token_type": "Bearer", "id_token": 7})
				return true
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			i := newIssuer(t)
			lie(i)
			_, err := flow(i, i.provider(), false)
			if fault.KindOf(err) != fault.Forbidden || err == nil {
				t.Errorf("got %v", err)
			}
			i.secretless(err)
		})
	}
	t.Run("the control: what may differ", func(t *testing.T) {
		for name, truth := range map[string]func(*issuer){
			"clocks a little apart": set("exp", at.Add(-30*time.Second).Unix()),
			"several audiences, and azp": func(i *issuer) {
				i.claims = func(c map[string]any) { c["aud"], c["azp"] = []string{"tocsin", "api"}, "tocsin" }
			},
			"no time of proof":         drop("auth_time"),
			"a flag written as a text": set("email_verified", "true"),
		} {
			i := newIssuer(t)
			truth(i)
			if c, err := flow(i, i.provider(), false); err != nil || !c.EmailVerified {
				t.Errorf("%s: %+v, %v", name, c, err)
			}
		}
	})
}

func TestAStepUpHasToSayWhenItAsked(t *testing.T) {
	i := newIssuer(t)
	i.claims = func(c map[string]any) { delete(c, "auth_time") }
	if _, err := flow(i, i.provider(), true); fault.KindOf(err) != fault.Forbidden || err == nil {
		t.Errorf("got %v", err)
	}
}

func TestTheWayBackHasToBelongToTheQuestion(t *testing.T) {
	i := newIssuer(t)
	i.tell = func(doc map[string]any) { doc["authorization_response_iss_parameter_supported"] = true }
	p := i.provider()
	for name, c := range map[string]struct {
		alter func(url.Values)
		kind  fault.Kind
		ok    bool
	}{
		"whole":            {func(url.Values) {}, "", true},
		"no issuer":        {func(q url.Values) { q.Del("iss") }, fault.Forbidden, false},
		"another issuer":   {func(q url.Values) { q.Set("iss", "https://accounts.example.org") }, fault.Forbidden, false},
		"two states":       {func(q url.Values) { q.Add("state", q.Get("state")) }, fault.Forbidden, false},
		"no state":         {func(q url.Values) { q.Del("state") }, fault.Forbidden, false},
		"an endless code":  {func(q url.Values) { q.Set("code", strings.Repeat("x", 10_000)) }, fault.Forbidden, false},
		"given up":         {func(q url.Values) { q.Set("error", "access_denied") }, fault.Forbidden, false},
		"cannot ask":       {func(q url.Values) { q.Set("error", "login_required") }, fault.Forbidden, false},
		"down for now":     {func(q url.Values) { q.Set("error", "temporarily_unavailable") }, fault.Unavailable, false},
		"a made-up error":  {func(q url.Values) { q.Set("error", "<script>hush</script>") }, fault.Forbidden, false},
		"nothing but that": {func(q url.Values) { q.Del("code") }, fault.Forbidden, false},
	} {
		address, state, err := p.Begin(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		q := i.consent(address)
		q.Set("iss", i.server.URL)
		c.alter(q)
		_, err = p.Finish(t.Context(), state, q)
		if c.ok != (err == nil) || err != nil && fault.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
		i.secretless(err)
	}
	for _, state := range []string{"", "{}", "null", `{"state":""}`, "\xff", `[1]`} {
		if _, err := p.Finish(t.Context(), []byte(state), url.Values{"state": {""}, "code": {"x"}}); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("state %q: %v", state, err)
		}
	}
}

func TestAProviderThatIsDownStopsNobodyElse(t *testing.T) {
	i := newIssuer(t)
	i.down = true
	p := i.provider() // makes no request: the program starts
	if i.asked != 0 {
		t.Error("the provider was asked before anybody wanted to sign in")
	}
	_, _, err := p.Begin(t.Context(), false)
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), p.Name()) {
		t.Errorf("got %v", err)
	}
	i.down = false
	if _, _, err := p.Begin(t.Context(), false); err == nil || i.asked != 1 {
		t.Errorf("a provider that is down is asked at every click (%d)", i.asked)
	}
	i.pass(again + time.Second)
	if _, err := flow(i, p, false); err != nil {
		t.Errorf("it is back: %v", err)
	}
	i.down = true
	i.pass(2 * stale)
	if _, err := flow(i, p, false); err != nil {
		t.Errorf("it is known from before: %v", err)
	}
}

func TestTheCodeIsNotTriedOutAndTroubleHasAName(t *testing.T) {
	answer := func(status int, body string) func(*issuer) {
		return func(i *issuer) {
			i.token = func(w http.ResponseWriter) bool {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(status)
				_, _ = io.WriteString(w, body)
				return true
			}
		}
	}
	for name, c := range map[string]struct {
		how  func(*issuer)
		kind fault.Kind
		says string
	}{
		"a wrong secret":        {answer(401, `{"error":"invalid_client","error_description":"hush"}`), fault.Unavailable, "client id and secret"},
		"a used code":           {answer(400, `{"error":"invalid_grant"}`), fault.Forbidden, "begin again"},
		"an outage":             {answer(502, `hush`), fault.Unavailable, "cannot be reached"},
		"an endless answer":     {answer(200, `{"x":"`+strings.Repeat("hush", 1<<19)), fault.Unavailable, "cannot be reached"},
		"a redirection":         {func(i *issuer) { i.token = redirect }, fault.Forbidden, "begin again"},
		"not JSON":              {answer(200, "hush"), fault.Unavailable, ""},
		"no access token in it": {answer(200, "{}"), fault.Unavailable, ""},
	} {
		t.Run(name, func(t *testing.T) {
			i := newIssuer(t)
			c.how(i)
			_, err := flow(i, i.provider(), false)
			if fault.KindOf(err) != c.kind || err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v (%s)", err, fault.KindOf(err))
			}
			i.secretless(err)
		})
	}
}

func redirect(w http.ResponseWriter) bool {
	w.Header().Set("Location", "/keys")
	w.WriteHeader(http.StatusTemporaryRedirect)
	return true
}

func TestTheSecretGoesWhereTheProviderWantsIt(t *testing.T) {
	for _, c := range []struct {
		methods []string
		secret  string
		basic   bool
	}{
		{nil, "hush", true}, {[]string{"client_secret_basic"}, "hush", true}, {[]string{"client_secret_post"}, "hush", false},
		{[]string{"none"}, "", false},
	} {
		i := newIssuer(t)
		i.tell = func(doc map[string]any) {
			if c.methods != nil {
				doc["token_endpoint_auth_methods_supported"] = c.methods
			}
		}
		if _, err := flow(i, i.provider(func(o *Options) { o.Secret = c.secret }), false); err != nil {
			t.Fatal(err)
		}
		if i.basic != c.basic || i.granted.Get("client_secret") != "" == c.basic && c.secret != "" {
			t.Errorf("%v: in the header %v, in the body %q", c.methods, i.basic, i.granted.Get("client_secret"))
		}
	}
}

func TestAnAddressFromUserinfoBelongsToTheSameSubject(t *testing.T) {
	i := newIssuer(t)
	i.claims = func(c map[string]any) { delete(c, "email"); delete(c, "email_verified"); delete(c, "name") }
	subject := "248289761001"
	i.info = func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer at" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		i.json(w, map[string]any{"sub": subject, "email": "ada@example.org", "email_verified": true, "name": "Ada"})
	}
	c, err := flow(i, i.provider(), false)
	if err != nil || c.Email != "ada@example.org" || !c.EmailVerified || c.Name != "Ada" {
		t.Errorf("%+v, %v", c, err)
	}
	subject = "somebody-else"
	if _, err := flow(i, i.provider(), false); fault.KindOf(err) != fault.Forbidden || err == nil {
		t.Errorf("another's address was taken: %v", err)
	}
	i.info = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
	if c, err := flow(i, i.provider(), false); err != nil || c.Email != "" || c.Subject != "248289761001" {
		t.Errorf("without userinfo: %+v, %v", c, err)
	}
}

func TestADiscoveryThatIsNotSafeIsRefused(t *testing.T) {
	for name, tell := range map[string]func(map[string]any){
		"another issuer":          func(d map[string]any) { d["issuer"] = "https://accounts.example.org" },
		"tokens in clear":         func(d map[string]any) { d["token_endpoint"] = "http://accounts.example.org/token" },
		"keys in clear":           func(d map[string]any) { d["jwks_uri"] = "http://accounts.example.org/keys" },
		"browsers sent elsewhere": func(d map[string]any) { d["authorization_endpoint"] = "javascript:alert(1)" },
		"nothing":                 func(d map[string]any) { clear(d) },
	} {
		i := newIssuer(t)
		i.tell = tell
		if _, _, err := i.provider().Begin(t.Context(), false); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestHalfOfASetUpIsRefused(t *testing.T) {
	whole := Options{Issuer: "https://sso.example.org", ClientID: "tocsin", Redirect: "https://tocsin.example.org/sign-in/sso/return"}
	if p, err := New(whole); err != nil || p.Name() != "sso.example.org" {
		t.Fatalf("the whole is refused: %v", err)
	}
	for name, spoil := range map[string]func(*Options){
		"no issuer":               func(o *Options) { o.Issuer = "" },
		"issuer in clear":         func(o *Options) { o.Issuer = "http://sso.example.org" },
		"issuer with a query":     func(o *Options) { o.Issuer = "https://sso.example.org/?x" },
		"issuer with a user":      func(o *Options) { o.Issuer = "https://a:b@sso.example.org" },
		"issuer that is no text":  func(o *Options) { o.Issuer = "https://\x00" },
		"no client":               func(o *Options) { o.ClientID = "" },
		"no way back":             func(o *Options) { o.Redirect = "" },
		"a way back in clear":     func(o *Options) { o.Redirect = "http://tocsin.example.org/" },
		"a way back with a place": func(o *Options) { o.Redirect = "https://tocsin.example.org/#x" },
	} {
		o := whole
		spoil(&o)
		if _, err := New(o); fault.KindOf(err) != fault.Invalid || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzFinish(f *testing.F) {
	for _, seed := range []string{"", "{}", `{"state":"s","nonce":"n","verifier":"v"}`, `{"state":"s","nonce":"n","verifier":"v","fresh":true}`} {
		f.Add([]byte(seed), "code=x&state=s")
		f.Add([]byte(seed), "error=access_denied&state=s&iss=x")
	}
	f.Fuzz(func(t *testing.T, state []byte, raw string) {
		q, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		p := &Provider{o: Options{Issuer: "https://sso.example.org", Now: time.Now}, http: &http.Client{Transport: nothing{}},
			found: &discovered{at: time.Now()}}
		if _, err := p.Finish(t.Context(), state, q); err == nil {
			t.Fatal("an answer without a provider was taken")
		}
	})
}

// nothing answers nothing.
type nothing struct{}

func (nothing) RoundTrip(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

func TestFlagsOfAllShapesAreRead(t *testing.T) {
	for text, want := range map[string]bool{`true`: true, `"true"`: true, `false`: false, `"yes"`: false, `1`: false, `null`: false, `{}`: false} {
		var f flexible
		if err := json.Unmarshal([]byte(text), &f); err != nil || bool(f) != want {
			t.Errorf("%s is %v, %v", text, f, err)
		}
	}
}
