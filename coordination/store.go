package coordination

import (
	"context"

	"tocsin/escalation"
)

// SeatRow makes a case visible to an organisation or a person.
type SeatRow = escalation.SeatRow

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
	// NarrowCases gives those on which one of who has a seat that does not see all.
	NarrowCases(ctx context.Context, who [][32]byte, after string, limit int) ([]escalation.CaseRow, error)
	// SeatsAmong gives the seats of one of who on one of the cases, in any order.
	SeatsAmong(ctx context.Context, handles []string, who [][32]byte) ([]SeatRow, error)
	// Versions gives the newest recorded version of those cases that are there.
	Versions(ctx context.Context, handles []string) (map[string]int64, error)
}
