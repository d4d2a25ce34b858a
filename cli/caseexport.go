package cli

import (
	"context"
	"fmt"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/app"
)

func (e *env) caseExportCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "export", Usage: "write a kept case as a case file", ArgsUsage: "CASE",
		Description: "Example: tocsin case export TOC-2021-0001 --output log4shell.yaml\n" +
			"What was imported comes out as it went in. CASE is the id in the file, or the handle.",
		Flags: recordFlags(
			&ufcli.StringFlag{Name: "format", Value: "yaml", Usage: "yaml or json"},
			&ufcli.BoolFlag{Name: "recorded", Usage: "put this record's own recorded-at and recorded-by on every event"},
			outputFlag(),
		),
		Action: e.caseExport,
	}
}

func (e *env) caseExport(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 1, 1, "tocsin case export TOC-2021-0001"); err != nil {
		return err
	}
	format := c.String("format")
	if format != "yaml" && format != "json" {
		return &exit{exitBad, fmt.Errorf("--format: %q is not yaml or json", format)}
	}
	r, err := e.remote(c)
	if err != nil {
		return err
	}
	if r != nil {
		return e.exportFrom(ctx, c, r, c.Args().First(), format)
	}
	return e.within(ctx, c, toRead, func(ctx context.Context, a *app.App) error {
		k, err := load(ctx, a, c.Args().First())
		if err != nil {
			return err
		}
		cs, err := k.File(c.Bool("recorded"))
		if err != nil {
			return err
		}
		write := cs.YAML
		if format == "json" {
			write = cs.JSON
		}
		data, err := write()
		if err != nil {
			return err
		}
		return e.writeOut(c, data)
	})
}
