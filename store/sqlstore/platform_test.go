package sqlstore

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"tocsin/cabinet"
	"tocsin/escalation"
	"tocsin/internal/fault"
	"tocsin/ledger"
)

// A single look-up is one statement and no transaction around it: to a server
// each is a journey. What is not there and what is cost the same.
func TestOneStatement(t *testing.T) {
	there := [][]any{{"person", "a", int64(1), []byte("sealed")}}
	for what, c := range map[string]struct {
		rows map[string][][]any
		look func(s *Store) error
	}{
		"a document":  {map[string][][]any{docOf: there}, func(s *Store) error { _, err := s.CabinetGet(t.Context(), "person", "a"); return err }},
		"no document": {nil, func(s *Store) error { _, err := s.CabinetGet(t.Context(), "person", "a"); return notFound(err) }},
		"by key":      {map[string][][]any{docByKey: there}, func(s *Store) error { _, err := s.CabinetFind(t.Context(), "person", new([32]byte), "", 1); return err }},
		"an edition":  {map[string][][]any{markOf: {{int64(3)}}}, func(s *Store) error { _, err := s.CabinetEdition(t.Context(), "person"); return err }},
		"no edition":  {nil, func(s *Store) error { _, err := s.CabinetEdition(t.Context(), "person"); return err }},
		"seats of a case": {nil, func(s *Store) error {
			_, err := s.SeatsAmong(t.Context(), []string{"h"}, make([][32]byte, 3))
			return err
		}},
		"seats of a page": {nil, func(s *Store) error {
			_, err := s.SeatsAmong(t.Context(), make([]string, 50), make([][32]byte, 3))
			return err
		}},
		"versions of a page":   {nil, func(s *Store) error { _, err := s.Versions(t.Context(), []string{"a", "b"}); return err }},
		"the cases of a page":  {nil, func(s *Store) error { _, err := s.CaseRows(t.Context(), []string{"a", "b"}); return err }},
		"the list of cases":    {nil, func(s *Store) error { _, err := s.CasesOf(t.Context(), make([][32]byte, 3), 1, "", 50); return err }},
		"the edition of lines": {nil, func(s *Store) error { _, err := s.Edition(t.Context()); return err }},
	} {
		p := &puppet{rows: c.rows}
		s := stage(p)
		if err := c.look(s); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if len(p.asked) != 1 {
			t.Errorf("%s asked %q", what, p.asked)
		}
	}
}

func notFound(err error) error {
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	return err
}

// A search is two statements whatever there is to be found, and a look at a case
// without a seat stops after the same one.
func TestTheSameStatements(t *testing.T) {
	counts := func(p *puppet, look func(s *Store) error) []string {
		t.Helper()
		if err := look(stage(p)); err != nil {
			t.Fatal(err)
		}
		return p.asked
	}
	search := func(s *Store) error {
		_, err := s.CasesWith(t.Context(), make([][32]byte, 2), 1, make([][32]byte, 1), "", 2)
		return err
	}
	if got := counts(&puppet{}, search); len(got) != 4 || got[0] != "begin" || got[3] != "rollback" {
		t.Errorf("a search asked %q", got)
	}
	hit := [][]any{{"h", int64(1), int64(2), make([]byte, 32), 0, []byte("sealed")}}
	found := &puppet{rows: map[string][][]any{}}
	for _, q := range counts(&puppet{}, search)[2:3] {
		found.rows[q] = hit
	}
	if got, want := counts(found, search), counts(&puppet{}, search); !slices.Equal(got, want) {
		t.Errorf("a hit asked %q, none %q", got, want)
	}
	if got := counts(&puppet{}, func(s *Store) error {
		_, err := s.Lines(t.Context(), escalation.Query{Who: make([][32]byte, 1), Handle: "h", Limit: 1})
		return err
	}); len(got) != 3 {
		t.Errorf("lines of a case without a seat asked %q", got)
	}
}

// A look-up on a connection that died while it was idle is made again on a new
// one; a second death is told.
func TestALookUpOnADeadConnection(t *testing.T) {
	first := &puppet{rows: map[string][][]any{markOf: {{int64(1)}}}}
	next := &puppet{rows: map[string][][]any{markOf: {{int64(7)}}}}
	s := stage(first, next)
	if n, err := s.Edition(t.Context()); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	first.fail = map[string]error{"SELECT": dead}
	if n, err := s.Edition(t.Context()); err != nil || n != 7 || first.closed != 1 {
		t.Errorf("%d, %v, %d closed", n, err, first.closed)
	}
	next.fail = map[string]error{"SELECT": dead}
	if _, err := s.Edition(t.Context()); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("with no connection left: %v", err)
	}
	func() {
		defer func() { _ = recover() }()
		_ = stage(&puppet{}).glance(t.Context(), func(*tx) error { panic("a bug") })
	}()
}

