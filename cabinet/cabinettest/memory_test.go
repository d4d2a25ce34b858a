package cabinettest_test

import (
	"testing"

	"tocsin/cabinet"
	"tocsin/cabinet/cabinettest"
	"tocsin/store/storetest"
)

// The memory holds what the databases hold, so that tests over it mean something.
func TestConformance(t *testing.T) {
	storetest.Cabinet(t, func(*testing.T) cabinet.Store { return cabinettest.NewMemory() })
}
