package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"filippo.io/age"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/record"
)

// Recipients are those who can open a backup.
type Recipients struct {
	list []age.Recipient
	text string // as they were written, for another process
}

// ParseRecipients reads age recipients (age1…), one a line.
func ParseRecipients(text string) (Recipients, error) {
	list, err := age.ParseRecipients(strings.NewReader(text))
	if err != nil {
		return Recipients{}, fault.New(fault.Invalid, "%v", err)
	}
	return Recipients{list, text + "\n"}, nil
}

// And joins recipients.
func (r Recipients) And(other Recipients) Recipients {
	return Recipients{append(r.list[:len(r.list):len(r.list)], other.list...), r.text + other.text}
}

// Identity is the private key of a recipient. It prints as dots.
type Identity struct{ list []age.Identity }

// String is no way to the key.
func (Identity) String() string { return "…" }

// ParseIdentity reads a file of age private keys.
func ParseIdentity(text []byte) (Identity, error) {
	list, err := age.ParseIdentities(bytes.NewReader(text))
	if err != nil { // age's own error may repeat a part of the key
		return Identity{}, fault.New(fault.Invalid, "this is no file of age private keys (lines that begin with AGE-SECRET-KEY-)")
	}
	return Identity{list}, nil
}

// Backup writes everything that is kept to w, encrypted to the recipients. The
// keys of the log and of the store are not in it.
func (a *App) Backup(ctx context.Context, w io.Writer, to Recipients) (record.BackupReport, error) {
	out := &remembering{w: w}
	enc, err := age.Encrypt(out, to.list...)
	switch {
	case out.err != nil:
		return record.BackupReport{}, fault.New(fault.Unavailable, "writing the backup: %v", out.err)
	case err != nil:
		return record.BackupReport{}, fault.New(fault.Invalid, "encrypting to the recipients: %v", err)
	}
	r, err := a.keeper.Backup(ctx, enc)
	if err != nil {
		return r, err
	}
	if err := enc.Close(); err != nil {
		return r, fault.New(fault.Unavailable, "writing the backup: %v", err)
	}
	return r, nil
}

// remembering keeps what went wrong with writing.
type remembering struct {
	w   io.Writer
	err error
}

// Write writes on.
func (r *remembering) Write(b []byte) (int, error) {
	n, err := r.w.Write(b)
	if err != nil {
		r.err = err
	}
	return n, err
}

// Restored tells how a restored log stands.
type Restored struct {
	record.BackupReport
	Status Status
}

// Restore reads a backup into an empty store. What was erased since is left
// out, and recorded as erased once the log may be written to. The log stays read-only: nobody knows yet
// what was signed after the backup.
func Restore(ctx context.Context, o Options, r io.Reader, id Identity) (Restored, error) {
	o.Create, o.ReadOnly = true, false
	a := &App{o: o.settled()}
	res, err := a.restore(ctx, r, id)
	if cerr := a.Close(); err == nil {
		err = cerr
	}
	return res, err
}

func (a *App) restore(ctx context.Context, r io.Reader, id Identity) (res Restored, err error) {
	plain, err := age.Decrypt(r, id.list...)
	var none *age.NoIdentityMatchError
	switch {
	case errors.As(err, &none):
		return res, fault.New(fault.Invalid, "the backup is not encrypted to this identity")
	case err != nil:
		return res, fault.New(fault.Invalid, "this is no backup that can be opened: %v", err)
	}
	if err := a.openDir(); err != nil {
		return res, err
	}
	if err := a.openDatabase(ctx, nil); err != nil {
		return res, err
	}
	if err := a.empty(ctx); err != nil {
		return res, err
	}
	// Marked before anything is there to be read: a start after a crash finds it.
	guard := a.dir.Guard()
	if w, err := guard.Water(); err == nil {
		w.Restored, w.Place, w.At = true, a.db.Place(), a.o.Now()
		if err := guard.Raise(w); err != nil {
			return res, err
		}
	}
	if res.BackupReport, err = record.Restore(ctx, plain, a.db, a.recordOptions()); err != nil {
		return res, err
	}
	if err := a.markRestored(ctx); err != nil {
		return res, err
	}
	if a.keeper, err = record.New(a.db, a.recordOptions()); err != nil {
		return res, err
	}
	a.ends = append(a.ends, a.keeper.Close)
	a.pub = a.publisher()
	res.Status, err = a.Status(ctx)
	return res, err
}

// empty refuses a database in which something is kept.
func (a *App) empty(ctx context.Context) error {
	return a.db.ViewLog(ctx, func(r ledger.Reader) error {
		epochs, err := r.Epochs(ctx)
		if err == nil && len(epochs) > 0 {
			return fault.New(fault.Conflict, "something is kept in %s already; a backup is restored into an empty store only. Restore into another folder with --data, or move the database away first", a.dir.Path())
		}
		return err
	})
}

// markRestored writes down that the database came from a backup, so that
// nothing is signed from it until somebody outside has vouched for it or a new
// epoch was opened.
func (a *App) markRestored(ctx context.Context) error {
	return a.db.ViewLog(ctx, func(r ledger.Reader) error { return a.watch.Restored(ctx, r, a.db.Place()) })
}
