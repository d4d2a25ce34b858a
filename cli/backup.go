package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/app"
	"tocsin/internal/fault"
	"tocsin/record"
)

func (e *env) backupCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "backup", Usage: "everything that is kept, encrypted, without the keys",
		Description: "Example: tocsin backup --to age1example… --output tocsin-2026-11-22.age\n" +
			"The recipient's private key belongs offline, on another machine: age-keygen makes a pair. The keys of the\n" +
			"log and of the store are not in a backup; keep a copy of DIR/keys, DIR/guard, DIR/outside and DIR/origin\n" +
			"apart from it. While tocsin serve runs, it is asked for the backup, and goes on meanwhile.",
		Flags: dataFlags(
			identityFlag(),
			&ufcli.StringSliceFlag{Name: "to", Usage: "age recipient (age1…), or a file with one a line; may be repeated"},
			&ufcli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "the file to write; it must not be there", TakesFile: true},
		),
		Action: e.backup,
	}
}

func (e *env) backup(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 0, 0, "tocsin backup --to age1… --output tocsin.age"); err != nil {
		return err
	}
	to, err := e.recipients(c.StringSlice("to"))
	if err != nil {
		return err
	}
	name := c.String("output")
	if name == "" {
		return &exit{exitBad, fmt.Errorf("where to? tocsin backup --to age1… --output FILE")}
	}
	if _, err := os.Lstat(name); err == nil {
		return fault.New(fault.Conflict, "%s is there already; a backup is never written over another", name)
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	dir, err := dataDir(c)
	if err != nil {
		return err
	}
	r, err := whole(name, func(w io.Writer) (record.BackupReport, error) { return e.backedUp(ctx, c, dir, w, to) })
	if err != nil {
		return err
	}
	out := lineWriter{e.out}
	fmt.Fprintf(out, "%s: records %d, entries %d, checkpoints %d, digest sha256:%x\n", name, r.Records, r.Leaves, r.Checkpoints, r.SHA256)
	fmt.Fprintf(out, "Not in it: the keys. Keep copies of keys, guard, outside and origin of %s elsewhere.\n", dir)
	return nil
}

// backedUp writes the backup of a folder. A platform that runs there has the
// folder for itself, and is asked for it.
func (e *env) backedUp(ctx context.Context, c *ufcli.Command, dir string, w io.Writer, to app.Recipients) (r record.BackupReport, err error) {
	err = e.within(ctx, c, toRead, func(ctx context.Context, a *app.App) error {
		r, err = a.Backup(ctx, w, to)
		return err
	})
	var h *held
	if !errors.As(err, &h) {
		return r, err
	}
	r, rerr := app.BackupRunning(ctx, dir, w, to)
	if fault.KindOf(rerr) == fault.NotFound {
		return r, err // no platform that answers: who has the folder is said by the first error
	}
	return r, rerr
}

// whole writes a file beside its place under another name first, so that a name
// that looks like a backup is a whole one.
func whole(name string, write func(io.Writer) (record.BackupReport, error)) (r record.BackupReport, err error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*.part")
	if err != nil {
		return r, fault.New(fault.Unavailable, "%s", pathError(err))
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}()
	if r, err = write(f); err != nil {
		return r, err
	}
	if err := f.Sync(); err != nil {
		return r, fault.New(fault.Unavailable, "writing the backup: %v", err)
	}
	if err := os.Link(f.Name(), name); err != nil { // unlike a rename it replaces nothing
		return r, fault.New(fault.Unavailable, "writing the backup: %v", err)
	}
	if err := f.Close(); err != nil {
		return r, fault.New(fault.Unavailable, "writing the backup: %v", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return r, fault.New(fault.Unavailable, "%v", err)
	}
	return r, nil
}

// recipients reads age recipients; a word that is none may name a file of them.
func (e *env) recipients(words []string) (to app.Recipients, err error) {
	if len(words) == 0 {
		return to, &exit{exitBad, fmt.Errorf("a backup is always encrypted: --to age1… names who can open it (age-keygen makes a pair; keep the private part offline)")}
	}
	for _, w := range words {
		text := w
		if !strings.HasPrefix(w, "age1") {
			data, err := e.readFile(w, maxKeyFile)
			if err != nil {
				return to, fault.New(fault.Invalid, "--to: neither an age recipient (age1…) nor a file: %v", err)
			}
			text = string(data)
		}
		more, err := app.ParseRecipients(text)
		if err != nil {
			return to, fault.New(fault.Invalid, "--to: %v", err)
		}
		to = to.And(more)
	}
	return to, nil
}

func (e *env) restoreCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "restore", Usage: "read a backup into an empty store", ArgsUsage: "FILE",
		Description: "Example: tocsin restore tocsin-2026-11-22.age --identity key.txt --data /var/lib/tocsin\n" +
			"Put keys, guard, outside and origin of the old folder back first, if you have them. What was erased since\n" +
			"the backup is erased again. The log stays read-only until a witness confirms that nothing was signed after\n" +
			"the backup, or until a new epoch is opened: an old backup must not make the log lie.",
		Flags: dataFlags(
			identityFlag(),
			&ufcli.StringFlag{Name: "identity", Aliases: []string{"i"}, Usage: "file with the age private key", TakesFile: true},
		),
		Action: e.restore,
	}
}

func (e *env) restore(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 1, 1, "tocsin restore tocsin.age --identity key.txt"); err != nil {
		return err
	}
	if c.String("identity") == "" {
		return &exit{exitBad, fmt.Errorf("with which key? --identity FILE, the private part of the recipient that the backup was made for")}
	}
	dir, err := dataDir(c)
	if err != nil {
		return err
	}
	key, err := e.readFile(c.String("identity"), maxKeyFile)
	if err != nil {
		return err
	}
	id, err := app.ParseIdentity(key)
	if err != nil {
		return inFile(c.String("identity"), err)
	}
	f, err := os.Open(c.Args().First())
	if err != nil {
		return fault.New(fault.Invalid, "%s", pathError(err))
	}
	defer f.Close()
	ctx, stop := interruptible(ctx)
	defer stop()
	r, err := app.Restore(ctx, app.Options{DataDir: dir, Database: c.String("database"), CabinetIdentity: c.String("cabinet-identity"), Now: e.now, Log: e.log()}, f, id)
	if err != nil {
		return inFile(c.Args().First(), inUse(dir, err))
	}
	out, at := lineWriter{e.out}, here(c)
	fmt.Fprintf(out, "Restored: records %d, entries %d, checkpoints %d; every record fits its entry, every root its checkpoint.\n", r.Records, r.Leaves, r.Checkpoints)
	if r.Forgotten > 0 {
		fmt.Fprintf(out, "Erased again, because they were erased since the backup: fields %d.\n", r.Forgotten)
	}
	fmt.Fprintf(out, "The log is %s: %s\n", r.Status.State, r.Status.Reason)
	fmt.Fprintln(out, "It can be read. Before anything is written, one of these:")
	if len(r.Status.Witnesses) > 0 {
		fmt.Fprintf(out, "  tocsin ledger publish%s\n      asks the witnesses; goes on if they saw nothing newer\n", at)
	}
	fmt.Fprintf(out, "  tocsin ledger recover --from COPY%s\n      where a mirror or tocsin ledger tiles has the missing entries\n", at)
	fmt.Fprintf(out, "  tocsin ledger new-epoch --reason … --by NAME --with NAME%s\n      otherwise: a new origin; old receipts stay valid\n", at)
	return nil
}
