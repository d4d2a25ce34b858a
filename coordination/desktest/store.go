package desktest

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"

	"tocsin/escalation"
)

// Store is an escalation.Store and a coordination.SeatStore.
type Store struct {
	// Before, if set, is called with the name of each method; an error of it is
	// the method's.
	Before func(method string) error
	// Recorded gives the newest versions of the cases that are kept.
	Recorded func() map[string]int64

	mu      sync.Mutex
	calls   []string
	cases   map[string]escalation.CaseRow
	lines   map[string][]escalation.Row
	seats   map[string]escalation.SeatRow
	beat    int64
	gaps    []escalation.Gap
	edition int64
}

// New makes an empty store. recorded may be nil: then no case is stale by its
// version, and Versions gives those of the lines.
func New(recorded func() map[string]int64) *Store {
	return &Store{Recorded: recorded, cases: map[string]escalation.CaseRow{}, lines: map[string][]escalation.Row{}, seats: map[string]escalation.SeatRow{}}
}

// Calls gives the names of the methods called since the last time.
func (s *Store) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.calls
	s.calls = nil
	return out
}

// Projected gives everything that is projected, for comparisons.
func (s *Store) Projected() (map[string]escalation.CaseRow, map[string][]escalation.Row) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.cases), maps.Clone(s.lines)
}

func (s *Store) enter(method string) error {
	s.mu.Lock()
	s.calls = append(s.calls, method)
	before := s.Before
	s.mu.Unlock()
	if before != nil {
		return before(method)
	}
	return nil
}

// PutLines replaces what is projected of a case.
func (s *Store) PutLines(_ context.Context, c escalation.CaseRow, lines []escalation.Row) error {
	if err := s.enter("PutLines"); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.cases[c.Handle]; ok && old.Version > c.Version {
		return nil
	}
	s.cases[c.Handle], s.lines[c.Handle] = c, slices.Clone(lines)
	s.edition++
	return nil
}

// Lines gives lines in order.
func (s *Store) Lines(_ context.Context, q escalation.Query) ([]escalation.Row, error) {
	if err := s.enter("Lines"); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []escalation.Row
	for handle, rows := range s.lines {
		if q.Handle != "" && q.Handle != handle || q.Only != nil && !s.seated(handle, *q.Only) {
			continue
		}
		for _, r := range rows {
			at := escalation.Place{Due: r.Due, Handle: r.Handle, N: r.N}
			if r.Due < q.From || q.Before != 0 && r.Due >= q.Before || q.Party != nil && *q.Party != r.Party || q.Law != nil && *q.Law != r.Law ||
				q.After != nil && byPlace(at, *q.After) <= 0 || !s.sees(q.Who, r) {
				continue
			}
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b escalation.Row) int {
		return byPlace(escalation.Place{Due: a.Due, Handle: a.Handle, N: a.N}, escalation.Place{Due: b.Due, Handle: b.Handle, N: b.N})
	})
	return out[:min(len(out), q.Limit)], nil
}

func byPlace(a, b escalation.Place) int {
	return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.Handle, b.Handle), cmp.Compare(a.N, b.N))
}

func (s *Store) seated(handle string, who [32]byte) bool {
	for _, seat := range s.seats {
		if seat.Handle == handle && seat.Who == who {
			return true
		}
	}
	return false
}

func (s *Store) sees(who [][32]byte, r escalation.Row) bool {
	for _, seat := range s.seats {
		if seat.Handle == r.Handle && slices.Contains(who, seat.Who) && (seat.Every || seat.Party == r.Party) {
			return true
		}
	}
	return false
}

// Stale gives cases whose lines are to be made anew.
func (s *Store) Stale(_ context.Context, basis [32]byte, now int64, limit int) ([]string, error) {
	if err := s.enter("Stale"); err != nil {
		return nil, err
	}
	recorded := s.recorded()
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for h, version := range recorded {
		if c, ok := s.cases[h]; !ok || c.Version != version || c.Basis != basis || c.Changes <= now {
			out = append(out, h)
		}
	}
	slices.Sort(out)
	return out[:min(len(out), limit)], nil
}

func (s *Store) recorded() map[string]int64 {
	if s.Recorded != nil {
		return s.Recorded()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]int64{}
	for h, c := range s.cases {
		out[h] = c.Version
	}
	return out
}

// NextChange is the earliest of all.
func (s *Store) NextChange(context.Context) (int64, error) {
	if err := s.enter("NextChange"); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	next := escalation.NoDue
	for _, c := range s.cases {
		next = min(next, c.Changes)
	}
	return next, nil
}

// CaseRows gives the rows of cases.
func (s *Store) CaseRows(_ context.Context, handles []string) ([]escalation.CaseRow, error) {
	if err := s.enter("CaseRows"); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []escalation.CaseRow
	for _, h := range handles {
		if c, ok := s.cases[h]; ok {
			c.Words = nil
			out = append(out, c)
		}
	}
	return out, nil
}

// DropLines drops the projection.
func (s *Store) DropLines(context.Context) error {
	if err := s.enter("DropLines"); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.cases)
	clear(s.lines)
	s.edition++
	return nil
}

// Edition counts changes of lines.
func (s *Store) Edition(context.Context) (int64, error) {
	if err := s.enter("Edition"); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.edition, nil
}

// Alive is the last beat.
func (s *Store) Alive(context.Context) (int64, error) {
	if err := s.enter("Alive"); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.beat, nil
}

// Beat sets the beat, and keeps a gap.
func (s *Store) Beat(_ context.Context, now int64, gap *escalation.Gap) error {
	if err := s.enter("Beat"); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.beat = now; gap != nil {
		s.gaps = append(s.gaps, *gap)
	}
	return nil
}

// Gaps gives all gaps.
func (s *Store) Gaps(context.Context) ([]escalation.Gap, error) {
	if err := s.enter("Gaps"); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.gaps), nil
}

// less orders cases for pages.
func less(a, b escalation.CaseRow) int { return cmp.Compare(a.Handle, b.Handle) }

func hasAll(have [][32]byte, want [][32]byte) bool {
	for _, w := range want {
		if !slices.ContainsFunc(have, func(h [32]byte) bool { return bytes.Equal(h[:], w[:]) }) {
			return false
		}
	}
	return true
}
