package partnership

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// Asked is an act that waits for another person, or is under way.
type Asked struct {
	ID       string         `json:"id"`
	Member   string         `json:"member"`
	Platform string         `json:"platform"`
	Event    casefile.Event `json:"-"`
	Seen     int64          `json:"seen"` // version of the file that it was asked on
	By       string         `json:"by"`
	Via      string         `json:"via,omitempty"` // ByToken: proposed by a token of that person
	Asked    time.Time      `json:"asked"`
	Expires  time.Time      `json:"expires"`
	State    string         `json:"state"`
	With     string         `json:"with,omitempty"`
	Decided  *time.Time     `json:"decided,omitempty"`
	Reason   string         `json:"reason,omitempty"` // of declining, or why it could not be done

	version int64
}

// asAsked is Asked as it is kept, with the event as a case file holds it.
type asAsked struct {
	asked
	Event json.RawMessage `json:"event"`
}

type asked Asked

// MarshalJSON writes the act as it is kept.
func (a Asked) MarshalJSON() ([]byte, error) {
	e, err := json.Marshal(a.Event)
	if err != nil {
		return nil, err
	}
	return json.Marshal(asAsked{asked(a), e})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (a *Asked) UnmarshalJSON(data []byte) error {
	var k asAsked
	if err := json.Unmarshal(data, &k); err != nil {
		return err
	}
	*a = Asked(k.asked)
	var err error
	a.Event, err = casefile.ParseEvent("act", k.Event)
	return err
}

// The states of an act that was asked for.
const (
	Waiting  = "waiting"  // for another person
	Underway = "underway" // decided, and not yet on record
	Done     = "done"
	Declined = "declined"
	Refused  = "refused" // by what happened meanwhile
	Expired  = "expired"
)

// ByToken says of an act that it was asked for by an API token: whatever the terms
// want, somebody who is there decides it.
const ByToken = "token"

// simple are acts of an authority that take nothing away and judge nobody: a token
// does them. All others that it asks for wait.
var simple = []casefile.Kind{"called-on", "partner-reminded"}

// proposed tells whether an act of that kind waits because a token asks for it.
func proposed(who access.Reader, kind casefile.Kind) bool {
	return who.Scopes != nil && !partner.OfMember(kind) && !slices.Contains(simple, kind)
}

// askedLife is for how long an act waits for another person.
const askedLife = 72 * time.Hour

// Do does an act in a partnership: whoever acts for the authority its acts, and
// whoever acts for the member the member's. By, To, At, Scope and Basis of the
// event are set here. Where the terms want a second person, the act waits and is
// not on record yet (Asked.State), and so does what a token asks for in the
// authority's name and somebody has to answer for; the same key asks for the same
// act once.
//
// fault.Invalid and fault.Conflict say what speaks against it (partner.CheckAct).
func (s *Service) Do(ctx context.Context, who access.Reader, id string, e casefile.Event, expected int64, key string) (Asked, error) {
	m, p, err := s.actor(ctx, who, id, e.Kind)
	if err != nil {
		return Asked{}, err
	}
	e = s.dress(e, p)
	now := s.o.Now().UTC()
	a := Asked{Member: m.ID, Platform: m.Platform, Event: e, Seen: expected, By: who.Person, Asked: now, Expires: now.Add(askedLife), State: Underway}
	if a.ID, err = s.named(who, m, key); err != nil {
		return Asked{}, err
	}
	if key != "" {
		if was, err := s.asked(ctx, a.ID); err == nil {
			return was, nil
		} else if fault.KindOf(err) != fault.NotFound {
			return Asked{}, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.o.Files.Load(ctx, m.Handle)
	if err != nil {
		return Asked{}, err
	}
	if expected >= 0 && k.Version != expected {
		return Asked{}, moved()
	}
	if err := check(k.Case, p, &e, now); err != nil {
		return Asked{}, err
	}
	if second := p.Terms.SecondPerson[e.Kind] != ""; second || proposed(who, e.Kind) {
		if a.Seen = k.Version; second && s.alone(ctx, p, who) {
			return Asked{}, fault.New(fault.Conflict, "the agreement wants two persons for this (%s), and nobody else acts for the authority; give somebody else that role first", p.Terms.SecondPerson[e.Kind])
		}
		a.State = Waiting
		note := map[string]any{"asked": a.ID, "act": string(e.Kind), "platform": p.ID, "state": Waiting}
		if who.Scopes != nil {
			a.Via, note["via"], note["token"] = ByToken, ByToken, who.Session
		}
		if err := s.keepAsked(ctx, a); err != nil {
			return Asked{}, err
		}
		_, err := s.o.Files.Note(ctx, "partner-act", note, who.Person)
		return a, err
	}
	return s.carry(ctx, who, m, p, a, k.Version)
}

func moved() error {
	return fault.New(fault.Conflict, "the partnership has moved on since you looked; look at it again and decide anew")
}

// named is the id of an act: the same for the same key of a person.
func (s *Service) named(who access.Reader, m Member, key string) (string, error) {
	if key == "" {
		return s.draw()
	}
	return keyed("act", m.ID, who.Person, key), nil
}

// actor gives the membership to somebody who may do that act on it.
func (s *Service) actor(ctx context.Context, who access.Reader, id string, kind casefile.Kind) (Member, partner.Platform, error) {
	m, p, side, err := s.member(ctx, who, id)
	if err != nil {
		return m, p, err
	}
	if err := access.Scoped(who, access.Add); err != nil {
		return m, p, err
	}
	if !slices.Contains(partner.Acts(), kind) {
		return m, p, fault.At("", 0, "kind", "%q is no act of a partnership", kind)
	}
	switch theirs := partner.OfMember(kind); {
	case side == OfBoth:
		return m, p, fault.New(fault.Forbidden, "nobody decides on an organisation of their own; somebody else does")
	case theirs && (side != OfMember || !access.SpeaksFor(who, m.Org)):
		return m, p, fault.New(fault.Forbidden, "this is for those who act for the member")
	case !theirs && (side != OfAuthority || !access.SpeaksFor(who, p.Authority)):
		return m, p, fault.New(fault.Forbidden, "this is for those who act for the authority")
	case !theirs && who.Scopes == nil: // a token is never fresh: what it asks for waits
		return m, p, access.Fresh(who)
	}
	return m, p, nil
}

// dress sets what is not the asker's to say.
func (s *Service) dress(e casefile.Event, p partner.Platform) casefile.Event {
	d := s.event(e.Kind, p)
	d.Re, d.Rule, d.Reason, d.Result, d.Text, d.Label, d.Of = e.Re, e.Rule, strings.TrimSpace(e.Reason), e.Result, strings.TrimSpace(e.Text), line(e.Label), e.Of
	d.Until, d.Due, d.Attributes, d.Original, d.Detail = e.Until, e.Due, e.Attributes, e.Original, e.Detail
	return d
}

// check tells what speaks against an act, as the file is now.
func check(c *casefile.Case, p partner.Platform, e *casefile.Event, now time.Time) error {
	st, err := partner.Fold(c, authorityParty, memberParty, now)
	if err != nil {
		return err
	}
	if err := partner.CheckAct(st, p.Terms, *e); err != nil {
		return err
	}
	_, err = with(c, *e)
	return err
}

// with is the file with one more event.
func with(c *casefile.Case, e casefile.Event) (*casefile.Case, error) {
	f := c.File
	if e.ID == "" {
		e.ID = "to-be-done"
	}
	f.Events = append(slices.Clip(f.Events), e)
	return casefile.Build("", f)
}

// alone tells whether nobody else could decide for the authority.
func (s *Service) alone(ctx context.Context, p partner.Platform, who access.Reader) bool {
	all, err := s.o.Directory.ReadersOf(ctx, p.Authority)
	return err == nil && !slices.ContainsFunc(all, func(r access.Reader) bool { return r.Person != who.Person && access.SpeaksFor(r, p.Authority) })
}

// carry carries an act out: first it cuts what the act cuts, then it puts it on
// record, then it opens what the act opens. Whoever is answered after that finds
// the roads as the record says; a crash between leaves them cut, and Sweep goes on.
func (s *Service) carry(ctx context.Context, who access.Reader, m Member, p partner.Platform, a Asked, version int64) (Asked, error) {
	k, err := s.o.Files.Load(ctx, m.Handle)
	if err != nil {
		return a, err
	}
	a.State = Underway
	if cuts(a.Event.Kind) {
		after, err := with(k.Case, a.Event)
		if err != nil {
			return a, err
		}
		if err := s.place(ctx, who.Person, m, after, askedItem(a)); err != nil {
			return a, err
		}
	} else if err := s.keepAsked(ctx, a); err != nil {
		return a, err
	}
	a.version++
	expected, err := s.numbered(ctx, who, m, a, version)
	if err != nil {
		return a, err
	}
	res, err := s.o.Desk.AddAct(ctx, who, m.Handle, a.Event, expected, "act "+a.ID)
	if err != nil && !lasting(err) {
		return a, err // it may be on record, or come to be: Sweep finds out
	}
	if err != nil {
		a.State, a.Reason = Refused, err.Error()
		if fault.KindOf(err) == fault.Conflict {
			err = moved()
		}
		if _, serr := s.settle(ctx, who.Person, m, askedItem(a)); serr != nil {
			s.o.Log.Warn("an act that was refused could not be undone yet", "member", m.ID, "kind", string(fault.KindOf(serr)))
		}
		return a, err
	}
	a.State, a.Event.ID = Done, res.ID
	items := []cabinet.Item{askedItem(a)}
	if l, ok := s.letter(m, p, a); ok {
		items = append(items, letterItem(l))
	}
	found, err := s.servedItem(ctx, a)
	if err != nil {
		return a, err // Sweep goes on
	}
	items = append(items, found...)
	if _, err := s.settle(ctx, who.Person, m, items...); err != nil {
		return a, err
	}
	a.version++
	return a, nil
}

// numbered is the version of the file in the reader's own numbers: a member does
// not see every record of it, and the desk counts what somebody sees.
func (s *Service) numbered(ctx context.Context, who access.Reader, m Member, a Asked, version int64) (int64, error) {
	if !partner.OfMember(a.Event.Kind) {
		return version, nil
	}
	who.Scopes = nil // a token that may add need not be one that may see: nothing is shown
	seen, err := s.o.Desk.See(ctx, who, m.Handle)
	if err != nil {
		return 0, err
	}
	k, err := s.o.Files.Load(ctx, m.Handle)
	if err != nil || k.Version != version {
		return version, err // it has moved on
	}
	return seen.Version, nil
}

// cuts tells which acts may take something away: they take it before they are on
// record, the others give after it.
func cuts(k casefile.Kind) bool {
	switch k {
	case "partner-warned", "partner-suspended", "partner-extended", "partner-terminated", "partner-left":
		return true
	}
	return false
}

// lasting tells that an error will be the same however often it is tried.
func lasting(err error) bool {
	switch fault.KindOf(err) {
	case fault.Unavailable, fault.Internal, fault.TooEarly:
		return false
	}
	return true
}
