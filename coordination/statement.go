package coordination

import (
	"context"
	"reflect"
	"slices"
	"time"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/record"
)

// AddStatement adds or corrects a product, party, source, window or the header.
// Whoever runs the case states all of it; a party its own products, itself, its
// own sources and somebody whom the case does not name yet, and never what
// anybody is in the directory of authorities. In a narrower view new entries get
// a random id (Result.ID).
func (d *Desk) AddStatement(ctx context.Context, who access.Reader, ref string, st record.Statement, expected int64, key string) (record.Result, error) {
	return d.write(ctx, who, ref, access.Describe, expected, func(s *sitting, expected int64) (record.Result, error) {
		st, err := d.mayState(s, who, st, key)
		if err != nil {
			return record.Result{}, err
		}
		if err := d.holds(s, st); err != nil {
			return record.Result{}, err
		}
		if st.Header != nil && st.Header.TLP == "RED" && s.w.c.TLP != "RED" {
			if err := d.keepIn(ctx, s, who); err != nil {
				return record.Result{}, err
			}
		}
		return d.o.Keeper.AddStatement(ctx, s.Handle, st, expected, who.Person, personal(who, key))
	})
}

// mayState refuses what is not the reader's to state, and gives what is with the
// ids that it is kept under.
func (d *Desk) mayState(s *sitting, who access.Reader, st record.Statement, key string) (record.Statement, error) {
	if runs(s) {
		return st, nil
	}
	own := func(id string) bool { return slices.Contains(s.Parties, id) }
	not := forbid("not-yours-to-state", "a party states itself, its own products, its own sources and new parties; the rest is stated by whoever runs the case")
	switch {
	case st.Product != nil:
		p := *st.Product
		old := s.Case.Product(p.ID)
		if !own(p.Provider) || old != nil && !own(old.Provider) {
			return st, not
		}
		for _, r := range p.Contains {
			if s.Case.Product(r.ID) == nil {
				return st, fault.At("", 0, "contains", "%q is not a product of this case", r.ID)
			}
		}
		if old == nil {
			id, err := d.draw("p", 8, "product", s.Handle, who.Person, p.ID, key)
			if err != nil {
				return st, err
			}
			p.ID = id
		} else if p.Note == "" { // a remark of whoever runs the case, which the reader does not see
			p.Note = s.w.c.Product(p.ID).Note
		}
		return record.Statement{Product: &p}, nil
	case st.Party != nil:
		p := *st.Party
		old := s.Case.Party(p.ID)
		if old == nil && !own(p.ID) && len(p.Is) == 0 && p.PartOf == "" { // somebody whom the case may not name yet
			id, err := d.draw("q", 8, "party", s.Handle, who.Person, p.ID, key)
			if err != nil {
				return st, err
			}
			p.ID = id
			return record.Statement{Party: &p}, nil
		}
		if old == nil || !own(p.ID) || !slices.Equal(p.Is, s.w.c.Party(p.ID).Is) || p.PartOf != s.w.c.Party(p.ID).PartOf {
			return st, not
		}
		if p.Note == "" {
			p.Note = s.w.c.Party(p.ID).Note
		}
		return record.Statement{Party: &p}, nil
	case st.Source != nil:
		src := *st.Source
		old := s.Case.Source(src.ID)
		if old != nil && d.statedBy(s, "source", src.ID) != who.Person {
			return st, not
		}
		if old == nil {
			id, err := d.draw("s", 8, "source", s.Handle, who.Person, src.ID, key)
			if err != nil {
				return st, err
			}
			src.ID = id
		}
		return record.Statement{Source: &src}, nil
	}
	return st, not
}

// statedBy is who stated an entry first.
func (d *Desk) statedBy(s *sitting, entry, id string) string {
	for i := range s.w.records {
		if m := &s.w.records[i]; m.Entry == entry && m.ID == id {
			return m.By
		}
	}
	return ""
}

// holds computes the plan of the case with a statement, so that nothing is kept
// that no plan could be made of.
func (d *Desk) holds(s *sitting, st record.Statement) error {
	f := s.w.c.File
	switch {
	case st.Header != nil:
		h := *st.Header
		h.Products, h.Parties, h.Sources, h.Windows, h.Events = f.Products, f.Parties, f.Sources, f.Windows, f.Events
		if h.Record == "" {
			h.Record = f.Record
		}
		if h.Case != f.Case || h.Format != f.Format {
			return nil // the record says so
		}
		f = h
	case st.Product != nil:
		f.Products = with(f.Products, *st.Product, func(p casefile.Product) string { return p.ID })
	case st.Party != nil:
		f.Parties = with(f.Parties, *st.Party, func(p casefile.Party) string { return p.ID })
	case st.Source != nil:
		f.Sources = with(f.Sources, *st.Source, func(p casefile.Source) string { return p.ID })
	case st.Window != nil:
		f.Windows = append(slices.Clip(f.Windows), *st.Window)
	default:
		return nil
	}
	c, err := casefile.Build("", f)
	if err != nil {
		return err
	}
	_, err = d.compute(c, PlanOptions{})
	return err
}

// with replaces the entry of the same id, or appends it.
func with[T any](list []T, item T, id func(T) string) []T {
	out := slices.Clone(list)
	for i := range out {
		if id(out[i]) == id(item) {
			out[i] = item
			return out
		}
	}
	return append(out, item)
}

// keepIn gives whoever makes a case RED a seat by name: from then on a seat of
// the organisation lets nobody in.
func (d *Desk) keepIn(ctx context.Context, s *sitting, who access.Reader) error {
	for _, x := range s.Seats {
		if x.Person == who.Person && x.Role == access.Owner {
			return nil
		}
	}
	for _, x := range s.Seats {
		if x.Role != s.Role || reflect.DeepEqual(x, access.Seat{}) {
			continue
		}
		id, err := d.draw("", 26, "seat", s.Handle, who.Person, "")
		if err != nil {
			return err
		}
		x.ID, x.Person, x.By, x.At = id, who.Person, who.Person, d.o.Now().UTC().Format(time.RFC3339)
		return d.putSeat(ctx, s.Handle, x)
	}
	return nil
}
