package record

import (
	"context"

	"tocsin/ledger"
	"tocsin/receipt"
)

// EpochOpening says why an epoch is opened, and who decided it; all empty for
// the first.
type EpochOpening struct {
	Reason    string
	Presented *receipt.Checkpoint // the largest of the old epoch that was seen outside, nil if none
	By, With  string
}

// OpenEpoch opens the next epoch of the log in an empty store or one whose log
// has diverged: its first leaf is a note that says so.
func OpenEpoch(ctx context.Context, store Store, o Options, watch *ledger.Watch, base string, e EpochOpening) (ledger.Opening, error) {
	panic("todo")
}

// Recover puts leaves that were lost here back from a copy of the log.
func (k *Keeper) Recover(ctx context.Context, src ledger.Source, target receipt.Checkpoint) (ledger.Head, error) {
	panic("todo")
}
