package record

import (
	"context"

	"tocsin/internal/fault"
)

// Peeked is what the projection of a case says without a key.
type Peeked struct {
	Handle  string
	Version int64
	Head    [32]byte
}

// Peek reads the projection of a handle in one statement, to ask whether what
// somebody remembers is still true. ok is false if there is no such case.
func (k *Keeper) Peek(ctx context.Context, handle string) (p Peeked, ok bool, err error) {
	err = k.store.View(ctx, func(r Reader) error {
		v, err := r.ViewOf(ctx, handle)
		p, ok, err = peeked(v, err)
		return err
	})
	return p, ok, err
}

func peeked(v View, err error) (Peeked, bool, error) {
	switch {
	case err != nil && fault.KindOf(err) == fault.NotFound:
		return Peeked{}, false, nil
	case err != nil:
		return Peeked{}, false, err
	}
	ok := mayName(v.Handle) == nil
	return Peeked{Handle: v.Handle, Version: v.Version, Head: v.Head}, ok, nil
}

// Find gives the line of a case by its handle or by its id. It asks the database
// the same, whatever there is: the view of that handle, the view of that id, and
// a key, so that nobody can tell from outside what was found.
func (k *Keeper) Find(ctx context.Context, idOrHandle string) (s Summary, ok bool, err error) {
	err = k.look(ctx, func(r Reader) error {
		s, ok = Summary{}, false
		byHandle, errHandle := r.ViewOf(ctx, idOrHandle)
		p, found, err := peeked(byHandle, errHandle)
		if err != nil {
			return err
		}
		v := byHandle
		byID, err := r.ViewByLookup(ctx, k.seal.Lookup(idOrHandle))
		switch {
		case err != nil && fault.KindOf(err) != fault.NotFound:
			return err
		case !found && err == nil && mayName(byID.Handle) == nil:
			v, found, p.Handle = byID, true, byID.Handle
		}
		if !found {
			p.Handle = idOrHandle
		}
		key, err := r.KeyOf(ctx, p.Handle)
		if err != nil {
			if fault.KindOf(err) == fault.NotFound && !found {
				return nil
			}
			return err
		}
		if !found {
			return nil // the key of the log or of the fillers
		}
		ck, err := k.seal.Unwrap(key)
		if err != nil {
			return err
		}
		s, err = openView(ck, v)
		ok = err == nil
		return err
	})
	return s, ok, err
}
