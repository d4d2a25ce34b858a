package record

import (
	"context"
	"slices"
	"strings"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
)

// What a receipt opens of itself. It tells that something of a kind happened in
// a case, under a random handle, and when it was recorded; the rest is chosen.
var (
	openOfEvent   = []string{"entry", "handle", "sequence", "recorded-at", "kind"}
	openOfHead    = []string{"entry", "handle", "sequence", "prev", "recorded-at"}
	openOfReceipt = []string{"entry", "handle", "sequence", "prev", "recorded-at", "party", "number", "event"}
)

// Receipt proves a record by a checkpoint over it: the event's own leaf, the
// numbered receipt of a party if one is named (the newest of it without an
// event), or the last record of the case if neither is. disclose opens further
// fields, of the event where there is one, by their names in the case file.
//
// fault.NotFound for what is not kept, was never given or was erased,
// fault.Invalid for a name that no field has, fault.TooEarly while no published
// checkpoint covers the record.
func (k *Keeper) Receipt(ctx context.Context, idOrHandle, event, party string, disclose []string) (receipt.Proof, error) {
	var proof receipt.Proof
	err := k.look(ctx, func(r Reader) error {
		s, err := k.stateOf(ctx, r, idOrHandle)
		if err != nil {
			return err
		}
		m, err := s.receiptFor(event, party)
		if err != nil {
			return err
		}
		extra, err := k.opening(ctx, r, s, m, event == "" && party == "", disclose)
		if err != nil {
			return err
		}
		proof, err = prove(ctx, r, m, extra)
		return err
	})
	return proof, err
}

// opening opens what a receipt of m shows. As the head of its case a numbered
// receipt tells neither whose it is nor of what kind its event: whose happens to
// be the last record is nobody's business.
func (k *Keeper) opening(ctx context.Context, r Reader, s *state, m Meta, head bool, disclose []string) (extra receipt.Extra, err error) {
	own, ofEvent := openOfReceipt, openOfEvent
	switch {
	case m.Entry != entryReceipt || head && len(disclose) == 0:
		own = openOfHead
		if m.Entry == entryEvent && !head {
			own = openOfEvent
		}
		extra.Record, err = k.disclose(ctx, r, s, m, own, disclose...)
		return extra, err
	case head:
		own, ofEvent = append(slices.Clone(openOfHead), "event"), openOfHead
	}
	if extra.Record, err = k.disclose(ctx, r, s, m, own); err != nil {
		return extra, err
	}
	e, err := s.eventMeta(m.ID)
	if err != nil {
		return extra, err
	}
	opened, err := k.disclose(ctx, r, s, e, ofEvent, disclose...)
	extra.Linked = []receipt.Disclosure{opened}
	return extra, err
}

// receiptFor finds the record that is to be proved.
func (s *state) receiptFor(event, party string) (Meta, error) {
	if party == "" && event == "" {
		return s.metas[len(s.metas)-1], nil
	}
	if party == "" {
		return s.eventMeta(event)
	}
	if event != "" {
		e, err := s.eventMeta(event)
		switch {
		case err != nil:
			return e, err
		case e.Imported:
			return e, fault.New(fault.NotFound, "event %s was imported; numbered receipts are given for events that are recorded here", event)
		}
	}
	for _, m := range slices.Backward(s.metas) {
		if m.Entry == entryReceipt && m.Party == party && (event == "" || m.ID == event) {
			if slices.Contains(m.Erased, "party") {
				return m, fault.New(fault.NotFound, "whom this receipt was for was erased; it can never be opened")
			}
			return m, nil
		}
	}
	if event == "" {
		return Meta{}, fault.New(fault.NotFound, "no numbered receipt was given to %q in this case", party)
	}
	return Meta{}, fault.New(fault.NotFound, "event %s names no party %q in by or to, so that there is no receipt for it", event, party)
}

func (s *state) eventMeta(id string) (Meta, error) {
	for _, m := range s.metas {
		if m.Entry == entryEvent && m.ID == id {
			return m, nil
		}
	}
	return Meta{}, fault.New(fault.NotFound, "the case has no event %q", id)
}

