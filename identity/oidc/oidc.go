package oidc

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	goidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"tocsin/identity"
	"tocsin/internal/fault"
)

// Options of a Provider.
type Options struct {
	Issuer   string // exactly as the provider calls itself
	ClientID string
	Secret   string // of the client; "" for a public one
	Redirect string // address that the browser comes back to
	Name     string // for people; "" is the issuer's host
	Now      func() time.Time
	Rand     io.Reader
	HTTP     *http.Client // nil: one with timeouts and bounds
}

const (
	// skew is how far the clocks may be apart.
	skew = time.Minute
	// again is how long a failed discovery is not tried again.
	again = 5 * time.Second
	// stale is after how long what the provider said of itself is asked anew.
	stale = time.Hour
	// secretBytes of state and nonce.
	secretBytes = 32
)

// Provider is an OpenID Connect provider. It is safe for many goroutines.
type Provider struct {
	o    Options
	http *http.Client

	mu    sync.Mutex
	found *discovered
	tried time.Time // last discovery that failed
}

var _ identity.Provider = (*Provider)(nil)

// New makes a provider without asking it: it is found when it is first needed.
// fault.Invalid names what cannot be.
func New(o Options) (*Provider, error) {
	issuer, err := address("issuer", o.Issuer)
	if err != nil {
		return nil, err
	}
	if _, err := address("redirect address", o.Redirect); err != nil {
		return nil, err
	}
	if o.ClientID == "" {
		return nil, fault.New(fault.Invalid, "single sign-on needs the id that the provider gave to this client")
	}
	if o.Name == "" {
		o.Name = issuer.Hostname()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	p := &Provider{o: o, http: o.HTTP}
	if p.http == nil {
		p.http = client()
	}
	return p, nil
}

// address takes https, and http on loopback, where nobody listens between.
func address(what, text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.RawQuery != "" {
		return nil, fault.New(fault.Invalid, "the %s of single sign-on is no address: %q", what, text)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, fault.New(fault.Invalid, "the %s of single sign-on is reached over https, not as %q", what, text)
	}
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Name is what people call the provider.
func (p *Provider) Name() string { return p.o.Name }

// asked is what Finish needs to know of the question.
type asked struct {
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"`
	Fresh    bool   `json:"fresh,omitempty"`
}

func (p *Provider) secret() (string, error) {
	b := make([]byte, secretBytes)
	if _, err := io.ReadFull(p.o.Rand, b); err != nil {
		return "", fault.New(fault.Internal, "there is no randomness to be had")
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// Begin gives the address to send the browser to. With fresh the provider is
// told to ask its user again (prompt=login, and max_age=0 so that it says when
// it did: OpenID Connect Core 3.1.2.1).
func (p *Provider) Begin(ctx context.Context, fresh bool) (string, []byte, error) {
	d, err := p.discover(ctx)
	if err != nil {
		return "", nil, err
	}
	a := asked{Fresh: fresh}
	for _, s := range []*string{&a.State, &a.Nonce, &a.Verifier} {
		if *s, err = p.secret(); err != nil {
			return "", nil, err
		}
	}
	opts := []oauth2.AuthCodeOption{oauth2.SetAuthURLParam("nonce", a.Nonce), oauth2.S256ChallengeOption(a.Verifier)}
	if fresh {
		opts = append(opts, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	state, err := json.Marshal(a)
	if err != nil {
		return "", nil, fault.New(fault.Internal, "the state of a sign-in cannot be written")
	}
	return d.oauth.AuthCodeURL(a.State, opts...), state, nil
}

// discovered is what the provider says of itself.
type discovered struct {
	at       time.Time
	provider *goidc.Provider
	oauth    oauth2.Config
	verifier *goidc.IDTokenVerifier
	userinfo bool
	saysISS  bool // RFC 9207
}

// discover asks the provider for its addresses, once an hour. While it is down,
// what it said before is used, and a first sign-in is told to wait.
func (p *Provider) discover(ctx context.Context) (*discovered, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.o.Now()
	if p.found != nil && now.Sub(p.found.at) < stale {
		return p.found, nil
	}
	if now.Sub(p.tried) < again && !p.tried.IsZero() {
		return p.orBefore(p.unreachable())
	}
	d, err := p.ask(ctx)
	if err != nil {
		p.tried = now
		return p.orBefore(err)
	}
	d.at, p.found, p.tried = now, d, time.Time{}
	return d, nil
}

func (p *Provider) orBefore(err error) (*discovered, error) {
	if p.found != nil {
		return p.found, nil
	}
	return nil, err
}

func (p *Provider) unreachable() error {
	return fault.New(fault.Unavailable, "the single sign-on of %s cannot be reached at the moment; please try again, or sign in in another way", p.o.Name)
}

// ask fetches the discovery document (OpenID Connect Discovery 4.2) and checks
// that its addresses are as safe as the issuer's.
func (p *Provider) ask(ctx context.Context) (*discovered, error) {
	// Keys are fetched later with this context's client: it must not end with the request.
	lasting := goidc.ClientContext(context.WithoutCancel(ctx), p.http)
	provider, err := goidc.NewProvider(lasting, p.o.Issuer)
	if err != nil {
		if strings.Contains(err.Error(), "did not match the issuer") {
			return nil, fault.New(fault.Invalid, "the provider does not call itself %q; the issuer has to be written exactly as it does", p.o.Issuer)
		}
		return nil, p.unreachable()
	}
	var more struct {
		Auth     string   `json:"authorization_endpoint"`
		Token    string   `json:"token_endpoint"`
		JWKS     string   `json:"jwks_uri"`
		UserInfo string   `json:"userinfo_endpoint"`
		ISS      bool     `json:"authorization_response_iss_parameter_supported"`
		Methods  []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := provider.Claims(&more); err != nil {
		return nil, p.unreachable()
	}
	for what, text := range map[string]string{"authorization endpoint": more.Auth, "token endpoint": more.Token, "key set": more.JWKS} {
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
			return nil, fault.New(fault.Invalid, "the provider names a %s that is not reached over https", what)
		}
	}
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = style(p.o.Secret, more.Methods)
	return &discovered{provider: provider, userinfo: more.UserInfo != "", saysISS: more.ISS,
		oauth: oauth2.Config{ClientID: p.o.ClientID, ClientSecret: p.o.Secret, Endpoint: endpoint, RedirectURL: p.o.Redirect,
			Scopes: []string{goidc.ScopeOpenID, "profile", "email"}},
		// Expiry is checked with the skew that clocks may have.
		verifier: provider.VerifierContext(lasting, &goidc.Config{ClientID: p.o.ClientID, Now: func() time.Time { return p.o.Now().Add(-skew) }}),
	}, nil
}

// style is how the client proves who it is. It is never tried out: a code is
// used up by an attempt.
func style(secret string, methods []string) oauth2.AuthStyle {
	basic := len(methods) == 0 // the default of Discovery 3
	for _, m := range methods {
		basic = basic || m == "client_secret_basic"
	}
	if secret != "" && basic {
		return oauth2.AuthStyleInHeader
	}
	return oauth2.AuthStyleInParams
}
