package identity

import (
	"context"
	"slices"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// Scopes of sessions that may do nothing yet. They name no act of access, so
// that whoever forgets to look at Limited and Frozen still allows nothing.
const (
	scopeSetUp  = "set-up"
	scopeStepUp = "step-up"
)

// Reader tells who is behind a session's secret: fault.Forbidden if there is
// nobody, whatever the reason.
//
// It costs one read of the session and one of the directory's edition, and once
// a minute a write that says when the session was last seen. A session that is
// limited or frozen gives a reader who may do nothing.
func (s *Service) Reader(ctx context.Context, secret string, _ Came) (Session, access.Reader, error) {
	if !isSecret(secret) {
		return Session{}, access.Reader{}, errNobody
	}
	sess, r, err := s.sessionReader(ctx, hashed(kindSession, secret))
	if err != nil {
		return Session{}, access.Reader{}, err
	}
	if err := s.seen(ctx, &sess); err != nil {
		return Session{}, access.Reader{}, err
	}
	return sess, r, nil
}

// Again tells who is behind a session or token by its public handle, now: for
// what stays open (live updates). It is no sign of life.
func (s *Service) Again(ctx context.Context, session string) (access.Reader, error) {
	_, r, err := s.sessionReader(ctx, session)
	if fault.KindOf(err) == fault.Forbidden && err != nil {
		_, r, err = s.tokenReader(ctx, session)
	}
	return r, err
}

// sessionReader reads a live session and builds its reader.
func (s *Service) sessionReader(ctx context.Context, id string) (Session, access.Reader, error) {
	sess, err := s.session(ctx, id)
	if err != nil {
		return Session{}, access.Reader{}, err
	}
	d, err := s.directory(ctx)
	if err != nil {
		return Session{}, access.Reader{}, err
	}
	r, err := s.reader(ctx, d, sess.Person)
	if err != nil {
		return Session{}, access.Reader{}, err
	}
	if sess.Limited && sess.by("link") {
		if err := s.lift(ctx, &sess); err != nil {
			return Session{}, access.Reader{}, err
		}
	}
	r.Session = sess.ID
	switch {
	case sess.Limited:
		r = powerless(r, scopeSetUp)
	case sess.Frozen:
		r = powerless(r, scopeStepUp)
	default:
		r.Fresh = s.isFresh(sess)
	}
	sess.For = deputised(r)
	return sess, r, nil
}

// isFresh tells whether the session's person proved who they are a short while
// ago. People of the demo have nothing to prove it with.
func (s *Service) isFresh(sess Session) bool {
	if s.o.Demo && sess.by("demo") {
		return true
	}
	now := s.now()
	return !sess.Fresh.IsZero() && !sess.Fresh.After(now) && now.Sub(sess.Fresh) < s.o.FreshFor
}

// powerless leaves who it is and takes what they may do.
func powerless(r access.Reader, scope string) access.Reader {
	return access.Reader{Person: r.Person, Name: r.Name, Session: r.Session, Lang: r.Lang, Zone: r.Zone, Scopes: []string{scope}}
}

// reader builds the reader of a person; errNobody if there is none or they are
// disabled.
func (s *Service) reader(ctx context.Context, d *directory, person string) (access.Reader, error) {
	p, err := d.person(ctx, person)
	if err != nil {
		return access.Reader{}, err
	}
	if p == nil || p.Disabled {
		return access.Reader{}, errNobody
	}
	r := access.Reader{Person: p.ID, Name: p.Name, Platform: slices.Clone(p.Platform), Place: p.Place, Lang: p.Lang, Zone: p.Zone}
	now := s.now()
	if r.Acting, err = d.acting(ctx, p.Member, "", now); err != nil {
		return access.Reader{}, err
	}
	from, err := d.principals(ctx, person)
	if err != nil {
		return access.Reader{}, err
	}
	for _, id := range from {
		by, err := d.person(ctx, id)
		if err != nil {
			return access.Reader{}, err
		}
		if by == nil || by.Disabled || id == person || !deputises(by.Deputies, person, now) {
			continue
		}
		more, err := d.acting(ctx, by.Member, id, now)
		if err != nil {
			return access.Reader{}, err
		}
		r.Acting = append(r.Acting, more...)
	}
	return r, nil
}

// ReadersOf gives the readers that people of an organisation are at the moment,
// their deputies too: for showing beforehand what somebody is about to be shown.
// None is fresh, and none is there.
func (s *Service) ReadersOf(ctx context.Context, org string) ([]access.Reader, error) {
	d, err := s.directory(ctx)
	if err != nil {
		return nil, err
	}
	now := s.now()
	var ids []string
	if !idForm.MatchString(org) {
		return nil, nil
	}
	err = s.o.Cabinet.All(ctx, kindDirectory, "member:"+org, func(e cabinet.Entry) error {
		var p partner.Person
		if err := e.Into(&p); err != nil || p.Disabled {
			return err
		}
		ids = append(ids, p.ID)
		for _, x := range p.Deputies {
			if x.Acts(now) {
				ids = append(ids, x.Person)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(ids)
	var all []access.Reader
	for _, id := range slices.Compact(ids) {
		r, err := s.reader(ctx, d, id)
		if err == errNobody {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// deputises tells whether one of the deputations is the person's and runs. What
// a deputy was given cannot be passed on: only the named person's is looked at.
func deputises(all []partner.Deputy, person string, now time.Time) bool {
	return slices.ContainsFunc(all, func(d partner.Deputy) bool { return d.Person == person && d.Acts(now) })
}

// acting builds what memberships let somebody act for, at an instant.
func (d *directory) acting(ctx context.Context, all []partner.Membership, principal string, at time.Time) ([]access.Acting, error) {
	var out []access.Acting
	for _, m := range all {
		o, up, err := d.above(ctx, m.Org)
		if err != nil {
			return nil, err
		}
		if o == nil {
			continue
		}
		a := access.Acting{Org: m.Org, Country: partner.LegalCountry(o.Org, up), Standing: partner.StandingOf(o.Org, up), On: partner.StandingsOn(o.Org, up, at),
			Roles: slices.Clone(m.Roles), For: principal}
		for _, x := range up {
			a.Group = append(a.Group, x.ID)
		}
		out = append(out, a)
	}
	return out, nil
}

// deputised lists whose deputy the reader is at the moment.
func deputised(r access.Reader) []string {
	var all []string
	for _, a := range r.Acting {
		if a.For != "" && !slices.Contains(all, a.For) {
			all = append(all, a.For)
		}
	}
	return all
}
