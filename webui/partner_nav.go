package webui

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"tocsin/internal/fault"
)

// onSide tells whether the reader is of an authority that runs a platform, and
// whether of a member of one.
func (v *visit) onSide() (authority, member bool, err error) {
	if v.o.Circles == nil || v.Session == nil {
		return false, false, nil
	}
	var asked []string
	for _, a := range v.Who.Acting {
		if len(a.Roles) == 0 {
			continue
		}
		member = member || len(a.On) > 0
		for _, org := range append([]string{a.Org}, a.Group...) {
			if authority || slices.Contains(asked, org) {
				continue
			}
			asked = append(asked, org)
			runs, err := v.o.Circles.RunBy(v.ctx(), org)
			if err != nil {
				return false, false, err
			}
			authority = len(runs) > 0
		}
	}
	return authority, member, nil
}

// partnerNav is what the navigation has of partnerships.
type partnerNav struct {
	Authority bool
	Member    bool
	Unopened  int
}

// sides remembers for a minute what the navigation of people of the same
// organisations has, so that not every page counts their letters. What is done in
// this process shows at once.
type sides struct {
	mu     sync.Mutex
	minute int64
	all    map[string]partnerNav
	acts   atomic.Int64
}

// sidesMost bounds how many are remembered.
const sidesMost = 1000

// Partners is what the layout shows of partnerships; nil for whoever is on no side
// of one, and where it cannot be told.
func (p *page) Partners() *partnerNav {
	if !p.Full() || p.o.Circles == nil {
		return nil
	}
	n, err := p.partnerNav()
	switch {
	case err != nil:
		p.o.Log.Warn("the letters could not be counted", "kind", string(fault.KindOf(err)))
		return nil
	case !n.Authority && !n.Member:
		return nil
	}
	return &n
}

func (v *visit) partnerNav() (partnerNav, error) {
	var orgs []string
	for _, a := range v.Who.Acting {
		if len(a.Roles) > 0 {
			orgs = append(orgs, strings.Join(append([]string{a.Org}, a.Group...), "\x01"))
			for _, on := range sortedKeys(a.On) {
				orgs = append(orgs, "\x02"+on)
			}
		}
	}
	key, s := strings.Join(orgs, "\x00"), &v.sides
	acts, minute := s.acts.Load(), v.Now.Unix()/60
	s.mu.Lock()
	n, known := s.all[key]
	known = known && s.minute == minute+acts<<32
	s.mu.Unlock()
	if known {
		return n, nil
	}
	var err error
	if n.Authority, n.Member, err = v.onSide(); err != nil {
		return n, err
	}
	if n.Authority || n.Member {
		if n.Unopened, err = v.unopened(); err != nil {
			return n, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.minute != minute+acts<<32 || len(s.all) >= sidesMost {
		s.minute, s.all = minute+acts<<32, map[string]partnerNav{}
	}
	s.all[key] = n
	return n, nil
}

// acted tells the navigation that something was done.
func (s *sides) acted() { s.acts.Add(1) }
