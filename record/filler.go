package record

import (
	"context"

	"tocsin/internal/fault"
	"tocsin/receipt"
)

// fillerHandle is the handle of fillers, under which their key is kept too.
const fillerHandle = ""

// maxFill bounds one transaction.
const maxFill = 100_000

// Fillers appends n records that say nothing but what they are. In the log they
// look like every other record; an auditor may have them opened (OpenLeaf).
func (k *Keeper) Fillers(ctx context.Context, n int64) error {
	if n < 0 || n > maxFill {
		return fault.New(fault.Invalid, "%d fillers are asked for; between 0 and %d can be added at once", n, maxFill)
	}
	if n == 0 {
		return nil
	}
	_, err := k.start(ctx, command{fill: n})()
	return err
}

func (b *batch) fill(j *job, n int64) (Result, error) {
	first := b.head.Size + int64(len(b.entries))
	for range n {
		if err := b.filler(); err != nil {
			return Result{}, err
		}
	}
	j.first = receiptOf{epoch: b.head.Epoch, index: first, leaf: b.entries[first-b.head.Size].Commitment(), set: true}
	return Result{Epoch: b.head.Epoch, First: first, Count: n, Recorded: b.recorded}, nil
}

// filler stages one. It is sealed like the others: what it holds is its salts.
func (b *batch) filler() error {
	key, err := b.fillerKey()
	if err != nil {
		return err
	}
	blank, err := b.k.blanks.take()
	if err != nil {
		return err
	}
	rec, commitment, err := blank.Record(Values{"entry": text(entryFiller)}, b.k.o.Rand)
	if err != nil {
		return err
	}
	o := opened{content: content{rec: rec}, epoch: b.head.Epoch, index: b.head.Size + int64(len(b.entries)), handle: fillerHandle, commitment: commitment}
	row, err := o.row(key)
	if err != nil {
		return err
	}
	b.rows = append(b.rows, row)
	b.entries = append(b.entries, receipt.EntryOf(o.commitment))
	return nil
}

func (b *batch) fillerKey() (CaseKey, error) {
	key, err := b.key(context.Background(), fillerHandle)
	if err != nil && fault.KindOf(err) == fault.NotFound {
		if err := b.newKey(fillerHandle); err != nil {
			return CaseKey{}, err
		}
		return b.keys[fillerHandle], nil
	}
	return key, err
}
