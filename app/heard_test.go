package app

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/witness"
)

// A whole folder goes back in time, and its witness cannot be reached: what is
// told is kept, receipts that are covered are given, and nothing new is signed.
// Asked by files alone, the witness holds up nothing: that a person decides.
func TestASnapshotWhileTheWitnessIsAway(t *testing.T) {
	dir := folder(t)
	a := begun(t, dir)
	handle := told(t, a)
	w, err := witness.Open(folder(t), witness.Options{Create: true, Name: "witness.example.org/w1", Logs: a.keys()})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	server := httptest.NewServer(w)
	if err := a.SetOutside(OutsideTime{Policy: policyOf(a, w, server.URL)}); err != nil {
		t.Fatal(err)
	}
	closed(t, a)
	a = begun(t, dir)
	if r, err := a.Publish(t.Context()); err != nil || !r.QuorumMet {
		t.Fatalf("%+v, %v", r, err)
	}
	closed(t, a)
	snapshot := folder(t)
	copied(t, dir, snapshot)
	a = begun(t, dir)
	if err := more(t, a, handle, "acknowledged by=vendor re=e2"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	closed(t, a)
	server.Close()

	b := begun(t, snapshot)
	if _, err := b.Receipt(t.Context(), handle, "e2", "", nil); err != nil {
		t.Errorf("a receipt of what was published: %v", err)
	}
	if err := more(t, b, handle, "commented by=vendor text=fork"); err != nil {
		t.Fatalf("keeping: %v", err)
	}
	_, err = b.Publish(t.Context())
	wantKind(t, err, fault.Unavailable, "no witness could be asked since this process began")
	_, err = b.Receipt(t.Context(), handle, "e3", "", nil)
	wantKind(t, err, fault.Unavailable, "take the witness out of the policy with tocsin ledger outside")
	if s, err := b.Status(t.Context()); err != nil || s.State != "sound" {
		t.Errorf("%+v, %v", s, err)
	}
	byFiles := fmt.Appendf(nil, "log %s\nwitness w1 %s\nquorum w1\n", b.keys()[0], w.Keys()[0])
	if err := b.SetOutside(OutsideTime{Policy: byFiles}); err != nil {
		t.Fatal(err)
	}
	closed(t, b)
	b = begun(t, snapshot)
	if r, err := b.Publish(t.Context()); err != nil || !r.New || r.QuorumMet {
		t.Errorf("%+v, %v", r, err)
	}
}

// ahead opens a folder while the clock of the machine is a year ahead.
func ahead(t *testing.T, dir string) *App {
	t.Helper()
	a, err := Open(t.Context(), Options{DataDir: dir, Now: func() time.Time { return time.Now().AddDate(1, 0, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, a) })
	return a
}

// recorded demands that the log's newest time is not a year ahead.
func recorded(t *testing.T, a *App) {
	t.Helper()
	err := a.db.ViewLog(t.Context(), func(r ledger.Reader) error {
		h, err := r.Head(t.Context())
		if err == nil && h.Recorded.After(time.Now().Add(time.Hour)) {
			t.Errorf("the log has the time %s", h.Recorded)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// The ways out are open whatever the clock says, and take no time from a clock
// that the keeper would not believe. Whoever goes on with it is told.
func TestAWayOutTakesNoTimeFromAWrongClock(t *testing.T) {
	was := outgrown(t)
	dir, handle, mirror, back := was.dir, was.handle, was.mirror, without(t, was.dir)

	t.Run("new-epoch", func(t *testing.T) {
		a := ahead(t, dir)
		o, err := a.NewEpoch(t.Context(), "for the test", "ann", "ben", nil)
		if err != nil {
			t.Fatal(err)
		}
		recorded(t, a)
		if o.Opened.After(time.Now()) {
			t.Errorf("opened at %s", o.Opened)
		}
		wantKind(t, more(t, a, handle, "commented by=vendor text=on"), fault.Unavailable, "tocsin ledger accept-clock")
		closed(t, a)
		b := begun(t, dir) // the clock was set
		if err := more(t, b, handle, "commented by=vendor text=on"); err != nil {
			t.Error(err)
		}
	})
	t.Run("recover", func(t *testing.T) {
		if _, err := Restore(t.Context(), Options{DataDir: back}, bytes.NewReader(was.backup), was.pair.id); err != nil {
			t.Fatal(err)
		}
		b := ahead(t, back)
		if _, err := b.Recover(t.Context(), mirror, nil); err != nil {
			t.Fatal(err)
		}
		recorded(t, b)
		wantKind(t, more(t, b, handle, "commented by=vendor text=on"), fault.Unavailable, "tocsin ledger accept-clock")
		if _, err := b.AcceptClock(t.Context(), "ann"); err != nil {
			t.Error(err)
		}
		if err := more(t, b, handle, "commented by=vendor text=on"); err != nil {
			t.Error(err)
		}
	})
}
