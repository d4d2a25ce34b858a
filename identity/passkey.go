package identity

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"tocsin/cabinet"
	"tocsin/internal/fault"
)

const (
	passkeyLife = 5 * time.Minute
	maxPasskeys = 20
	maxAnswer   = 64 << 10
)

var (
	errPasskey  = fault.New(fault.Forbidden, "the passkey was not accepted")
	errNoOrigin = fault.New(fault.Unavailable, "passkeys belong to a name, and this platform is opened at an address; open it by a name (on this machine: localhost)")
)

// relyingParty takes the origins that passkeys can belong to: those of the
// first name, and of names below it (WebAuthn Level 3, 5.1.2). nil if there is
// none, since an IP address is no name.
func relyingParty(name string, origins []string) (*webauthn.WebAuthn, error) {
	var id string
	var taken []string
	for _, o := range origins {
		u, err := url.Parse(o)
		if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" && u.Path != "/" {
			return nil, fault.New(fault.Invalid, "%q is no origin; it looks like https://tocsin.example.org", o)
		}
		host := strings.ToLower(u.Hostname())
		ip := net.ParseIP(host)
		local := host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
		if u.Scheme != "https" && (u.Scheme != "http" || !local) {
			return nil, fault.New(fault.Invalid, "the origin %q is not safe: pages are served over https, or over http on loopback", o)
		}
		if ip != nil {
			continue
		}
		if id == "" {
			id = host
		}
		if host == id || strings.HasSuffix(host, "."+id) {
			taken = append(taken, u.Scheme+"://"+strings.ToLower(u.Host))
		}
	}
	if id == "" {
		return nil, nil
	}
	w, err := webauthn.New(&webauthn.Config{RPID: id, RPDisplayName: name, RPOrigins: taken,
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired,
			RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired}})
	if err != nil {
		return nil, fault.New(fault.Invalid, "passkeys cannot belong to %q: %v", id, err)
	}
	return w, nil
}

// Passkeys tells whether passkeys can be used at the origins of the platform.
func (s *Service) Passkeys() bool { return s.passkeys != nil }

// holder is a person as the library wants to see one. The handle is the random
// id: an authenticator tells it to whoever asks.
type holder struct {
	id, login, name string
	keys            []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return []byte(h.id) }
func (h holder) WebAuthnName() string                       { return h.login }
func (h holder) WebAuthnDisplayName() string                { return h.name }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

func (c *credential) keys() []webauthn.Credential {
	var all []webauthn.Credential
	for _, p := range c.Passkeys {
		all = append(all, p.Key)
	}
	return all
}

// passkeyTicket is what the second half of a ceremony needs.
type passkeyTicket struct {
	Person string               `json:"person,omitempty"`
	Data   webauthn.SessionData `json:"data"`
}

// PasskeyAddBegin gives the options of a registration as JSON for the browser.
func (s *Service) PasskeyAddBegin(ctx context.Context, person string) (options []byte, ticket string, err error) {
	if s.passkeys == nil {
		return nil, "", errNoOrigin
	}
	p, _, err := s.Person(ctx, person)
	if err != nil {
		return nil, "", err
	}
	c, _, err := s.credential(ctx, person)
	if err != nil {
		return nil, "", err
	}
	if len(c.Passkeys) >= maxPasskeys {
		return nil, "", fault.New(fault.Conflict, "there are %d passkeys already; forget one that is not used any more", maxPasskeys)
	}
	h := holder{id: p.ID, login: p.Login, name: p.Name, keys: c.keys()}
	creation, data, err := s.passkeys.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
	if err != nil {
		return nil, "", fault.New(fault.Internal, "a passkey cannot be begun: %v", err)
	}
	if options, err = json.Marshal(creation); err != nil {
		return nil, "", fault.New(fault.Internal, "a passkey cannot be begun: %v", err)
	}
	ticket, err = s.seal(ctx, forPasskeyAdd, passkeyLife, passkeyTicket{Person: person, Data: *data})
	return options, ticket, err
}

