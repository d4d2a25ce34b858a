package sqlstore

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"tocsin/cabinet"
	"tocsin/internal/fault"
)

const (
	readingDocuments = "reading documents of the platform"
	storingDocuments = "storing documents of the platform"
	noDocument       = "there is no such document"
)

func scanDoc(r Rows) (d cabinet.Row, err error) {
	err = r.Scan(&d.Kind, &d.ID, &d.Version, &d.Sealed)
	return d, err
}

// CabinetGet implements cabinet.Store.
func (s *Store) CabinetGet(ctx context.Context, kind, id string) (d cabinet.Row, err error) {
	err = s.glance(ctx, func(t *tx) error {
		if err := cmp.Or(clean("a kind", kind), clean("an id", id)); err != nil {
			return err
		}
		d, err = one(ctx, t, readingDocuments, noDocument, docOf, scanDoc, kind, id)
		return err
	})
	return d, err
}

// CabinetFind implements cabinet.Store.
func (s *Store) CabinetFind(ctx context.Context, kind string, key *[32]byte, after string, limit int) (list []cabinet.Row, err error) {
	err = s.glance(ctx, func(t *tx) error {
		if err := cmp.Or(clean("a kind", kind), clean("an id", after)); err != nil {
			return err
		}
		if key == nil {
			list, err = all(ctx, t, readingDocuments, docPage, scanDoc, kind, after, max(limit, 0))
		} else {
			list, err = all(ctx, t, readingDocuments, docByKey, scanDoc, kind, key[:], after, max(limit, 0))
		}
		return err
	})
	return list, err
}

// CabinetEdition implements cabinet.Store.
func (s *Store) CabinetEdition(ctx context.Context, kind string) (n int64, err error) {
	err = s.glance(ctx, func(t *tx) error {
		if err := clean("a kind", kind); err != nil {
			return err
		}
		n, err = t.mark(ctx, cabinetMark+kind)
		return err
	})
	return n, err
}

// Names of marks.
const (
	cabinetMark = "cabinet/" // and the kind
	linesMark   = "lines"
	aliveMark   = "alive"
)

// mark reads a number; 0 if there is none yet.
func (t *tx) mark(ctx context.Context, name string) (int64, error) {
	n, err := one(ctx, t, "reading a mark", "there is no mark", markOf, func(r Rows) (n int64, err error) {
		err = r.Scan(&n)
		return n, err
	}, name)
	if fault.KindOf(err) == fault.NotFound {
		err = nil
	}
	return n, err
}

// lock makes a mark grow. On an engine that lets several write, whoever does so
// for the same mark waits until this transaction has ended, and then sees it.
func (t *tx) lock(ctx context.Context, name string) error {
	_, err := t.exec(ctx, "taking a lock", markGrow, name)
	return err
}

// CabinetChange implements cabinet.Store. The marks of all kinds are taken
// first, in order of their names, so that two changes of one kind come one after
// the other and none waits for another in a circle.
func (s *Store) CabinetChange(ctx context.Context, c cabinet.Change) error {
	byKind := map[string]*cabinet.Change{}
	of := func(kind string) *cabinet.Change {
		if byKind[kind] == nil {
			byKind[kind] = &cabinet.Change{}
		}
		return byKind[kind]
	}
	for _, r := range c.Put {
		of(r.Kind).Put = append(of(r.Kind).Put, r)
	}
	for _, r := range c.Drop {
		of(r.Kind).Drop = append(of(r.Kind).Drop, r)
	}
	kinds := make([]string, 0, len(byKind))
	for kind, one := range byKind {
		for _, r := range slices.Concat(one.Put, one.Drop) {
			if err := cmp.Or(clean("a kind", kind), clean("an id", r.ID)); err != nil {
				return err
			}
		}
		kinds = append(kinds, kind)
	}
	if len(kinds) == 0 {
		return nil
	}
	slices.Sort(kinds)
	return s.aside(ctx, func(t *tx, again bool) error {
		for _, kind := range kinds {
			if err := t.lock(ctx, cabinetMark+kind); err != nil {
				return err
			}
		}
		if again {
			if stands, err := t.stands(ctx, kinds, byKind); err != nil || stands {
				return err
			}
		}
		for _, kind := range kinds {
			if err := t.changeDocs(ctx, kind, byKind[kind]); err != nil {
				return err
			}
		}
		return nil
	})
}

