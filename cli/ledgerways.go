package cli

import (
	"context"
	"errors"
	"fmt"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/app"
	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
)

// witnessSaid turns the answers of a witness into sentences with a next step.
func witnessSaid(name string, err error) error {
	var ahead *ledger.WitnessAhead
	var refused *ledger.WitnessRefused
	switch {
	case errors.As(err, &ahead):
		return fault.New(fault.Conflict, "%s: the witness saw %d entries last; write the request again with tocsin ledger witness-request --old %d. If that is more than this log has, run tocsin ledger status", name, ahead.Size, ahead.Size)
	case errors.As(err, &refused):
		return fault.New(fault.Forbidden, "%s: %v", name, refused)
	}
	return inFile(name, err)
}

func (e *env) ledgerCheckCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "check", Usage: "compare a receipt or checkpoint that somebody brings with this log", ArgsUsage: "FILE…",
		Description: "Example: tocsin ledger check theirs.tlog-proof\n" +
			"If it is signed by this log and is larger than the log, or differs from it, the log is diverged at once and\n" +
			"nothing more is written: somebody holds a signature that this database cannot stand by. Exit 1 then.",
		Flags:  dataFlags(),
		Action: e.ledgerCheck,
	}
}

func (e *env) ledgerCheck(ctx context.Context, c *ufcli.Command) error {
	if c.Args().Len() == 0 {
		return &exit{exitBad, fmt.Errorf("which file? For example: tocsin ledger check theirs.tlog-proof")}
	}
	return e.within(ctx, c, toWrite, func(ctx context.Context, a *app.App) error {
		for _, name := range c.Args().Slice() {
			data, err := e.readFile(name, receipt.MaxProof)
			if err != nil {
				return err
			}
			cp, err := a.Presented(ctx, data)
			switch {
			case err == nil:
				fmt.Fprintf(lineWriter{e.out}, "%s: fits; this log signed these %d entries and holds them.\n", name, cp.Size)
			case fault.KindOf(err) == fault.Conflict:
				fmt.Fprintf(lineWriter{e.out}, "%s: signed by this log; %v\n", name, err)
			case fault.KindOf(err) == fault.Forbidden:
				return &exit{exitFailed, inFile(name, err)}
			default:
				return inFile(name, err)
			}
		}
		return nil
	})
}

func (e *env) ledgerRecoverCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "recover", Usage: "way out of a divergence: take the entries that are missing here from a copy of the log",
		Description: "Example: tocsin ledger recover --from /srv/mirror/log\n" +
			"The copy is a folder written by tocsin ledger tiles, or the address of one. The entries are put in only if\n" +
			"they lead to what was signed; what they said comes back from a backup alone, so try a newer one first.",
		Flags: dataFlags(
			&ufcli.StringFlag{Name: "from", Usage: "folder or address of the copy", TakesFile: true},
			&ufcli.StringFlag{Name: "checkpoint", Usage: "the largest checkpoint or receipt that anybody has of this log", TakesFile: true},
		),
		Action: func(ctx context.Context, c *ufcli.Command) error {
			if err := onlyArgs(c, 0, 0, "tocsin ledger recover --from mirror"); err != nil {
				return err
			}
			if c.String("from") == "" {
				return &exit{exitBad, fmt.Errorf("from where? tocsin ledger recover --from FOLDER-OR-ADDRESS; without any copy, tocsin ledger new-epoch is the way out")}
			}
			return e.within(ctx, c, toWrite, func(ctx context.Context, a *app.App) error {
				cp, err := e.presented(a, c.String("checkpoint"))
				if err != nil {
					return err
				}
				h, err := a.Recover(ctx, c.String("from"), cp)
				if err != nil {
					return err
				}
				fmt.Fprintf(lineWriter{e.out}, "The log holds %d entries again, all that was signed. Next: tocsin ledger audit%s\n", h.Size, here(c))
				return nil
			})
		},
	}
}

// presented reads a checkpoint for a way out; nil without a file.
func (e *env) presented(a *app.App, name string) (*receipt.Checkpoint, error) {
	if name == "" {
		return nil, nil
	}
	data, err := e.readFile(name, receipt.MaxProof)
	if err != nil {
		return nil, err
	}
	cp, err := a.Signed(data)
	if err != nil {
		return nil, inFile(name, err)
	}
	return &cp, nil
}

