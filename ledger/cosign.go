package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/receipt"
)

// knownSizes remembers what each witness has seen last, to save a round trip.
// A wrong guess costs one: the witness answers with its size.
type knownSizes struct {
	mu    sync.Mutex
	epoch int
	sizes map[string]int64
}

func (k *knownSizes) get(epoch int, key receipt.Key, guess int64) int64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	if size, ok := k.sizes[key.String()]; ok && k.epoch == epoch {
		return size
	}
	return guess
}

func (k *knownSizes) set(epoch int, key receipt.Key, size int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.epoch != epoch || k.sizes == nil {
		k.epoch, k.sizes = epoch, map[string]int64{}
	}
	k.sizes[key.String()] = size
}

// outside asks the witnesses and the time-stamp authorities, all at once. Who
// is not reached, or answers what cannot be used, is named in missing. An error
// means that a witness has seen what contradicts this checkpoint.
func (p *Publisher) outside(ctx context.Context, j job, note []byte, witnesses []Witness) (signed []byte, stamps [][]byte, missing []string, err error) {
	parsed, err := receipt.ParseNote(note)
	if err != nil {
		return nil, nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, p.patience())
	defer cancel()

	cosigned := make([][]receipt.Signature, len(witnesses))
	tokens := make([][]byte, len(p.Stampers))
	errs := make([]error, len(witnesses)+len(p.Stampers))
	var all sync.WaitGroup
	for i, w := range witnesses {
		all.Go(func() { cosigned[i], errs[i] = p.cosign(ctx, j, w, note, parsed.Text) })
	}
	for i, s := range p.Stampers {
		if j.State == Published {
			break // it has them, or was published without
		}
		all.Go(func() { tokens[i], errs[len(witnesses)+i] = s.Stamp(ctx, parsed.Text) })
	}
	all.Wait()

	for i, err := range errs {
		who := fmt.Sprintf("time-stamp authority %d", i-len(witnesses)+1)
		if i < len(witnesses) {
			who = "witness " + witnesses[i].Key().Name()
		}
		var stop contradicted
		switch {
		case errors.As(err, &stop):
			return nil, nil, nil, err
		case err != nil:
			p.logger().Warn("a checkpoint goes without", "size", j.Size, "who", who, "why", err.Error())
			missing = append(missing, fmt.Sprintf("%s: %v", who, err))
		}
	}
	for _, sigs := range cosigned {
		parsed.Signatures = addNew(parsed.Signatures, sigs)
	}
	for _, t := range tokens {
		if len(t) > 0 {
			stamps = append(stamps, t)
		}
	}
	return parsed.Bytes(), stamps, missing, nil
}

// cosign gets one witness's signatures, whatever size it has seen last.
func (p *Publisher) cosign(ctx context.Context, j job, w Witness, note, text []byte) ([]receipt.Signature, error) {
	old := min(p.known.get(j.Epoch, w.Key(), j.last.Size), j.Size)
	for range 4 {
		var proof []tlog.Hash
		err := p.Store.ViewLog(ctx, func(r Reader) (err error) {
			proof, err = proofFrom(ctx, r, j.Signed, old)
			return err
		})
		if err != nil {
			return nil, err
		}
		lines, err := w.AddCheckpoint(ctx, old, proof, note)
		var ahead *WitnessAhead
		var refused *WitnessRefused
		switch {
		case err == nil:
			p.known.set(j.Epoch, w.Key(), j.Size)
			return p.accept(lines, text)
		case errors.As(err, &ahead) && ahead.Size > j.Size:
			return nil, p.overtaken(ctx, j, w, ahead.Size)
		case errors.As(err, &ahead) && ahead.Size >= 0 && ahead.Size != old:
			old = ahead.Size
		case errors.As(err, &refused) && refused.contradicts(old == j.Size):
			return nil, p.Watch.diverge(fork+"witness %s says that the checkpoint over %d leaves of epoch %d contradicts what it has seen",
				w.Key().Name(), j.Size, j.Epoch)
		default:
			return nil, err
		}
	}
	return nil, fault.New(fault.Unavailable, "it names another size each time")
}

// overtaken decides about a witness that has seen a larger log. Another
// publisher may have been quicker; what the database does not hold, nobody here
// may have signed.
func (p *Publisher) overtaken(ctx context.Context, j job, w Witness, size int64) error {
	var head Head
	err := p.Store.ViewLog(ctx, func(r Reader) (err error) {
		head, err = soundHead(ctx, r)
		return err
	})
	switch {
	case err != nil:
		return err
	case head.Epoch == j.Epoch && size > head.Size:
		return p.Watch.diverge("witness %s has this log at %d leaves, and the database holds %d", w.Key().Name(), size, head.Size)
	}
	return fault.New(fault.Conflict, "it has the log at %d leaves already", size)
}

