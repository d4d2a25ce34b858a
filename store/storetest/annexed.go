package storetest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tocsin/cabinet"
	"tocsin/escalation"
	"tocsin/internal/fault"
	"tocsin/record"
)

// annexed is what the transactions of a database can do for a backup.
type annexed interface {
	EachDocument(ctx context.Context, fn func(cabinet.Row) error) error
	PutDocuments(ctx context.Context, rows ...cabinet.Row) error
	EachSeat(ctx context.Context, fn func(escalation.SeatRow) error) error
	PutSeats(ctx context.Context, rows ...escalation.SeatRow) error
}

func docAnnexed(t *testing.T, s cabinet.Store) {
	db, ok := s.(record.Store)
	if !ok {
		return // a memory is not backed up
	}
	const n = 600
	var want []cabinet.Row
	for i := range n {
		want = append(want, doc([]string{"org", "person", "zone"}[i%3], fmt.Sprintf("%04d", i), int64(1+i%4), "all", fmt.Sprintf("=%d", i)))
	}
	var sat []escalation.SeatRow
	for i := range n {
		sat = append(sat, seat(fmt.Sprintf("%04d", i), "case-a", "ada", ""))
	}
	if err := db.Update(t.Context(), func(w record.Tx) error {
		into := w.(annexed)
		return cmp.Or(into.PutDocuments(t.Context(), want...), into.PutSeats(t.Context(), sat...))
	}); err != nil {
		t.Fatalf("put: %v (%v)", err, causes(err))
	}
	if got := found(t, s, "org", "=3"); got != "0003" {
		t.Errorf("=3 finds %q", got)
	}
	fails(t, "a key that is taken", s.CabinetChange(t.Context(), put(doc("org", "x", 1, "=3"))), fault.Conflict)
	fails(t, "put again", db.Update(t.Context(), func(w record.Tx) error {
		return w.(annexed).PutDocuments(t.Context(), doc("org", "0003", 1))
	}), fault.Conflict)
	slices.SortFunc(want, func(a, b cabinet.Row) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.ID, b.ID))
	})
	for i := range want {
		want[i].Keys, want[i].Unique = nil, nil
	}
	var got []cabinet.Row
	var seats []escalation.SeatRow
	view(t, db, func(ctx context.Context, r record.Reader) error {
		from := r.(annexed)
		return cmp.Or(from.EachDocument(ctx, func(d cabinet.Row) error { got = append(got, d); return nil }),
			from.EachSeat(ctx, func(s escalation.SeatRow) error { seats = append(seats, s); return nil }))
	})
	same(t, "the documents", got, nil, want)
	same(t, "the seats", seats, nil, sat)
}
