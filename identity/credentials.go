package identity

import (
	"context"
	"time"
)

// Credentials is what a person has set up, without a secret.
type Credentials struct {
	Password bool
	TOTP     bool
	Recovery int // codes left
	Passkeys []Passkey
	SSO      []string // issuers
	Tokens   []Token
}

// Passkey is one of a person's passkeys.
type Passkey struct {
	ID    string    `json:"id"`
	Name  string    `json:"name"`
	Added time.Time `json:"added"`
	Used  time.Time `json:"used"`
}

// Token is an API token without its secret.
type Token struct {
	ID     string    `json:"id"`
	Person string    `json:"person"`
	Name   string    `json:"name"`
	Scopes []string  `json:"scopes"` // names of access acts; ["*"] all that the person may do by token
	Made   time.Time `json:"made"`
	Until  time.Time `json:"until"`
	Used   time.Time `json:"used"` // to the hour
	Hint   string    `json:"hint"` // first characters
}

// Of lists a person's credentials.
func (s *Service) Of(ctx context.Context, person string) (Credentials, error) { panic("todo") }

// SetPassword sets a password: at least 12 characters, no more than 256, not one
// of the common ones and not the person's own names (NIST SP 800-63B 5.1.1.2).
// All other sessions end.
func (s *Service) SetPassword(ctx context.Context, person, password, keep string) error {
	panic("todo")
}

// TOTPBegin gives a new secret to show: its otpauth address, the secret in
// base32, and a QR code as PNG. It counts only once TOTPConfirm saw a code of it.
func (s *Service) TOTPBegin(ctx context.Context, person string) (uri, secret string, png []byte, ticket string, err error) {
	panic("todo")
}

// TOTPConfirm sets the second factor and gives ten recovery codes, once.
func (s *Service) TOTPConfirm(ctx context.Context, person, ticket, code string) (recovery []string, err error) {
	panic("todo")
}

// TOTPDrop takes the second factor away.
func (s *Service) TOTPDrop(ctx context.Context, person string) error { panic("todo") }

// PasskeyAddBegin gives the options of a registration as JSON for the browser.
func (s *Service) PasskeyAddBegin(ctx context.Context, person string) (options []byte, ticket string, err error) {
	panic("todo")
}

// PasskeyAddFinish keeps the passkey.
func (s *Service) PasskeyAddFinish(ctx context.Context, person, ticket, name string, answer []byte) (Passkey, error) {
	panic("todo")
}

// PasskeyDrop forgets a passkey; the last way in cannot be dropped (fault.Conflict).
func (s *Service) PasskeyDrop(ctx context.Context, person, id string) error { panic("todo") }

// NewToken makes a token and gives it once: tocsin_ and 43 characters and a
// checksum.
func (s *Service) NewToken(ctx context.Context, person, name string, scopes []string, life time.Duration) (string, Token, error) {
	panic("todo")
}

// DropToken ends a token of a person.
func (s *Service) DropToken(ctx context.Context, person, id string) error { panic("todo") }
