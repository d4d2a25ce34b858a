package cli

import (
	"context"
	"fmt"
	"net/url"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/app"
	"tocsin/internal/fault"
	"tocsin/receipt"
)

func (e *env) ledgerOutsideCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "outside", Usage: "set up outside time: witnesses, a time-stamp authority",
		Description: "Example: tocsin ledger outside --policy policy.txt --tsa https://tsa.example.org/ --tsa-roots roots.pem\n" +
			"policy.txt (C2SP tlog-policy), with the keys from tocsin ledger status and from each witness:\n" +
			"  log VKEY\n" +
			"  witness w1 VKEY http://127.0.0.1:8322\n" +
			"  quorum w1\n" +
			"A witness is another Tocsin, run by somebody else (tocsin witness), or any other C2SP witness; it gives\n" +
			"each checkpoint a time and excludes other views of the log. Where there is no network, leave the address\n" +
			"out and use tocsin ledger witness-request; --tsa-roots without --tsa is an authority that is asked with\n" +
			"tocsin ledger tsa-request. What was set up is tried at once. Without flags it says what is\n" +
			"set up.",
		Flags: dataFlags(
			&ufcli.StringFlag{Name: "policy", Usage: "file that names the witnesses and how many are needed", TakesFile: true},
			&ufcli.StringFlag{Name: "tsa", Usage: "address of an RFC 3161 time-stamp authority"},
			&ufcli.StringFlag{Name: "tsa-roots", Usage: "PEM file with the root of the authority", TakesFile: true},
			&ufcli.BoolFlag{Name: "none", Usage: "take away what is set up"},
		),
		Action: e.ledgerOutside,
	}
}

func (e *env) ledgerOutside(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 0, 0, "tocsin ledger outside --policy policy.txt"); err != nil {
		return err
	}
	o, err := e.outsideTime(c)
	if err != nil {
		return err
	}
	if o.Policy == nil && o.Roots == nil && !o.Clear {
		return e.within(ctx, c, toRead, func(_ context.Context, a *app.App) error {
			e.sayOutside(a)
			return nil
		})
	}
	if err := e.within(ctx, c, toBegin, func(_ context.Context, a *app.App) error { return a.SetOutside(o) }); err != nil {
		return err
	}
	// Opened anew, with what was set up.
	return e.within(ctx, c, toWrite, func(ctx context.Context, a *app.App) error {
		e.sayOutside(a)
		if policy, tsa := a.Outside(); policy == nil && tsa == "" {
			return nil
		}
		r, err := a.Publish(ctx)
		if err == nil && !r.New {
			r, err = a.Refresh(ctx)
		}
		if fault.KindOf(err) == fault.TooEarly && err != nil {
			return nil // nothing to sign yet
		}
		if err != nil {
			return err
		}
		e.sayRelease(a, r)
		return nil
	})
}

func (e *env) outsideTime(c *ufcli.Command) (o app.OutsideTime, err error) {
	o.Clear = c.Bool("none")
	if file := c.String("policy"); file != "" {
		if o.Policy, err = e.readFile(file, maxKeyFile); err != nil {
			return o, err
		}
		if _, err := receipt.ParsePolicy(o.Policy); err != nil {
			return o, inFile(file, err)
		}
	}
	if c.String("tsa") != "" && c.String("tsa-roots") == "" {
		return o, &exit{exitBad, fmt.Errorf("--tsa and --tsa-roots go together: a time is believed only from an authority whose root you chose")}
	}
	if o.TSA = c.String("tsa"); o.TSA != "" {
		if u, err := url.Parse(o.TSA); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return o, &exit{exitBad, fmt.Errorf("--tsa: %q is not an address such as https://tsa.example.org/", o.TSA)}
		}
	}
	if file := c.String("tsa-roots"); file != "" {
		if _, err := e.roots(file); err != nil {
			return o, err
		}
		if o.Roots, err = e.readFile(file, maxKeyFile); err != nil {
			return o, err
		}
	}
	return o, nil
}

func (e *env) sayOutside(a *app.App) {
	out := lineWriter{e.out}
	policy, tsa := a.Outside()
	if policy == nil && tsa == "" {
		fmt.Fprintln(out, "NO outside time is set up: receipts prove no time, and other views of the log are not excluded.")
		return
	}
	if policy != nil {
		for _, w := range policy.Witnesses() {
			where := w.URL
			if where == "" {
				where = "by files"
			}
			fmt.Fprintf(out, "witness %s: %s, %s\n", w.Name, w.Key.Name(), where)
		}
		fmt.Fprintf(out, "quorum  %s\n", policy.Quorum())
	}
	switch tsa {
	case "":
	case app.ByFiles:
		fmt.Fprintln(out, "time-stamps by files: tocsin ledger tsa-request")
	default:
		fmt.Fprintf(out, "time-stamps from %s\n", tsa)
	}
}

func (e *env) witnessRequestCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "witness-request", Usage: "a file to carry to a witness without a network",
		Description: "Example: tocsin ledger witness-request --output request.txt\n" +
			"The witness answers with tocsin witness answer request.txt; take its file with tocsin ledger witness-answer.",
		Flags: dataFlags(outputFlag(),
			&ufcli.StringFlag{Name: "witness", Usage: "which witness of the policy, where there are several"},
			&ufcli.Int64Flag{Name: "old", Value: -1, HideDefault: true, Usage: "size that the witness saw last; default the last that it cosigned here"}),
		Action: func(ctx context.Context, c *ufcli.Command) error {
			if err := onlyArgs(c, 0, 0, "tocsin ledger witness-request --output request.txt"); err != nil {
				return err
			}
			return e.within(ctx, c, toWrite, func(ctx context.Context, a *app.App) error {
				data, err := a.WitnessRequest(ctx, c.String("witness"), c.Int64("old"))
				if err != nil {
					return err
				}
				return e.writeOut(c, data)
			})
		},
	}
}

func (e *env) witnessAnswerCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "witness-answer", Usage: "take the file that a witness answered with", ArgsUsage: "FILE",
		Description: "Example: tocsin ledger witness-answer answer.txt",
		Flags:       dataFlags(),
		Action: func(ctx context.Context, c *ufcli.Command) error {
			if err := onlyArgs(c, 1, 1, "tocsin ledger witness-answer answer.txt"); err != nil {
				return err
			}
			data, err := e.readFile(c.Args().First(), maxKeyFile)
			if err != nil {
				return err
			}
			return e.within(ctx, c, toWrite, func(ctx context.Context, a *app.App) error {
				r, err := a.WitnessAnswer(ctx, data)
				if err != nil {
					return witnessSaid(c.Args().First(), err)
				}
				e.sayRelease(a, r)
				return nil
			})
		},
	}
}
