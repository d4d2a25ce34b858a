package record

import (
	"context"
	"io"

	"tocsin/receipt"
)

// OpenLeaf gives what an auditor may demand of any leaf: fillers open what they
// are, and every other record says that it is none.
func (k *Keeper) OpenLeaf(ctx context.Context, epoch int, index int64) (receipt.Disclosure, error) {
	panic("todo")
}

// Finish completes an erasure that was cut short; run it at start.
func (k *Keeper) Finish(ctx context.Context) error { return nil }

// Erase forgets, and proves later that it did.
func (k *Keeper) Erase(ctx context.Context, e Erasure) (Erasing, error) { panic("todo") }

// Reapply erases again what the list outside the database says; how many fields.
func (k *Keeper) Reapply(ctx context.Context) (int, error) { panic("todo") }

// Audit opens every leaf. progress may be nil.
func (k *Keeper) Audit(ctx context.Context, progress func(done, total int64)) (AuditReport, error) {
	panic("todo")
}

// Backup writes everything that is kept, opened, and no key. The caller encrypts.
func (k *Keeper) Backup(ctx context.Context, w io.Writer) (BackupReport, error) { panic("todo") }

// Restore reads a backup into an empty store.
func Restore(ctx context.Context, r io.Reader, into Store, o Options) (BackupReport, error) {
	panic("todo")
}
