package sqlstore

import (
	"cmp"
	"context"

	"tocsin/cabinet"
	"tocsin/escalation"
	"tocsin/internal/fault"
)

// EachDocument calls fn with every document of the platform, in order of kind
// and id; Keys and Unique are not filled.
func (t *tx) EachDocument(ctx context.Context, fn func(cabinet.Row) error) error {
	return paged(func(last *cabinet.Row) ([]cabinet.Row, error) {
		if last == nil {
			last = &cabinet.Row{}
		}
		return all(ctx, t, readingDocuments, docEach, scanDoc, last.Kind, last.ID, page)
	}, fn)
}

// PutDocuments puts documents that are not there yet, whatever their versions.
func (t *tx) PutDocuments(ctx context.Context, rows ...cabinet.Row) error {
	for _, r := range rows {
		if err := cmp.Or(clean("a kind", r.Kind), clean("an id", r.ID)); err != nil {
			return t.doom(err)
		}
		if err := t.lock(ctx, cabinetMark+r.Kind); err != nil {
			return err
		}
		if err := t.changeKeys(ctx, r.Kind, []cabinet.Row{r}, nil); err != nil {
			return t.doom(err)
		}
		if err := t.insert(ctx, storingDocuments, docInsert, 4, []any{r.Kind, r.ID, r.Version, blob(r.Sealed)}); err != nil {
			if fault.KindOf(err) == fault.Conflict {
				err = fault.New(fault.Conflict, "a document of kind %s is there already", r.Kind)
			}
			return err
		}
	}
	return nil
}

// EachSeat calls fn with every seat, in order of id.
func (t *tx) EachSeat(ctx context.Context, fn func(escalation.SeatRow) error) error {
	return paged(func(last *escalation.SeatRow) ([]escalation.SeatRow, error) {
		if last == nil {
			last = &escalation.SeatRow{}
		}
		return all(ctx, t, readingSeats, seatEach, scanSeat, last.ID, page)
	}, fn)
}
