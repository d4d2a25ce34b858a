package sqlstore

import (
	"context"
	"errors"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
	"tocsin/record"
)

// puppet is a connection that does as it is told and keeps what it was asked.
type puppet struct {
	asked  []string
	fail   map[string]error // by the beginning of what is asked
	rows   map[string][][]any
	closed int
}

func (p *puppet) ask(what string) error {
	p.asked = append(p.asked, what)
	for start, err := range p.fail {
		if strings.HasPrefix(what, start) {
			return err
		}
	}
	return nil
}

func (p *puppet) Exec(_ context.Context, query string, _ ...any) (int64, error) {
	return 1, p.ask(query)
}

func (p *puppet) Query(_ context.Context, query string, _ ...any) (Rows, error) {
	return &puppetRows{rows: p.rows[query]}, p.ask(query)
}

func (p *puppet) Begin(context.Context, Mode) error { return p.ask("begin") }
func (p *puppet) Commit(context.Context) error      { return p.ask("commit") }
func (p *puppet) Rollback(context.Context) error    { return p.ask("rollback") }
func (p *puppet) Close() error                      { p.closed++; return nil }

type puppetRows struct{ rows [][]any }

func (r *puppetRows) Next() bool { return len(r.rows) > 0 }
func (r *puppetRows) Err() error { return nil }
func (r *puppetRows) Close()     {}
func (r *puppetRows) Scan(dest ...any) error {
	row := r.rows[0]
	r.rows = r.rows[1:]
	for i, d := range dest {
		switch d := d.(type) {
		case *int64:
			*d = row[i].(int64)
		case *int:
			*d = row[i].(int)
		case *string:
			*d = row[i].(string)
		case *[]byte:
			*d = row[i].([]byte)
		case interface{ Scan(any) error }:
			if err := d.Scan(row[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// driverError is an error as a driver words it.
type driverError string

func (e driverError) Error() string { return "driver: " + string(e) + " at INSERT INTO secret" }

const (
	dead driverError = "conn closed"
	disk driverError = "no space"
	odd  driverError = "something else"
)

// stage gives a store whose connections are the puppets, in order.
func stage(puppets ...*puppet) *Store {
	d := &Dialect{
		Dial: func(context.Context, bool) (Conn, error) {
			if len(puppets) == 0 {
				return nil, dead
			}
			p := puppets[0]
			puppets = puppets[1:]
			return p, nil
		},
		Place: func(context.Context, Session) (string, error) { return "here", nil },
		Fault: func(err error) *fault.Error {
			switch {
			case errors.Is(err, disk):
				return &fault.Error{Kind: fault.Unavailable, Message: "the disk is full"}
			case errors.Is(err, dead):
				return &fault.Error{Kind: fault.Unavailable, Message: "the connection was lost"}
			}
			return nil
		},
		Stale: func(err error) bool { return errors.Is(err, dead) },
	}
	s := &Store{d: d}
	s.writers = newPool(1, func(ctx context.Context) (*link, error) { return s.dial(ctx, true) })
	s.readers = newPool(1, func(ctx context.Context) (*link, error) { return s.dial(ctx, false) })
	s.asides = newPool(1, func(ctx context.Context) (*link, error) { return s.dial(ctx, true) })
	return s
}

func nothing(record.Tx) error { return nil }

// A connection that died while it was idle is replaced and nobody notices; one
// that fails in its first transaction is an answer.
func TestStaleConnection(t *testing.T) {
	old, young := &puppet{}, &puppet{}
	s := stage(old, young)
	if err := s.Update(t.Context(), nothing); err != nil {
		t.Fatal(err)
	}
	old.fail = map[string]error{"begin": dead}
	if err := s.Update(t.Context(), nothing); err != nil {
		t.Errorf("a dead idle connection shows: %v", err)
	}
	if old.closed != 1 || !slices.Equal(young.asked, []string{"begin", "commit"}) {
		t.Errorf("closed %d times; the new one was asked %q", old.closed, young.asked)
	}

	s = stage(&puppet{fail: map[string]error{"begin": dead}}, &puppet{})
	if err := s.Update(t.Context(), nothing); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a new connection that is dead: %v", err)
	}
	s = stage(&puppet{}, &puppet{})
	_ = s.Update(t.Context(), nothing)
	s.writers.idle[0].Conn.(*puppet).fail = map[string]error{"begin": disk}
	if err := s.Update(t.Context(), nothing); err == nil || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("another failure of an idle connection: %v", err)
	}
}

// What becomes of a transaction and of its connection.
func TestOutcomes(t *testing.T) {
	own := fault.New(fault.Conflict, "the case has moved on")
	for _, c := range []struct {
		what   string
		fail   map[string]error
		fn     func(record.Tx) error
		asked  []string
		closed int
		check  func(error) bool
	}{
		{"all is well", nil, nothing, []string{"begin", "commit"}, 0, func(err error) bool { return err == nil }},
		{"the function refuses", nil, func(record.Tx) error { return own }, []string{"begin", "rollback"}, 0, func(err error) bool { return err == own }},
		{
			"the rollback fails too", map[string]error{"rollback": dead}, func(record.Tx) error { return own },
			[]string{"begin", "rollback"}, 1, func(err error) bool { return err == own },
		},
		{
			"the commit fails", map[string]error{"commit": disk}, nothing, []string{"begin", "commit"}, 1,
			func(err error) bool {
				return !ledger.IsUncertain(err) && strings.Contains(err.Error(), "the disk is full")
			},
		},
		{
			"the answer of the commit is lost", map[string]error{"commit": &ledger.Uncertain{Cause: io.EOF}}, nothing, []string{"begin", "commit"}, 1,
			func(err error) bool { return ledger.IsUncertain(err) && fault.KindOf(err) == fault.Unavailable },
		},
		{
			"a write fails and is forgiven", map[string]error{"DELETE": disk}, func(w record.Tx) error { _ = w.DropViews(context.Background()); return nil },
			[]string{"begin", viewsDrop, "rollback"}, 0, func(err error) bool { return errors.Is(err, disk) },
		},
	} {
		p := &puppet{fail: c.fail}
		err := stage(p).Update(t.Context(), c.fn)
		if !c.check(err) || !slices.Equal(p.asked, c.asked) || p.closed != c.closed {
			t.Errorf("%s: %v; asked %q, closed %d times", c.what, err, p.asked, p.closed)
		}
	}
}

// After a write has failed, the next ones do not reach the database.
func TestDoomedWritesNothingMore(t *testing.T) {
	p := &puppet{fail: map[string]error{"DELETE": disk}}
	err := stage(p).Update(t.Context(), func(w record.Tx) error {
		first := w.DropViews(t.Context())
		if again := w.PutKey(t.Context(), record.Key{Handle: "case-a"}); !errors.Is(again, first) {
			t.Errorf("the second write says %v", again)
		}
		return nil
	})
	if !errors.Is(err, disk) || len(p.asked) != 3 {
		t.Errorf("%v; asked %q", err, p.asked)
	}
}

// The public reads kind and sentence; the log can have the driver's words; and
// what has a kind already keeps it.
func TestFail(t *testing.T) {
	d := stage().d
	for _, c := range []struct {
		err  error
		kind fault.Kind
		want string
	}{
		{disk, fault.Unavailable, "reading: the disk is full"},
		{odd, fault.Internal, "reading: the database failed in a way that has no name here"},
		{io.ErrUnexpectedEOF, fault.Unavailable, "reading: the connection to the database was lost"},
		{context.Canceled, fault.Unavailable, "reading: the caller gave up before it was done"},
		{context.DeadlineExceeded, fault.Unavailable, "reading: the time allowed for it ran out"},
		{wrongSize(3), fault.Internal, "reading: a value has not its size: the database is damaged"},
		{fault.New(fault.NotFound, "no such case"), fault.NotFound, "no such case"},
	} {
		err := d.Fail("reading", c.err)
		if fault.KindOf(err) != c.kind || err.Error() != c.want || !errors.Is(err, c.err) {
			t.Errorf("%v: got %v of kind %q", c.err, err, fault.KindOf(err))
		}
	}
	if d.Fail("reading", nil) != nil {
		t.Error("nothing failed, and an error came")
	}
}

// Closing waits for who is inside, and lets nobody in.
func TestCloseWaits(t *testing.T) {
	p := &puppet{}
	s := stage(p)
	inside, leave, shut := make(chan bool), make(chan bool), make(chan error)
	go func() {
		shut <- s.Update(t.Context(), func(record.Tx) error { inside <- true; <-leave; return nil })
	}()
	<-inside
	go func() { shut <- s.Close() }()
	close(leave)
	for range 2 {
		if err := <-shut; err != nil {
			t.Error(err)
		}
	}
	if p.closed != 1 {
		t.Errorf("the connection was closed %d times", p.closed)
	}
	if err := s.Update(t.Context(), nothing); !errors.Is(err, errClosed) {
		t.Errorf("after closing: %v", err)
	}
}

// Whoever waits for a connection may give up.
func TestGivingUpTheWait(t *testing.T) {
	s := stage(&puppet{})
	err := s.Update(t.Context(), func(record.Tx) error {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Update(ctx, nothing); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// Damaged rows are named, whatever the damage, and never read as something else.
func TestDamage(t *testing.T) {
	at := func(i int64) int64 { return 1<<indexBits + i }
	entry, bundle := make([]byte, receipt.EntrySize), make([]byte, bundleBytes)
	head := [][]any{{at(1000), make([]byte, 6*32), timeText(zero)}}
	for _, c := range []struct {
		what          string
		bundles, rows [][]any
		head          [][]any
		from, to      int64
		want          string
	}{
		{"a leaf cut off", nil, [][]any{{at(0), entry}, {at(1), entry[:5]}, {at(2), entry}}, head, 0, 3, "leaf 1 of epoch 1 is damaged: it has 5 bytes"},
		{"an empty leaf", nil, [][]any{{at(0), nil}}, head, 0, 3, "leaf 0 of epoch 1 is damaged: it has 0 bytes"},
		{"a leaf that is not there", nil, [][]any{{at(0), entry}, {at(2), entry}}, head, 0, 3, "leaf 1 of epoch 1 is missing: the database is damaged"},
		{"a last leaf that is not there", nil, [][]any{{at(0), entry}, {at(1), entry}}, head, 0, 3, "leaf 2 of epoch 1 is missing: the database is damaged"},
		{"a leaf of another epoch", nil, [][]any{{2<<indexBits + int64(0), entry}}, head, 0, 3, "leaf 0 of epoch 1 is missing: the database is damaged"},
		{
			"a spoilt head", nil, [][]any{{at(0), entry}, {at(1), entry}}, [][]any{{at(3), make([]byte, 31), timeText(zero)}}, 0, 3,
			"the head of the log at size 3 is damaged: its frontier has 31 bytes",
		},
		{"a bundle cut off", [][]any{{at(0), bundle}, {at(1), bundle[:255*33]}}, nil, head, 3, 300, "bundle 1 of epoch 1 is damaged: it has 8415 bytes"},
		{"a bundle too long", [][]any{{at(0), append(bundle[:bundleBytes:bundleBytes], 0)}}, nil, head, 3, 300, "bundle 0 of epoch 1 is damaged: it has 8449 bytes"},
		{"a first bundle that is not there", [][]any{{at(2), bundle}}, nil, head, 300, 600, "leaf 300 of epoch 1 is missing: the database is damaged"},
		{"a bundle in between", [][]any{{at(0), bundle}, {at(2), bundle}}, nil, head, 3, 600, "leaf 256 of epoch 1 is missing: the database is damaged"},
		{"the last bundle", [][]any{{at(0), bundle}}, nil, head, 3, 600, "leaf 256 of epoch 1 is missing: the database is damaged"},
		{"a leaf after the bundles", [][]any{{at(0), bundle}}, [][]any{{at(257), entry}}, head, 3, 258, "leaf 256 of epoch 1 is missing: the database is damaged"},
	} {
		p := &puppet{rows: map[string][][]any{bundlesSelect: c.bundles, leavesSelect: c.rows, headNewest: c.head}}
		err := stage(p).View(t.Context(), func(r record.Reader) error {
			_, err := r.Entries(t.Context(), 1, c.from, c.to)
			return err
		})
		if fault.KindOf(err) != fault.Internal || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.what, err, c.want)
		}
	}
	root := make([]byte, 32)
	for what, row := range map[string][]any{
		"the root":   {int64(1), 1, int64(3), root[:31], "published", []byte("n"), []byte{}, timeText(zero), 0},
		"the stamps": {int64(1), 1, int64(3), root, "published", []byte("n"), []byte{0, 0, 0, 9}, timeText(zero), 0},
		"the time":   {int64(1), 1, int64(3), root, "published", []byte("n"), []byte{}, "noon", 0},
	} {
		err := stage(&puppet{rows: map[string][][]any{checkpointNewest: {row}}}).View(t.Context(), func(r record.Reader) error {
			_, err := r.LastCheckpoint(t.Context(), "")
			return err
		})
		if fault.KindOf(err) != fault.Internal || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// The rows that a full bundle takes the place of are all there and whole, or
// nothing is written.
func TestDamagedTail(t *testing.T) {
	at := func(i int64) int64 { return 1<<indexBits + i }
	entry := make([]byte, receipt.EntrySize)
	var tail [][]any
	for i := range int64(255) {
		tail = append(tail, []any{at(254 - i), entry}) // the engine gives them as it likes
	}
	for _, c := range []struct {
		what string
		rows [][]any
		want string
	}{
		{"all is well (control)", tail, ""},
		{"a leaf that is not there", append(slices.Clone(tail[:100]), tail[101:]...), "leaf 154 of epoch 1 is missing: the database is damaged"},
		{"a leaf cut off", append(slices.Clone(tail[:254]), []any{at(0), entry[:32]}), "leaf 0 of epoch 1 is damaged: it has 32 bytes"},
		{"a leaf that was not asked for", append(slices.Clone(tail), []any{at(255), entry}), "leaf 0 of epoch 1 is missing: the database is damaged"},
	} {
		p := &puppet{rows: map[string][][]any{leavesEnd: {{at(254), int64(-1)}}, leavesTake: c.rows}}
		err := stage(p).Update(t.Context(), func(w record.Tx) error {
			return w.PutLeaves(t.Context(), 1, 255, make([]receipt.Entry, 1), nil)
		})
		last, stored := p.asked[len(p.asked)-1], slices.Contains(p.asked, values(bundleInsert, 1, 2))
		switch {
		case c.want == "":
			if err != nil || !stored || last != "commit" {
				t.Errorf("%s: %v; asked %q", c.what, err, p.asked)
			}
		case fault.KindOf(err) != fault.Internal || err.Error() != c.want || stored || last != "rollback":
			t.Errorf("%s: got %v, want %s; asked %q", c.what, err, c.want, p.asked)
		}
	}
}

// To SQLite $1 is a name, and drivers differ in how they bind names: the numbers
// appear in their order in each statement, so that all bind alike.
func TestParametersInOrder(t *testing.T) {
	var text []byte
	for _, name := range []string{"statements.go", "platform_statements.go"} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, b...)
	}
	statements := regexp.MustCompile("`[^`]+`").FindAllString(string(text), -1)
	if len(statements) < 30 {
		t.Fatalf("only %d statements were found", len(statements))
	}
	number := regexp.MustCompile(`\$(\d+)`)
	inOrder := func(statement string) bool {
		seen := 0
		for _, m := range number.FindAllStringSubmatch(statement, -1) {
			n, err := strconv.Atoi(m[1])
			if err != nil || n > seen+1 {
				return false
			}
			seen = max(seen, n)
		}
		return true
	}
	for _, s := range statements {
		if !inOrder(s) {
			t.Errorf("the parameters are out of order in %s", s)
		}
	}
	if inOrder("a >= $1 AND a < $3 OR a = $2") {
		t.Error("control: parameters out of order pass")
	}
}
