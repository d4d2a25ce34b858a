package identity

import (
	"context"
	"slices"

	"tocsin/cabinet"
	"tocsin/internal/fault"
)

// Proof is one way to prove identity.
type Proof struct {
	Password string // with Code where a second factor is set up
	Code     string
	Ticket   string // of PasskeyBegin, with Answer; or of SSOStepUp, with Query
	Answer   []byte
	Query    map[string][]string
}

// StepUp proves identity again within a session: by password and code, by
// passkey, or by the provider of single sign-on. The session is fresh from then
// on, thaws, and is limited no more. A recovery code is no step-up: it is there
// to come back once, not to do what cannot be undone.
func (s *Service) StepUp(ctx context.Context, secret string, p Proof, came Came) error {
	if !isSecret(secret) {
		return errNobody
	}
	sess, err := s.session(ctx, hashed(kindSession, secret))
	if err != nil {
		return err
	}
	d, err := s.directory(ctx)
	if err != nil {
		return err
	}
	if _, err := s.reader(ctx, d, sess.Person); err != nil {
		return err
	}
	var prove func(c *credential) (how []string, put []cabinet.Item, err error)
	var rules []rule
	switch {
	case p.Ticket != "" && p.Query != nil:
		rules = otherRules("sso", came.Address)
		a, err := s.ssoStep(ctx, sess, p)
		if err != nil {
			return err
		}
		prove = func(c *credential) ([]string, []cabinet.Item, error) {
			if done, err := s.isSpent(ctx, a.id); err != nil || done {
				return nil, nil, errOver
			}
			if !c.linked(a.claims) {
				return nil, nil, errOtherUser
			}
			return []string{"sso"}, []cabinet.Item{spent(a.id, a.until)}, nil
		}
	case p.Ticket != "":
		rules = otherRules("passkey", came.Address)
		if err := s.brake.try(rules...); err != nil {
			return err
		}
		a, err := s.assertion(ctx, p.Ticket, p.Answer)
		if err != nil {
			return err
		}
		if a.person != sess.Person {
			return errOtherUser
		}
		prove = func(c *credential) ([]string, []cabinet.Item, error) {
			put, err := a.admit(ctx, s, c)
			return []string{"passkey"}, put, s.cloned(ctx, err, a)
		}
	case p.Password != "":
		rules = codeRules(sess.Person, came.Address)
		if err := s.brake.try(rules...); err != nil {
			return err
		}
		if prove, err = s.provePassword(ctx, sess.Person, p); err != nil {
			return err
		}
	default:
		return fault.New(fault.Invalid, "a step-up takes a password with a code, a passkey, or the provider")
	}
	if err := s.freshen(ctx, sess, prove); err != nil {
		return err
	}
	if len(rules) > 0 {
		s.brake.passed(rules, "code "+sess.Person)
	}
	return nil
}

// provePassword checks the password now and the code in the transaction.
func (s *Service) provePassword(ctx context.Context, person string, p Proof) (func(*credential) ([]string, []cabinet.Item, error), error) {
	c, _, err := s.credential(ctx, person)
	if err != nil {
		return nil, err
	}
	prepared, ok := opaque(p.Password)
	right, _, err := s.hashes.check(ctx, c.Password, prepared)
	if err != nil {
		return nil, err
	}
	if !ok || !right || !c.hasPassword() {
		return nil, errRefused
	}
	was := c.Password
	return func(c *credential) ([]string, []cabinet.Item, error) {
		if c.Password != was || c.TOTP == nil {
			return nil, nil, errRefused
		}
		how, err := spend(c, p.Code, s.now())
		if err == nil && how != "totp" {
			err = errCode
		}
		if err != nil {
			return nil, nil, errRefused
		}
		return []string{"password", "totp"}, nil, nil
	}, nil
}

// ssoStep takes the provider's word only if it asked just now.
func (s *Service) ssoStep(ctx context.Context, sess Session, p Proof) (*ssoAnswer, error) {
	a, err := s.ssoBack(ctx, forSSOStep, p.Ticket, p.Query)
	if err != nil {
		return nil, err
	}
	if a.Session != sess.ID {
		return nil, errOver
	}
	if at := a.claims.At; at.IsZero() || at.Before(a.Begun.Add(-ssoSkew)) || at.After(s.now().Add(ssoSkew)) {
		return nil, errStaleSSO
	}
	return a, nil
}

// freshen writes the proof and the session in one transaction.
func (s *Service) freshen(ctx context.Context, sess Session, prove func(*credential) ([]string, []cabinet.Item, error)) error {
	return s.settle(ctx, sess.Person, func(c *credential) (more, error) {
		now, err := s.session(ctx, sess.ID)
		if err != nil {
			return more{}, err
		}
		how, put, err := prove(c)
		if err != nil {
			return more{}, err
		}
		now.Fresh, now.Frozen, now.Limited = s.now(), false, false
		for _, h := range how {
			if !slices.Contains(now.How, h) {
				now.How = append(now.How, h)
			}
		}
		return more{put: append(put, now.item())}, nil
	})
}