// accept takes the lines of configured witnesses that verify, and passes over
// those of others (C2SP tlog-witness). A known key's line that does not hold
// refuses the answer.
func (p *Publisher) accept(lines, text []byte) ([]receipt.Signature, error) {
	sigs, err := receipt.ParseSignatures(lines)
	if err != nil {
		return nil, err
	}
	var known []receipt.Signature
	var keys []receipt.Key
	for _, s := range sigs {
		key, ok := p.witnessKey(s)
		if !ok {
			continue
		}
		if _, err := key.Verify(text, s.Data); err != nil {
			return nil, fault.New(fault.Invalid, "its signature does not hold: %v", err)
		}
		known, keys = append(known, s), append(keys, key)
	}
	if len(known) == 0 {
		return nil, fault.New(fault.Invalid, "it answered with no signature of a known witness")
	}
	for _, key := range keys {
		p.Watch.hear(key) // it has seen no log that this checkpoint does not continue
	}
	return known, nil
}

// witnessKey finds the key of a signature among the configured witnesses and
// those of the policy.
func (p *Publisher) witnessKey(s receipt.Signature) (receipt.Key, bool) {
	for _, w := range p.Witnesses {
		if k := w.Key(); k.Name() == s.Name && k.ID() == s.ID {
			return k, true
		}
	}
	if p.Policy != nil {
		for _, w := range p.Policy.Witnesses() {
			if w.Key.Name() == s.Name && w.Key.ID() == s.ID {
				return w.Key, true
			}
		}
	}
	return receipt.Key{}, false
}

// proofFrom gives the consistency proof from a size to a checkpoint.
func proofFrom(ctx context.Context, r Leaves, s Signed, old int64) ([]tlog.Hash, error) {
	root, err := rootBefore(ctx, r, s.Epoch, old, s.Size, s.Root)
	if err != nil {
		return nil, err
	}
	return Consistency(ctx, r, s.Epoch, old, s.Size, root, s.Root)
}

// addNew adds signatures of keys that have not signed yet: the first one stays,
// since the earlier time is the better one.
func addNew(have, more []receipt.Signature) []receipt.Signature {
next:
	for _, s := range more {
		for _, h := range have {
			if h.Name == s.Name && h.ID == s.ID {
				continue next
			}
		}
		have = append(have, s)
	}
	return have
}

// merge adds the signatures of one note to another of the same text.
func merge(into, from []byte) ([]byte, error) {
	a, err := receipt.ParseNote(into)
	if err != nil {
		return nil, err
	}
	b, err := receipt.ParseNote(from)
	if err != nil {
		return nil, err
	}
	if string(a.Text) != string(b.Text) {
		return nil, fault.New(fault.Internal, "two notes of one checkpoint say different things")
	}
	a.Signatures = addNew(a.Signatures, b.Signatures)
	return a.Bytes(), nil
}

// signedBy tells whether the key has signed the note; nothing is verified.
func signedBy(note []byte, key receipt.Key) bool {
	n, err := receipt.ParseNote(note)
	if err != nil {
		return false
	}
	for _, s := range n.Signatures {
		if s.Name == key.Name() && s.ID == key.ID() {
			return true
		}
	}
	return false
}

// release says how far a published checkpoint came. What is stored is verified
// before anybody sees it again.
func (p *Publisher) release(s Signed, e Epoch, missing []string) (Release, error) {
	own := p.ownKeys(e)
	signed, err := verifyOwn(s, e.Origin, own)
	if err != nil {
		return Release{}, err
	}
	if signed == 0 && len(own) > 0 {
		return Release{}, fault.New(fault.Internal, "the stored note of checkpoint %d carries no signature of this log", s.Seq)
	}
	note, err := receipt.ParseNote(s.Note)
	if err != nil {
		return Release{}, err
	}
	var keys []receipt.Key
	names := map[string]string{} // of the policy, by key
	for _, w := range p.Witnesses {
		keys = append(keys, w.Key())
	}
	if p.Policy != nil {
		for _, w := range p.Policy.Witnesses() {
			names[w.Key.String()] = w.Name
			keys = append(keys, w.Key)
		}
	}
	verified, err := note.Verify(distinct(keys))
	if err != nil {
		return Release{}, fault.New(fault.Internal, "the stored note of checkpoint %d does not verify: %v", s.Seq, err)
	}
	done := Release{Signed: s, Missing: missing}
	met := map[string]bool{}
	for _, v := range verified {
		done.Cosigned = append(done.Cosigned, v.Key.Name())
		if name, ok := names[v.Key.String()]; ok {
			met[name] = true
		}
	}
	done.QuorumMet = p.Policy == nil || p.Policy.Met(met)
	return done, nil
}

// setTimed says of a row whether somebody outside has put a time to it that
// counts: receipts come from the earliest such row, and from one without the
// policy's quorum nobody who follows the policy would take them.
func (p *Publisher) setTimed(s *Signed, e Epoch) error {
	done, err := p.release(*s, e, nil)
	s.Timed = done.QuorumMet && (len(done.Cosigned) > 0 || len(s.Stamps) > 0)
	return err
}

// distinct keeps each key once.
func distinct(keys []receipt.Key) []receipt.Key {
	seen := map[string]bool{}
	var out []receipt.Key
	for _, k := range keys {
		if !seen[k.String()] {
			seen[k.String()] = true
			out = append(out, k)
		}
	}
	return out
}