// lossy loses the answers of the first commits.
type lossy struct {
	*puppet
	lost int
}

func (l *lossy) Commit(ctx context.Context) error {
	if err := l.puppet.Commit(ctx); err != nil || l.lost == 0 {
		return err
	}
	l.lost--
	return &ledger.Uncertain{Cause: dead}
}

// When the answer of a change was lost, the store looks whether it stands,
// behind the same lock, and makes it if it does not.
func TestALostAnswer(t *testing.T) {
	row := cabinet.Row{Kind: "person", ID: "a", Version: 1, Sealed: []byte("mine")}
	docs := listed(docsWith, 1, 1)
	inserts := values(docInsert, 1, 4) + docReplace
	for what, c := range map[string]struct {
		there [][]any
		lost  int
		puts  int
		kind  fault.Kind
	}{
		"it stands":                {[][]any{{"person", "a", int64(1), []byte("mine")}}, 1, 1, ""},
		"it does not":              {nil, 1, 2, ""},
		"another's stands there":   {[][]any{{"person", "a", int64(1), []byte("other")}}, 1, 2, ""}, // the puppet has no versions: a real one says conflict
		"the next is lost as well": {nil, 2, 2, fault.Unavailable},
	} {
		p := &lossy{&puppet{rows: map[string][][]any{docs: c.there}}, c.lost}
		s := stage()
		s.asides = newPool(1, func(context.Context) (*link, error) { return &link{Conn: p}, nil })
		err := s.CabinetChange(t.Context(), cabinet.Change{Put: []cabinet.Row{row}})
		puts := 0
		for _, q := range p.asked {
			if q == inserts {
				puts++
			}
		}
		if puts != c.puts || (c.kind == "") != (err == nil) || (err != nil && (fault.KindOf(err) != c.kind || !ledger.IsUncertain(err))) {
			t.Errorf("%s: put %d times, %v; asked %q", what, puts, err, p.asked)
		}
	}
	if stood, err := new(tx).stands(t.Context(), nil, nil); !stood || err != nil {
		t.Error("nothing does not stand")
	}
}

// What waits goes into one transaction; what is refused there is its caller's own.
func TestProjectionsShareACommit(t *testing.T) {
	var q queue
	inside, leave := make(chan []projection), make(chan error)
	commit := func(_ context.Context, list []projection) error {
		inside <- list
		return <-leave
	}
	outcomes := make(chan error, 4)
	start := func(handle string) {
		go func() {
			outcomes <- q.do(t.Context(), projection{c: escalation.CaseRow{Handle: handle}}, commit)
		}()
	}
	start("a")
	if got := <-inside; len(got) != 1 {
		t.Errorf("%d came alone", len(got))
	}
	for _, h := range []string{"b", "c", "d"} {
		start(h)
	}
	for waiting := 0; waiting < 3; {
		q.mu.Lock()
		waiting = len(q.waiting)
		q.mu.Unlock()
	}
	leave <- nil
	if got := <-inside; len(got) != 3 {
		t.Errorf("%d came together", len(got))
	}
	leave <- fault.New(fault.Internal, "one of them is bad")
	for i := range 3 { // each by itself then
		if got := <-inside; len(got) != 1 {
			t.Errorf("%d came alone", len(got))
		}
		if i == 1 {
			leave <- fault.New(fault.Internal, "this one")
		} else {
			leave <- nil
		}
	}
	failed := 0
	for range 4 {
		if err := <-outcomes; err != nil {
			failed++
		}
	}
	if failed != 1 {
		t.Errorf("%d callers were refused", failed)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := q.do(ctx, projection{}, func(ctx context.Context, _ []projection) error {
		return errors.Join(ctx.Err())
	})
	if err != nil && fault.KindOf(err) != fault.Unavailable {
		t.Error(err)
	}
}

// Parameters of what is put together are numbered in their order, lists are
// padded, and no statement holds a value.
func TestBuiltStatements(t *testing.T) {
	b := &builder{}
	b.add("SELECT a WHERE b = ").arg("'; DROP").add(" AND c IN ").list([]any{1, 2, 3}).add(" AND d IN ").list(nil)
	if got := b.text(); got != "SELECT a WHERE b = $1 AND c IN ($2, $3, $4, $5) AND d IN (NULL)" || len(b.args) != 5 || b.args[4] != 3 {
		t.Errorf("%s with %v", got, b.args)
	}
	if got := listed("x IN ", 2, 2); got != "x IN ($3, $4)" {
		t.Error(got)
	}
	n := 0
	if err := inChunks("k = $1 AND x IN ", []any{"k"}, make([]any, 300), func(q string, args []any) error {
		n++
		if strings.Count(q, "$") != len(args) {
			t.Errorf("%d parameters for %.40s…", len(args), q)
		}
		return nil
	}); err != nil || n != 2 {
		t.Errorf("%d parts, %v", n, err)
	}
}
