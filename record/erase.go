package record

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode"

	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/ledger"
)

// Erase forgets fields of an entry, or a person throughout a case, and leaves a
// record that says where and why. It needs two different people and a ground
// with its citation.
//
// The case gets a new key, all keys are wrapped under a new generation, and the
// old one is destroyed: what is left of the words, in dead rows, logs or
// standbys, cannot be opened by anybody. Commitments stay, and so do receipts.
// Repeating an erasure that was cut short completes it (see Finish).
func (k *Keeper) Erase(ctx context.Context, e Erasure) (Erasing, error) {
	if err := e.check(); err != nil {
		return Erasing{}, err
	}
	if err := k.Finish(ctx); err != nil {
		return Erasing{}, err
	}
	handle, err := k.handleOf(ctx, e.Handle)
	if err != nil {
		return Erasing{}, err
	}
	var out Erasing
	body := erasureBody{Ground: e.Ground, By: e.By, With: e.With}
	plan := func(ops []opened) ([]target, error) {
		if e.Person == "" {
			return planFields(ops, e.Event, e.Fields)
		}
		var targets []target
		var err error
		targets, out.Left, err = e.planPerson(ops, &body)
		return targets, err
	}
	// What can be refused is refused before anything is done.
	due := 0
	if err := k.look(ctx, func(r Reader) error {
		ops, _, err := k.openCase(ctx, r, handle)
		if err != nil {
			return err
		}
		targets, err := plan(ops)
		due = len(targets)
		return err
	}); err != nil {
		return Erasing{}, err
	}
	out.Handle, out.Pseudonym = handle, body.Person
	if due == 0 {
		return out, k.finish(ctx, []string{handle}) // erased before: what was cut short is completed
	}
	if _, _, err := k.o.Wraps.Rotate(); err != nil {
		return Erasing{}, err
	}
	for i := range settleAttempts {
		var res Result
		res, err = k.eraseNow(ctx, handle, &body, func(ops []opened) ([]target, error) {
			targets, err := plan(ops)
			if i > 0 && err != nil && fault.KindOf(err) == fault.NotFound {
				return nil, nil // the attempt whose answer was lost has taken the name away
			}
			return targets, err
		})
		if res.Count > 0 { // a lost answer that stands leaves nothing to do for the next attempt
			out.Result, out.Fields = res, 0
			for _, t := range body.Targets {
				out.Fields += len(t.Fields)
			}
		}
		if !ledger.IsUncertain(err) {
			break
		}
	}
	if err != nil {
		return Erasing{}, err
	}
	if err := k.finish(ctx, []string{handle}); err != nil {
		return out, fault.New(fault.Unavailable, "the words are out of the database, but the erasure is not complete: %v; run the same command again", err)
	}
	return out, nil
}

// planPerson finds the person, or sees that it was erased before.
func (e Erasure) planPerson(ops []opened, body *erasureBody) (targets []target, left []string, err error) {
	party := firstParty(ops, e.Person)
	if party == 0 {
		return nil, nil, fault.New(fault.NotFound, "the case has no party %q; one that was erased is called erased-1 and so on", e.Person)
	}
	first := recordAt(ops, party)
	body.Person, body.Party = e.Person, party
	if slices.Contains(first.rec.ErasedNames(), "id") {
		return nil, nil, nil
	}
	body.Person = pseudonymFor(ops)
	who := mention{pseudonym: body.Person, words: []string{e.Person}}
	if n := first.values().word("name"); n != "" {
		who.words = append(who.words, n)
	}
	if who.text(e.Ground) != e.Ground {
		return nil, nil, fault.New(fault.Forbidden, "the ground names the person who is to be erased, and it is kept; put it in other words")
	}
	targets, left = planPerson(ops, e.Person, body.Person)
	return targets, left, nil
}

// check refuses an order that is not one.
func (e Erasure) check() error {
	by, with := strings.TrimSpace(e.By), strings.TrimSpace(e.With)
	switch {
	case by == "" || with == "" || strings.EqualFold(by, with):
		return fault.New(fault.Forbidden, "an erasure needs two different people who are named")
	case len(by) > 200 || len(with) > 200 || len(e.Ground) > 4000:
		return fault.New(fault.Invalid, "a name has at most 200 bytes, a ground 4000")
	case !strings.ContainsFunc(e.Ground, unicode.IsDigit):
		return fault.New(fault.Forbidden, "an erasure needs a ground that cites its clause, such as Art. 17(1)(a) GDPR")
	case (e.Person == "") == (e.Event == ""):
		return fault.New(fault.Invalid, "an erasure names either an entry with its fields, or a person")
	case e.Person != "" && len(e.Fields) > 0:
		return fault.New(fault.Invalid, "a person is erased as a whole; leave the fields out")
	}
	return nil
}

func recordAt(ops []opened, seq int64) opened {
	for _, o := range ops {
		if o.seq == seq {
			return o
		}
	}
	return opened{}
}

// firstParty gives the sequence of the first record that states a party; 0 if
// none does.
func firstParty(ops []opened, id string) int64 {
	for _, o := range ops {
		if v := o.values(); v.word("entry") == entryParty && v.word("id") == id {
			return o.seq
		}
	}
	return 0
}

func (k *Keeper) handleOf(ctx context.Context, idOrHandle string) (handle string, err error) {
	err = k.look(ctx, func(r Reader) error {
		v, err := k.viewOf(ctx, r, idOrHandle)
		handle = v.Handle
		return err
	})
	return handle, err
}

