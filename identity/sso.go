package identity

import (
	"context"
	"slices"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/internal/fault"
)

const (
	ssoLife   = 10 * time.Minute
	allowLife = 30 * 24 * time.Hour
	// ssoSkew is how far the provider's clock may be from ours.
	ssoSkew = 2 * time.Minute
)

var (
	errNoSSO     = fault.New(fault.NotFound, "there is no single sign-on here")
	errUnknown   = fault.New(fault.Forbidden, "you are signed in at your provider, but not known here; ask an administrator of this platform to allow it")
	errStaleSSO  = fault.New(fault.Forbidden, "the provider did not ask you again who you are; please sign out there, or prove it in another way")
	errOtherUser = fault.New(fault.Forbidden, "this is not the person who is signed in here")
)

// ssoTicket is what the way back needs.
type ssoTicket struct {
	State   []byte    `json:"state"`
	Begun   time.Time `json:"begun"`
	Session string    `json:"session,omitempty"` // of a step-up
}

// SSOBegin and SSOFinish sign in by the provider; fault.NotFound without one. A
// person is found by issuer and subject, or once by a verified e-mail address
// that an administrator has allowed for single sign-on; nobody is made.
func (s *Service) SSOBegin(ctx context.Context) (url, ticket string, err error) {
	return s.ssoBegin(ctx, forSSO, ssoTicket{}, false)
}

// SSOStepUp begins a step-up by the provider, for a session's secret; what the
// browser brings back goes into StepUp as Proof.Ticket and Proof.Query.
func (s *Service) SSOStepUp(ctx context.Context, secret string) (url, ticket string, err error) {
	if !isSecret(secret) {
		return "", "", errNobody
	}
	sess, err := s.session(ctx, hashed(kindSession, secret))
	if err != nil {
		return "", "", err
	}
	return s.ssoBegin(ctx, forSSOStep, ssoTicket{Session: sess.ID}, true)
}

func (s *Service) ssoBegin(ctx context.Context, purpose string, t ssoTicket, fresh bool) (url, ticket string, err error) {
	if s.o.Provider == nil {
		return "", "", errNoSSO
	}
	t.Begun = s.now()
	if url, t.State, err = s.o.Provider.Begin(ctx, fresh); err != nil {
		return "", "", err
	}
	ticket, err = s.seal(ctx, purpose, ssoLife, t)
	return url, ticket, err
}

// SSOName is what the provider is called, "" without one.
func (s *Service) SSOName() string {
	if s.o.Provider == nil {
		return ""
	}
	return s.o.Provider.Name()
}

// ssoAnswer is what came back from the provider, checked by it.
type ssoAnswer struct {
	ssoTicket
	id     string
	until  time.Time
	claims Claims
}

func (s *Service) ssoBack(ctx context.Context, purpose, ticket string, query map[string][]string) (*ssoAnswer, error) {
	if s.o.Provider == nil {
		return nil, errNoSSO
	}
	var a ssoAnswer
	var err error
	if a.id, a.until, err = s.unseal(ctx, purpose, ticket, &a.ssoTicket); err != nil {
		return nil, err
	}
	if done, err := s.isSpent(ctx, a.id); err != nil {
		return nil, err
	} else if done {
		return nil, errOver
	}
	if a.claims, err = s.o.Provider.Finish(ctx, a.State, query); err != nil {
		return nil, err
	}
	if a.claims.Issuer == "" || a.claims.Subject == "" {
		return nil, fault.New(fault.Internal, "the provider did not say who it is")
	}
	return &a, nil
}

// SSOFinish completes it. The query is that of the address the browser came
// back to.
func (s *Service) SSOFinish(ctx context.Context, ticket string, query map[string][]string, came Came) (Step, error) {
	rules := otherRules("sso", came.Address)
	if err := s.brake.try(rules...); err != nil {
		return Step{}, err
	}
	a, err := s.ssoBack(ctx, forSSO, ticket, query)
	if err != nil {
		return Step{}, err
	}
	person, first, err := s.ssoPerson(ctx, a.claims)
	if err != nil {
		return Step{}, err
	}
	var step Step
	enter := func() (err error) { step, err = s.enter(ctx, person, s.byProvider(ctx, a, first), came); return err }
	if first {
		err = s.noted(ctx, "credential", map[string]any{"what": "sso-linked", "person": person}, person, enter)
	} else {
		err = enter()
	}
	if err != nil {
		return Step{}, err
	}
	s.brake.passed(rules)
	return step, nil
}