// PasskeyAddFinish keeps the passkey. name is the person's word for it.
func (s *Service) PasskeyAddFinish(ctx context.Context, person, ticket, name string, answer []byte) (Passkey, error) {
	if s.passkeys == nil {
		return Passkey{}, errNoOrigin
	}
	var t passkeyTicket
	id, until, err := s.unseal(ctx, forPasskeyAdd, ticket, &t)
	if err != nil {
		return Passkey{}, err
	}
	if t.Person != person {
		return Passkey{}, errOver
	}
	p, _, err := s.Person(ctx, person)
	if err != nil {
		return Passkey{}, err
	}
	if len(answer) > maxAnswer {
		return Passkey{}, fault.New(fault.Invalid, "the answer of the authenticator is too long")
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return Passkey{}, fault.New(fault.Invalid, "the answer of the authenticator cannot be read")
	}
	made, err := s.passkeys.CreateCredential(holder{id: p.ID, login: p.Login, name: p.Name}, t.Data, parsed)
	if err != nil {
		return Passkey{}, errPasskey
	}
	made.Attestation = webauthn.CredentialAttestation{} // asked for none, judge none, keep none
	if name = line(name, 80); name == "" {
		name = "passkey"
	}
	kept := passkey{Passkey: Passkey{ID: base64.RawURLEncoding.EncodeToString(made.ID), Name: name, Added: s.now()}, Key: *made}
	var owner credential
	if _, err := s.o.Cabinet.One(ctx, kindCredential, passkeyKey(made.ID), &owner); err == nil {
		return Passkey{}, fault.New(fault.Conflict, "this passkey is known already")
	} else if fault.KindOf(err) != fault.NotFound {
		return Passkey{}, err
	}
	err = s.noted(ctx, "credential", map[string]any{"what": "passkey-added", "person": person}, person, func() error {
		return s.settle(ctx, person, func(c *credential) (more, error) {
			if done, err := s.isSpent(ctx, id); err != nil {
				return more{}, err
			} else if done {
				return more{}, errOver
			}
			if len(c.Passkeys) >= maxPasskeys {
				return more{}, fault.New(fault.Conflict, "there are %d passkeys already", maxPasskeys)
			}
			c.Passkeys = append(slices.Clone(c.Passkeys), kept)
			return more{put: []cabinet.Item{spent(id, until)}}, nil
		})
	})
	return kept.Passkey, err
}

// PasskeyDrop forgets a passkey; the last way in cannot be dropped (fault.Conflict).
func (s *Service) PasskeyDrop(ctx context.Context, person, id string) error {
	drop := func(c *credential) error {
		at := slices.IndexFunc(c.Passkeys, func(p passkey) bool { return p.ID == id })
		if at < 0 {
			return fault.New(fault.NotFound, "there is no such passkey of this person")
		}
		if c.ways() == 1 {
			return fault.New(fault.Conflict, "this is your last way in; set up another one first")
		}
		c.Passkeys = slices.Delete(slices.Clone(c.Passkeys), at, at+1)
		return nil
	}
	c, _, err := s.credential(ctx, person)
	if err != nil {
		return err
	}
	if err := drop(c); err != nil {
		return err
	}
	return s.noted(ctx, "credential", map[string]any{"what": "passkey-dropped", "person": person}, person, func() error {
		return s.settle(ctx, person, func(c *credential) (more, error) { return more{}, drop(c) })
	})
}

