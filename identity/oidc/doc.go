// Package oidc is single sign-on by an OpenID Connect provider: identity's
// Provider, over HTTP.
//
// It speaks the authorization code flow with PKCE (S256), state and nonce, and
// takes an ID token only if it is signed by the provider's keys, made by exactly
// this issuer for exactly this client, answers the question that was asked, and
// holds now. It promises that a provider that is down stops nobody from starting
// or from signing in otherwise, that no answer of it is read without a bound, and
// that nothing secret stands in an error. It never decides who somebody is here:
// that is identity.
package oidc