// byProvider admits somebody whom the provider knows, and links the account the
// first time.
func (s *Service) byProvider(ctx context.Context, a *ssoAnswer, first bool) func(c *credential) (entry, error) {
	return func(c *credential) (entry, error) {
		if done, err := s.isSpent(ctx, a.id); err != nil || done {
			return entry{}, errOver
		}
		if !c.linked(a.claims) {
			if !first || !s.allows(c, a.claims) {
				return entry{}, errUnknown
			}
			c.SSO = append(slices.Clone(c.SSO), subject{Issuer: a.claims.Issuer, Subject: a.claims.Subject, Added: s.now()})
			c.Allow = nil
		}
		fresh := a.claims.At
		if fresh.After(s.now()) {
			fresh = s.now()
			if a.claims.At.After(fresh.Add(ssoSkew)) {
				fresh = time.Time{}
			}
		}
		return entry{how: []string{"sso"}, fresh: fresh, put: []cabinet.Item{spent(a.id, a.until)}}, nil
	}
}

// linked tells whether the credentials know this subject of this issuer.
func (c *credential) linked(cl Claims) bool {
	return slices.ContainsFunc(c.SSO, func(x subject) bool { return x.Issuer == cl.Issuer && x.Subject == cl.Subject })
}

// allows tells whether an address may be linked now.
func (s *Service) allows(c *credential, cl Claims) bool {
	mail, ok := foldLogin(cl.Email)
	now := s.now()
	return ok && cl.EmailVerified && c.Allow != nil && c.Allow.Email == mail && !now.Before(c.Allow.From) && now.Before(c.Allow.Until)
}

// ssoPerson finds whom the provider means; first tells that it is by an address.
func (s *Service) ssoPerson(ctx context.Context, cl Claims) (person string, first bool, err error) {
	var c credential
	_, err = s.o.Cabinet.One(ctx, kindCredential, ssoKey(cl.Issuer, cl.Subject), &c)
	if err == nil {
		return c.Person, false, nil
	}
	if fault.KindOf(err) != fault.NotFound {
		return "", false, err
	}
	mail, ok := foldLogin(cl.Email)
	if !ok || !cl.EmailVerified {
		return "", false, errUnknown
	}
	if _, err = s.o.Cabinet.One(ctx, kindCredential, "sso-mail:"+mail, &c); err != nil {
		if fault.KindOf(err) == fault.NotFound {
			err = errUnknown
		}
		return "", false, err
	}
	if !s.allows(&c, cl) {
		return "", false, errUnknown
	}
	return c.Person, true, nil
}

// AllowSSO lets whoever holds a verified e-mail address at the provider sign in
// as a person, once and within 30 days; from then on issuer and subject count.
// It is an administrator's to give; of somebody with a role of the platform it
// holds after a day only, as a recovery does. email "" takes it back.
func (s *Service) AllowSSO(ctx context.Context, by access.Reader, person, email string) error {
	if err := administers(by); err != nil {
		return err
	}
	p, _, err := s.Person(ctx, person)
	if err != nil {
		return err
	}
	var allow *allowance
	what := "sso-taken-back"
	if email != "" {
		mail, ok := foldLogin(email)
		if !ok {
			return fault.New(fault.Invalid, "this is no e-mail address")
		}
		var other credential
		if _, err := s.o.Cabinet.One(ctx, kindCredential, "sso-mail:"+mail, &other); err == nil && other.Person != person {
			return fault.New(fault.Conflict, "this address is allowed for somebody else")
		} else if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		allow = &allowance{Email: mail, Until: s.now().Add(allowLife), By: by.Person}
		if len(p.Platform) > 0 && by.Person != person {
			allow.From = s.now().Add(delay)
		}
		what = "sso-allowed"
	}
	return s.noted(ctx, "credential", map[string]any{"what": what, "person": person}, by.Person, func() error {
		return s.settle(ctx, person, func(c *credential) (more, error) { c.Allow = allow; return more{}, nil })
	})
}
