package sqlstore

import (
	"context"
	"fmt"

	"tocsin/internal/fault"
	"tocsin/record"
)

const readingRows = "reading records"

func scanRow(r Rows) (row record.Row, err error) {
	var at int64
	err = r.Scan(&at, &row.Handle, &row.Seq, &row.Sealed)
	row.Epoch, row.Index = unplace(at)
	return row, err
}

// CaseRows implements record.Rows.
func (t *tx) CaseRows(ctx context.Context, handle string, afterSeq int64) ([]record.Row, error) {
	if err := clean("a handle", handle); err != nil {
		return nil, err
	}
	return all(ctx, t, readingRows, rowsOfCase, scanRow, handle, afterSeq)
}

// RowAt implements record.Rows.
func (t *tx) RowAt(ctx context.Context, epoch int, index int64) (record.Row, error) {
	at, err := place(epoch, index)
	if err != nil {
		return record.Row{}, err
	}
	return one(ctx, t, readingRows, noRecord(epoch, index), rowAt, scanRow, at)
}

func noRecord(epoch int, index int64) string {
	return fmt.Sprintf("there is no record at leaf %d of epoch %d", index, epoch)
}

// EachRow implements record.Rows.
func (t *tx) EachRow(ctx context.Context, epoch int, from int64, fn func(record.Row) error) error {
	at, err := place(epoch, from)
	if err != nil {
		return err
	}
	return paged(func(last *record.Row) ([]record.Row, error) {
		next := at
		if last != nil {
			next = int64(last.Epoch)<<indexBits + last.Index + 1
		}
		return all(ctx, t, readingRows, rowPage, scanRow, next, page)
	}, fn)
}

// PutRows implements record.Putter.
func (t *tx) PutRows(ctx context.Context, rows []record.Row) error {
	args := make([]any, 0, 4*len(rows))
	for _, r := range rows {
		at, err := place(r.Epoch, r.Index)
		if err == nil {
			err = clean("a handle", r.Handle)
		}
		if err != nil {
			return t.doom(err)
		}
		args = append(args, at, r.Handle, r.Seq, blob(r.Sealed))
	}
	return t.insert(ctx, "storing records", rowInsert, 4, args)
}

// ReplaceSealed implements record.Eraser.
func (t *tx) ReplaceSealed(ctx context.Context, epoch int, index int64, sealed []byte) error {
	at, err := place(epoch, index)
	if err != nil {
		return t.doom(err)
	}
	n, err := t.exec(ctx, "replacing a record's sealed content", rowReseal, blob(sealed), at)
	if err == nil && n != 1 {
		err = t.doom(fault.New(fault.NotFound, "%s", noRecord(epoch, index)))
	}
	return err
}
