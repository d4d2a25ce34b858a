package identity

import (
	"context"
	"slices"
	"time"

	"tocsin/internal/fault"
)

// Credentials is what a person has set up, without a secret.
type Credentials struct {
	Password bool
	TOTP     bool
	Recovery int // codes left
	Passkeys []Passkey
	SSO      []string // issuers
	Tokens   []Token
	Allowed  string // e-mail address that may be linked for single sign-on, "" if none
}

// Passkey is one of a person's passkeys.
type Passkey struct {
	ID    string    `json:"id"`
	Name  string    `json:"name"`
	Added time.Time `json:"added"`
	Used  time.Time `json:"used"`
}

// Of lists a person's credentials. Of somebody who is not there it lists nothing.
func (s *Service) Of(ctx context.Context, person string) (Credentials, error) {
	c, _, err := s.credential(ctx, person)
	if err != nil {
		return Credentials{}, err
	}
	out := Credentials{Password: c.Password != "", TOTP: c.TOTP != nil, Recovery: len(c.Recovery)}
	for _, p := range c.Passkeys {
		out.Passkeys = append(out.Passkeys, p.Passkey)
	}
	for _, x := range c.SSO {
		out.SSO = append(out.SSO, x.Issuer)
	}
	if c.Allow != nil && s.now().Before(c.Allow.Until) {
		out.Allowed = c.Allow.Email
	}
	out.Tokens, err = s.tokensOf(ctx, person)
	return out, err
}

// SSODrop forgets that a person signs in by an issuer; the last way in cannot
// be dropped (fault.Conflict).
func (s *Service) SSODrop(ctx context.Context, person, issuer string) error {
	drop := func(c *credential) error {
		left := slices.DeleteFunc(slices.Clone(c.SSO), func(x subject) bool { return x.Issuer == issuer })
		if len(left) == len(c.SSO) {
			return fault.New(fault.NotFound, "this person does not sign in by that provider")
		}
		if c.SSO = left; c.ways() == 0 {
			return fault.New(fault.Conflict, "this is the last way in; set up another one first")
		}
		return nil
	}
	c, _, err := s.credential(ctx, person)
	if err != nil {
		return err
	}
	if err := drop(c); err != nil {
		return err
	}
	return s.noted(ctx, "credential", map[string]any{"what": "sso-dropped", "person": person}, person, func() error {
		return s.settle(ctx, person, func(c *credential) (more, error) { return more{}, drop(c) })
	})
}