// openCase opens all records of a case, past the cache.
func (k *Keeper) openCase(ctx context.Context, r Reader, handle string) ([]opened, *state, error) {
	key, err := k.keyOf(ctx, r, handle)
	if err != nil {
		return nil, nil, err
	}
	rows, err := r.CaseRows(ctx, handle, 0)
	if err != nil {
		return nil, nil, err
	}
	ops := make([]opened, 0, len(rows))
	s := newState(handle)
	for _, row := range rows {
		o, err := openRow(key, row)
		if err != nil {
			return nil, nil, err
		}
		if err := s.add(o); err != nil {
			return nil, nil, err
		}
		ops = append(ops, o)
	}
	return ops, s, nil
}

// forget takes the fields out of the opened records, and gives the targets
// their digests.
func forget(ops []opened, targets []target) error {
	for i := range targets {
		t := &targets[i]
		for j := range ops {
			o := &ops[j]
			if o.seq != t.Seq {
				continue
			}
			stand := maps.Clone(o.stand)
			if stand == nil {
				stand = Values{}
			}
			for _, f := range t.Fields {
				if err := o.rec.Erase(f); err != nil {
					return err
				}
				delete(stand, f)
				if v, ok := t.stand[f]; ok {
					stand[f] = v
				}
			}
			o.stand = stand
			t.StandIns = o.standIns()
		}
	}
	return nil
}

// standIns is the digest of what stands in for erased fields; "" for nothing.
func (c content) standIns() string {
	if len(c.stand) == 0 {
		return ""
	}
	h := sha256.New()
	h.Write([]byte("tocsin.stand-ins/1\n"))
	for _, name := range slices.Sorted(maps.Keys(c.stand)) {
		h.Write(text(name))
		h.Write(c.stand[name])
		h.Write([]byte{'\n'})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// eraseNow is the transaction: the record of the erasure, the case sealed anew
// without the words, every key under the current generation.
func (k *Keeper) eraseNow(ctx context.Context, handle string, body *erasureBody, plan func([]opened) ([]target, error)) (Result, error) {
	var res Result
	var b *batch
	err := k.store.Update(ctx, func(tx Tx) error {
		res, body.Targets = Result{}, nil
		var err error
		if b, err = k.begin(ctx, tx); err != nil {
			return err
		}
		if b.clockErr != nil {
			return b.clockErr
		}
		ops, _, err := k.openCase(ctx, tx, handle)
		if err != nil {
			return err
		}
		v, err := tx.ViewOf(ctx, handle)
		if err != nil {
			return missing(err, handle)
		}
		targets, err := plan(ops)
		if err != nil {
			return err
		}
		if err := k.rewrapAll(ctx, tx); err != nil {
			return err
		}
		if len(targets) == 0 {
			return nil // done before; what was left to do is done by Finish
		}
		if err := forget(ops, targets); err != nil {
			return err
		}
		body.Targets = targets
		if err := b.newKey(handle); err != nil {
			return err
		}
		s := newState(handle)
		for _, o := range ops {
			if err := s.add(o); err != nil {
				return err
			}
			row, err := o.row(b.keys[handle])
			if err != nil {
				return err
			}
			if err := tx.ReplaceSealed(ctx, o.epoch, o.index, row.Sealed); err != nil {
				return err
			}
		}
		if _, err := casefile.Build("", s.folder.file(false)); err != nil {
			return fault.New(fault.Forbidden, "without it the case would not hold together: %v", err)
		}
		b.lookups[handle] = v.Lookup
		if res, err = b.addErasure(ctx, s, *body); err != nil {
			return err
		}
		if err := b.flush(ctx); err != nil {
			return err
		}
		return tx.ForgetLines(ctx, handle, res.Version)
	})
	if err != nil {
		return res, err
	}
	k.clock.passed(b.reading, b.grown != nil)
	if b.grown != nil && k.o.Guard != nil {
		k.o.Guard.Acknowledged(*b.grown)
	}
	k.cache.drop(handle)
	k.seal.forget()
	return res, nil
}

// addErasure stages the records of an erasure at the end of its case.
func (b *batch) addErasure(ctx context.Context, s *state, body erasureBody) (Result, error) {
	c := command{handle: s.handle, by: body.By}
	var drafts []draft
	for part := range slices.Chunk(body.Targets, maxTargets) {
		one := body
		one.Targets = part
		raw, err := json.Marshal(one)
		if err != nil {
			return Result{}, fault.New(fault.Internal, "the erasure cannot be written: %v", err)
		}
		drafts = append(drafts, draft{vals: Values{"entry": text(entryErasure), "body": raw}})
	}
	made, err := b.make(s, c, drafts)
	if err != nil {
		return Result{}, err
	}
	for _, o := range made {
		if err := s.add(o); err != nil {
			return Result{}, err
		}
	}
	if err := b.stage(ctx, c, s, made); err != nil {
		return Result{}, err
	}
	return Result{Handle: s.handle, Version: s.version, Epoch: b.head.Epoch, First: made[0].index, Count: int64(len(made)), Recorded: b.recorded}, nil
}

// rewrapAll brings every key under the current generation. It writes at least
// one of them, so that the transaction is a durable one whatever was done before.
func (k *Keeper) rewrapAll(ctx context.Context, tx Tx) error {
	gen, key, err := k.o.Wraps.Current()
	clear(key[:])
	if err != nil {
		return err
	}
	var old, first []Key
	if err := tx.EachKey(ctx, func(key Key) error {
		if key.Generation != gen {
			old = append(old, key)
		} else if len(first) == 0 {
			first = append(first, key)
		}
		return nil
	}); err != nil {
		return err
	}
	if len(old) == 0 {
		old = first
	}
	for _, key := range old {
		next, err := k.seal.rewrap(key)
		if err != nil {
			return err
		}
		if err := tx.PutKey(ctx, next); err != nil {
			return err
		}
	}
	return nil
}
