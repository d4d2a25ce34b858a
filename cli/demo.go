package cli

import (
	"context"
	"fmt"

	ufcli "github.com/urfave/cli/v3"
)

func (e *env) demoCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "demo", Usage: "the plan of the public record of Log4Shell",
		Flags: []ufcli.Flag{&ufcli.BoolFlag{Name: "once", Usage: "print the plan and end (the default until the platform exists)"}},
		Action: func(context.Context, *ufcli.Command) error {
			fmt.Fprintln(e.out, "…")
			return nil
		},
	}
}
