package desktest

import (
	"cmp"
	"context"
	"slices"

	"tocsin/escalation"
)

// PutSeat inserts or replaces.
func (s *Store) PutSeat(_ context.Context, rows ...escalation.SeatRow) error {
	if err := s.enter("PutSeat"); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range rows {
		s.seats[r.ID] = r
	}
	return nil
}

// DropSeat takes a seat away.
func (s *Store) DropSeat(_ context.Context, id string) error {
	if err := s.enter("DropSeat"); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.seats, id)
	return nil
}

// SeatsOf gives the seats of a case.
func (s *Store) SeatsOf(_ context.Context, handle string) ([]escalation.SeatRow, error) {
	return s.among("SeatsOf", []string{handle}, nil)
}

// SeatsFor gives those of some on one case.
func (s *Store) SeatsFor(_ context.Context, handle string, who [][32]byte) ([]escalation.SeatRow, error) {
	return s.among("SeatsFor", []string{handle}, &who)
}

// SeatsAmong gives those of some on some cases.
func (s *Store) SeatsAmong(_ context.Context, handles []string, who [][32]byte) ([]escalation.SeatRow, error) {
	return s.among("SeatsAmong", handles, &who)
}

func (s *Store) among(method string, handles []string, who *[][32]byte) ([]escalation.SeatRow, error) {
	if err := s.enter(method); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []escalation.SeatRow
	for _, r := range s.seats {
		if slices.Contains(handles, r.Handle) && (who == nil || slices.Contains(*who, r.Who)) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b escalation.SeatRow) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

// CasesOf gives the cases of some.
func (s *Store) CasesOf(_ context.Context, who [][32]byte, open int, after string, limit int) ([]escalation.CaseRow, error) {
	return s.find("CasesOf", after, limit, func(c escalation.CaseRow) bool { return s.reaches(who, open, c) })
}

// CasesWith gives those of them that have all words.
func (s *Store) CasesWith(_ context.Context, who [][32]byte, open int, words [][32]byte, after string, limit int) ([]escalation.CaseRow, error) {
	return s.find("CasesWith", after, limit, func(c escalation.CaseRow) bool { return s.reaches(who, open, c) && hasAll(c.Words, words) })
}

// NarrowCases gives those with a seat that does not see all.
func (s *Store) NarrowCases(_ context.Context, who [][32]byte, after string, limit int) ([]escalation.CaseRow, error) {
	return s.find("NarrowCases", after, limit, func(c escalation.CaseRow) bool {
		for _, r := range s.seats {
			if r.Handle == c.Handle && !r.Every && slices.Contains(who, r.Who) {
				return true
			}
		}
		return false
	})
}

func (s *Store) reaches(who [][32]byte, open int, c escalation.CaseRow) bool {
	if open > 0 && c.Open >= open {
		return true
	}
	return slices.ContainsFunc(who, func(w [32]byte) bool { return s.seated(c.Handle, w) })
}

func (s *Store) find(method, after string, limit int, fits func(escalation.CaseRow) bool) ([]escalation.CaseRow, error) {
	if err := s.enter(method); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []escalation.CaseRow
	for _, c := range s.cases {
		if c.Handle > after && fits(c) {
			c.Words = nil
			out = append(out, c)
		}
	}
	slices.SortFunc(out, less)
	return out[:min(len(out), limit)], nil
}

// Versions gives the newest recorded versions.
func (s *Store) Versions(_ context.Context, handles []string) (map[string]int64, error) {
	if err := s.enter("Versions"); err != nil {
		return nil, err
	}
	recorded, out := s.recorded(), map[string]int64{}
	for _, h := range handles {
		if v, ok := recorded[h]; ok {
			out[h] = v
		}
	}
	return out, nil
}
