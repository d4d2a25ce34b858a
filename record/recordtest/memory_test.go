package recordtest_test

import (
	"testing"

	"tocsin/record"
	"tocsin/record/recordtest"
	"tocsin/store/storetest"
)

// The store in memory promises what the engines promise.
func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) record.Store { return recordtest.New() })
}
