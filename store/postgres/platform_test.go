package postgres_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	"tocsin/cabinet"
	"tocsin/escalation"
	"tocsin/internal/fault"
	"tocsin/internal/testkit/pgtest"
	"tocsin/record"
	"tocsin/store/storetest"
)

// PostgreSQL keeps the documents of the platform as cabinet.Store promises.
func TestCabinet(t *testing.T) {
	storetest.Cabinet(t, func(t *testing.T) cabinet.Store { return open(t, pgtest.Database(t)) })
}

// PostgreSQL keeps lines and seats as escalation.Store and coordination.SeatStore promise.
func TestDesks(t *testing.T) {
	storetest.Desks(t, func(t *testing.T) storetest.DeskStore { return open(t, pgtest.Database(t)) })
}

// Whoever holds the log's lock holds up nobody who writes aside.
func TestThePlatformBesideTheLog(t *testing.T) {
	s := open(t, pgtest.Database(t))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	err := s.Update(ctx, func(record.Tx) error {
		return errors.Join(
			s.CabinetChange(ctx, cabinet.Change{Put: []cabinet.Row{{Kind: "person", ID: "a", Version: 1}}}),
			s.PutSeat(ctx, escalation.SeatRow{ID: "1", Handle: "case-a"}),
			s.PutLines(ctx, escalation.CaseRow{Handle: "case-a", Version: 1, Sealed: []byte("x")}, nil),
			s.Beat(ctx, 1, nil),
			s.DropLines(ctx),
		)
	})
	if err != nil {
		t.Errorf("%v (%v)", err, errors.Unwrap(err))
	}
}

// Changes through connections that break at COMMIT: each is told as it became,
// and nothing stands twice. The answer of a change that stands is not a conflict
// with itself.
func TestLostAnswersOfChanges(t *testing.T) {
	direct := pgtest.Database(t)
	judge := open(t, direct)
	for _, how := range []cut{before, during, after} {
		next := make(chan cut, 1)
		p, through := startProxy(t, direct, func() cut {
			select {
			case c := <-next:
				return c
			default:
				return pass
			}
		})
		s := open(t, through)
		for i := range 10 {
			row := cabinet.Row{Kind: "person", ID: fmt.Sprintf("%d-%d", how, i), Version: 1, Sealed: fmt.Appendf(nil, "%d/%d", how, i)}
			row.Unique = [][32]byte{sha256.Sum256([]byte(row.ID))}
			row.Keys = row.Unique
			next <- how
			if err := s.CabinetChange(t.Context(), cabinet.Change{Put: []cabinet.Row{row}}); err != nil {
				t.Errorf("cut %d, put %d: %v", how, i, err)
			}
			got, err := judge.CabinetGet(t.Context(), "person", row.ID)
			if err != nil || string(got.Sealed) != string(row.Sealed) {
				t.Errorf("cut %d, put %d: it is %q, %v", how, i, got.Sealed, err)
			}
			next <- how
			if err := s.CabinetChange(t.Context(), cabinet.Change{Drop: []cabinet.Row{row}}); err != nil {
				t.Errorf("cut %d, drop %d: %v", how, i, err)
			}
			if _, err := judge.CabinetGet(t.Context(), "person", row.ID); fault.KindOf(err) != fault.NotFound {
				t.Errorf("cut %d, drop %d: it is there: %v", how, i, err)
			}
		}
		if n := p.count(how); n < 20 {
			t.Errorf("%d commits were cut", n)
		}
	}
}

// Two replicas of one database see each other's changes at once.
func TestTwoReplicas(t *testing.T) {
	url := pgtest.Database(t)
	a, b := open(t, url), open(t, url)
	for i := range int64(5) {
		before, err := b.CabinetEdition(t.Context(), "person")
		if err != nil {
			t.Fatal(err)
		}
		row := cabinet.Row{Kind: "person", ID: "a", Version: i + 1, Sealed: []byte{byte(i)}}
		if err := a.CabinetChange(t.Context(), cabinet.Change{Put: []cabinet.Row{row}}); err != nil {
			t.Fatal(err)
		}
		after, err := b.CabinetEdition(t.Context(), "person")
		if err != nil || after <= before {
			t.Errorf("the edition went from %d to %d, %v", before, after, err)
		}
		if got, err := b.CabinetGet(t.Context(), "person", "a"); err != nil || got.Version != i+1 {
			t.Errorf("version %d, %v", got.Version, err)
		}
		if err := b.CabinetChange(t.Context(), cabinet.Change{Put: []cabinet.Row{row}}); fault.KindOf(err) != fault.Conflict {
			t.Errorf("the same version from the other: %v", err)
		}
	}
}