// disclose opens fields of a kept record.
func (k *Keeper) disclose(ctx context.Context, r Reader, s *state, m Meta, names []string, more ...string) (receipt.Disclosure, error) {
	names = slices.Clone(names)
	for _, n := range more {
		if _, ok := receipt.SlotOf(n); !ok {
			return receipt.Disclosure{}, fault.New(fault.Invalid, "no field is called %q; fields have the names of the case file, such as text, to, at", n)
		}
		if slices.Contains(m.Erased, n) {
			return receipt.Disclosure{}, fault.New(fault.NotFound, "%s of %s was erased; it can never be opened", n, m.name())
		}
		if !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	o, err := k.openAt(ctx, r, s.handle, m.Epoch, m.Index)
	if err != nil {
		return receipt.Disclosure{}, err
	}
	if o.commitment != m.Commitment {
		return receipt.Disclosure{}, fault.New(fault.Internal, "the record at epoch %d, index %d is not the one that was kept", m.Epoch, m.Index)
	}
	return o.rec.Disclose(names)
}

// name calls a record by what it states.
func (m Meta) name() string { return strings.TrimSpace(m.Entry + " " + m.ID) }

func (k *Keeper) openAt(ctx context.Context, r Reader, handle string, epoch int, index int64) (opened, error) {
	ck, err := k.keyOf(ctx, r, handle)
	if err != nil {
		return opened{}, err
	}
	row, err := r.RowAt(ctx, epoch, index)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return opened{}, fault.New(fault.Internal, "the record at epoch %d, index %d is missing", epoch, index)
		}
		return opened{}, err
	}
	return openRow(ck, row)
}

// prove takes the inclusion proof where the leaf stands now: one that no
// checkpoint of an ended epoch covered was entered again in the next.
func prove(ctx context.Context, r Reader, m Meta, extra receipt.Extra) (receipt.Proof, error) {
	epoch, index, err := ledger.Locate(ctx, r, m.Epoch, m.Index)
	if err != nil {
		return receipt.Proof{}, err
	}
	cp, err := r.CheckpointOver(ctx, epoch, index)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return receipt.Proof{}, fault.New(fault.TooEarly, "no published checkpoint covers this entry yet: a platform that runs signs one every few minutes, so ask again; without one, tocsin ledger publish signs it")
		}
		return receipt.Proof{}, err
	}
	if err := sameNote(ctx, r, cp); err != nil {
		return receipt.Proof{}, err
	}
	leaf, err := r.Entries(ctx, epoch, index, index+1)
	if err != nil {
		return receipt.Proof{}, err
	}
	if len(leaf) != 1 || leaf[0] != receipt.EntryOf(m.Commitment) {
		return receipt.Proof{}, fault.New(fault.Internal, "leaf %d of epoch %d is not that of its record; run tocsin ledger audit", index, epoch)
	}
	hashes, err := ledger.Prove(ctx, r, epoch, index, cp.Size, cp.Root)
	if err != nil {
		return receipt.Proof{}, err
	}
	extra.Stamps = cp.Stamps
	return receipt.NewProof(index, hashes, cp.Note, extra)
}

// sameNote refuses a stored note that is not over what stands beside it.
func sameNote(ctx context.Context, r Reader, cp ledger.Signed) error {
	note, err := receipt.ParseNote(cp.Note)
	var c receipt.Checkpoint
	if err == nil {
		c, err = note.Checkpoint()
	}
	if err != nil {
		return fault.New(fault.Internal, "the note of checkpoint %d does not read: %v", cp.Seq, err)
	}
	epochs, err := r.Epochs(ctx)
	if err != nil {
		return err
	}
	for _, e := range epochs {
		if e.N == cp.Epoch && e.Origin == c.Origin && c.Size == cp.Size && c.Root == cp.Root {
			return nil
		}
	}
	return fault.New(fault.Internal, "the note of checkpoint %d is over something else; run tocsin ledger audit", cp.Seq)
}
