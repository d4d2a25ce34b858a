package cli

import (
	"context"
	"fmt"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/app"
	"tocsin/internal/plaintext"
	"tocsin/record"
)

func (e *env) caseListCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "list", Usage: "the cases that are kept",
		Description: "Example: tocsin case list --format json",
		Flags:       recordFlags(formatFlag()),
		Action:      e.caseList,
	}
}

func (e *env) caseList(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 0, 0, "tocsin case list"); err != nil {
		return err
	}
	asJSON, err := wantsJSON(c)
	if err != nil {
		return err
	}
	r, err := e.remote(c)
	if err != nil {
		return err
	}
	if r != nil {
		return e.listOf(ctx, c, r, asJSON)
	}
	return e.within(ctx, c, toRead, func(ctx context.Context, a *app.App) error {
		cases, err := a.Keeper().List(ctx)
		if err != nil {
			return err
		}
		if asJSON {
			if cases == nil {
				cases = []record.Summary{}
			}
			return e.writeJSON(map[string]any{"cases": cases})
		}
		out := lineWriter{e.out}
		if len(cases) == 0 {
			fmt.Fprintln(out, "No case is kept here.")
			if a.Trouble(ctx) == "" {
				fmt.Fprintf(out, "Next: tocsin case import FILE%s\n", here(c))
			}
			return nil
		}
		rows := [][]string{{"CASE", "HANDLE", "EVENTS", "RECORD", "TLP", "LAST RECORDED", "TITLE"}}
		for _, s := range cases {
			rows = append(rows, []string{
				s.Case, s.Handle, fmt.Sprint(s.Events), s.Record, dash(s.TLP), instant(s.Recorded), plaintext.Clean(s.Title),
			})
		}
		columns(out, rows)
		return nil
	})
}
