package escalation

// SeatRow makes a case, and the lines of a side of it, visible to an
// organisation or a person.
type SeatRow struct {
	ID     string // of the seat
	Handle string
	Who    [32]byte // keyed hash of an organisation's or a person's id
	Every  bool     // sees all of the case
	Party  [32]byte // as in Row; zero where Every
	Sealed []byte   // an access.Seat
}
