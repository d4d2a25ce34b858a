package sqlstore

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"tocsin/escalation"
	"tocsin/internal/fault"
)

const (
	readingSeats = "reading the seats of cases"
	storingSeats = "storing the seats of cases"
)

func scanSeat(r Rows) (s escalation.SeatRow, err error) {
	var every int64
	err = r.Scan(&s.ID, &s.Handle, (*digest)(&s.Who), &every, (*digest)(&s.Party), &s.Sealed)
	s.Every = every == 1
	return s, err
}

// PutSeat implements coordination.SeatStore.
func (s *Store) PutSeat(ctx context.Context, rows ...escalation.SeatRow) error {
	if len(rows) == 0 {
		return nil
	}
	return s.aside(ctx, func(t *tx, _ bool) error { return t.PutSeats(ctx, rows...) })
}

// PutSeats puts seats in a transaction of others, such as a restore.
func (t *tx) PutSeats(ctx context.Context, rows ...escalation.SeatRow) error {
	args := make([]any, 0, 6*len(rows))
	for _, r := range newest(rows, func(r escalation.SeatRow) string { return r.ID }) {
		if err := cmp.Or(clean("the id of a seat", r.ID), clean("a handle", r.Handle)); err != nil {
			return t.doom(err)
		}
		if r.ID == "" || r.Handle == "" {
			return t.doom(fault.New(fault.Internal, "a seat without an id or a case"))
		}
		every := 0
		if r.Every {
			every = 1
		}
		args = append(args, r.ID, r.Handle, bytes.Clone(r.Who[:]), every, bytes.Clone(r.Party[:]), blob(r.Sealed))
	}
	return t.upsert(ctx, storingSeats, seatInsert, seatReplace, 6, args)
}

// DropSeat implements coordination.SeatStore. A seat that is not there is no error.
func (s *Store) DropSeat(ctx context.Context, id string) error {
	if err := clean("the id of a seat", id); err != nil {
		return err
	}
	return s.aside(ctx, func(t *tx, _ bool) error {
		_, err := t.exec(ctx, storingSeats, seatDrop, id)
		return err
	})
}

// SeatsOf implements coordination.SeatStore, in order of their ids.
func (s *Store) SeatsOf(ctx context.Context, handle string) (list []escalation.SeatRow, err error) {
	if err := clean("a handle", handle); err != nil {
		return nil, err
	}
	err = s.glance(ctx, func(t *tx) error {
		list, err = all(ctx, t, readingSeats, seatsOf, scanSeat, handle)
		return err
	})
	return list, err
}

// SeatsAmong implements coordination.SeatStore.
func (s *Store) SeatsAmong(ctx context.Context, handles []string, who [][32]byte) (list []escalation.SeatRow, err error) {
	if len(handles) == 0 || len(who) == 0 {
		return nil, nil
	}
	seats := hashes(who)
	if err := visitor(seats, ""); err != nil {
		return nil, err
	}
	err = s.ofHandles(ctx, handles, func(t *tx, part []any) error {
		b := &builder{}
		b.add(`SELECT ` + seatColumns + ` FROM seat WHERE handle IN `).list(part).add(` AND who IN `).list(seats)
		rows, err := all(ctx, t, readingSeats, b.text(), scanSeat, b.args...)
		list = append(list, rows...)
		return err
	})
	return list, err
}

// ofHandles calls read with parts of a list of handles, each once; it is one
// statement where the list is no longer than a page. A list is filled up with its
// last handle to one of few lengths, so that how many there are shows in no
// statement.
func (s *Store) ofHandles(ctx context.Context, handles []string, read func(t *tx, part []any) error) error {
	for _, h := range handles {
		if err := clean("a handle", h); err != nil {
			return err
		}
	}
	list := anys(distinct(slices.Clone(handles)))
	run := s.glance
	if len(list) > chunks[0] {
		run = func(ctx context.Context, fn func(*tx) error) error { return s.transact(ctx, Reading, fn) }
	}
	return run(ctx, func(t *tx) error {
		for part := range slices.Chunk(filled(list), chunks[0]) {
			if err := read(t, part); err != nil {
				return err
			}
		}
		return nil
	})
}

// filled repeats the last of a list until it is one, 64 or a multiple of 256 long.
func filled(list []any) []any {
	size := len(list)
	switch {
	case size <= 1:
		return list
	case size <= 64:
		size = 64
	default:
		size = (size + chunks[0] - 1) / chunks[0] * chunks[0]
	}
	for last := list[len(list)-1]; len(list) < size; {
		list = append(list, last)
	}
	return list
}

// Versions implements coordination.SeatStore: of those that the record has.
func (s *Store) Versions(ctx context.Context, handles []string) (map[string]int64, error) {
	out := make(map[string]int64, len(handles))
	err := s.ofHandles(ctx, handles, func(t *tx, part []any) error {
		b := &builder{}
		b.add(`SELECT handle, version FROM case_view WHERE handle IN `).list(part)
		return t.query(ctx, readingViews, b.text(), func(r Rows) error {
			var h string
			var v int64
			err := r.Scan(&h, &v)
			out[h] = v
			return err
		}, b.args...)
	})
	return out, err
}
