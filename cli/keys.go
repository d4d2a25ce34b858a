package cli

import (
	"context"
	"fmt"
	"os"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/app"
	"tocsin/internal/fault"
)

func (e *env) keysCommand() *ufcli.Command {
	return &ufcli.Command{
		Name:  "keys",
		Usage: "the keys of a data directory",
		Description: "Example: tocsin keys rotate-cabinet\n" +
			"What each key opens, and where to keep it: docs/operating/keys.md",
		HideHelpCommand: true,
		Action:          family,
		Commands:        []*ufcli.Command{e.rotateCabinetCommand()},
	}
}

func (e *env) rotateCabinetCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "rotate-cabinet", Usage: "a new identity opens the key of people and settings; the old one opens it no more",
		Description: "Example: tocsin keys rotate-cabinet\n" +
			"         tocsin keys rotate-cabinet --cabinet-identity /media/stick/tocsin.identity\n" +
			"For when the identity may have been copied, and keys/cabinet.age was not. The key itself stays, and what is\n" +
			"kept under it, in the folder or with --database, is not touched. Stop tocsin serve first. If it is cut short,\n" +
			"everything opens with what is there; run it again.",
		Flags:  dataFlags(identityFlag()),
		Action: e.rotateCabinet,
	}
}

func (e *env) rotateCabinet(_ context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 0, 0, "tocsin keys rotate-cabinet"); err != nil {
		return err
	}
	dir, err := dataDir(c)
	if err != nil {
		return err
	}
	r, err := app.RotateCabinet(app.Options{DataDir: dir, Now: e.now, CabinetIdentity: c.String("cabinet-identity"), Log: e.log()})
	if fault.KindOf(err) == fault.NotFound && err != nil {
		if _, serr := os.Stat(dir); os.IsNotExist(serr) {
			return fault.New(fault.NotFound, "nothing is kept in %s; --data names another folder", dir)
		}
	}
	if err != nil {
		return inUse(dir, err)
	}
	out := lineWriter{e.out}
	fmt.Fprintf(out, "A new identity opens the key of people and settings: %s\n", r.Public)
	fmt.Fprintf(out, "  identity    %s\n  sealed key  %s\n", r.Identity, r.Sealed)
	fmt.Fprintln(out, "The old identity opens this file no more. Old copies of the two together still give the key: destroy them.")
	fmt.Fprintln(out, "Next: copy both files anew, offline and apart from each other. Where other processes use the same database,")
	fmt.Fprintln(out, "put both files into their folders before they start again. The database and backups are as they were.")
	return nil
}
