// Package annex takes along, in a backup of the record, what the platform keeps
// beside it: people, organisations and other documents of the cabinet, and the
// seats on cases.
//
// A backup holds no key, so both are opened on their way into it and sealed anew,
// under the keys of the place, when they are restored. It promises that what was
// saved is found again by the same words at the same version, and that nobody
// stays signed in: the kinds that it is told to leave out are neither saved nor
// restored. What is projected from cases is not saved, since it is made again. It
// never decides what a document means.
package annex

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/coordination"
	"tocsin/escalation"
	"tocsin/internal/fault"
	"tocsin/record"
)

// Annex is a record.Annex.
type Annex struct {
	open  func() (*cabinet.Cabinet, error)
	keys  escalation.Keys
	seals escalation.Sealer
	left  map[string]bool
}

var _ record.Annex = (*Annex)(nil)

// New makes an annex of a cabinet and of seats under keys. open gives the cabinet;
// it is called when there is a document to be saved or restored, so that whoever
// keeps no platform needs no key for it. leave are the kinds of documents that do
// not come along, such as session and link.
func New(open func() (*cabinet.Cabinet, error), keys escalation.Keys, leave ...string) *Annex {
	a := &Annex{open: sync.OnceValues(open), keys: keys, seals: coordination.SeatSealer(keys), left: map[string]bool{}}
	for _, kind := range leave {
		a.left[kind] = true
	}
	return a
}

// Names of what is saved.
const (
	document = "document/1"
	seat     = "seat/1"
)

// savedSeat is a seat with the case that it is on.
type savedSeat struct {
	Handle string      `json:"handle"`
	Seat   access.Seat `json:"seat"`
}

// reading and writing are what the stores' transactions can do beyond the record.
type reading interface {
	EachDocument(ctx context.Context, fn func(cabinet.Row) error) error
	EachSeat(ctx context.Context, fn func(escalation.SeatRow) error) error
}

type writing interface {
	PutDocuments(ctx context.Context, rows ...cabinet.Row) error
	PutSeats(ctx context.Context, rows ...escalation.SeatRow) error
}

// Save implements record.Annex.
func (a *Annex) Save(ctx context.Context, r record.Reader, put func(name string, body []byte) error) error {
	from, ok := r.(reading)
	if !ok {
		return fault.New(fault.Internal, "this store does not keep a platform")
	}
	write := func(name string, v any) error {
		body, err := json.Marshal(v)
		if err != nil {
			return fault.New(fault.Internal, "something of the platform cannot be written as JSON: %v", err)
		}
		defer clear(body)
		return put(name, body)
	}
	if err := from.EachDocument(ctx, func(row cabinet.Row) error {
		if a.left[row.Kind] {
			return nil
		}
		c, err := a.open()
		if err != nil {
			return err
		}
		d, err := c.Opened(row)
		if err != nil {
			return err
		}
		return write(document, d)
	}); err != nil {
		return err
	}
	return from.EachSeat(ctx, func(row escalation.SeatRow) error {
		s, err := coordination.OpenSeat(a.seals, row)
		if err != nil {
			return err
		}
		s.ID = row.ID
		return write(seat, savedSeat{row.Handle, s})
	})
}

// Load implements record.Annex.
func (a *Annex) Load(ctx context.Context, tx record.Tx, name string, body []byte) error {
	into, ok := tx.(writing)
	if !ok {
		return fault.New(fault.Internal, "this store does not keep a platform")
	}
	switch name {
	case document:
		var d cabinet.Document
		if err := strictly(body, &d); err != nil {
			return err
		}
		if a.left[d.Kind] {
			return nil
		}
		c, err := a.open()
		if err != nil {
			return err
		}
		row, err := c.Sealed(d)
		if err != nil {
			return err
		}
		return into.PutDocuments(ctx, row)
	case seat:
		var s savedSeat
		if err := strictly(body, &s); err != nil {
			return err
		}
		if s.Handle == "" || s.Seat.ID == "" {
			return fault.New(fault.Invalid, "a seat without an id or a case")
		}
		row, err := coordination.RowOf(a.keys, a.seals, s.Handle, s.Seat)
		if err != nil {
			return err
		}
		return into.PutSeats(ctx, row)
	}
	return fault.New(fault.Invalid, "something of the unknown sort %.40q: a newer program wrote it", name)
}

// strictly reads JSON without unknown keys and with nothing behind it.
func strictly(body []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fault.New(fault.Invalid, "something of the platform does not read: %v", err)
	}
	if d.InputOffset() != int64(len(body)) {
		return fault.New(fault.Invalid, "something follows the JSON of the platform")
	}
	return nil
}
