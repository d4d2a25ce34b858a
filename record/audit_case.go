package record

import (
	"bytes"
	"context"
	"maps"
	"slices"
)

// erasures compares what is erased with what is recorded as erased.
func (a *auditor) erasures() {
	for _, handle := range slices.Sorted(maps.Keys(a.cases)) {
		c := a.cases[handle]
		for _, seq := range slices.Sorted(maps.Keys(c.named)) {
			for f := range c.named[seq] {
				if !slices.Contains(c.erased[seq], f) {
					a.found(0, 0, handle, "%s of record %d is recorded as erased, and is there", f, seq)
				}
			}
		}
		for _, seq := range slices.Sorted(maps.Keys(c.erased)) {
			for _, f := range c.erased[seq] {
				if !c.named[seq][f] {
					a.found(0, 0, handle, "%s of record %d is erased, and no record says why; after a restore, run the list of erasures again", f, seq)
				}
			}
			if c.stands[seq] != c.digests[seq] {
				a.found(0, 0, handle, "what stands in for erased fields of record %d is not what its erasure put there", seq)
			}
		}
	}
}

// projections compares the stored projections with those that the records give.
func (a *auditor) projections(ctx context.Context) error {
	seen, same := map[string]bool{}, namesakes{}
	for _, c := range a.cases {
		same.add(&c.chain)
	}
	err := a.r.EachView(ctx, func(v View) error {
		seen[v.Handle] = true
		c, ok := a.cases[v.Handle]
		if !ok {
			a.found(0, 0, v.Handle, "the projection is of a case without records")
			return nil
		}
		want, err := project(c.summary, c.head, a.keys[v.Handle], a.k.seal.lookupOf(c.summary, same))
		if err != nil {
			return err
		}
		if want.Version != v.Version || want.Head != v.Head || want.Lookup != v.Lookup || !bytes.Equal(want.Sealed, v.Sealed) {
			a.found(0, 0, v.Handle, "the projection is not what the records give (it is at version %d, they are at %d); rebuild the projections", v.Version, c.version)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, handle := range slices.Sorted(maps.Keys(a.cases)) {
		if !seen[handle] {
			a.found(0, 0, handle, "the case has no projection; rebuild the projections")
		}
	}
	for _, handle := range slices.Sorted(maps.Keys(a.keys)) {
		if handle != fillerHandle && a.cases[handle] == nil {
			a.found(0, 0, handle, "there is a key, and no record under it")
		}
	}
	return nil
}
