package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/app"
	"tocsin/internal/fault"
)

// dataFlags name the record that a command works on.
func dataFlags(more ...ufcli.Flag) []ufcli.Flag {
	return append(more,
		&ufcli.StringFlag{Name: "data", Usage: "folder of the record; default " + shownDataDir(), Sources: ufcli.EnvVars("TOCSIN_DATA"), TakesFile: true, HideDefault: true},
		&ufcli.StringFlag{Name: "database", Usage: "postgres://… instead of the embedded store in the folder; better as the variable, a command line can be read by others", Sources: ufcli.EnvVars("TOCSIN_DATABASE")},
	)
}

// identityFlag names the file that opens what the platform keeps of people.
func identityFlag() ufcli.Flag {
	return &ufcli.StringFlag{Name: "cabinet-identity", Usage: "age identity that opens the key of people and sessions, kept elsewhere than in the folder", Sources: ufcli.EnvVars("TOCSIN_CABINET_IDENTITY"), TakesFile: true}
}

// defaultDataDir is where the user's programs keep data on this system; "" if
// the system does not say.
func defaultDataDir() string {
	home, err := os.UserHomeDir()
	switch runtime.GOOS {
	case "windows":
		if d := os.Getenv("LocalAppData"); d != "" {
			return filepath.Join(d, "tocsin")
		}
		return ""
	case "darwin":
		if err != nil {
			return ""
		}
		return filepath.Join(home, "Library", "Application Support", "tocsin")
	}
	if d := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(d) { // XDG base directories: a relative one is ignored
		return filepath.Join(d, "tocsin")
	}
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".local", "share", "tocsin")
}

// shownDataDir is the default as help shows it, the same on every machine.
func shownDataDir() string {
	switch runtime.GOOS {
	case "windows":
		return `%LocalAppData%\tocsin`
	case "darwin":
		return "~/Library/Application Support/tocsin"
	}
	return "~/.local/share/tocsin"
}

// dataDir is the folder that the flags name.
func dataDir(c *ufcli.Command) (string, error) {
	if d := c.String("data"); d != "" {
		return filepath.Clean(d), nil
	}
	if d := defaultDataDir(); d != "" {
		return d, nil
	}
	return "", fault.New(fault.Invalid, "this system does not say where programs keep data; name a folder with --data or TOCSIN_DATA")
}

// How a command opens the record.
const (
	toRead  = iota // it must be there; nothing is written
	toLook         // the same, and the command itself says how the log stands
	toWrite        // it must be there
	toBegin        // it is made if it is not there
)

// open opens the record for one command.
func (e *env) open(ctx context.Context, c *ufcli.Command, how int) (*app.App, error) {
	dir, err := dataDir(c)
	if err != nil {
		return nil, err
	}
	if db := c.String("database"); db != "" && !strings.HasPrefix(db, "postgres://") && !strings.HasPrefix(db, "postgresql://") {
		return nil, fault.New(fault.Invalid, "--database: an address such as postgres://tocsin@db.example.org/tocsin is needed")
	}
	o := app.Options{
		DataDir: dir, Database: c.String("database"), Now: e.now,
		CabinetIdentity: c.String("cabinet-identity"),
		Create:          how == toBegin, ReadOnly: how == toRead || how == toLook, Log: e.log(),
	}
	a, err := app.Open(ctx, o)
	if err != nil && how != toBegin && fault.KindOf(err) == fault.NotFound {
		local := ""
		if os.Getenv("TOCSIN_SERVER") != "" && !takesServer(c) {
			local = ". " + c.FullName() + " works on a folder of this machine, and does not ask the platform of TOCSIN_SERVER"
		}
		if _, serr := os.Stat(dir); os.IsNotExist(serr) {
			return nil, fault.New(fault.NotFound, "nothing is kept in %s yet; tocsin case import FILE begins a record, --data names another folder%s", dir, local)
		}
		return nil, fault.New(fault.NotFound, "%v; tocsin case import FILE begins a record there", err)
	}
	return a, inUse(dir, err)
}

// takesServer tells whether a command can ask a running platform.
func takesServer(c *ufcli.Command) bool {
	return slices.ContainsFunc(c.Flags, func(f ufcli.Flag) bool { return slices.Contains(f.Names(), "server") })
}

// inUse says what to do about another process that has the folder.
func inUse(dir string, err error) error {
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Conflict || filepath.Base(f.File) != "lock" {
		return err
	}
	return &held{fault.New(fault.Conflict, "%s %s. Wait until it has ended. If it is tocsin serve, ask it with --server where this command takes that, or stop it (Ctrl-C, or kill with that number), run this, and start it again: nothing that is kept is lost by that", dir, f.Message)}
}

// held says that another process has the folder.
type held struct{ error }

// Unwrap gives the sentence with its kind.
func (h *held) Unwrap() error { return h.error }

// here repeats the flags by which a command found its record, for the commands
// that it proposes. An address may hold a password, and is not repeated.
func here(c *ufcli.Command) string {
	s := ""
	if d := c.String("data"); d != "" && d != os.Getenv("TOCSIN_DATA") {
		s += " --data " + shellWord(d)
	}
	if d := c.String("database"); d != "" && d != os.Getenv("TOCSIN_DATABASE") {
		s += " --database …"
	}
	if d := c.String("server"); d != "" && d != os.Getenv("TOCSIN_SERVER") {
		s += " --server " + shellWord(d)
	}
	if f := c.String("token-file"); f != "" {
		s += " --token-file " + shellWord(f)
	}
	return s
}

// within runs fn on the opened record and closes it; the first error counts.
func (e *env) within(ctx context.Context, c *ufcli.Command, how int, fn func(context.Context, *app.App) error) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	a, err := e.open(ctx, c, how)
	if err != nil {
		return err
	}
	err = fn(ctx, a)
	if how != toLook && (err == nil || fault.KindOf(err) != fault.Forbidden) {
		e.warnReader(ctx, a)
	}
	if cerr := a.Close(); err == nil && cerr != nil {
		err = cerr
	}
	if err != nil && ctx.Err() != nil {
		return &exit{exitFailed, fmt.Errorf("interrupted; what was answered is kept, and nothing is half done")}
	}
	return err
}

// warnReader says once that nothing can be written. Whoever tries to write is
// told by the error.
func (e *env) warnReader(ctx context.Context, a *app.App) {
	if why := a.Trouble(ctx); why != "" && why != e.warned {
		e.warned = why
		fmt.Fprintln(lineWriter{e.err}, "tocsin: "+why)
	}
}

// interruptible ends ctx when the person or the system asks the program to end.
// Who asks a second time does not want to wait.
func interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// onlyArgs refuses more or fewer arguments than a command takes.
func onlyArgs(c *ufcli.Command, least, most int, example string) error {
	n := c.Args().Len()
	switch {
	case n < least:
		return &exit{exitBad, fmt.Errorf("%s needs more words; for example: %s", c.FullName(), example)}
	case n > most:
		return &exit{exitBad, fmt.Errorf("%s: %q is one word too many; for example: %s", c.FullName(), c.Args().Get(most), example)}
	}
	return nil
}