// PasskeyBegin gives the options of a discoverable sign-in as JSON for the
// browser. They are the same for everybody and tell nothing of anybody.
func (s *Service) PasskeyBegin(ctx context.Context) (options []byte, ticket string, err error) {
	if s.passkeys == nil {
		return nil, "", errNoOrigin
	}
	assertion, data, err := s.passkeys.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, "", fault.New(fault.Internal, "a sign-in by passkey cannot be begun: %v", err)
	}
	if options, err = json.Marshal(assertion); err != nil {
		return nil, "", fault.New(fault.Internal, "a sign-in by passkey cannot be begun: %v", err)
	}
	ticket, err = s.seal(ctx, forPasskey, passkeyLife, passkeyTicket{Data: *data})
	return options, ticket, err
}

// PasskeyFinish checks what the authenticator answered. The person was
// verified by the authenticator (PIN, finger, face): no second factor is asked.
func (s *Service) PasskeyFinish(ctx context.Context, ticket string, answer []byte, came Came) (Step, error) {
	rules := otherRules("passkey", came.Address)
	if err := s.brake.try(rules...); err != nil {
		return Step{}, err
	}
	a, err := s.assertion(ctx, ticket, answer)
	if err != nil {
		return Step{}, err
	}
	step, err := s.enter(ctx, a.person, func(c *credential) (entry, error) {
		put, err := a.admit(ctx, s, c)
		return entry{how: []string{"passkey"}, fresh: s.now(), put: put}, err
	}, came)
	if err != nil {
		return Step{}, s.cloned(ctx, err, a)
	}
	s.brake.passed(rules)
	return step, nil
}

// asserted is a parsed answer that admit checks against the credentials.
type asserted struct {
	id     string // of the ticket
	until  time.Time
	data   webauthn.SessionData
	parsed *protocol.ParsedCredentialAssertionData
	person string
}

var errClone = fault.New(fault.Forbidden, "the passkey was not accepted: its counter went back, as that of a copied key would; remove it and set up another")

// assertion opens the ticket and reads the answer.
func (s *Service) assertion(ctx context.Context, ticket string, answer []byte) (*asserted, error) {
	if s.passkeys == nil {
		return nil, errNoOrigin
	}
	var t passkeyTicket
	id, until, err := s.unseal(ctx, forPasskey, ticket, &t)
	if err != nil {
		return nil, err
	}
	if len(answer) > maxAnswer {
		return nil, errPasskey
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return nil, errPasskey
	}
	person := string(parsed.Response.UserHandle)
	if !idForm.MatchString(person) {
		return nil, errPasskey
	}
	return &asserted{id: id, until: until, data: t.Data, parsed: parsed, person: person}, nil
}

// admit checks the answer against the credentials as they are and keeps the
// counter. The ticket is used up in the same transaction.
func (a *asserted) admit(ctx context.Context, s *Service, c *credential) ([]cabinet.Item, error) {
	if done, err := s.isSpent(ctx, a.id); err != nil {
		return nil, err
	} else if done {
		return nil, errOver
	}
	find := func(_, handle []byte) (webauthn.User, error) { return holder{id: c.Person, keys: c.keys()}, nil }
	_, got, err := s.passkeys.ValidatePasskeyLogin(find, a.data, a.parsed)
	if err != nil {
		return nil, errPasskey
	}
	if got.Authenticator.CloneWarning {
		return nil, errClone
	}
	c.Passkeys = slices.Clone(c.Passkeys)
	for i := range c.Passkeys {
		if slices.Equal(c.Passkeys[i].Key.ID, got.ID) {
			attestation := c.Passkeys[i].Key.Attestation
			c.Passkeys[i].Key, c.Passkeys[i].Used = *got, s.now()
			c.Passkeys[i].Key.Attestation = attestation
		}
	}
	return []cabinet.Item{spent(a.id, a.until)}, nil
}

// cloned notes a counter that went back (WebAuthn Level 3, 6.1.1).
func (s *Service) cloned(ctx context.Context, err error, a *asserted) error {
	if err != errClone {
		return err
	}
	body := map[string]any{"what": "passkey-cloned", "person": a.person}
	if e := s.note(ctx, "credential", body, a.person); e != nil {
		return e
	}
	return err
}
