package ledger

import (
	"context"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/receipt"
)

// WitnessRequest gives what a witness on a closed network is to be sent for the
// last published checkpoint: the proof from the size that it saw last, and the
// note.
func (p *Publisher) WitnessRequest(ctx context.Context, old int64) (proof []tlog.Hash, note []byte, err error) {
	err = p.Store.ViewLog(ctx, func(r Reader) error {
		head, err := soundHead(ctx, r)
		if err != nil {
			return err
		}
		last, err := lastPublished(ctx, r, head.Epoch)
		if err != nil {
			return err
		}
		note = last.Note
		proof, err = proofFrom(ctx, r, last, old)
		return err
	})
	return proof, note, err
}

// AttachStamps adds stamps that came later, as files, to the published checkpoint
// number seq, over the text of whose note the caller has verified them.
// fault.NotFound if there is none of that number, fault.Forbidden if the log is
// diverged: then nothing at all is written.
func (p *Publisher) AttachStamps(ctx context.Context, seq int64, stamps [][]byte) (Release, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.attach(ctx, nil, stamps, func(w Writer) (Signed, error) {
		row, err := checkpointAt(ctx, w, seq)
		if err == nil && row.State != Published {
			err = fault.New(fault.NotFound, "checkpoint %d is not published", seq)
		}
		return row, err
	})
}

// Attach adds signature lines of configured witnesses that came later, as
// files, to the newest published checkpoint which they are over, and stamps
// that the caller has verified over the text of that checkpoint's note.
// fault.Invalid if a line is by none of them or over none of ours,
// fault.Forbidden if the log is diverged.
func (p *Publisher) Attach(ctx context.Context, lines []byte, stamps [][]byte) (Release, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var sigs []receipt.Signature
	if len(lines) > 0 {
		var err error
		if sigs, err = receipt.ParseSignatures(lines); err != nil {
			return Release{}, err
		}
	}
	for _, s := range sigs {
		if _, ok := p.witnessKey(s); !ok {
			return Release{}, fault.New(fault.Invalid, "%.80q is no configured witness", s.Name)
		}
	}
	if len(sigs)+len(stamps) == 0 {
		return Release{}, fault.New(fault.Invalid, "there is nothing to attach")
	}
	return p.attach(ctx, sigs, stamps, func(w Writer) (Signed, error) { return p.over(ctx, w, sigs) })
}

func (p *Publisher) attach(ctx context.Context, sigs []receipt.Signature, stamps [][]byte, find func(Writer) (Signed, error)) (Release, error) {
	var row Signed
	var epoch Epoch
	err := p.Store.UpdateLog(ctx, func(w Writer) (err error) {
		if err = p.Watch.Check(ctx, w, ""); err != nil {
			return err
		}
		if row, err = find(w); err != nil {
			return err
		}
		if epoch, err = epochOf(ctx, w, row.Epoch); err != nil {
			return err
		}
		note, err := receipt.ParseNote(row.Note)
		if err != nil {
			return err
		}
		note.Signatures = addNew(note.Signatures, sigs)
		row.Note, row.Stamps = note.Bytes(), union(row.Stamps, stamps)
		if err := p.setTimed(&row, epoch); err != nil {
			return err
		}
		return w.PutPublished(ctx, row)
	})
	if err != nil {
		return Release{}, err
	}
	return p.release(row, epoch, nil)
}

// over finds the newest published checkpoint that all these signatures are over.
func (p *Publisher) over(ctx context.Context, r Reader, sigs []receipt.Signature) (Signed, error) {
	holds := func(s Signed) bool {
		note, err := receipt.ParseNote(s.Note)
		for i := 0; err == nil && i < len(sigs); i++ {
			key, _ := p.witnessKey(sigs[i])
			_, err = key.Verify(note.Text, sigs[i].Data)
		}
		return err == nil
	}
	last, err := r.LastCheckpoint(ctx, Published)
	if err != nil || holds(last) {
		return last, err
	}
	found := Signed{}
	err = r.EachCheckpoint(ctx, func(s Signed) error {
		if s.State == Published && holds(s) {
			found = s
		}
		return nil
	})
	if err == nil && found.Seq == 0 {
		err = fault.New(fault.Invalid, "the signatures are over no checkpoint that was published here")
	}
	return found, err
}
