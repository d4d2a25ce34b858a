package postgres_test

import (
	"testing"

	"tocsin/cabinet"
	"tocsin/internal/testkit/pgtest"
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
