package coordination

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/escalation"
	"tocsin/internal/fault"
)

// SeatSealer seals and opens seats.
func SeatSealer(k escalation.Keys) escalation.Sealer { return k.Sealer("seat") }

// RowOf seals a seat for the store. One of a person alone is found by the person,
// so that an organisation's other people do not find the case by it.
func RowOf(k escalation.Keys, seals escalation.Sealer, handle string, s access.Seat) (SeatRow, error) {
	plain, err := json.Marshal(s)
	if err != nil {
		return SeatRow{}, fault.New(fault.Internal, "the seat cannot be written: %v", err)
	}
	who := s.Org
	if s.Person != "" {
		who = s.Person
	}
	row := SeatRow{ID: s.ID, Handle: handle, Who: k.Who(who), Every: s.Role != access.PartySeat, Sealed: seals.Seal(seatPlace(handle, s.ID), plain)}
	if !row.Every {
		row.Party = k.Party(handle, s.Party)
	}
	return row, nil
}

// OpenSeat gives the seat of a row; fault.Internal if it does not open.
func OpenSeat(seals escalation.Sealer, r SeatRow) (s access.Seat, err error) {
	plain, err := seals.Open(seatPlace(r.Handle, r.ID), r.Sealed)
	if err != nil {
		return s, fault.New(fault.Internal, "a seat of case %s does not open", r.Handle)
	}
	if err := json.Unmarshal(plain, &s); err != nil {
		return s, fault.New(fault.Internal, "a seat of case %s does not read", r.Handle)
	}
	return s, nil
}

// seatPlace is what the sealed text of a seat is bound to.
func seatPlace(handle, id string) string { return "seat/" + handle + "/" + id }

// hashes are those of everybody that a reader is: the person, the organisations,
// the groups above them.
func (d *Desk) hashes(who access.Reader) [][32]byte {
	var ids []string
	if who.Person != "" {
		ids = append(ids, who.Person)
	}
	for _, a := range who.Acting {
		ids = append(append(ids, a.Org), a.Group...)
	}
	slices.Sort(ids)
	out := make([][32]byte, 0, len(ids))
	for _, id := range slices.Compact(ids) {
		out = append(out, d.keys.Who(id))
	}
	return out
}

// seatsFor gives the seats of a case that could be the reader's.
func (d *Desk) seatsFor(ctx context.Context, who access.Reader, handle string) ([]access.Seat, error) {
	hashes := d.hashes(who)
	rows, err := d.o.Seats.SeatsAmong(ctx, []string{handle}, hashes)
	if err != nil {
		return nil, err
	}
	return d.openSeats(rows)
}

func (d *Desk) openSeats(rows []SeatRow) ([]access.Seat, error) {
	out := make([]access.Seat, 0, len(rows))
	for _, r := range rows {
		s, err := OpenSeat(d.seals, r)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b access.Seat) int {
		return cmp.Or(strings.Compare(a.At, b.At), strings.Compare(a.ID, b.ID))
	})
	return out, nil
}

// putSeat keeps a seat.
func (d *Desk) putSeat(ctx context.Context, handle string, s access.Seat) error {
	row, err := RowOf(d.keys, d.seals, handle, s)
	if err != nil {
		return err
	}
	return d.o.Seats.PutSeat(ctx, row)
}
