package identity

import (
	"context"
	"slices"
	"time"

	"tocsin/cabinet"
	"tocsin/internal/fault"
)

// Session is a signed-in browser. Its secret is 256 random bits that only the
// browser has; the id is the hash of it and no secret.
type Session struct {
	ID      string    `json:"id"` // public handle, no secret
	Person  string    `json:"person"`
	Created time.Time `json:"created"`
	Seen    time.Time `json:"seen"`  // to the minute
	Fresh   time.Time `json:"fresh"` // last proof of identity
	How     []string  `json:"how"`   // passkey, password, totp, sso, link, demo, recovery
	Address string    `json:"address"`
	Agent   string    `json:"agent"`
	Frozen  bool      `json:"frozen,omitempty"`  // unusual reading: a step-up thaws it
	Limited bool      `json:"limited,omitempty"` // may only set up credentials: first link, recovery
	Version int64     `json:"-"`
	For     []string  `json:"-"` // people whose deputy the person is at the moment
}

func (sess Session) by(how string) bool { return slices.Contains(sess.How, how) }

// maxSessions of one person; the one not seen for longest ends first.
const maxSessions = 30

// alive tells whether a session still runs: it ends after a while without a
// request, and in any case after its life.
func (s *Service) alive(sess Session) bool {
	now := s.now()
	return now.Before(sess.Created.Add(s.o.Life)) && now.Before(sess.Seen.Add(s.o.Idle))
}

// session reads a running session by its handle; errNobody if it is over.
func (s *Service) session(ctx context.Context, id string) (Session, error) {
	if !isSecret(id) { // a handle has the same form
		return Session{}, errNobody
	}
	var sess Session
	version, err := s.o.Cabinet.Get(ctx, kindSession, id, &sess)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return Session{}, errNobody
		}
		return Session{}, err
	}
	sess.ID, sess.Version = id, version
	if !s.alive(sess) {
		return Session{}, errNobody
	}
	return sess, nil
}

func (sess Session) item() cabinet.Item {
	return cabinet.Item{Ref: cabinet.Ref{Kind: kindSession, ID: sess.ID, Version: sess.Version},
		Keys: []string{"person:" + sess.Person}, Value: sess}
}

// open prepares a new session; it is there once its item was put. Every sign-in
// makes a new secret, so that one planted before it is worth nothing.
func (s *Service) open(person string, fresh time.Time, came Came, how ...string) (Session, string, error) {
	secret, err := s.newSecret()
	if err != nil {
		return Session{}, "", err
	}
	now := s.now()
	return Session{ID: hashed(kindSession, secret), Person: person, Created: now, Seen: now, Fresh: fresh,
		How: how, Address: came.address(), Agent: came.agent()}, secret, nil
}

// opened is what is left to do once a session was put.
func (s *Service) opened(ctx context.Context, sess Session, secret string) (Step, error) {
	sess.Version = 1
	if err := s.thin(ctx, sess.Person); err != nil {
		return Step{}, err
	}
	return Step{Session: &sess, Secret: secret}, nil
}

// thin drops a person's sessions that are over, and those beyond the number.
func (s *Service) thin(ctx context.Context, person string) error {
	all, err := s.allSessions(ctx, person)
	if err != nil {
		return err
	}
	var live []Session
	var drop []cabinet.Ref
	for _, x := range all {
		if s.alive(x) {
			live = append(live, x)
		} else {
			drop = append(drop, cabinet.Ref{Kind: kindSession, ID: x.ID})
		}
	}
	slices.SortFunc(live, func(a, b Session) int { return b.Seen.Compare(a.Seen) })
	for _, x := range live[min(len(live), maxSessions):] {
		drop = append(drop, cabinet.Ref{Kind: kindSession, ID: x.ID})
	}
	return s.dropAll(ctx, drop)
}

// dropAll ends documents; one that is gone already is no error.
func (s *Service) dropAll(ctx context.Context, drop []cabinet.Ref) error {
	if len(drop) == 0 {
		return nil
	}
	err := s.o.Cabinet.Change(ctx, nil, drop)
	if err == nil || fault.KindOf(err) != fault.NotFound && fault.KindOf(err) != fault.Conflict {
		return err
	}
	for _, ref := range drop { // somebody else dropped one: the others still have to go
		ref.Version = 0
		if err := s.o.Cabinet.Change(ctx, nil, []cabinet.Ref{ref}); err != nil &&
			fault.KindOf(err) != fault.NotFound && fault.KindOf(err) != fault.Conflict {
			return err
		}
	}
	return nil
}

func (s *Service) allSessions(ctx context.Context, person string) ([]Session, error) {
	var all []Session
	err := s.o.Cabinet.All(ctx, kindSession, "person:"+person, func(e cabinet.Entry) error {
		var x Session
		if err := e.Into(&x); err != nil {
			return err
		}
		x.ID, x.Version = e.ID, e.Version
		all = append(all, x)
		return nil
	})
	return all, err
}

