package cli

import (
	"context"
	"os/user"
	"strings"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/app"
	"tocsin/internal/fault"
	"tocsin/record"
)

func (e *env) caseCommand() *ufcli.Command {
	return &ufcli.Command{
		Name:  "case",
		Usage: "cases that are kept: import, export, list, show, add-event, erase",
		Description: "Example: tocsin case import examples/log4shell.yaml\n" +
			"What is kept cannot be changed or lost unseen: docs/operating/record.md",
		HideHelpCommand: true,
		Action:          family,
		Commands: []*ufcli.Command{
			e.caseImportCommand(), e.caseExportCommand(), e.caseListCommand(),
			e.caseShowCommand(), e.caseAddEventCommand(), e.caseEraseCommand(),
		},
	}
}

// byFlag names the person who acts. Without accounts a name proves nothing, and
// the record says so.
func byFlag() ufcli.Flag {
	return &ufcli.StringFlag{Name: "by", Usage: "who does this; default the name of your account on this machine"}
}

func keyFlag() ufcli.Flag {
	return &ufcli.StringFlag{Name: "key", Usage: "a word of your own for this command: sent again, it is answered again and done once"}
}

// who is the name to record.
func who(c *ufcli.Command) (string, error) {
	name := strings.TrimSpace(c.String("by"))
	if name == "" {
		if u, err := user.Current(); err == nil {
			name = u.Username
		}
	}
	if name == "" {
		return "", fault.New(fault.Invalid, "who does this? Name yourself with --by")
	}
	return name, nil
}

// load reads a kept case by its id or handle.
func load(ctx context.Context, a *app.App, name string) (*record.Kept, error) {
	k, err := a.Keeper().Load(ctx, name)
	if fault.KindOf(err) == fault.NotFound {
		return nil, fault.New(fault.NotFound, "%q is not a case that is kept here; tocsin case list names them", name)
	}
	return k, err
}

// entries says where a command's records are in the log.
func entries(first, count int64) string {
	if count == 1 {
		return sayf("entry %d", first)
	}
	return sayf("entries %d to %d", first, first+count-1)
}
