package cli

import (
	"context"
	"fmt"
	"time"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/app"
	"tocsin/casefile"
	"tocsin/record"
)

func (e *env) caseAddEventCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "add-event", Usage: "add a fact to a kept case", ArgsUsage: "CASE ['KIND key=value …']",
		Description: "Example: tocsin case add-event TOC-2021-0001 'notified by=acme to=[miit] of=gateway at=2026-10-01T09:00:00Z'\n" +
			"Many at once, one JSON object a line, each answered as soon as it is durable:\n" +
			"         tocsin case add-event TOC-2021-0001 --from events.jsonl\n" +
			"Without at= it happened now; without id= it gets the next free one. Each party that by and to name gets\n" +
			"a numbered receipt: tocsin receipt CASE EVENT --party ID",
		Flags: recordFlags(keyFlag(), byFlag(),
			&ufcli.Int64Flag{Name: "expect", Value: record.AnyVersion, HideDefault: true, Usage: "version that the case must have (case show tells it), so that nothing was added in between"},
			&ufcli.StringFlag{Name: "from", Usage: "read events from this file, - is standard input: the keys of a case file's event, and key", TakesFile: true},
			formatFlag()),
		DisableSliceFlagSeparator: true,
		Action:                    e.caseAddEvent,
	}
}

func (e *env) caseAddEvent(ctx context.Context, c *ufcli.Command) error {
	const example = "tocsin case add-event TOC-2021-0001 'acknowledged by=asf re=e2'"
	r, err := e.remote(c)
	if err == nil && r != nil {
		err = noBy(c)
	}
	if err != nil {
		return err
	}
	by := ""
	if r == nil {
		if by, err = who(c); err != nil {
			return err
		}
	}
	if c.String("from") != "" {
		if err := onlyArgs(c, 1, 1, "tocsin case add-event TOC-2021-0001 --from events.jsonl"); err != nil {
			return err
		}
		if c.IsSet("expect") || c.IsSet("key") {
			return &exit{exitBad, fmt.Errorf("--expect and --key go with one event; in --from each line has its own \"key\"")}
		}
		return e.addEventsFrom(ctx, c, r, by)
	}
	if err := onlyArgs(c, 2, 2, example); err != nil {
		return err
	}
	asJSON, err := wantsJSON(c)
	if err != nil {
		return err
	}
	ev, err := casefile.EventFrom(c.Args().Get(1), e.now())
	if err != nil {
		return err
	}
	if c.String("key") != "" {
		later, err := casefile.EventFrom(c.Args().Get(1), e.now().Add(time.Hour))
		if err != nil {
			return err
		}
		if later.At.String() != ev.At.String() {
			return &exit{exitBad, fmt.Errorf("an event with --key needs at=…: sent again it must say the same, and now is another time then")}
		}
	}
	if r != nil {
		return e.addTo(ctx, c, r, ev, asJSON)
	}
	return e.within(ctx, c, toWrite, func(ctx context.Context, a *app.App) error {
		k, err := load(ctx, a, c.Args().First())
		if err != nil {
			return err
		}
		r, err := a.Keeper().AddEvent(ctx, k.Handle, ev, c.Int64("expect"), by, c.String("key"))
		if err != nil {
			return err
		}
		if asJSON {
			return e.writeLine(acknowledge(r, c.String("key")))
		}
		e.sayAdded(k.Case.Case, r)
		return e.afterEvent(ctx, c, a, r)
	})
}

func (e *env) sayAdded(name string, r record.Result) {
	word, version := "is kept", ""
	if r.Replayed {
		word = "was kept already by this command"
	}
	if r.Version > 0 {
		version = fmt.Sprintf(", version %d", r.Version)
	}
	fmt.Fprintf(lineWriter{e.out}, "Event %s of %s %s: %s of the log, recorded %s%s.\n",
		r.ID, name, word, entries(r.First, r.Count), instant(r.Recorded), version)
}

// afterEvent says how to get the receipts of an event: its own, and the numbered
// one of each party that it names.
func (e *env) afterEvent(ctx context.Context, c *ufcli.Command, a *app.App, r record.Result) error {
	k, err := load(ctx, a, r.Handle)
	if err != nil {
		return err
	}
	out, at := lineWriter{e.out}, here(c)
	name, file := shellWord(k.Case.Case), fileWord(k.Case.Case)
	for _, m := range k.Records {
		if m.Entry == "receipt" && m.ID == r.ID {
			fmt.Fprintf(out, "For %s, number %d: tocsin receipt %s %s --party %s%s > %s-%s-%s.tlog-proof\n",
				m.Party, m.Number, name, shellWord(r.ID), shellWord(m.Party), at, file, fileWord(r.ID), fileWord(m.Party))
		}
	}
	fmt.Fprintf(out, "Next: tocsin receipt %s %s%s > %s-%s.tlog-proof\n", name, shellWord(r.ID), at, file, fileWord(r.ID))
	fmt.Fprintf(out, "      tocsin plan --case %s%s\n", name, at)
	return nil
}
