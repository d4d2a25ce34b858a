package cli

import (
	"context"
	"fmt"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/app"
	"tocsin/casefile"
	"tocsin/record"
)

// maxCaseFile is the most bytes of a case file.
const maxCaseFile = 16 << 20

func (e *env) caseImportCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "import", Usage: "keep a case from now on", ArgsUsage: "FILE",
		Description: "Example: tocsin case import examples/cra-all-stages.yaml\n" +
			"FILE is a case file in YAML or JSON; - is standard input. Every statement and event becomes a record\n" +
			"with a place in the log. What the file says about its own recording stays a claim. The first import\n" +
			"makes the folder of the record with its keys. On a platform your organisation becomes the owner:\n" +
			"         tocsin case import case.yaml --server https://tocsin.example.org --token-file FILE --as acme",
		Flags: recordFlags(keyFlag(), byFlag(),
			&ufcli.StringFlag{Name: "as", Usage: "with --server: the party (`ID`) of the file that your organisation is; what you add about it is its own word, and a claim otherwise"}),
		Action: e.caseImport,
	}
}

func (e *env) caseImport(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 1, 1, "tocsin case import examples/log4shell.yaml"); err != nil {
		return err
	}
	data, err := e.readFile(c.Args().First(), maxCaseFile)
	if err != nil {
		return err
	}
	cs, err := casefile.Parse(c.Args().First(), data)
	if err != nil {
		return err
	}
	r, err := e.remote(c)
	if err != nil {
		return err
	}
	if r != nil {
		if err := noBy(c); err != nil {
			return err
		}
		return e.importTo(ctx, c, r, cs, data)
	}
	if c.IsSet("as") {
		return &exit{exitBad, fmt.Errorf("--as goes with --server; in a folder each event says whose word it is")}
	}
	by, err := who(c)
	if err != nil {
		return err
	}
	return e.within(ctx, c, toBegin, func(ctx context.Context, a *app.App) error {
		r, err := a.Keeper().Import(ctx, cs, by, c.String("key"))
		if err != nil {
			return err
		}
		out := lineWriter{e.out}
		e.sayImported(cs, r)
		if a.Began() {
			fmt.Fprintf(out, "A record was begun in %s. Keep a copy of its folders keys and guard on another machine:\n", a.Dir())
			fmt.Fprintln(out, "no backup holds them, and without the keys nothing in it can be read.")
		}
		fmt.Fprintf(out, "Next: tocsin receipt %s%s > %s.tlog-proof\n", shellWord(cs.Case), here(c), fileWord(cs.Case))
		return nil
	})
}

func (e *env) sayImported(cs *casefile.Case, r record.Result) {
	out := lineWriter{e.out}
	word := "is kept"
	if r.Replayed {
		word = "was kept already by this command"
	}
	fmt.Fprintf(out, "%s %s.\n", cs.Case, word)
	fmt.Fprintf(out, "  handle   %s\n", r.Handle)
	fmt.Fprintf(out, "  records  %d, %s of the log\n", r.Count, entries(r.First, r.Count))
	fmt.Fprintf(out, "  recorded %s\n", instant(r.Recorded))
}
