package ledger

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"tocsin/internal/fault"
	"tocsin/receipt"
)

// Publisher signs checkpoints and has them cosigned and stamped. One of its
// methods runs at a time. Store, Watch and Signers are required.
type Publisher struct {
	Store     Store
	Watch     *Watch
	Signers   []receipt.Signer // those whose name is the epoch's origin sign
	Witnesses []Witness
	Stampers  []Stamper
	Policy    *receipt.Policy // says when there are enough cosignatures; nil asks for none
	Now       func() time.Time
	Log       *slog.Logger
	Patience  time.Duration // for each witness and stamper; 0 means 15 s

	mu    sync.Mutex
	known knownSizes // by witness, in this epoch

	// oneWay leaves the second way to the root out. Tests show with it that the
	// second way is what stops a false signature.
	oneWay bool
}

// Release is a checkpoint that may be shown to others.
type Release struct {
	Signed
	New       bool     // signed just now
	Cosigned  []string // names of the keys of the configured witnesses that have cosigned it
	QuorumMet bool     // enough of them for the policy; a receipt is "witnessed" only then
	Missing   []string // one sentence for each witness or stamper that did not answer
}

// Publish signs a checkpoint over all leaves, unless the last one covers them:
// then it returns that one, and asks the witnesses again if too few had cosigned
// it. The order is: intent committed, root derived again from the stored
// entries, high-water mark raised, signed, witnesses, stamps, stored, released.
//
// fault.TooEarly: the log is empty. fault.Forbidden: the log is diverged.
// fault.Unavailable: too few witnesses have answered since this process began
// (heard.go). fault.Conflict: somebody else publishes. fault.Internal: what is
// stored contradicts itself; nothing was signed.
func (p *Publisher) Publish(ctx context.Context) (Release, error) {
	return p.publish(ctx, func(last Signed, head Head) (int64, bool) { return head.Size, head.Size > last.Size })
}

// PublishPadded signs a checkpoint that is a multiple of pad leaves larger than
// the last one, the largest there is; it returns the last one if there are not
// enough leaves. See Cadence.
func (p *Publisher) PublishPadded(ctx context.Context, pad int64) (Release, error) {
	pad = max(pad, 1)
	return p.publish(ctx, func(last Signed, head Head) (int64, bool) {
		grown := (head.Size - last.Size) / pad * pad
		return last.Size + grown, grown > 0
	})
}

// Refresh signs the last checkpoint again, so that a log without new leaves can
// be told from one that is silent. It is a new row of the same size and root;
// the old one keeps the earlier time.
func (p *Publisher) Refresh(ctx context.Context) (Release, error) {
	return p.publish(ctx, func(last Signed, head Head) (int64, bool) { return last.Size, last.Size > 0 })
}

// Latest gives the last published checkpoint; fault.NotFound if there is none.
func (p *Publisher) Latest(ctx context.Context) (Release, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var last Signed
	var epoch Epoch
	err := p.Store.ViewLog(ctx, func(r Reader) (err error) {
		if last, err = r.LastCheckpoint(ctx, Published); err != nil {
			return err
		}
		epoch, err = epochOf(ctx, r, last.Epoch)
		return err
	})
	if err != nil {
		return Release{}, err
	}
	return p.release(last, epoch, nil)
}

// Outside asks the witnesses for what they know of this log, as at start. See
// Watch.Settle.
func (p *Publisher) Outside(ctx context.Context) error { return p.Watch.Settle(ctx, p.Store) }

// choice says what size to sign next, and whether to sign at all. last is of
// the newest epoch, with Size 0 if nothing is published of it.
type choice func(last Signed, head Head) (size int64, ok bool)

