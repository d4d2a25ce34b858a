package cli

import (
	"context"
	"fmt"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/app"
	"tocsin/record"
)

func (e *env) caseEraseCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "erase", Usage: "forget words or a person for ever, and be able to prove it", ArgsUsage: "CASE",
		Description: "Example: tocsin case erase TOC-2021-0001 --person finder --ground 'Art. 17(1)(a) GDPR' --by 'A. Example' --with 'B. Example'\n" +
			"         tocsin case erase TOC-2021-0001 --event e4 --field text --ground '…' --by '…' --with '…'\n" +
			"Two people are needed; until there are accounts their names are recorded as nobody checked them. The\n" +
			"words go from the store, its journal and its keys; every old receipt stays valid. This cannot be undone.",
		Flags: dataFlags(
			&ufcli.StringFlag{Name: "event", Usage: "id of the event whose fields are erased"},
			&ufcli.StringSliceFlag{Name: "field", Usage: "name of a field as in the case file; may be repeated"},
			&ufcli.StringFlag{Name: "person", Usage: "id of a party that is a person: its name and every mention become erased-1"},
			&ufcli.StringFlag{Name: "ground", Usage: "why this may be erased, with its clause"},
			&ufcli.StringFlag{Name: "by", Usage: "who erases"},
			&ufcli.StringFlag{Name: "with", Usage: "who agrees; another person"},
		),
		Action: e.caseErase,
	}
}

func (e *env) caseErase(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 1, 1, "tocsin case erase TOC-2021-0001 --event e4 --field text --ground '…' --by '…' --with '…'"); err != nil {
		return err
	}
	x := record.Erasure{
		Event: c.String("event"), Fields: c.StringSlice("field"), Person: c.String("person"),
		Ground: c.String("ground"), By: c.String("by"), With: c.String("with"),
	}
	switch {
	case x.Person != "" && (x.Event != "" || len(x.Fields) > 0):
		return &exit{exitBad, fmt.Errorf("--person and --event exclude one another; erase one after the other")}
	case x.Person == "" && (x.Event == "" || len(x.Fields) == 0):
		return &exit{exitBad, fmt.Errorf("what is to be erased? --event ID with --field NAME, or --person ID")}
	case x.Ground == "":
		return &exit{exitBad, fmt.Errorf("an erasure needs its ground: --ground 'Art. 17(1)(a) GDPR'")}
	case x.By == "" || x.With == "":
		return &exit{exitBad, fmt.Errorf("an erasure needs two people: --by NAME and --with NAME")}
	}
	return e.within(ctx, c, toWrite, func(ctx context.Context, a *app.App) error {
		k, err := load(ctx, a, c.Args().First())
		if err != nil {
			return err
		}
		x.Handle = k.Handle
		r, err := a.Keeper().Erase(ctx, x)
		if err != nil {
			return err
		}
		out := lineWriter{e.out}
		what := fmt.Sprintf("Erased: fields %d.", r.Fields)
		if r.Pseudonym != "" {
			what = fmt.Sprintf("Erased: fields %d; the person is %s from now on.", r.Fields, r.Pseudonym)
		}
		fmt.Fprintf(out, "%s That it was done is %s of the log, recorded %s.\n", what, entries(r.First, r.Count), instant(r.Recorded))
		fmt.Fprintln(out, "Receipts handed out before stay valid. Backups made before still hold the words: destroy them, or keep")
		fmt.Fprintln(out, "them for restore alone, which erases again what the list beside the database names.")
		return nil
	})
}
