package escalation

import "context"

// Row is a line of the desk as the database keeps it. Due and Changes are
// seconds since 1970 UTC; Due is NoDue for a duty without a number.
type Row struct {
	Handle string
	N      int      // 0, 1, … in the case, by due
	Due    int64    // when the line sorts: see Line.Sorts
	Party  [32]byte // keyed hash of handle and party
	Law    [32]byte // keyed hash of the pack, such as eu-cra
	Sealed []byte   // a Line
}

// NoDue sorts after every date.
const NoDue = int64(1) << 52

// CaseRow is what is projected of a case as a whole.
type CaseRow struct {
	Handle  string
	Version int64      // of the case that the lines were made of
	Changes int64      // when the plan changes by itself; NoDue if it does not
	Basis   [32]byte   // hash of engine, rulebook, holidays, zones: another basis asks for new lines
	Open    int        // 0, 1 for TLP:GREEN, 2 for TLP:CLEAR
	Sealed  []byte     // title and case id, for the desk
	Words   [][32]byte // keyed hashes of the words of the case, for the search
}

// Query asks for lines. A line is given if one of Who has a seat on its case
// that sees its party.
type Query struct {
	Who    [][32]byte
	Handle string    // only of this case
	Party  *[32]byte // only of this party (keyed hash of handle and party)
	Law    *[32]byte
	Only   *[32]byte // only of cases on which this one has a seat of its own
	From   int64     // due at or after
	Before int64     // due before; 0: no end
	After  *Place    // after this place, for the next page
	Limit  int
}

// Place is where a page ended.
type Place struct {
	Due    int64
	Handle string
	N      int
}

// Store is the database. The lines of a case are replaced as a whole.
type Store interface {
	// PutLines replaces all that is projected of a case, in one transaction; an
	// older Version than the one there is dropped without an error.
	PutLines(ctx context.Context, c CaseRow, lines []Row) error
	// Lines gives lines in order of (Due, Handle, N).
	Lines(ctx context.Context, q Query) ([]Row, error)
	// Stale gives handles of cases whose lines are not made of their newest
	// version or of another basis, or whose plan changes at or before now.
	Stale(ctx context.Context, basis [32]byte, now int64, limit int) ([]string, error)
	// NextChange is the earliest Changes of all cases; NoDue if there is none.
	NextChange(ctx context.Context) (int64, error)
	// CaseRows gives those of them that there are, in any order, without Words.
	CaseRows(ctx context.Context, handles []string) ([]CaseRow, error)
	// DropLines drops the projection; seats stay.
	DropLines(ctx context.Context) error
	// Edition is a number that grows with every PutLines that was not dropped and
	// every DropLines, of any process.
	Edition(ctx context.Context) (int64, error)
	Pulse
}

// Pulse remembers when the program was alive.
type Pulse interface {
	// Alive is when it was told last, seconds since 1970 UTC; 0 if never.
	Alive(ctx context.Context) (int64, error)
	// Beat tells that it is alive now, and keeps a gap if one is given, in one
	// transaction.
	Beat(ctx context.Context, now int64, gap *Gap) error
	// Gaps gives all of them in order of From.
	Gaps(ctx context.Context) ([]Gap, error)
}

// Gap is a time in which nothing watched: after From, up to and with To.
type Gap struct{ From, To int64 }

// Figures count over all lines, for the meters of whoever runs the program.
type Figures struct {
	Open   int64 // lines
	Past   int64 // lines whose due has passed
	Oldest int64 // due of the oldest of them; 0 if there is none
}
