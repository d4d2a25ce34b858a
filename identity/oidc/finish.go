package oidc

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"time"

	goidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"tocsin/identity"
	"tocsin/internal/fault"
)

// The refusals. They say what went wrong to whoever operates the platform, and
// nothing to whoever tries to come in by a forged answer.
var (
	errAnswer = fault.New(fault.Forbidden, "the answer of the single sign-on does not belong to this sign-in; please begin again")
	errToken  = fault.New(fault.Forbidden, "the single sign-on did not give a valid proof of who you are; please begin again")
)

// maxParam bounds a parameter of the way back, in bytes.
const maxParam = 8 << 10

// param gives a parameter that must not come twice (RFC 6749 3.1).
func param(query map[string][]string, name string) (string, bool) {
	v := query[name]
	if len(v) == 0 {
		return "", true
	}
	if len(v) > 1 || len(v[0]) > maxParam {
		return "", false
	}
	return v[0], true
}

// Finish checks the answer: that it is the one to this question (state), comes
// from this issuer (RFC 9207), and that the code can be changed into an ID token
// that holds (OpenID Connect Core 3.1.3.7). fault.Forbidden if not,
// fault.Unavailable while the provider cannot be reached.
func (p *Provider) Finish(ctx context.Context, state []byte, query map[string][]string) (identity.Claims, error) {
	var none identity.Claims
	var a asked
	if json.Unmarshal(state, &a) != nil || a.State == "" || a.Nonce == "" || a.Verifier == "" {
		return none, errAnswer
	}
	d, err := p.discover(ctx)
	if err != nil {
		return none, err
	}
	code, ok1 := param(query, "code")
	got, ok2 := param(query, "state")
	iss, ok3 := param(query, "iss")
	said, ok4 := param(query, "error")
	if !ok1 || !ok2 || !ok3 || !ok4 || subtle.ConstantTimeCompare([]byte(got), []byte(a.State)) != 1 {
		return none, errAnswer
	}
	if iss != "" && iss != p.o.Issuer || iss == "" && d.saysISS {
		return none, errAnswer
	}
	if said != "" {
		return none, refusal(said)
	}
	if code == "" {
		return none, errAnswer
	}
	ctx = goidc.ClientContext(ctx, p.http)
	token, err := d.oauth.Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return none, p.exchange(err)
	}
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return none, errToken
	}
	id, err := d.verifier.Verify(ctx, raw)
	if err != nil {
		return none, errToken
	}
	return p.claims(ctx, d, a, id, token)
}

// claims checks what the library leaves to us and takes the claims over.
func (p *Provider) claims(ctx context.Context, d *discovered, a asked, id *goidc.IDToken, token *oauth2.Token) (identity.Claims, error) {
	var none identity.Claims
	now := p.o.Now()
	var c struct {
		AZP      string      `json:"azp"`
		Email    string      `json:"email"`
		Verified flexible    `json:"email_verified"`
		Name     string      `json:"name"`
		AMR      []string    `json:"amr"`
		AuthTime json.Number `json:"auth_time"`
	}
	switch {
	case subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(a.Nonce)) != 1:
		return none, errToken
	case id.Subject == "" || len(id.Subject) > 255: // Core 2: at most 255 ASCII characters
		return none, errToken
	case id.Issuer != p.o.Issuer: // the library makes an exception for one provider; we do not
		return none, errToken
	case id.IssuedAt.After(now.Add(skew)):
		return none, errToken
	case id.Claims(&c) != nil:
		return none, errToken
	case c.AZP != "" && c.AZP != p.o.ClientID || c.AZP == "" && len(id.Audience) > 1:
		return none, errToken
	case id.AccessTokenHash != "" && id.VerifyAccessToken(token.AccessToken) != nil:
		return none, errToken
	}
	out := identity.Claims{Issuer: id.Issuer, Subject: id.Subject, Email: c.Email, EmailVerified: bool(c.Verified), Name: c.Name}
	if len(c.AMR) <= 20 {
		out.Factors = slices.Clone(c.AMR)
	}
	if c.AuthTime != "" {
		sec, err := c.AuthTime.Float64()
		if err != nil || math.IsNaN(sec) || sec <= 0 || sec > 1e11 {
			return none, errToken
		}
		out.At = time.Unix(int64(sec), 0).UTC()
	}
	if a.Fresh && out.At.IsZero() { // asked for by max_age, so it has to be there (Core 3.1.2.1)
		return none, errToken
	}
	if out.Email == "" && d.userinfo {
		return p.userInfo(ctx, d, out, token)
	}
	return out, nil
}

// userInfo asks for the address where the provider does not put it into the
// token. The answer counts only for the very same subject (Core 5.3.2); without
// one the person is still known by issuer and subject.
func (p *Provider) userInfo(ctx context.Context, d *discovered, out identity.Claims, token *oauth2.Token) (identity.Claims, error) {
	info, err := d.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return out, nil
	}
	if info.Subject != out.Subject {
		return identity.Claims{}, errToken
	}
	out.Email, out.EmailVerified = info.Email, info.EmailVerified
	var c struct {
		Name string `json:"name"`
	}
	if out.Name == "" && info.Claims(&c) == nil {
		out.Name = c.Name
	}
	return out, nil
}

// flexible reads true and "true": some providers write the flag as a text.
type flexible bool

// UnmarshalJSON reads a flag; anything else is no.
func (f *flexible) UnmarshalJSON(b []byte) error {
	*f = string(b) == "true" || string(b) == `"true"`
	return nil
}

// refusal says in our words what the provider refused (Core 3.1.2.6).
func refusal(code string) error {
	switch code {
	case "access_denied":
		return fault.New(fault.Forbidden, "the sign-in was given up or refused at the provider")
	case "login_required", "interaction_required", "account_selection_required", "consent_required":
		return fault.New(fault.Forbidden, "the provider could not ask you who you are; please begin again")
	case "temporarily_unavailable", "server_error":
		return fault.New(fault.Unavailable, "the provider cannot sign anybody in at the moment; please try again")
	}
	return fault.New(fault.Forbidden, "the provider did not take the request of this platform; its administrator has to look at how the client is set up there")
}

// exchange says why a code gave no token: whether the provider is down, the code
// is not good, or this platform is not set up there.
func (p *Provider) exchange(err error) error {
	var r *oauth2.RetrieveError
	if !errors.As(err, &r) {
		return p.unreachable()
	}
	switch {
	case r.ErrorCode == "invalid_grant":
		return errToken
	case r.Response != nil && r.Response.StatusCode >= 500:
		return p.unreachable()
	case r.ErrorCode == "invalid_client" || r.ErrorCode == "unauthorized_client":
		return fault.New(fault.Unavailable, "the provider does not know this platform by its client id and secret; its administrator has to look at them")
	}
	return errToken
}
