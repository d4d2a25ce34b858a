package cli

import (
	"context"
	"fmt"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/app"
	"tocsin/client"
	"tocsin/internal/fault"
	"tocsin/receipt"
)

func (e *env) receiptCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "receipt", Usage: "a receipt that anybody can verify offline", ArgsUsage: "CASE [EVENT]",
		Description: "Example: tocsin receipt TOC-2021-0001 e4 --disclose kind,at --output e4.tlog-proof\n" +
			"         tocsin receipt TOC-2021-0001 e4 --party asf --output asf.tlog-proof\n" +
			"It opens only what --disclose names (fields as in the case file), and a few words about the record itself.\n" +
			"Without EVENT it is the receipt of the case head. With --party it is the party's own numbered receipt. A\n" +
			"checkpoint is published first if none covers the record yet.",
		Flags: recordFlags(
			&ufcli.StringSliceFlag{Name: "disclose", Usage: "a field to open, as the case file names it; may be repeated"},
			&ufcli.StringFlag{Name: "party", Usage: "the numbered receipt of this party for the event"},
			outputFlag(),
		),
		Action: e.receipt,
	}
}

func (e *env) receipt(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 1, 2, "tocsin receipt TOC-2021-0001 e4"); err != nil {
		return err
	}
	name, event, party := c.Args().Get(0), c.Args().Get(1), c.String("party")
	if party != "" && event == "" {
		return &exit{exitBad, fmt.Errorf("--party needs an event; tocsin case show %s lists the numbered receipts", shellWord(name))}
	}
	for _, f := range c.StringSlice("disclose") {
		if _, ok := receipt.SlotOf(f); !ok {
			return &exit{exitBad, fmt.Errorf("--disclose: %q is not a field of a record; fields have the names of the case file, such as kind, at, by, text", f)}
		}
	}
	r, err := e.remote(c)
	if err != nil {
		return err
	}
	if r != nil {
		return e.receiptFrom(ctx, c, r, name, event, party)
	}
	return e.within(ctx, c, toWrite, func(ctx context.Context, a *app.App) error {
		k, err := load(ctx, a, name)
		if err != nil {
			return err
		}
		if event != "" && k.Case.Event(event) == nil {
			return fault.New(fault.NotFound, "%s has no event %q; tocsin case show %s lists them", k.Case.Case, event, shellWord(name))
		}
		p, err := a.Receipt(ctx, k.Handle, event, party, c.StringSlice("disclose"))
		if err != nil {
			return err
		}
		if err := e.writeOut(c, p.Bytes()); err != nil {
			return err
		}
		if policy, tsa := a.Outside(); policy == nil && tsa == "" {
			fmt.Fprintln(e.err, noOutsideTime+" See tocsin ledger outside --help")
		}
		return nil
	})
}

const noOutsideTime = "tocsin: no outside time is set up: this receipt proves that the entry is in the log, not when."

func (e *env) receiptFrom(ctx context.Context, c *ufcli.Command, r *client.Client, name, event, party string) error {
	proof, err := r.Receipt(ctx, name, event, party, c.StringSlice("disclose"))
	if err != nil {
		return err
	}
	if err := e.writeOut(c, proof); err != nil {
		return err
	}
	if l, err := r.Ledger(ctx); err == nil && !l.OutsideTime {
		fmt.Fprintln(e.err, noOutsideTime)
	}
	return nil
}