func (p *Publisher) publish(ctx context.Context, want choice) (Release, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.Watch.unvouched() {
		if err := p.Watch.Settle(ctx, p.Store); err != nil {
			return Release{}, err
		}
	}
	var done Release
	ready := p.heardEnough()
	// An intent that a crash left is completed first, and may be all there is to
	// do. The bound is for two publishers that keep crossing.
	for range 8 {
		job, err := p.intend(ctx, want, ready)
		if errors.Is(err, errUnasked) {
			if err = p.ask(ctx); err == nil {
				ready = true
				continue
			}
		}
		if err != nil {
			return Release{}, err
		}
		switch {
		case !job.sign && done.New && job.last.Seq == done.Seq:
			return done, nil
		case !job.sign && job.last.Seq == 0:
			return Release{}, fault.New(fault.TooEarly, "the log is empty: there is nothing to publish")
		case !job.sign:
			return p.again(ctx, job)
		}
		if done, err = p.complete(ctx, job); err != nil {
			return Release{}, err
		}
		if !job.left {
			return done, nil
		}
	}
	return Release{}, fault.New(fault.Conflict, "somebody else publishes at the same time")
}

// job is one checkpoint on its way.
type job struct {
	Signed
	sign  bool   // otherwise there is nothing to do
	left  bool   // the intent was there already
	last  Signed // published before it in this epoch; Seq 0 if none
	epoch Epoch
	head  Head
}

// intend commits what is going to be signed, or finds what was intended before.
// Unless it is ready to sign, it takes that back with errUnasked.
func (p *Publisher) intend(ctx context.Context, want choice, ready bool) (job, error) {
	var j job
	commit := func() error {
		return p.Store.UpdateLog(ctx, func(w Writer) error {
			j = job{}
			if err := p.Watch.Check(ctx, w, ""); err != nil {
				return err
			}
			if err := p.choose(ctx, w, want, &j); err != nil || !j.sign || ready {
				return err
			}
			return errUnasked
		})
	}
	err := commit()
	if IsUncertain(err) {
		err = commit() // it finds the first one's intent, if that stands
	}
	return j, err
}

func (p *Publisher) choose(ctx context.Context, w Writer, want choice, j *job) (err error) {
	if j.head, err = soundHead(ctx, w); err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		return err
	}
	if j.epoch, err = epochOf(ctx, w, j.head.Epoch); err != nil {
		return err
	}
	if len(p.signers(j.epoch)) == 0 {
		return fault.New(fault.Unavailable, "there is no signing key for the origin %s", j.epoch.Origin)
	}
	if j.last, err = lastPublished(ctx, w, j.head.Epoch); err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	newest, err := w.LastCheckpoint(ctx, "")
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	if newest.State == Intent && newest.Epoch == j.head.Epoch {
		owed, err := p.owed(ctx, w, j, newest)
		if err != nil {
			return err
		}
		if owed {
			j.Signed, j.sign, j.left = newest, true, true
			return nil
		}
	}
	size, ok := want(j.last, j.head)
	if !ok {
		return nil
	}
	// A row can be lost whose checkpoint was signed. Nothing smaller is signed
	// after it.
	mark, err := p.Watch.water()
	if err != nil {
		return err
	}
	if mark.Epoch == j.head.Epoch {
		size = max(size, mark.Size)
	}
	root, err := rootWithin(ctx, w, j.head, size)
	if err != nil {
		return err
	}
	j.Signed = Signed{Seq: newest.Seq + 1, Epoch: j.head.Epoch, Size: size, Root: root, State: Intent, At: p.now()}
	// The same derivation follows after the commit, and counts. Here it keeps
	// intents that could never be signed out of the table.
	if err := p.rederive(ctx, w, *j); err != nil {
		return err
	}
	j.sign = true
	return w.PutIntent(ctx, j.Signed)
}

// owed tells whether an intent that was left must be completed: it may have
// been signed, unless the mark is below it and the entries do not support it.
func (p *Publisher) owed(ctx context.Context, r Reader, j *job, intent Signed) (bool, error) {
	left := *j
	left.Signed = intent
	err := p.rederive(ctx, r, left)
	var not contradicts
	if err == nil || !errors.As(err, &not) {
		return true, err
	}
	mark, err := p.Watch.water()
	return mark.Epoch == intent.Epoch && mark.Size >= intent.Size, err
}

