package sqlstore

import (
	"context"
	"errors"
	"io"

	"tocsin/internal/fault"
)

// failure is what the public may read and, behind it, what the log may hold.
type failure struct {
	public error // a *fault.Error
	cause  error
}

func (f *failure) Error() string   { return f.public.Error() }
func (f *failure) Unwrap() []error { return []error{f.public, f.cause} }

// Fail gives a driver's error a kind and a sentence: doing is what was being
// done ("reading leaves"). Errors that have a kind stay as they are. The
// driver's own words stay reachable by errors.As, never by Error.
func (d *Dialect) Fail(doing string, err error) error {
	if err == nil {
		return nil
	}
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	var public *fault.Error
	var size wrongSize
	switch f := d.Fault(err); {
	case errors.As(err, &size):
		public = &fault.Error{Kind: fault.Internal, Message: doing + ": a value has not its size: the database is damaged"}
	case errors.Is(err, context.Canceled):
		public = &fault.Error{Kind: fault.Unavailable, Message: doing + ": the caller gave up before it was done"}
	case errors.Is(err, context.DeadlineExceeded):
		public = &fault.Error{Kind: fault.Unavailable, Message: doing + ": the time allowed for it ran out"}
	case f != nil:
		public = &fault.Error{Kind: f.Kind, Message: doing + ": " + f.Message}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		public = &fault.Error{Kind: fault.Unavailable, Message: doing + ": the connection to the database was lost"}
	default:
		public = &fault.Error{Kind: fault.Internal, Message: doing + ": the database failed in a way that has no name here"}
	}
	if d.Failed != nil && !errors.Is(err, context.Canceled) && (public.Kind == fault.Unavailable || public.Kind == fault.Internal) {
		d.Failed(public)
	}
	return &failure{public, err}
}
