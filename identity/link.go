package identity

import (
	"context"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/internal/fault"
)

// Link is a one-time way in.
type Link struct {
	ID     string    `json:"id"`
	Person string    `json:"person"`
	For    string    `json:"for"`           // first, invite, recovery, demo
	From   time.Time `json:"from,omitzero"` // not before
	Until  time.Time `json:"until"`
	By     string    `json:"by,omitempty"`
}

// linkLife is how long links last by purpose: without a word, and at most.
var linkLife = map[string]struct{ standard, most time.Duration }{
	"first":    {24 * time.Hour, 7 * 24 * time.Hour},
	"invite":   {7 * 24 * time.Hour, 30 * 24 * time.Hour},
	"recovery": {24 * time.Hour, 7 * 24 * time.Hour},
	"demo":     {30 * 24 * time.Hour, 366 * 24 * time.Hour},
}

// delay is how long the recovery of somebody with a role of the platform waits
// when another person asked for it: an administrator alone must not become a
// second one over lunch. Whoever signs in meanwhile cancels it.
const delay = 24 * time.Hour

// NewLink makes a link and gives its secret once. by is who asked, "" for
// whoever runs the machine. An older link of the person, and sessions that came
// of one and set up nothing, end. A recovery ends all sessions at once; first
// and invite are for people who have no way in yet (fault.Conflict).
func (s *Service) NewLink(ctx context.Context, person, purpose string, life time.Duration, by string) (secret string, l Link, err error) {
	lives, ok := linkLife[purpose]
	if !ok {
		return "", Link{}, fault.New(fault.Invalid, "a link is for first, invite, recovery or demo")
	}
	if purpose == "demo" && !s.o.Demo {
		return "", Link{}, fault.New(fault.Forbidden, "links of the demo are not made on a platform that is none")
	}
	if life == 0 {
		life = lives.standard
	}
	if life < 0 || life > lives.most {
		return "", Link{}, fault.New(fault.Invalid, "a link for %s lasts at most %d hours", purpose, int(lives.most/time.Hour))
	}
	p, _, err := s.Person(ctx, person)
	if err != nil {
		return "", Link{}, err
	}
	if p.Disabled {
		return "", Link{}, fault.New(fault.Conflict, "this person is disabled")
	}
	if purpose == "first" || purpose == "invite" {
		c, _, err := s.credential(ctx, person)
		if err != nil {
			return "", Link{}, err
		}
		if c.complete() {
			return "", Link{}, fault.New(fault.Conflict, "this person has a way in already; make a recovery link instead")
		}
	}
	if secret, err = s.newSecret(); err != nil {
		return "", Link{}, err
	}
	now := s.now()
	l = Link{ID: hashed(kindLink, secret), Person: person, For: purpose, Until: now.Add(life), By: by}
	if purpose == "recovery" && by != "" && len(p.Platform) > 0 {
		l.From = now.Add(delay)
		l.Until = l.From.Add(life)
	}
	change := func() error { return s.putLink(ctx, l) }
	if purpose == "demo" {
		err = change() // gives nobody more than the demo gives to everybody
	} else {
		err = s.noted(ctx, noteOfLink(purpose), map[string]any{"what": "link-made", "for": purpose, "person": person, "link": l.ID}, by, change)
	}
	if err != nil {
		return "", Link{}, err
	}
	return secret, l, nil
}

// Invite makes a link for somebody else, for an administrator who stepped up:
// to come in for the first time (invite), or to come back (recovery). Nobody
// makes one for themself.
func (s *Service) Invite(ctx context.Context, by access.Reader, person, purpose string) (secret string, l Link, err error) {
	if err := administers(by); err != nil {
		return "", Link{}, err
	}
	if purpose != "invite" && purpose != "recovery" {
		return "", Link{}, fault.New(fault.Invalid, "an administrator makes links for invite and recovery")
	}
	if by.Person == person {
		return "", Link{}, fault.New(fault.Forbidden, "another administrator has to make this link for you")
	}
	return s.NewLink(ctx, person, purpose, 0, by.Person)
}

func noteOfLink(purpose string) string {
	if purpose == "recovery" {
		return "recovery"
	}
	return "person"
}

// item has a key that only one link of a person may have, so that of two made at
// once one replaces the other. The demo's stand beside it.
func (l Link) item(version int64) cabinet.Item {
	it := cabinet.Item{Ref: cabinet.Ref{Kind: kindLink, ID: l.ID, Version: version}, Keys: []string{"person:" + l.Person}, Value: l}
	if l.For != "demo" {
		it.Unique = []string{"one:" + l.Person}
	}
	return it
}

