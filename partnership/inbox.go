package partnership

import (
	"context"
	"slices"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/record"
)

// Letter is an act as a letter in somebody's inbox: the act stands in the
// partnership file, the words are made from it when it is read.
type Letter struct {
	ID       string        `json:"id"`
	Member   string        `json:"member"`
	Platform string        `json:"platform"`
	Org      string        `json:"org"`   // whose inbox
	Event    string        `json:"event"` // of the partnership file
	Kind     casefile.Kind `json:"kind"`
	Sent     time.Time     `json:"sent"`
	Served   *Served       `json:"served,omitempty"`

	version int64
}

// Served is the proof that a letter was received: who opened it, and the event by
// which the recipient's own side confirmed it.
type Served struct {
	Person string    `json:"person"`
	At     time.Time `json:"at"`
	Event  string    `json:"event"`
	Token  string    `json:"token,omitempty"` // handle of the API token by which they did
}

// letter is the letter that an act sends to the other side.
func (s *Service) letter(m Member, p partner.Platform, a Asked) (Letter, bool) {
	l := Letter{ID: keyed("letter", a.ID), Member: m.ID, Platform: p.ID, Org: m.Org, Event: a.Event.ID, Kind: a.Event.Kind, Sent: s.o.Now().UTC()}
	if partner.OfMember(a.Event.Kind) {
		l.Org = p.Authority
	}
	return l, a.Event.ID != ""
}

func letterItem(l Letter) cabinet.Item {
	return cabinet.Item{Ref: cabinet.Ref{Kind: kindLetter, ID: l.ID, Version: l.version}, Value: l,
		Keys: []string{"org:" + l.Org, "member:" + l.Member}}
}

// Inbox lists the letters to the organisations that a reader belongs to, the
// newest first. Looking at the list receives nothing.
func (s *Service) Inbox(ctx context.Context, who access.Reader) ([]Letter, error) {
	var out []Letter
	for _, a := range who.Acting {
		if len(a.Roles) == 0 {
			continue
		}
		for _, org := range append([]string{a.Org}, a.Group...) {
			err := s.o.Cabinet.All(ctx, kindLetter, "org:"+org, func(e cabinet.Entry) error {
				var l Letter
				err := e.Into(&l)
				l.version = e.Version
				if !slices.ContainsFunc(out, func(o Letter) bool { return o.ID == l.ID }) {
					out = append(out, l)
				}
				return err
			})
			if err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(out, func(a, b Letter) int { return b.Sent.Compare(a.Sent) })
	return out, nil
}

// letterFor gives a letter with its membership and its act to somebody of either side.
func (s *Service) letterFor(ctx context.Context, who access.Reader, id string) (l Letter, m Member, p partner.Platform, side Side, e *casefile.Event, err error) {
	version, err := s.o.Cabinet.Get(ctx, kindLetter, id, &l)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return l, m, p, side, nil, err
	}
	none := fault.New(fault.NotFound, "there is no such letter")
	m, p, side, merr := s.member(ctx, who, asID(l.Member))
	if err != nil || merr != nil {
		if merr != nil && fault.KindOf(merr) != fault.NotFound {
			return l, m, p, side, nil, merr
		}
		return Letter{}, Member{}, p, "", nil, none
	}
	l.version = version
	k, err := s.o.Files.Load(ctx, m.Handle)
	if err != nil {
		return l, m, p, side, nil, err
	}
	if e = k.Case.Event(l.Event); e == nil {
		return l, m, p, side, nil, fault.New(fault.Internal, "the act of a letter is not in its file")
	}
	return l, m, p, side, e, nil
}

// Open gives a letter with the event that it tells of. The first time that
// somebody who acts for the recipient opens it, the recipient's side confirms in
// the file that it was received: that is the proof of service. Others of the
// organisation, and the sender, read it without receiving it.
func (s *Service) Open(ctx context.Context, who access.Reader, id string) (Letter, casefile.Event, error) {
	l, m, p, side, e, err := s.letterFor(ctx, who, id)
	if err != nil {
		return Letter{}, casefile.Event{}, err
	}
	if l.Served != nil || !access.SpeaksFor(who, l.Org) || side == OfBoth || access.Scoped(who, access.Add) != nil {
		return l, *e, nil
	}
	ack := s.event("acknowledged", p)
	ack.Re = l.Event
	if l.Org == p.Authority {
		ack.By, ack.To = authorityParty, []string{memberParty}
	} else {
		ack.By, ack.To = memberParty, []string{authorityParty}
	}
	ack.ID = "r" + l.ID[:9]
	s.mu.Lock()
	defer s.mu.Unlock()
	res, err := s.o.Desk.AddAct(ctx, who, m.Handle, ack, record.AnyVersion, "served "+l.ID)
	if err != nil {
		return l, *e, err
	}
	l.Served = &Served{Person: who.Person, At: s.o.Now().UTC(), Event: res.ID}
	if who.Scopes != nil {
		l.Served.Token = who.Session
	}
	if err := s.o.Cabinet.Change(ctx, []cabinet.Item{letterItem(l)}, nil); err != nil && fault.KindOf(err) != fault.Conflict {
		return l, *e, err // somebody else opened it at the same moment: the event is one
	}
	return l, *e, nil
}
