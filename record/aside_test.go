package record

import (
	"testing"
	"time"

	"tocsin/internal/fault"
)

// A note whose time is only repeated says so, and what the clock said.
func TestANoteSaysThatTheClockWasNotBelieved(t *testing.T) {
	b := &batch{reading: reading{wall: time.Date(2027, 11, 22, 6, 45, 0, 0, time.UTC)}}
	body := map[string]any{"reason": "for the test"}
	if b.disbelieve(body); len(body) != 1 {
		t.Errorf("the clock was right: %v", body)
	}
	b.clockErr = fault.New(fault.Unavailable, "the clock jumped")
	if b.disbelieve(body); body["clock"] != "not believed: it said 2027-11-22T06:45:00.000Z" {
		t.Errorf("%v", body)
	}
}