// complete signs an intent, has it cosigned and stamped, and stores it.
func (p *Publisher) complete(ctx context.Context, j job) (Release, error) {
	err := p.Store.ViewLog(ctx, func(r Reader) error { return p.rederive(ctx, r, j) })
	if err != nil {
		return Release{}, err
	}
	if err := p.Watch.raise(j.epoch, j.Size, j.Root); err != nil {
		return Release{}, err
	}
	cp := receipt.Checkpoint{Origin: j.epoch.Origin, Size: j.Size, Root: j.Root}
	signed, err := receipt.Sign(cp, p.signers(j.epoch), p.now())
	if err != nil {
		return Release{}, err
	}
	note, stamps, missing, err := p.outside(ctx, j, signed, p.Witnesses)
	if err == nil {
		err = p.kept(missing)
	}
	if err != nil {
		return Release{}, err
	}
	return p.store(ctx, j, note, stamps, missing)
}

// again returns what is published already. Where too few had cosigned it, the
// witnesses are asked once more.
func (p *Publisher) again(ctx context.Context, j job) (Release, error) {
	j.Signed = j.last
	done, err := p.release(j.last, j.epoch, nil)
	if err != nil || done.QuorumMet {
		return done, err
	}
	var missing []Witness
	for _, w := range p.Witnesses {
		if !signedBy(j.last.Note, w.Key()) {
			missing = append(missing, w)
		}
	}
	note, _, silent, err := p.outside(ctx, j, j.last.Note, missing)
	if err != nil {
		return Release{}, err
	}
	if bytes.Equal(note, j.last.Note) {
		return p.release(j.last, j.epoch, silent)
	}
	return p.store(ctx, j, note, nil, silent)
}

// store completes the row. What another publisher put there in the meantime is
// kept: its cosignatures are earlier.
func (p *Publisher) store(ctx context.Context, j job, note []byte, stamps [][]byte, missing []string) (Release, error) {
	isNew := j.State == Intent
	put := func() error {
		return p.Store.UpdateLog(ctx, func(w Writer) error {
			// A divergence that was found since the intent stops the release.
			if err := p.Watch.diverged(); err != nil {
				return err
			}
			row, err := checkpointAt(ctx, w, j.Seq)
			if err != nil {
				return err
			}
			if row.State == Published {
				if note, err = merge(row.Note, note); err != nil {
					return err
				}
			}
			j.State, j.Note, j.Stamps = Published, note, union(row.Stamps, stamps)
			if err := p.setTimed(&j.Signed, j.epoch); err != nil {
				return err
			}
			return w.PutPublished(ctx, j.Signed)
		})
	}
	err := put()
	if IsUncertain(err) {
		err = put() // the same row again: it makes no difference whether it stood
	}
	if err != nil {
		return Release{}, err
	}
	done, err := p.release(j.Signed, j.epoch, missing)
	done.New = isNew
	return done, err
}

// checkpointAt finds a row by its number, the newest first, which it nearly
// always is.
func checkpointAt(ctx context.Context, r Checkpoints, seq int64) (Signed, error) {
	row, err := r.LastCheckpoint(ctx, "")
	if err != nil || row.Seq == seq {
		return row, err
	}
	found := Signed{}
	err = r.EachCheckpoint(ctx, func(s Signed) error {
		if s.Seq == seq {
			found = s
		}
		return nil
	})
	if err == nil && found.Seq == 0 {
		err = fault.New(fault.Internal, "checkpoint %d was there and is gone", seq)
	}
	return found, err
}

// union keeps each stamp once.
func union(a, b [][]byte) [][]byte {
	out := append([][]byte(nil), a...)
next:
	for _, s := range b {
		for _, t := range out {
			if bytes.Equal(s, t) {
				continue next
			}
		}
		out = append(out, s)
	}
	return out
}

func (p *Publisher) signers(e Epoch) []receipt.Signer {
	var own []receipt.Signer
	for _, s := range p.Signers {
		if s.Key().Name() == e.Origin {
			own = append(own, s)
		}
	}
	return own
}

// ownKeys are those that sign now, and those that signed before a rotation.
func (p *Publisher) ownKeys(e Epoch) []receipt.Key {
	keys := keysOf(p.Watch.keys, e.Origin)
	for _, s := range p.signers(e) {
		keys = append(keys, s.Key())
	}
	return distinct(keys)
}

func (p *Publisher) now() time.Time {
	if p.Now == nil {
		return time.Now()
	}
	return p.Now()
}

func (p *Publisher) logger() *slog.Logger {
	if p.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return p.Log
}
