package identity

import (
	"context"
	"io"
	"net/netip"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
)

// Noter keeps what changes power in the log (record.Keeper.Note).
type Noter interface {
	Note(ctx context.Context, kind string, body map[string]any, by string) error
}

// Provider is a single sign-on provider (identity/oidc).
type Provider interface {
	// Begin gives the address to send the browser to, and what Finish needs; the
	// caller keeps it in a sealed cookie.
	Begin(ctx context.Context) (url string, state []byte, err error)
	// Finish checks the answer and gives the stable subject with the claims.
	Finish(ctx context.Context, state []byte, query map[string][]string) (Claims, error)
	Name() string
}

// Claims are what a provider says about somebody.
type Claims struct {
	Issuer, Subject, Email, Name string
	EmailVerified                bool
	Factors                      []string  // amr
	At                           time.Time // auth_time
}

// Options of a Service.
type Options struct {
	Cabinet  *cabinet.Cabinet
	Notes    Noter
	Provider Provider // nil: no single sign-on
	Origins  []string // origins of the pages, such as https://tocsin.example.org; for passkeys
	Name     string   // of the platform, for authenticators
	Now      func() time.Time
	Rand     io.Reader
	Idle     time.Duration // a session ends after; 0: 8 h
	Life     time.Duration // and in any case after; 0: 7 days
	FreshFor time.Duration // a step-up holds; 0: 10 min
}

// Service is safe for many goroutines.
type Service struct{ o Options }

// New makes a service.
func New(o Options) (*Service, error) { return &Service{o: o}, nil }

// Session is a signed-in browser.
type Session struct {
	ID      string    `json:"id"` // public handle, no secret
	Person  string    `json:"person"`
	Created time.Time `json:"created"`
	Seen    time.Time `json:"seen"`  // to the minute
	Fresh   time.Time `json:"fresh"` // last proof of identity
	How     []string  `json:"how"`   // passkey, password, totp, sso, link, recovery
	Address string    `json:"address"`
	Agent   string    `json:"agent"`
	Frozen  bool      `json:"frozen,omitempty"`  // unusual reading: a step-up thaws it
	Limited bool      `json:"limited,omitempty"` // may only set up credentials: first link, recovery
	Version int64     `json:"-"`
}

// Came tells where a request came from.
type Came struct {
	Address netip.Addr
	Agent   string
}

// Step is what is still asked of somebody who signs in.
type Step struct {
	Session *Session // set when nothing more is asked
	Secret  string   // cookie value of the session; only beside Session
	Next    string   // "totp" when a second factor is asked
	Ticket  string   // to be given back with it; sealed, short-lived
}

// Password begins to sign in by password. fault.Forbidden with one and the same
// message for whatever was wrong; fault.Unavailable with a time to wait when
// there were too many attempts from the address or at the login.
func (s *Service) Password(ctx context.Context, login, password string, came Came) (Step, error) {
	panic("todo")
}

// Second completes it: a TOTP code or a recovery code.
func (s *Service) Second(ctx context.Context, ticket, code string, came Came) (Step, error) {
	panic("todo")
}

// PasskeyBegin gives the options of a discoverable sign-in as JSON for the browser.
func (s *Service) PasskeyBegin(ctx context.Context) (options []byte, ticket string, err error) {
	panic("todo")
}

// PasskeyFinish checks what the authenticator answered.
func (s *Service) PasskeyFinish(ctx context.Context, ticket string, answer []byte, came Came) (Step, error) {
	panic("todo")
}

// SSOBegin and SSOFinish sign in by the provider; fault.NotFound without one. A
// person is found by issuer and subject, or once by a verified e-mail address
// that an administrator has allowed for single sign-on; nobody is made.
func (s *Service) SSOBegin(ctx context.Context) (url, ticket string, err error) { panic("todo") }

// SSOFinish completes it.
func (s *Service) SSOFinish(ctx context.Context, ticket string, query map[string][]string, came Came) (Step, error) {
	panic("todo")
}

// Link is a one-time way in.
type Link struct {
	ID     string    `json:"id"`
	Person string    `json:"person"`
	For    string    `json:"for"` // first, invite, recovery, demo
	Until  time.Time `json:"until"`
	By     string    `json:"by,omitempty"`
}

// NewLink makes a link and gives its secret once.
func (s *Service) NewLink(ctx context.Context, person, purpose string, life time.Duration, by string) (secret string, l Link, err error) {
	panic("todo")
}

// LookLink tells whose link it is without using it up.
func (s *Service) LookLink(ctx context.Context, secret string) (Link, error) { panic("todo") }

// UseLink signs in by a link and uses it up.
func (s *Service) UseLink(ctx context.Context, secret string, came Came) (Step, error) { panic("todo") }

// Reader tells who is behind a session's secret: fault.Forbidden if there is
// nobody, whatever the reason.
func (s *Service) Reader(ctx context.Context, secret string, came Came) (Session, access.Reader, error) {
	panic("todo")
}

// TokenReader tells who is behind an API token.
func (s *Service) TokenReader(ctx context.Context, token string, came Came) (access.Reader, error) {
	panic("todo")
}

// Again tells who is behind a session or token by its public handle, now: for
// what stays open (live updates).
func (s *Service) Again(ctx context.Context, session string) (access.Reader, error) { panic("todo") }

// StepUp proves identity again within a session: exactly one of the three is set.
func (s *Service) StepUp(ctx context.Context, secret string, p Proof, came Came) error { panic("todo") }

// Proof is one way to prove identity.
type Proof struct {
	Password string // with Code where a second factor is set up
	Code     string
	Ticket   string // of PasskeyBegin
	Answer   []byte
}

// SignOut ends the session.
func (s *Service) SignOut(ctx context.Context, secret string) error { panic("todo") }

// Freeze stops a session until its person steps up.
func (s *Service) Freeze(ctx context.Context, session, why string) error { panic("todo") }

// Sessions lists a person's sessions; EndSession ends one, or all but keep for "".
func (s *Service) Sessions(ctx context.Context, person string) ([]Session, error) { panic("todo") }

// EndSession ends a session of a person; id "" ends all but keep.
func (s *Service) EndSession(ctx context.Context, person, id, keep string) error { panic("todo") }
