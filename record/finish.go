package record

import (
	"context"
	"maps"
	"slices"

	"tocsin/internal/fault"
)

// Finish completes an erasure that was cut short between its transaction and the
// destruction of the old key; run it at start. Without one it reads one key and
// returns.
//
// An erasure goes: a new generation of the wrapping key; one transaction that
// forgets the words and wraps every key under it; the list outside the database;
// the old generation destroyed; the database scrubbed. Cut anywhere, either
// nothing is forgotten yet, or all that is missing is done here.
func (k *Keeper) Finish(ctx context.Context) error {
	gen, key, err := k.o.Wraps.Current()
	clear(key[:])
	if err != nil || gen < 2 {
		return err
	}
	old, err := k.o.Wraps.Generation(gen - 1)
	clear(old[:])
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		return err
	}
	return k.finish(ctx, nil)
}

// finish does what follows the transaction, for the erasures of some cases; nil
// for all.
func (k *Keeper) finish(ctx context.Context, cases []string) error {
	gen, key, err := k.o.Wraps.Current()
	clear(key[:])
	if err != nil {
		return err
	}
	if gen > 1 {
		if err := k.rest(ctx, gen); err != nil {
			return err
		}
	}
	if err := k.enlist(ctx, cases); err != nil {
		return err
	}
	if gen > 1 {
		if err := k.o.Wraps.Destroy(gen - 1); err != nil {
			return err
		}
	}
	return k.store.Scrub(ctx)
}

// rest makes sure, before an old generation is destroyed, that nothing rests on
// it: under the lock every key is brought under the current one. The guard is
// asked whether this is the database whose keys these are. At least one key is
// written anew: what can be read after a lost answer need not be on a standby,
// and there the old generation would be missed.
func (k *Keeper) rest(ctx context.Context, gen int) error {
	old, err := k.o.Wraps.Generation(gen - 1)
	clear(old[:])
	gone := err != nil && fault.KindOf(err) == fault.NotFound
	if err != nil && !gone {
		return err
	}
	behind := false
	if err := k.look(ctx, func(r Reader) error {
		behind = false
		return r.EachKey(ctx, func(key Key) error {
			behind = behind || key.Generation != gen
			return nil
		})
	}); err != nil || gone && !behind {
		return err
	}
	if err := k.store.Update(ctx, func(tx Tx) error {
		if k.o.Guard != nil {
			if err := k.o.Guard.Check(ctx, tx, ""); err != nil {
				return err
			}
		}
		return k.rewrapAll(ctx, tx)
	}); err != nil {
		return err
	}
	k.seal.forget()
	return nil
}

// enlist puts the erasures that the database records on the list outside it, if
// they are not there.
func (k *Keeper) enlist(ctx context.Context, cases []string) error {
	if k.o.Erasures == nil {
		return nil
	}
	listed := map[string]bool{}
	if err := k.o.Erasures.Each(func(e Erased) error {
		listed[e.Erasure] = true
		return nil
	}); err != nil {
		return err
	}
	var lines []Erased
	err := k.look(ctx, func(r Reader) error {
		lines = nil
		list := cases
		if list == nil {
			var err error
			if list, err = handles(ctx, r); err != nil {
				return err
			}
		}
		for _, h := range list {
			if h == LogHandle {
				continue
			}
			ops, _, err := k.openCase(ctx, r, h)
			if err != nil {
				return err
			}
			for _, o := range ops {
				if body, ok := erasureOf(o.values()); ok && !listed[hexOf(o.commitment)] {
					lines = append(lines, body.lines(o)...)
				}
			}
		}
		return nil
	})
	if err != nil || len(lines) == 0 {
		return err
	}
	return k.o.Erasures.Append(lines...)
}