// stands tells whether a change whose answer was lost was made: sealed bytes are
// never the same twice, and what was dropped is not there.
func (t *tx) stands(ctx context.Context, kinds []string, byKind map[string]*cabinet.Change) (bool, error) {
	for _, kind := range kinds {
		there := map[string]cabinet.Row{}
		var ids []string
		for _, r := range slices.Concat(byKind[kind].Put, byKind[kind].Drop) {
			ids = append(ids, r.ID)
		}
		if err := t.queryIn(ctx, readingDocuments, docsWith, []any{kind}, anys(ids), func(r Rows) error {
			d, err := scanDoc(r)
			there[d.ID] = d
			return err
		}); err != nil {
			return false, err
		}
		for _, r := range byKind[kind].Put {
			if d := there[r.ID]; d.Version != r.Version || !bytes.Equal(d.Sealed, r.Sealed) {
				return false, nil
			}
		}
		for _, r := range byKind[kind].Drop {
			if _, ok := there[r.ID]; ok {
				return false, nil
			}
		}
	}
	return true, nil
}

// changeDocs changes the documents of one kind, whose mark is held.
func (t *tx) changeDocs(ctx context.Context, kind string, c *cabinet.Change) error {
	var versioned, keyed, dropped []string
	for _, r := range c.Put {
		versioned = append(versioned, r.ID)
		if r.Version > 1 {
			keyed = append(keyed, r.ID)
		}
	}
	for _, r := range c.Drop {
		versioned, keyed, dropped = append(versioned, r.ID), append(keyed, r.ID), append(dropped, r.ID)
	}
	if err := t.sameVersions(ctx, kind, c, versioned); err != nil {
		return err
	}
	if err := t.changeKeys(ctx, kind, c.Put, keyed); err != nil {
		return err
	}
	if err := t.execIn(ctx, storingDocuments, docDropWith, []any{kind}, anys(dropped)); err != nil {
		return err
	}
	args := make([]any, 0, 4*len(c.Put))
	for _, r := range c.Put {
		args = append(args, kind, r.ID, r.Version, blob(r.Sealed))
	}
	return t.upsert(ctx, storingDocuments, docInsert, docReplace, 4, args)
}

func (t *tx) sameVersions(ctx context.Context, kind string, c *cabinet.Change, ids []string) error {
	there := map[string]int64{}
	err := t.queryIn(ctx, readingDocuments, docVersions, []any{kind}, anys(ids), func(r Rows) error {
		var id string
		var v int64
		err := r.Scan(&id, &v)
		there[id] = v
		return err
	})
	if err != nil {
		return err
	}
	for _, r := range c.Put {
		if there[r.ID] != r.Version-1 {
			return changedDoc(kind)
		}
	}
	for _, r := range c.Drop {
		if r.Version != 0 && there[r.ID] != r.Version {
			return changedDoc(kind)
		}
	}
	return nil
}

func changedDoc(kind string) error {
	return fault.New(fault.Conflict, "a document of kind %s was changed meanwhile: read it again", kind)
}

// docKey is a row of the keys.
type docKey struct {
	key   [32]byte
	id    string
	alone bool
}

// changeKeys brings the keys of those that were there (keyed) and of those that
// are put to what is wanted. What goes, goes first: its words are free then.
func (t *tx) changeKeys(ctx context.Context, kind string, put []cabinet.Row, keyed []string) error {
	had := map[docKey]bool{}
	err := t.queryIn(ctx, readingDocuments, docKeysWith, []any{kind}, anys(keyed), func(r Rows) error {
		var k docKey
		var alone int64
		err := r.Scan(&k.id, (*digest)(&k.key), &alone)
		k.alone = alone == 1
		had[k] = true
		return err
	})
	if err != nil {
		return err
	}
	var add []docKey
	for _, r := range put {
		for _, key := range r.Keys {
			k := docKey{key, r.ID, slices.Contains(r.Unique, key)}
			if had[k] {
				delete(had, k)
			} else {
				add = append(add, k)
			}
		}
	}
	for k := range had { // in any order: the mark is held
		if _, err := t.exec(ctx, storingDocuments, docKeyDrop, kind, k.key[:], k.id); err != nil {
			return err
		}
	}
	slices.SortFunc(add, func(a, b docKey) int { return cmp.Or(bytes.Compare(a.key[:], b.key[:]), cmp.Compare(a.id, b.id)) })
	args := make([]any, 0, 4*len(add))
	for _, k := range add {
		alone := 0
		if k.alone {
			alone = 1
		}
		args = append(args, kind, bytes.Clone(k.key[:]), k.id, alone)
	}
	err = t.insert(ctx, storingDocuments, docKeyInsert, 4, args)
	if fault.KindOf(err) == fault.Conflict {
		return fault.New(fault.Conflict, "a key of a document of kind %s is taken", kind)
	}
	return err
}

func anys[T any](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}