// putLink keeps a link and ends what it replaces.
func (s *Service) putLink(ctx context.Context, l Link) error {
	if l.For == "demo" {
		return s.o.Cabinet.Change(ctx, []cabinet.Item{l.item(0)}, nil)
	}
	var err error
	for range tries {
		var drop []cabinet.Ref
		if drop, err = s.linksOf(ctx, l.Person); err != nil {
			return err
		}
		all, err2 := s.allSessions(ctx, l.Person)
		if err2 != nil {
			return err2
		}
		for _, x := range all {
			if l.For == "recovery" && l.From.IsZero() || x.Limited {
				drop = append(drop, cabinet.Ref{Kind: kindSession, ID: x.ID})
			}
		}
		if err = s.o.Cabinet.Change(ctx, []cabinet.Item{l.item(0)}, drop); err == nil || fault.KindOf(err) != fault.Conflict {
			return err
		}
	}
	return err
}

func (s *Service) linksOf(ctx context.Context, person string) ([]cabinet.Ref, error) {
	var all []cabinet.Ref
	err := s.o.Cabinet.All(ctx, kindLink, "person:"+person, func(e cabinet.Entry) error {
		var l Link
		if err := e.Into(&l); err != nil {
			return err
		}
		if l.For != "demo" {
			all = append(all, cabinet.Ref{Kind: kindLink, ID: e.ID})
		}
		return nil
	})
	return all, err
}

// LookLink tells whose link it is without using it up: a page that is fetched
// in advance, or by a mail scanner, must not be a sign-in. fault.NotFound.
func (s *Service) LookLink(ctx context.Context, secret string) (Link, error) {
	l, _, err := s.link(ctx, secret)
	return l, err
}

func (s *Service) link(ctx context.Context, secret string) (Link, int64, error) {
	if !isSecret(secret) {
		return Link{}, 0, errNoLink
	}
	var l Link
	version, err := s.o.Cabinet.Get(ctx, kindLink, hashed(kindLink, secret), &l)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			err = errNoLink
		}
		return Link{}, 0, err
	}
	if !s.now().Before(l.Until) || l.For == "demo" && !s.o.Demo {
		return Link{}, 0, errNoLink
	}
	return l, version, nil
}

// UseLink signs in by a link and uses it up; a link of the demo stays good. The
// session may only set up credentials, except in the demo. A recovery forgets
// the passwords, codes, passkeys and tokens that were, and ends the sessions.
// fault.TooEarly before its time.
func (s *Service) UseLink(ctx context.Context, secret string, came Came) (Step, error) {
	for range tries {
		step, err := s.useLink(ctx, secret, came)
		if err == nil || fault.KindOf(err) != fault.Conflict {
			return step, err
		}
	}
	return Step{}, errNoLink
}

func (s *Service) useLink(ctx context.Context, secret string, came Came) (Step, error) {
	l, version, err := s.link(ctx, secret)
	if err != nil {
		return Step{}, err
	}
	now := s.now()
	if now.Before(l.From) {
		return Step{}, fault.New(fault.TooEarly, "this link holds from %s on", l.From.Format("2006-01-02 15:04 UTC"))
	}
	p, _, err := s.Person(ctx, l.Person)
	if err != nil || p.Disabled {
		if err == nil || fault.KindOf(err) == fault.NotFound {
			err = errNoLink
		}
		return Step{}, err
	}
	how := []string{"link"}
	if l.For == "demo" || l.For == "recovery" {
		how = append(how, l.For)
	}
	sess, cookie, err := s.open(l.Person, now, came, how...)
	if err != nil {
		return Step{}, err
	}
	sess.Limited = l.For != "demo"
	put, drop := []cabinet.Item{sess.item()}, []cabinet.Ref(nil)
	if l.For != "demo" {
		drop = append(drop, cabinet.Ref{Kind: kindLink, ID: l.ID, Version: version})
	}
	if l.For == "recovery" {
		more, err := s.forget(ctx, l.Person)
		if err != nil {
			return Step{}, err
		}
		put, drop = append(put, more.put...), append(drop, more.drop...)
	}
	change := func() error { return s.o.Cabinet.Change(ctx, put, drop) }
	if l.For == "demo" {
		err = change()
	} else {
		err = s.noted(ctx, noteOfLink(l.For), map[string]any{"what": "link-used", "for": l.For, "person": l.Person, "link": l.ID, "session": sess.ID}, l.Person, change)
	}
	if err != nil {
		return Step{}, err
	}
	return s.opened(ctx, sess, cookie)
}

// forget is what ends with a recovery: everything but the provider's word, which
// the provider takes back itself.
func (s *Service) forget(ctx context.Context, person string) (more, error) {
	c, version, err := s.credential(ctx, person)
	if err != nil {
		return more{}, err
	}
	c.Password, c.TOTP, c.Recovery, c.Passkeys, c.Allow, c.Recovered = "", nil, nil, nil, nil, s.now()
	m := more{put: []cabinet.Item{c.item(version)}}
	if m.drop, err = s.sessionsOf(ctx, person, ""); err != nil {
		return more{}, err
	}
	tokens, err := s.tokensOf(ctx, person)
	if err != nil {
		return more{}, err
	}
	for _, t := range tokens {
		m.drop = append(m.drop, cabinet.Ref{Kind: kindToken, ID: t.ID})
	}
	return m, nil
}