// seen says once a minute that the session is in use. When another request
// said so at the same moment, that is as good.
func (s *Service) seen(ctx context.Context, sess *Session) error {
	now := s.now().Truncate(time.Minute)
	if now.Sub(sess.Seen) < time.Minute {
		return nil
	}
	next := *sess
	next.Seen = now
	err := s.o.Cabinet.Change(ctx, []cabinet.Item{next.item()}, nil)
	switch {
	case err == nil:
		next.Version++
		*sess = next
		return nil
	case fault.KindOf(err) == fault.Conflict || fault.KindOf(err) == fault.NotFound:
		_, err := s.session(ctx, sess.ID) // written by another request, or ended: only the latter counts
		return err
	}
	return err
}

// rewrite changes a running session at the version that is there.
func (s *Service) rewrite(ctx context.Context, id string, change func(*Session) error) error {
	for range tries {
		sess, err := s.session(ctx, id)
		if err != nil {
			return err
		}
		if err := change(&sess); err != nil {
			return err
		}
		err = s.o.Cabinet.Change(ctx, []cabinet.Item{sess.item()}, nil)
		if err == nil || fault.KindOf(err) != fault.Conflict {
			return err
		}
	}
	return fault.New(fault.Conflict, "the session is in use by too many requests at once; please try again")
}

// lift makes a limited session of a link full once the person's credentials are
// complete. There is one such session at a time: a new link ends the others.
func (s *Service) lift(ctx context.Context, sess *Session) error {
	c, _, err := s.credential(ctx, sess.Person)
	if err != nil || len(c.Passkeys) == 0 && !c.hasPassword() {
		return err
	}
	if err := s.rewrite(ctx, sess.ID, func(x *Session) error { x.Limited = false; return nil }); err != nil {
		return err
	}
	*sess, err = s.session(ctx, sess.ID)
	return err
}

// SignOut ends the session. A secret of nobody is signed out already.
func (s *Service) SignOut(ctx context.Context, secret string) error {
	if !isSecret(secret) {
		return nil
	}
	return s.dropAll(ctx, []cabinet.Ref{{Kind: kindSession, ID: hashed(kindSession, secret)}})
}

// Freeze stops a session until its person steps up, or a token for good: a
// program cannot prove who it is. why is one of a few words for the log, never
// what was read.
func (s *Service) Freeze(ctx context.Context, session, why string) error {
	var person string
	err := s.rewrite(ctx, session, func(x *Session) error { x.Frozen, person = true, x.Person; return nil })
	if err == errNobody {
		person, err = s.freezeToken(ctx, session)
	}
	if err != nil {
		return err
	}
	return s.note(ctx, "session", map[string]any{"what": "frozen", "session": session, "person": person, "why": line(why, 80)}, person)
}

// Sessions lists a person's sessions that run, the one seen last first.
func (s *Service) Sessions(ctx context.Context, person string) ([]Session, error) {
	all, err := s.allSessions(ctx, person)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(x Session) bool { return !s.alive(x) })
	slices.SortFunc(all, func(a, b Session) int {
		if c := b.Seen.Compare(a.Seen); c != 0 {
			return c
		}
		return b.Created.Compare(a.Created)
	})
	d, err := s.directory(ctx)
	if err != nil {
		return nil, err
	}
	r, err := s.reader(ctx, d, person)
	if err != nil && err != errNobody {
		return nil, err
	}
	for i := range all {
		all[i].For = deputised(r)
	}
	return all, nil
}

// EndSession ends a session of a person; id "" ends all but keep (a handle).
// fault.NotFound if the session is none of the person's.
func (s *Service) EndSession(ctx context.Context, person, id, keep string) error {
	all, err := s.allSessions(ctx, person)
	if err != nil {
		return err
	}
	var drop []cabinet.Ref
	for _, x := range all {
		if id == x.ID || id == "" && x.ID != keep {
			drop = append(drop, cabinet.Ref{Kind: kindSession, ID: x.ID})
		}
	}
	if id != "" && len(drop) == 0 {
		return fault.New(fault.NotFound, "there is no such session of this person")
	}
	return s.dropAll(ctx, drop)
}

// sessionsOf names a person's sessions, all but one, to be dropped with a change.
func (s *Service) sessionsOf(ctx context.Context, person, keep string) ([]cabinet.Ref, error) {
	all, err := s.allSessions(ctx, person)
	if err != nil {
		return nil, err
	}
	var drop []cabinet.Ref
	for _, x := range all {
		if x.ID != keep {
			drop = append(drop, cabinet.Ref{Kind: kindSession, ID: x.ID})
		}
	}
	return drop, nil
}
