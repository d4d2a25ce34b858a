package sharing

import (
	"context"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// Acknowledge gives the word of a member that it has a notice: of the
// organisation that is named, or the only one that the reader acts for and that
// receives it. Once given, it stands.
func (s *Service) Acknowledge(ctx context.Context, who access.Reader, id, org, words string) (Acknowledgement, error) {
	if err := access.Scoped(who, access.Add); err != nil {
		return Acknowledgement{}, err
	}
	h, c, _, err := s.find(ctx, who, id)
	if err != nil {
		return Acknowledgement{}, err
	}
	var of []string
	for _, a := range who.Acting {
		alone := who
		alone.Acting = []access.Acting{a}
		if a.Speaks() && (org == "" || a.Org == org) && access.Receives(alone, h.matter(h.now()), c.Circle) == access.AsMember {
			of = append(of, a.Org)
		}
	}
	words = line(words)
	switch {
	case len(of) == 0:
		return Acknowledgement{}, fault.New(fault.Forbidden, "this is for those who act for a member that received it")
	case len(of) > 1:
		return Acknowledgement{}, bad("org", "you act for several members that received it: say for which one")
	case h.Withdrawn != nil:
		return Acknowledgement{}, fault.New(fault.Conflict, "this was withdrawn; nobody waits for a word on it")
	case h.now().AckBy == nil:
		return Acknowledgement{}, fault.New(fault.Conflict, "nobody asked for a word on this")
	}
	if err := plain("words", words, maxShort, false); err != nil {
		return Acknowledgement{}, err
	}
	a := Acknowledgement{Item: h.ID, N: h.now().N, Org: of[0], Person: who.Person, At: s.o.Now().UTC(), Words: words}
	var was Acknowledgement
	switch _, err := s.o.Cabinet.Get(ctx, kindAck, ackID(h.ID, a.N, a.Org), &was); {
	case err == nil:
		return was, nil
	case fault.KindOf(err) != fault.NotFound:
		return a, err
	}
	if _, err := s.o.Log.Note(ctx, "shared", map[string]any{"what": "acknowledged", "platform": h.Platform, "item": h.ID, "version": a.N, "org": a.Org}, who.Person); err != nil {
		return a, err
	}
	it := cabinet.Item{Ref: cabinet.Ref{Kind: kindAck, ID: ackID(a.Item, a.N, a.Org)}, Keys: []string{"item:" + a.Item}, Value: a}
	if err := s.o.Cabinet.Change(ctx, []cabinet.Item{it}, nil); err != nil {
		if fault.KindOf(err) != fault.Conflict {
			return a, err
		}
		if _, err := s.o.Cabinet.Get(ctx, kindAck, it.ID, &a); err != nil { // somebody of the same organisation, at the same moment
			return a, err
		}
	}
	s.hub.wake()
	return a, nil
}

func ackID(item string, n int, org string) string { return textID(item, n) + "/" + org }

// acked are the words of the reader's own organisations on the newest version.
func (s *Service) acked(ctx context.Context, who access.Reader, h *head) ([]Acknowledgement, error) {
	if h.now().AckBy == nil {
		return nil, nil
	}
	var out []Acknowledgement
	for _, a := range who.Acting {
		if len(a.Roles) == 0 || slices.ContainsFunc(out, func(x Acknowledgement) bool { return x.Org == a.Org }) {
			continue
		}
		var x Acknowledgement
		switch _, err := s.o.Cabinet.Get(ctx, kindAck, ackID(h.ID, h.now().N, a.Org), &x); {
		case err == nil:
			out = append(out, x)
		case fault.KindOf(err) != fault.NotFound:
			return nil, err
		}
	}
	return out, nil
}

// Word is whether a member that something is for has given its word.
type Word struct {
	Member   string // id of the membership
	Org      string
	Name     string
	Standing partner.Standing
	Receives bool // it can read it, as it stands now
	Given    *Acknowledgement
}

// Words tells the authority which members have given their word on an item, and
// which have not; those who have not come first.
func (s *Service) Words(ctx context.Context, who access.Reader, id string) ([]Word, error) {
	if err := access.Scoped(who, access.See); err != nil {
		return nil, err
	}
	h, c, _, err := s.find(ctx, who, id)
	if err != nil {
		return nil, err
	}
	if !access.Runs(who, c.Circle) {
		return nil, fault.New(fault.Forbidden, "this is for the authority of the platform")
	}
	given := map[string]Acknowledgement{}
	err = s.o.Cabinet.All(ctx, kindAck, "item:"+h.ID, func(e cabinet.Entry) error {
		var a Acknowledgement
		if err := e.Into(&a); err != nil {
			return err
		}
		if was, ok := given[a.Org]; !ok || was.N < a.N {
			given[a.Org] = a
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	members, err := s.o.Circles.Members(ctx, who, h.Platform)
	if err != nil {
		return nil, err
	}
	var out []Word
	matter := h.matter(h.now())
	for _, m := range members {
		w := Word{Member: m.ID, Org: m.Org, Name: m.Name, Standing: m.State.Standing}
		meant := false
		around := c.Circle
		around.Joined = []string{m.Org}
		for unit := range m.Units {
			around.Joined = append(around.Joined, unit)
		}
		for _, org := range around.Joined {
			meant = meant || reaches(org, m.Org, partner.Active, matter, around)
			w.Receives = w.Receives || reaches(org, m.Org, w.Standing, matter, around)
			if a, ok := given[org]; ok && (w.Given == nil || w.Given.N < a.N) {
				w.Given = &a
			}
		}
		if meant || w.Given != nil {
			out = append(out, w)
		}
	}
	slices.SortStableFunc(out, func(a, b Word) int {
		if (a.Given == nil) != (b.Given == nil) {
			if a.Given == nil {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name+"\x00"+a.Org, b.Name+"\x00"+b.Org)
	})
	return out, nil
}
