package identity

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"io"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"tocsin/cabinet"
	"tocsin/internal/fault"
)

// Noter keeps what changes power in the log (record.Keeper.Note).
type Noter interface {
	Note(ctx context.Context, kind string, body map[string]any, by string) error
}

// Provider is a single sign-on provider (identity/oidc).
type Provider interface {
	// Begin gives the address to send the browser to, and what Finish needs; the
	// caller keeps it sealed. fresh asks the provider to let its user prove again
	// who they are, whatever session they have there.
	Begin(ctx context.Context, fresh bool) (url string, state []byte, err error)
	// Finish checks the answer and gives the stable subject with the claims.
	Finish(ctx context.Context, state []byte, query map[string][]string) (Claims, error)
	Name() string
}

// Claims are what a provider says about somebody.
type Claims struct {
	Issuer, Subject, Email, Name string
	EmailVerified                bool
	Factors                      []string  // amr
	At                           time.Time // auth_time; zero if it was not said
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
	Demo     bool          // links for "demo" are made and taken; never on a platform with anything to lose
}

// Service is safe for many goroutines.
type Service struct {
	o        Options
	passkeys *webauthn.WebAuthn // nil: the origins have no name that passkeys could belong to
	hashes   *hasher
	brake    *brake
	known    atomic.Pointer[directory]
	boxMu    sync.Mutex
	box      *box
}

// New makes a service. fault.Invalid names an origin that cannot be one.
func New(o Options) (*Service, error) {
	if o.Cabinet == nil || o.Notes == nil {
		return nil, fault.New(fault.Internal, "identity needs a cabinet and a place for its notes")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	o.Rand = &sharedReader{r: o.Rand}
	for d, standard := range map[*time.Duration]time.Duration{&o.Idle: 8 * time.Hour, &o.Life: 7 * 24 * time.Hour, &o.FreshFor: 10 * time.Minute} {
		if *d <= 0 {
			*d = standard
		}
	}
	if o.Name == "" {
		o.Name = "Tocsin"
	}
	s := &Service{o: o, hashes: newHasher()}
	s.brake = newBrake(s.now)
	var err error
	s.passkeys, err = relyingParty(o.Name, o.Origins)
	return s, err
}

// Came tells where a request came from.
type Came struct {
	Address netip.Addr
	Agent   string
}

// agent is what is shown of the browser's name for itself: one short line.
func (c Came) agent() string { return line(c.Agent, 160) }

// address is "" where it is not known.
func (c Came) address() string {
	if !c.Address.IsValid() {
		return ""
	}
	return c.Address.Unmap().WithZone("").String()
}

// Step is what is still asked of somebody who signs in.
type Step struct {
	Session *Session // set when nothing more is asked
	Secret  string   // cookie value of the session; only beside Session
	Next    string   // "totp" when a second factor is asked
	Ticket  string   // to be given back with it; sealed, short-lived
}

// The errors that say the same whatever was the matter, so that nobody learns
// from them who is there (OWASP ASVS 6.3.8).
var (
	errRefused = fault.New(fault.Forbidden, "the sign-in did not succeed: login, password or code is wrong")
	errNobody  = fault.New(fault.Forbidden, "you are not signed in, or no longer")
	errOver    = fault.New(fault.Forbidden, "this step took too long or was done already; please begin again")
	errNoLink  = fault.New(fault.NotFound, "this link is not good: it was used, has ended, or was copied incompletely")
)

func (s *Service) now() time.Time { return s.o.Now().UTC() }

// sharedReader lets several goroutines read from one source.
type sharedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (s *sharedReader) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return io.ReadFull(s.r, p)
}

func (s *Service) random(n int) ([]byte, error) {
	p := make([]byte, n)
	if _, err := s.o.Rand.Read(p); err != nil {
		return nil, fault.New(fault.Internal, "there is no randomness to be had")
	}
	return p, nil
}

// newID makes an id that tells nothing, 128 bits in lower-case base32.
func (s *Service) newID() (string, error) {
	p, err := s.random(16)
	if err != nil {
		return "", err
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(p)), nil
}

// newSecret makes 256 bits as 43 characters.
func (s *Service) newSecret() (string, error) {
	p, err := s.random(32)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(p), nil
}

// note keeps a change of power in the log. Bodies hold random ids and words of
// this package, never a name.
func (s *Service) note(ctx context.Context, kind string, body map[string]any, by string) error {
	if by == "" {
		by = "operator" // somebody with the keys of the machine
	}
	return s.o.Notes.Note(ctx, kind, body, by)
}

// noted writes a note and then makes the change that it tells of: a change
// that the log does not know must not be. Should the change fail after all, a
// second note takes the first one back.
func (s *Service) noted(ctx context.Context, kind string, body map[string]any, by string, change func() error) error {
	if err := s.note(ctx, kind, body, by); err != nil {
		return err
	}
	err := change()
	if err == nil {
		return nil
	}
	undone := map[string]any{"undone": true}
	for k, v := range body {
		undone[k] = v
	}
	if e := s.note(context.WithoutCancel(ctx), kind, undone, by); e != nil {
		return fault.New(fault.Internal, "the change was not made, and the log could not be told so: %v", e)
	}
	return err
}
