package sqlstore

import (
	"context"
	"crypto/sha256"

	"tocsin/internal/fault"
	"tocsin/record"
)

// digest is a SHA-256 sized value, read straight from the driver's memory.
type digest [sha256.Size]byte

// Scan implements sql.Scanner.
func (d *digest) Scan(src any) error { return exactly(d[:], src) }

// ScanBytes is what Scan is, for a driver that asks first.
func (d *digest) ScanBytes(b []byte) error { return exactly(d[:], b) }

const (
	readingViews    = "reading the projection of the cases"
	readingKeys     = "reading the keys of the cases"
	readingRequests = "reading the answers to requests"
	noView          = "there is no such case"
	noKey           = "there is no key of such a case"
	noRequest       = "there was no such request"
)

func scanView(r Rows) (v record.View, err error) {
	err = r.Scan(&v.Handle, &v.Version, (*digest)(&v.Head), (*digest)(&v.Lookup), &v.Sealed)
	return v, err
}

// ViewOf implements record.Views.
func (t *tx) ViewOf(ctx context.Context, handle string) (record.View, error) {
	if err := clean("a handle", handle); err != nil {
		return record.View{}, err
	}
	return one(ctx, t, readingViews, noView, viewOf, scanView, handle)
}

// ViewByLookup implements record.Views.
func (t *tx) ViewByLookup(ctx context.Context, lookup [32]byte) (record.View, error) {
	return one(ctx, t, readingViews, noView, viewByLookup, scanView, lookup[:])
}

// EachView implements record.Views.
func (t *tx) EachView(ctx context.Context, fn func(record.View) error) error {
	return paged(func(last *record.View) ([]record.View, error) {
		if last == nil {
			return all(ctx, t, readingViews, viewFirst, scanView, page)
		}
		return all(ctx, t, readingViews, viewPage, scanView, last.Handle, page)
	}, fn)
}

// ViewsOf implements record.Views.
func (t *tx) ViewsOf(ctx context.Context, handles []string) ([]record.View, error) {
	for _, h := range handles {
		if err := clean("a handle", h); err != nil {
			return nil, err
		}
	}
	return many(ctx, t, readingViews, viewsIn, scanView, handles, ofString)
}

func ofString(s string) any { return s }

// newest leaves out what a later one of the same handle replaces: an engine may
// refuse to write a row twice in one statement.
func newest[T any](list []T, handle func(T) string) []T {
	if len(list) < 2 {
		return list
	}
	last := make(map[string]int, len(list))
	for i, v := range list {
		last[handle(v)] = i
	}
	var out []T
	for i, v := range list {
		if last[handle(v)] == i {
			out = append(out, v)
		}
	}
	return out
}

// PutView implements record.Putter.
func (t *tx) PutView(ctx context.Context, views ...record.View) error {
	args := make([]any, 0, 5*len(views))
	for _, v := range newest(views, func(v record.View) string { return v.Handle }) {
		if err := clean("a handle", v.Handle); err != nil {
			return t.doom(err)
		}
		args = append(args, v.Handle, v.Version, v.Head[:], v.Lookup[:], blob(v.Sealed))
	}
	return t.upsert(ctx, "storing the projections of cases", viewInsert, viewReplace, 5, args)
}

// DropViews implements record.Eraser.
func (t *tx) DropViews(ctx context.Context) error {
	_, err := t.exec(ctx, "dropping the projection of the cases", viewsDrop)
	return err
}

func scanKey(r Rows) (k record.Key, err error) {
	err = r.Scan(&k.Handle, &k.Generation, &k.Wrapped)
	return k, err
}

// KeyOf implements record.Keys.
func (t *tx) KeyOf(ctx context.Context, handle string) (record.Key, error) {
	if err := clean("a handle", handle); err != nil {
		return record.Key{}, err
	}
	return one(ctx, t, readingKeys, noKey, keyOf, scanKey, handle)
}

// EachKey implements record.Keys.
func (t *tx) EachKey(ctx context.Context, fn func(record.Key) error) error {
	return paged(func(last *record.Key) ([]record.Key, error) {
		if last == nil {
			return all(ctx, t, readingKeys, keyFirst, scanKey, page)
		}
		return all(ctx, t, readingKeys, keyPage, scanKey, last.Handle, page)
	}, fn)
}

// KeysOf implements record.Keys.
func (t *tx) KeysOf(ctx context.Context, handles []string) ([]record.Key, error) {
	for _, h := range handles {
		if err := clean("a handle", h); err != nil {
			return nil, err
		}
	}
	return many(ctx, t, readingKeys, keysIn, scanKey, handles, ofString)
}

// PutKey implements record.Putter.
func (t *tx) PutKey(ctx context.Context, keys ...record.Key) error {
	args := make([]any, 0, 3*len(keys))
	for _, k := range newest(keys, func(k record.Key) string { return k.Handle }) {
		if err := clean("a handle", k.Handle); err != nil {
			return t.doom(err)
		}
		args = append(args, k.Handle, k.Generation, blob(k.Wrapped))
	}
	return t.upsert(ctx, "storing the keys of cases", keyInsert, keyReplace, 3, args)
}

func scanRequest(r Rows) (q record.Request, err error) {
	err = r.Scan((*digest)(&q.Key), (*digest)(&q.Digest), &q.Handle, &q.Version, &q.Epoch, &q.First, &q.Count, &q.Replays)
	return q, err
}

// RequestBy implements record.Requests.
func (t *tx) RequestBy(ctx context.Context, key [32]byte) (record.Request, error) {
	return one(ctx, t, readingRequests, noRequest, requestBy, scanRequest, key[:])
}

// EachRequest implements record.Requests, in order of Key.
func (t *tx) EachRequest(ctx context.Context, fn func(record.Request) error) error {
	return paged(func(last *record.Request) ([]record.Request, error) {
		if last == nil {
			return all(ctx, t, readingRequests, requestFirst, scanRequest, page)
		}
		return all(ctx, t, readingRequests, requestPage, scanRequest, last.Key[:], page)
	}, fn)
}

// RequestsBy implements record.Requests.
func (t *tx) RequestsBy(ctx context.Context, keys [][32]byte) ([]record.Request, error) {
	return many(ctx, t, readingRequests, requestsIn, scanRequest, keys, func(k [32]byte) any { return k[:] })
}

// PutRequest implements record.Putter.
func (t *tx) PutRequest(ctx context.Context, requests ...record.Request) error {
	args := make([]any, 0, 8*len(requests))
	for i := range requests {
		r := &requests[i]
		if err := clean("a handle", r.Handle); err != nil {
			return t.doom(err)
		}
		args = append(args, r.Key[:], r.Digest[:], r.Handle, r.Version, r.Epoch, r.First, r.Count, r.Replays)
	}
	return t.insert(ctx, "storing the answers to requests", requestInsert, 8, args)
}

// TouchRequest implements record.Putter.
func (t *tx) TouchRequest(ctx context.Context, key [32]byte) error {
	n, err := t.exec(ctx, "counting a repeated request", requestTouch, key[:])
	if err == nil && n != 1 {
		err = t.doom(fault.New(fault.NotFound, noRequest))
	}
	return err
}
