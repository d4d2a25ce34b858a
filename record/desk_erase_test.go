package record_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"testing"

	"tocsin/escalation"
	"tocsin/record"
)

// On each engine an erasure takes along what was projected of the case: lines,
// words and title are in no file of the database when it returns, and lines that
// somebody made before do not come back. (PostgreSQL's own log keeps old bytes
// for a while; its tables do not.)
func TestAnErasureReachesTheDesk(t *testing.T) {
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			s, folder := open(t)
			k, _ := keeperOn(t, s)
			ctx := context.Background()
			r, err := k.Import(ctx, parse(t, small), "clerk", "import")
			if err != nil {
				t.Fatal(err)
			}
			desk := s.(escalation.Store)
			word := sha256.Sum256([]byte("jo finder"))
			c := escalation.CaseRow{Handle: r.Handle, Version: r.Version, Changes: 7, Sealed: []byte("sealed title of the case"), Words: [][32]byte{word}}
			lines := []escalation.Row{{Handle: r.Handle, Due: 5, Sealed: []byte("sealed line that names Jo")}}
			if err := desk.PutLines(ctx, c, lines); err != nil {
				t.Fatal(err)
			}
			marks := [][]byte{c.Sealed, lines[0].Sealed, word[:]}
			flush := func() {
				if name == "postgresql" { // until a checkpoint the tables' files lag behind
					if err := s.Scrub(ctx); err != nil {
						t.Fatal(err)
					}
				}
			}
			flush()
			if n := standing(t, folder, marks, name); n != len(marks) {
				t.Fatalf("the control finds %d of %d in the files", n, len(marks))
			}
			if _, err := k.Erase(ctx, record.Erasure{Handle: "TOC-1", Person: "finder", Ground: ground, By: "Ada", With: "Bob"}); err != nil {
				t.Fatal(err)
			}
			if n := standing(t, folder, marks, name); n != 0 {
				t.Errorf("%d of what was projected is still in the files", n)
			}
			if err := desk.PutLines(ctx, c, lines); err != nil {
				t.Fatal(err)
			}
			flush()
			if n := standing(t, folder, marks, name); n != 0 {
				t.Error("lines of before the erasure came back")
			}
			stale, err := desk.Stale(ctx, [32]byte{1}, 0, 9)
			if err != nil || len(stale) != 1 || stale[0] != r.Handle {
				t.Errorf("stale: %v %v", stale, err)
			}
		})
	}
}

// standing counts the marks that are in some file; of PostgreSQL's, in those of
// tables and indexes, whose names are numbers.
func standing(t *testing.T, folder string, marks [][]byte, engine string) (n int) {
	t.Helper()
	all := files(t, folder)
	for _, m := range marks {
		for file, data := range all {
			if (engine == "sqlite" || isTable(file)) && bytes.Contains(data, m) {
				n++
				break
			}
		}
	}
	return n
}

func isTable(name string) bool {
	for _, b := range []byte(name) {
		if b < '0' || b > '9' {
			return false
		}
	}
	return len(name) > 0 && len(name) < 12 // a segment of the log has 24
}