func (e *env) ledgerNewEpochCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "new-epoch", Usage: "way out of a divergence: go on under a new origin, and say so in the log",
		Description: "Example: tocsin ledger new-epoch --reason 'restored the backup of 1 March, no mirror' --by 'A. Example' --with 'B. Example'\n" +
			"The first entry of the new life says where the old one ended, as far as it is known, and how many entries\n" +
			"are lost. Old receipts stay valid under the old keys. Give the new keys (tocsin ledger status) to your\n" +
			"witnesses and to whoever verifies.",
		Flags: dataFlags(
			&ufcli.StringFlag{Name: "reason", Usage: "what happened, for anybody to read"},
			&ufcli.StringFlag{Name: "by", Usage: "who decides"},
			&ufcli.StringFlag{Name: "with", Usage: "who agrees; another person"},
			&ufcli.StringFlag{Name: "checkpoint", Usage: "the largest checkpoint or receipt that anybody has of the old epoch", TakesFile: true},
			&ufcli.Int64Flag{Name: "lost", HideDefault: true, Usage: "how many entries may be lost, at most, where nothing here tells; too many harms nothing"},
		),
		Action: e.ledgerNewEpoch,
	}
}

func (e *env) ledgerNewEpoch(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 0, 0, "tocsin ledger new-epoch --reason '…' --by NAME --with NAME"); err != nil {
		return err
	}
	reason, by, with := c.String("reason"), c.String("by"), c.String("with")
	switch {
	case reason == "":
		return &exit{exitBad, fmt.Errorf("what happened? --reason 'restored the backup of 1 March, no mirror'")}
	case by == "" || with == "" || by == with:
		return &exit{exitBad, fmt.Errorf("a new epoch needs two people: --by NAME and --with NAME")}
	}
	err := e.within(ctx, c, toWrite, func(ctx context.Context, a *app.App) error {
		cp, err := e.presented(a, c.String("checkpoint"))
		if err != nil {
			return err
		}
		guess := a.Hearsay() && cp == nil
		if guess && !c.IsSet("lost") {
			return &exit{exitBad, fmt.Errorf("nothing here tells what was signed last, and no number may be given twice. Bring the largest receipt or checkpoint that anybody has with --checkpoint FILE, or say with --lost N how many entries may be missing, at most: too many harms nothing, 0 says that you know of none")}
		}
		o, err := a.NewEpochWithout(ctx, c.Int64("lost"), reason, by, with, cp)
		if err != nil {
			return err
		}
		out := lineWriter{e.out}
		fmt.Fprintf(out, "Epoch %d is open: %s.\n", o.Epoch, o.Origin)
		if guess {
			fmt.Fprintf(out, "  the old one  %s, %d entries here, lost by what you say at most %d\n", o.OldOrigin, o.OldSize, max(o.Gap, c.Int64("lost")))
		} else {
			fmt.Fprintf(out, "  the old one  %s, %d entries here, %d signed, %d lost\n", o.OldOrigin, o.OldSize, o.Signed, o.Gap)
		}
		if o.Carried > 0 {
			fmt.Fprintf(out, "  entered again, because no checkpoint covered them: %d\n", o.Carried)
		}
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(e.out, "Next: give the new keys (tocsin ledger status --keys) to your witnesses and to whoever verifies,")
	fmt.Fprintln(e.out, "put them into the policy (tocsin ledger outside --policy FILE), then tocsin ledger publish")
	return nil
}

func (e *env) acceptClockCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "accept-clock", Usage: "the clock jumped, a person looked, and it is right now",
		Description: "Example: tocsin ledger accept-clock --by 'A. Example'\n" +
			"Appends stop when the clock moved in a way that no clock moves. Look at the clock of this machine first:\n" +
			"every record gets its time from it. That it was accepted, and by whom, becomes an entry of the log.",
		Flags: dataFlags(byFlag()),
		Action: func(ctx context.Context, c *ufcli.Command) error {
			if err := onlyArgs(c, 0, 0, "tocsin ledger accept-clock"); err != nil {
				return err
			}
			by, err := who(c)
			if err != nil {
				return err
			}
			return e.within(ctx, c, toWrite, func(ctx context.Context, a *app.App) error {
				r, err := a.AcceptClock(ctx, by)
				if err != nil {
					return err
				}
				fmt.Fprintf(lineWriter{e.out}, "The clock is taken as it is: %s. That is %s of the log.\n", instant(r.Recorded), entries(r.First, 1))
				return nil
			})
		},
	}
}
