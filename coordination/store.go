package coordination

import (
	"context"

	"tocsin/escalation"
)

// SeatRow makes a case visible to an organisation or a person.
type SeatRow struct {
	ID     string // of the seat
	Handle string
	Who    [32]byte // keyed hash of an organisation's or a person's id
	Every  bool     // sees all of the case
	Party  [32]byte // as in Row; zero where Every
	Sealed []byte   // an access.Seat
}

// SeatStore keeps seats, and finds cases by them.
type SeatStore interface {
	// PutSeat inserts or replaces; a seat is no projection.
	PutSeat(ctx context.Context, rows ...SeatRow) error
	DropSeat(ctx context.Context, id string) error
	SeatsOf(ctx context.Context, handle string) ([]SeatRow, error)
	// CasesOf gives cases in order of handle, after the one given, on which one
	// of who has a seat, or that are open at least to level; with their row
	// (without Words).
	CasesOf(ctx context.Context, who [][32]byte, open int, after string, limit int) ([]escalation.CaseRow, error)
	// CasesWith gives those of them that have all of the words.
	CasesWith(ctx context.Context, who [][32]byte, open int, words [][32]byte, after string, limit int) ([]escalation.CaseRow, error)
}
