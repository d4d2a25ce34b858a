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

// PutView implements record.Putter.
func (t *tx) PutView(ctx context.Context, v record.View) error {
	if err := clean("a handle", v.Handle); err != nil {
		return t.doom(err)
	}
	_, err := t.exec(ctx, "storing the projection of a case", viewPut, v.Handle, v.Version, v.Head[:], v.Lookup[:], blob(v.Sealed))
	return err
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

// PutKey implements record.Putter.
func (t *tx) PutKey(ctx context.Context, k record.Key) error {
	if err := clean("a handle", k.Handle); err != nil {
		return t.doom(err)
	}
	_, err := t.exec(ctx, "storing the key of a case", keyPut, k.Handle, k.Generation, blob(k.Wrapped))
	return err
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

// PutRequest implements record.Putter.
func (t *tx) PutRequest(ctx context.Context, r record.Request) error {
	if err := clean("a handle", r.Handle); err != nil {
		return t.doom(err)
	}
	return t.insert(ctx, "storing the answer to a request", requestInsert, 8, []any{
		r.Key[:], r.Digest[:], r.Handle, r.Version, r.Epoch, r.First, r.Count, r.Replays,
	})
}

// TouchRequest implements record.Putter.
func (t *tx) TouchRequest(ctx context.Context, key [32]byte) error {
	n, err := t.exec(ctx, "counting a repeated request", requestTouch, key[:])
	if err == nil && n != 1 {
		err = t.doom(fault.New(fault.NotFound, noRequest))
	}
	return err
}
