package earlier

import (
	"cmp"
	"slices"
	"time"

	"tocsin/calendar"
)

// keptLater tells that an event was recorded only when the report was there.
func (l *looking) keptLater(recorded string) bool {
	t, err := time.Parse(time.RFC3339, recorded)
	return err == nil && !l.r.Received.Earliest.IsZero() && !t.Before(l.r.Received.Earliest)
}

// Member is who knew, over all cases that were looked at: the same organisation
// where seats tell so, else the same name in the same country.
type Member struct {
	Name      string        `json:"name"`
	Country   string        `json:"country,omitempty"`
	Orgs      []string      `json:"orgs,omitempty"` // more than one: several members have that name
	Authority bool          `json:"authority,omitempty"`
	When      When          `json:"when"`
	Aware     calendar.Span `json:"aware"`
	Word      Word          `json:"word"`
	Rows      []Row         `json:"rows"`
}

// Members gathers rows by who they are about, in the order of Order.
func Members(rows []Row) []Member {
	rows = slices.Clone(rows)
	Order(rows)
	by := newSets()
	for i := range rows {
		r := &rows[i]
		by.join(r.whose(), r.whose())
		if r.Org != "" {
			by.join("org "+r.Org, r.whose())
		}
	}
	at := map[string]int{}
	var out []Member
	for i := range rows {
		r := &rows[i]
		key := by.root(r.whose())
		n, ok := at[key]
		if !ok {
			n = len(out)
			at[key] = n
			out = append(out, Member{Name: r.Name, Country: r.Country, When: r.When, Aware: r.Aware, Word: r.Word})
		}
		m := &out[n]
		if r.When == m.When {
			m.Aware = calendar.Min(m.Aware, r.Aware)
			if slices.Index(Words(), r.Word) < slices.Index(Words(), m.Word) {
				m.Word = r.Word
			}
		}
		m.Authority = m.Authority || r.Authority
		if r.Org != "" && !slices.Contains(m.Orgs, r.Org) {
			m.Orgs = append(m.Orgs, r.Org)
			slices.Sort(m.Orgs)
		}
		m.Rows = append(m.Rows, *r)
	}
	slices.SortStableFunc(out, func(a, b Member) int {
		return cmp.Or(cmp.Compare(slices.Index(Whens(), a.When), slices.Index(Whens(), b.When)), byTime(a.Aware, b.Aware, a.Name, b.Name))
	})
	return out
}

// whose is the name by which rows are taken to be of the same organisation.
func (r *Row) whose() string {
	if name := NameKey(r.Name); name != "" {
		return "name " + name + "\x00" + r.Country
	}
	return "row " + r.Handle + "\x00" + r.Party
}

// sets are names that mean the same.
type sets map[string]string

func newSets() sets { return sets{} }

func (s sets) root(name string) string {
	for s[name] != "" && s[name] != name {
		name = s[name]
	}
	return name
}

func (s sets) join(a, b string) {
	a, b = s.root(a), s.root(b)
	if a == b {
		s[a] = a
		return
	}
	s[max(a, b)] = min(a, b)
}
