package identity

import (
	"context"
	"time"

	"tocsin/cabinet"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// secondLife is how long a second factor may take.
const secondLife = 5 * time.Minute

// secondTicket is what Second needs: whose password was right, and which it was,
// so that a password changed meanwhile opens nothing.
type secondTicket struct {
	Person   string `json:"person"`
	Password string `json:"password"` // hash of the PHC string
	Login    string `json:"login"`    // folded
}

// Password begins to sign in by password. fault.Forbidden with one and the same
// message for whatever was wrong; fault.Unavailable with a time to wait when
// there were too many attempts from the address or at the login.
//
// A login that is not there takes the same statements and the same hash.
func (s *Service) Password(ctx context.Context, login, password string, came Came) (Step, error) {
	name, okName := foldLogin(login)
	if !okName {
		name = "\x00" + hashed("login", line(login, 320)) // no login has a zero byte
	}
	rules := s.brake.passwordRules(name, came.Address)
	if err := s.brake.try(rules...); err != nil {
		return Step{}, err
	}
	p, there, err := s.byLogin(ctx, name)
	if err != nil {
		return Step{}, err
	}
	id := p.ID
	if !there {
		id = "nobody" // whose credentials are asked for all the same
	}
	c, _, err := s.credential(ctx, id)
	if err != nil {
		return Step{}, err
	}
	prepared, okPassword := opaque(password)
	right, stale, err := s.hashes.check(ctx, c.Password, prepared)
	if err != nil {
		return Step{}, err
	}
	if !right || !there || !okPassword || p.Disabled || !c.hasPassword() && c.complete() {
		return Step{}, errRefused
	}
	s.brake.passed(rules, rules[0].key)
	if c.TOTP != nil {
		if stale {
			s.rehash(ctx, p.ID, c.Password, prepared)
			if c, _, err = s.credential(ctx, p.ID); err != nil {
				return Step{}, err
			}
		}
		ticket, err := s.seal(ctx, forSecond, secondLife, secondTicket{Person: p.ID, Password: hashed("phc", c.Password), Login: name})
		return Step{Next: "totp", Ticket: ticket}, err
	}
	// Without a second factor the password opens the page where one is set up.
	was := c.Password
	return s.enter(ctx, p.ID, func(c *credential) (entry, error) {
		if c.Password != was || c.complete() {
			return entry{}, errRefused
		}
		return entry{how: []string{"password"}, limited: true, fresh: s.now()}, nil
	}, came)
}

// Second completes it: a TOTP code or a recovery code.
func (s *Service) Second(ctx context.Context, ticket, code string, came Came) (Step, error) {
	var t secondTicket
	if _, _, err := s.unseal(ctx, forSecond, ticket, &t); err != nil {
		return Step{}, err
	}
	rules := codeRules(t.Person, came.Address)
	if err := s.brake.try(rules...); err != nil {
		return Step{}, err
	}
	step, err := s.enter(ctx, t.Person, func(c *credential) (entry, error) {
		if !c.hasPassword() || hashed("phc", c.Password) != t.Password {
			return entry{}, errOver
		}
		how, err := spend(c, code, s.now())
		return entry{how: []string{"password", how}, fresh: s.now()}, err
	}, came)
	if err != nil {
		return Step{}, err
	}
	s.brake.passed(rules, rules[0].key)
	s.brake.passed(nil, "login "+t.Login)
	s.brake.trust(t.Login, from(came.Address))
	return step, nil
}

// entry says what a person who proved who they are gets.
type entry struct {
	how     []string
	fresh   time.Time
	limited bool
	put     []cabinet.Item // written in the same transaction
}

// enter signs somebody in: admit looks at the credentials as they are in the
// same transaction that makes the session, and may change them (a code is used
// up). So no session comes of a password, key or code that was taken back in
// the same moment.
func (s *Service) enter(ctx context.Context, person string, admit func(c *credential) (entry, error), came Came) (Step, error) {
	d, err := s.directory(ctx)
	if err != nil {
		return Step{}, err
	}
	p, err := d.person(ctx, person)
	if err != nil {
		return Step{}, err
	}
	if p == nil || p.Disabled {
		return Step{}, errRefused
	}
	var sess Session
	var secret string
	var e entry
	err = s.settle(ctx, person, func(c *credential) (more, error) {
		var err error
		if e, err = admit(c); err != nil {
			return more{}, err
		}
		if sess, secret, err = s.open(person, e.fresh, came, e.how...); err != nil {
			return more{}, err
		}
		sess.Limited = e.limited
		return more{put: append(e.put, sess.item())}, nil
	})
	if err != nil {
		return Step{}, err
	}
	if sess.by("recovery") {
		if err := s.note(ctx, "recovery", map[string]any{"what": "code-used", "person": person, "session": sess.ID}, person); err != nil {
			return Step{}, err
		}
	}
	if !sess.Limited {
		if err := s.cancelDelayed(ctx, person); err != nil {
			return Step{}, err
		}
	}
	return s.opened(ctx, sess, secret)
}

// byLogin finds a person by a folded login. Whether there is one or not, the
// statements are the same: the caller asks for credentials in either case.
func (s *Service) byLogin(ctx context.Context, folded string) (partner.Person, bool, error) {
	var p partner.Person
	_, err := s.o.Cabinet.One(ctx, kindDirectory, "login:"+folded, &p)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return partner.Person{}, false, nil
		}
		return partner.Person{}, false, err
	}
	return p, true, nil
}

// ByLogin finds a person by login, for whoever runs the machine; fault.NotFound.
func (s *Service) ByLogin(ctx context.Context, login string) (partner.Person, error) {
	folded, ok := foldLogin(login)
	if !ok {
		return partner.Person{}, fault.New(fault.NotFound, "nobody has this login")
	}
	p, there, err := s.byLogin(ctx, folded)
	if err == nil && !there {
		err = fault.New(fault.NotFound, "nobody has this login")
	}
	return p, err
}

// rehash gives a password the cost of now. If that fails, the next sign-in
// tries again: the old hash still holds.
func (s *Service) rehash(ctx context.Context, person, was, prepared string) {
	salt, err := s.random(saltLen)
	if err != nil {
		return
	}
	phc, err := s.hashes.make(ctx, prepared, salt)
	if err != nil {
		return
	}
	_ = s.settle(ctx, person, func(c *credential) (more, error) {
		if c.Password != was {
			return more{}, errOver
		}
		c.Password = phc
		return more{}, nil
	})
}

// cancelDelayed drops recovery links that still wait for their time: whoever
// signs in needs no recovery, and did perhaps not ask for one.
func (s *Service) cancelDelayed(ctx context.Context, person string) error {
	var drop []cabinet.Ref
	err := s.o.Cabinet.All(ctx, kindLink, "person:"+person, func(e cabinet.Entry) error {
		var l Link
		if err := e.Into(&l); err != nil {
			return err
		}
		if s.now().Before(l.From) {
			drop = append(drop, cabinet.Ref{Kind: kindLink, ID: e.ID})
		}
		return nil
	})
	if err != nil || len(drop) == 0 {
		return err
	}
	if err := s.dropAll(ctx, drop); err != nil {
		return err
	}
	return s.note(ctx, "recovery", map[string]any{"what": "cancelled-by-sign-in", "person": person}, person)
}