// reforget forgets of a case, as it was restored, what a list of erasures names. The
// lines are in the order in which they were written, each upon the ones before.
func reforget(ops []opened, lines []Erased) error {
	for _, l := range lines {
		o := recordAt(ops, l.Seq)
		if o.rec == nil {
			continue // the backup is older than what was erased
		}
		if l.Person != "" {
			if v := o.values(); v.word("entry") == entryParty && !slices.Contains(o.rec.ErasedNames(), "id") {
				targets, _ := planPerson(ops, v.word("id"), l.Person)
				if err := forget(ops, targets); err != nil {
					return err
				}
			}
			continue
		}
		t := target{Seq: l.Seq}
		for _, f := range l.Fields {
			_, there := o.rec.Value(f)
			if _, stands := o.stand[f]; there || stands {
				t.Fields = append(t.Fields, f)
			}
		}
		if err := forget(ops, []target{t}); err != nil {
			return err
		}
	}
	return nil
}

// Reapply erases again what the list outside the database says, after a backup
// was restored that is older than an erasure, and records it: how many fields.
// What Restore has left out already is recorded now. Who erased stood in the
// record that the backup lacks, so that the new one names nobody.
func (k *Keeper) Reapply(ctx context.Context) (int, error) {
	if k.o.Erasures == nil {
		return 0, nil
	}
	// An erasure that was cut short is listed before any old generation goes.
	if err := k.Finish(ctx); err != nil {
		return 0, err
	}
	lines, err := linesByCase(k.o.Erasures)
	if err != nil {
		return 0, err
	}
	total := 0
	for _, handle := range slices.Sorted(maps.Keys(lines)) {
		plan := func(ops []opened) ([]target, error) {
			if err := reforget(ops, lines[handle]); err != nil {
				return nil, err
			}
			return unnamed(ops), nil
		}
		due := 0
		if err := k.look(ctx, func(r Reader) error {
			due = 0
			if _, err := r.ViewOf(ctx, handle); err != nil {
				if fault.KindOf(err) == fault.NotFound {
					return nil // the case is younger than the backup
				}
				return err
			}
			ops, _, err := k.openCase(ctx, r, handle)
			if err != nil {
				return err
			}
			targets, err := plan(ops)
			due = len(targets)
			return err
		}); err != nil {
			return total, err
		}
		if due == 0 {
			continue
		}
		if _, _, err := k.o.Wraps.Rotate(); err != nil {
			return total, err
		}
		body := erasureBody{Ground: "erased before: the list outside the database names it, and the backup that was restored is older", Again: true}
		if _, err := k.eraseNow(ctx, handle, &body, plan); err != nil {
			return total, err
		}
		for _, t := range body.Targets {
			total += len(t.Fields)
		}
		if err := k.finish(ctx, []string{handle}); err != nil {
			return total, err
		}
	}
	return total, nil
}

// unnamed are the erased fields that no erasure record of the case names, and
// those of records whose stand-ins are not what the last one put there.
func unnamed(ops []opened) []target {
	named, digests := map[int64]map[string]bool{}, map[int64]string{}
	for _, o := range ops {
		body, _ := erasureOf(o.values())
		for _, t := range body.Targets {
			if named[t.Seq] == nil {
				named[t.Seq] = map[string]bool{}
			}
			for _, f := range t.Fields {
				named[t.Seq][f] = true
			}
			digests[t.Seq] = t.StandIns
		}
	}
	var out []target
	for _, o := range ops {
		t := target{Seq: o.seq, StandIns: o.standIns(), stand: o.stand}
		for _, f := range o.rec.ErasedNames() {
			if !named[o.seq][f] || t.StandIns != digests[o.seq] {
				t.Fields = append(t.Fields, f)
			}
		}
		if len(t.Fields) > 0 {
			out = append(out, t)
		}
	}
	return out
}

func linesByCase(list ErasureList) (map[string][]Erased, error) {
	out := map[string][]Erased{}
	err := list.Each(func(e Erased) error {
		out[e.Handle] = append(out[e.Handle], e)
		return nil
	})
	return out, err
}
