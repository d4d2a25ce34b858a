package sqlite

import (
	"path/filepath"
	"testing"

	"tocsin/cabinet"
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
