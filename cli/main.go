package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/internal/fault"
)

// Exit codes (contract section 2).
const (
	exitOK     = 0
	exitFailed = 1 // an internal error, or a test that did not pass
	exitBad    = 2 // bad input
	exitMissed = 3 // --fail-on missed, and something in force is missed
)

// exit ends a command with a code and, if there is one, a message.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

// env is what a command may touch of the world.
type env struct {
	in       io.Reader
	out, err io.Writer
	now      func() time.Time

	warned string       // what was said of a log that cannot be written to
	logger *slog.Logger // nil: sentences for a person

	tokenless bool // a platform was asked without a token
}

// Main runs the program and gives its exit code.
func Main(args []string, in io.Reader, out, errw io.Writer) int {
	e := &env{in: in, out: out, err: errw, now: time.Now}
	return e.run(args)
}

func (e *env) run(args []string) int {
	root := e.root()
	refuse(root)
	err := e.hinted(root.Run(context.Background(), args))
	if err == nil {
		return exitOK
	}
	code := exitCode(err)
	if msg := err.Error(); msg != "" {
		fmt.Fprintln(lineWriter{e.err}, "tocsin: "+msg)
	}
	return code
}

// root is the program with all its commands.
func (e *env) root() *ufcli.Command {
	return &ufcli.Command{
		Name:  "tocsin",
		Usage: "who must be told of a vulnerability, in what order, by when; and what must not be said",
		Description: "tocsin reads a case file, computes the plan under every law, agreement and norm that\n" +
			"it knows, and explains each line. Start with: tocsin demo",
		Commands: []*ufcli.Command{
			e.demoCommand(), e.planCommand(), e.rulesCommand(), e.caseCommand(), e.directiveCommand(), e.partnerCommand(), e.inboxCommand(), e.sharedCommand(), e.dossierCommand(), e.receiptCommand(), e.verifyCommand(),
			e.ledgerCommand(), e.keysCommand(), e.witnessCommand(), e.backupCommand(), e.restoreCommand(), e.serveCommand(),
		},
		Writer:          e.out,
		ErrWriter:       e.err,
		ExitErrHandler:  func(context.Context, *ufcli.Command, error) {},
		HideHelpCommand: true,
		Action: func(_ context.Context, c *ufcli.Command) error {
			if c.Args().Present() {
				return &exit{exitBad, fmt.Errorf("there is no command %q; tocsin --help lists them", c.Args().First())}
			}
			return ufcli.ShowRootCommandHelp(c)
		},
	}
}

// family answers a word that is none of its commands; without one it shows them.
func family(_ context.Context, c *ufcli.Command) error {
	if c.Args().Present() {
		return &exit{exitBad, fmt.Errorf("there is no command %q; %s --help lists them", c.Args().First(), c.FullName())}
	}
	return ufcli.ShowSubcommandHelp(c)
}

// refuse makes every command answer a wrong flag with one sentence.
func refuse(c *ufcli.Command) {
	c.OnUsageError = func(_ context.Context, cmd *ufcli.Command, err error, _ bool) error {
		return &exit{exitBad, fmt.Errorf("%w; %s --help lists what there is", err, cmd.FullName())}
	}
	if len(c.Commands) == 0 { // --help after other words is still about the command, and no topic of that name
		c.CommandNotFound = func(_ context.Context, cmd *ufcli.Command, _ string) {
			ufcli.HelpPrinter(cmd.Root().Writer, ufcli.CommandHelpTemplate, cmd)
		}
	}
	for _, sub := range c.Commands {
		refuse(sub)
	}
}

// exitCode maps kinds of errors to exit codes.
func exitCode(err error) int {
	var x *exit
	if errors.As(err, &x) {
		return x.code
	}
	switch fault.KindOf(err) {
	case fault.Internal, fault.Unavailable:
		return exitFailed
	}
	return exitBad
}

// readFile reads a file of at most limit bytes; "-" is standard input.
func (e *env) readFile(name string, limit int64) ([]byte, error) {
	var r io.Reader = e.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fault.New(fault.Invalid, "%s", pathError(err))
		}
		defer f.Close()
		if st, err := f.Stat(); err == nil && st.IsDir() {
			return nil, fault.New(fault.Invalid, "%s is a folder, not a file", name)
		}
		r = f
	}
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s: %v", name, err)
	}
	if int64(len(data)) > limit {
		return nil, fault.New(fault.Invalid, "%s: the file has more than %d bytes; at most that many are read", name, limit)
	}
	return data, nil
}

func pathError(err error) string {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return fmt.Sprintf("%s: %v", pe.Path, pe.Err)
	}
	return err.Error()
}
