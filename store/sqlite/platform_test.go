package sqlite

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tocsin/cabinet"
	"tocsin/escalation"
	"tocsin/internal/fault"
	"tocsin/store/storetest"
)

// SQLite keeps the documents of the platform as cabinet.Store promises.
func TestCabinet(t *testing.T) {
	storetest.Cabinet(t, func(t *testing.T) cabinet.Store { return open(t, filepath.Join(t.TempDir(), "tocsin.db")) })
}

// SQLite keeps lines and seats as escalation.Store and coordination.SeatStore promise.
func TestDesks(t *testing.T) {
	storetest.Desks(t, func(t *testing.T) storetest.DeskStore { return open(t, filepath.Join(t.TempDir(), "tocsin.db")) })
}

// Documents, seats and lines take their turn with the log: none fails, none is
// left waiting, and every transaction of the log stands.
func TestThePlatformBesideTheLog(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "tocsin.db"))
	var wg sync.WaitGroup
	stop := make(chan struct{})
	logged := make([]int, 3)
	for g := range logged {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := keep(t, s, fmt.Sprint("log-", g, "-", logged[g]), []byte("w")); err != nil {
					t.Error(err)
					return
				}
				logged[g]++
			}
		})
	}
	var users sync.WaitGroup
	for g := range 4 {
		users.Go(func() {
			for i := range 25 {
				id := fmt.Sprintf("%d-%d", g, i)
				err := errors.Join(
					s.CabinetChange(t.Context(), cabinet.Change{Put: []cabinet.Row{{Kind: "session", ID: id, Version: 1, Sealed: []byte(id)}}}),
					s.PutSeat(t.Context(), escalation.SeatRow{ID: id, Handle: "case-" + id}),
					s.PutLines(t.Context(), escalation.CaseRow{Handle: "case-" + id, Version: 1, Sealed: []byte(id)}, nil),
				)
				if err != nil {
					t.Error(err)
				}
				if r, err := s.CabinetGet(t.Context(), "session", id); err != nil || string(r.Sealed) != id {
					t.Error(r, err)
				}
			}
		})
	}
	users.Wait()
	close(stop)
	wg.Wait()
	for g, n := range logged {
		if n == 0 {
			t.Errorf("writer %d of the log had no turn", g)
		}
		for i := range n {
			if _, err := kept(t, s, fmt.Sprint("log-", g, "-", i)); err != nil {
				t.Error(err)
			}
		}
	}
}

// A database of the version before gets the new tables and keeps what it has.
func TestASchemaOfBefore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tocsin.db")
	s := open(t, path)
	if err := errors.Join(keep(t, s, "case-a", []byte("word")), s.Close()); err != nil {
		t.Fatal(err)
	}
	raw(t, path, "DROP TABLE cabinet; DROP TABLE cabinet_key; DROP TABLE mark; DROP TABLE seat; DROP TABLE desk_case; DROP TABLE desk_line; DROP TABLE desk_word; DROP TABLE gap; DELETE FROM schema_version WHERE version = 2")
	s = open(t, path)
	if w, err := kept(t, s, "case-a"); err != nil || w != "word" {
		t.Errorf("%q, %v", w, err)
	}
	if err := s.CabinetChange(t.Context(), cabinet.Change{Put: []cabinet.Row{{Kind: "person", ID: "a", Version: 1}}}); err != nil {
		t.Error(err)
	}
}

// A change whose commit failed does not stand, and one that follows does.
func TestAChangeThatFails(t *testing.T) {
	s := openFaulty(t)
	put := func(id string) error {
		return s.CabinetChange(t.Context(), cabinet.Change{Put: []cabinet.Row{{Kind: "person", ID: id, Version: 1, Sealed: []byte(id)}}})
	}
	for _, statement := range []string{"COMMIT", "INSERT INTO cabinet", "INSERT INTO mark"} {
		failed := false
		broken.set(func(q string) error {
			if !failed && strings.HasPrefix(q, statement) {
				failed = true
				return diskError(codeFull)
			}
			return nil
		}, nil)
		if err := put("a"); fault.KindOf(err) != fault.Unavailable || err == nil || strings.Contains(err.Error(), "injected") || !failed {
			t.Errorf("%s: %v", statement, err)
		}
		broken.set(nil, nil)
		if _, err := s.CabinetGet(t.Context(), "person", "a"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s: what failed is there: %v", statement, err)
		}
	}
	if err := put("a"); err != nil {
		t.Error(err)
	}
}
