package identity

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"tocsin/cabinet"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// directory is what is known of people and organisations at one edition of the
// cabinet. It fills as it is asked; when anybody in any process changes a person
// or an organisation, the edition is another one and all of it is forgotten. So
// what a reader may do is never older than the request that asks.
type directory struct {
	cab     *cabinet.Cabinet
	edition int64
	checked atomic.Int64 // Unix nanoseconds of the last look at the edition

	mu      sync.Mutex
	people  map[string]*personAt // nil values: there is none
	orgs    map[string]*orgAt
	deputes map[string][]string // deputy → those who named them
}

type personAt struct {
	partner.Person
	version int64
}

type orgAt struct {
	partner.Org
	version int64
}

// maxKnown bounds each map; ids that lead nowhere fill them too.
const maxKnown = 50_000

// The two sorts of documents of kindDirectory, as key and as beginning of ids.
const (
	personID = "person."
	orgID    = "org."
)

// directory gives what is known at the edition of now: one statement.
func (s *Service) directory(ctx context.Context) (*directory, error) {
	edition, err := s.o.Cabinet.Edition(ctx, kindDirectory)
	if err != nil {
		return nil, err
	}
	d := s.known.Load()
	if d == nil || d.edition != edition {
		d = &directory{cab: s.o.Cabinet, edition: edition,
			people: map[string]*personAt{}, orgs: map[string]*orgAt{}, deputes: map[string][]string{}}
		s.known.Store(d)
	}
	d.checked.Store(s.now().UnixNano())
	return d, nil
}

// Rights is a number that changes whenever anybody's rights do: with each change of
// a person or an organisation, in whatever process. What time itself changes (a
// deputation that ends, a suspension that was set for later) does not move it.
func (s *Service) Rights(ctx context.Context) (int64, error) {
	return s.o.Cabinet.Edition(ctx, kindDirectory)
}

// names gives a directory for what is only shown: it may be two seconds old, so
// that a page with a thousand names does not ask a thousand times.
// While the database is away, what was known before is shown.
func (s *Service) names(ctx context.Context) (*directory, error) {
	before := s.known.Load()
	if before != nil {
		if age := s.now().UnixNano() - before.checked.Load(); age >= 0 && age < int64(2*time.Second) {
			return before, nil
		}
	}
	d, err := s.directory(ctx)
	if err != nil && before != nil {
		return before, nil
	}
	return d, err
}

// person gives a person; nil if there is none.
func (d *directory) person(ctx context.Context, id string) (*personAt, error) {
	if !idForm.MatchString(id) {
		return nil, nil
	}
	return remembered(d, d.people, id, func() (*personAt, error) {
		var p personAt
		version, err := d.cab.Get(ctx, kindDirectory, personID+id, &p.Person)
		p.version = version
		return absent(&p, err)
	})
}

// org gives an organisation; nil if there is none.
func (d *directory) org(ctx context.Context, id string) (*orgAt, error) {
	if !idForm.MatchString(id) {
		return nil, nil
	}
	return remembered(d, d.orgs, id, func() (*orgAt, error) {
		var o orgAt
		version, err := d.cab.Get(ctx, kindDirectory, orgID+id, &o.Org)
		o.version = version
		return absent(&o, err)
	})
}

// principals gives those who named somebody as deputy, whenever that holds.
func (d *directory) principals(ctx context.Context, deputy string) ([]string, error) {
	return remembered(d, d.deputes, deputy, func() ([]string, error) {
		var all []string
		err := d.cab.All(ctx, kindDirectory, "deputy:"+deputy, func(e cabinet.Entry) error {
			var p partner.Person
			err := e.Into(&p)
			all = append(all, p.ID)
			return err
		})
		return all, err
	})
}

// remembered asks once for each id.
func remembered[T any](d *directory, m map[string]T, id string, ask func() (T, error)) (T, error) {
	d.mu.Lock()
	v, ok := m[id]
	d.mu.Unlock()
	if ok {
		return v, nil
	}
	v, err := ask()
	if err != nil {
		return v, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(m) >= maxKnown {
		clear(m)
	}
	m[id] = v
	return v, nil
}

// absent turns "not found" into nil.
func absent[T any](v *T, err error) (*T, error) {
	if err == nil {
		return v, nil
	}
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	return nil, err
}

// above gives an organisation with those above it, nearest first; nil if it is
// not there or cannot be placed (partner.Above).
func (d *directory) above(ctx context.Context, id string) (*orgAt, []partner.Org, error) {
	o, err := d.org(ctx, id)
	if err != nil || o == nil {
		return nil, nil, err
	}
	up, failed, misplaced := d.up(ctx, o.Org)
	if failed != nil || misplaced != nil {
		return nil, nil, failed
	}
	return o, up, nil
}

// up lists the organisations above one: failed says that they could not be
// read, misplaced that the chain leads nowhere or round in a circle.
func (d *directory) up(ctx context.Context, o partner.Org) (all []partner.Org, failed, misplaced error) {
	all, misplaced = partner.Above(o, func(id string) (partner.Org, bool) {
		if failed != nil {
			return partner.Org{}, false
		}
		var at *orgAt
		if at, failed = d.org(ctx, id); failed != nil || at == nil {
			return partner.Org{}, false
		}
		return at.Org, true
	})
	return all, failed, misplaced
}

// OrgName gives the name of an organisation, "" if there is none.
func (s *Service) OrgName(ctx context.Context, id string) string {
	d, err := s.names(ctx)
	if err != nil {
		return ""
	}
	o, err := d.org(ctx, id)
	if err != nil || o == nil {
		return ""
	}
	return o.Name
}

// OrgCountry gives the country of the legal entity that an organisation is of, ""
// if there is none or it is not known.
func (s *Service) OrgCountry(ctx context.Context, id string) string {
	d, err := s.names(ctx)
	if err != nil {
		return ""
	}
	o, up, err := d.above(ctx, id)
	if err != nil || o == nil {
		return ""
	}
	return partner.LegalCountry(o.Org, up)
}

// PersonName gives the name of a person, "" if there is none.
func (s *Service) PersonName(ctx context.Context, id string) string {
	d, err := s.names(ctx)
	if err != nil {
		return ""
	}
	p, err := d.person(ctx, id)
	if err != nil || p == nil {
		return ""
	}
	return p.Name
}
