package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/app"
	"tocsin/internal/fault"
	"tocsin/ledger"
)

func (e *env) ledgerCommand() *ufcli.Command {
	return &ufcli.Command{
		Name:  "ledger",
		Usage: "the log behind the record: status, audit, publish, outside time, ways out of trouble",
		Description: "Example: tocsin ledger status\n" +
			"What to do when the log says that it is read-only: docs/operating/record.md",
		HideHelpCommand: true,
		Action:          family,
		Commands: []*ufcli.Command{
			e.ledgerStatusCommand(), e.ledgerAuditCommand(), e.ledgerPublishCommand(), e.ledgerOutsideCommand(),
			e.witnessRequestCommand(), e.witnessAnswerCommand(), e.tsaRequestCommand(), e.tsaAnswerCommand(), e.ledgerCheckCommand(), e.ledgerRecoverCommand(),
			e.ledgerNewEpochCommand(), e.acceptClockCommand(), e.ledgerTilesCommand(),
		},
	}
}

func (e *env) ledgerStatusCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "status", Usage: "size, root, verifier keys, last checkpoint, witnesses; sound or not",
		Description: "Example: tocsin ledger status --format json\n" +
			"         tocsin ledger status --keys > keys.txt      (to give to whoever shall verify)\n" +
			"Exit 1 when the log is read-only.",
		Flags:  recordFlags(formatFlag(), &ufcli.BoolFlag{Name: "keys", Usage: "print the verifier keys alone, one a line"}),
		Action: e.ledgerStatus,
	}
}

func (e *env) ledgerStatus(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 0, 0, "tocsin ledger status"); err != nil {
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
		return e.ledgerOf(ctx, c, r, asJSON)
	}
	return e.within(ctx, c, toLook, func(ctx context.Context, a *app.App) error {
		s, err := a.Status(ctx)
		if err != nil {
			return err
		}
		switch {
		case c.Bool("keys"):
			for _, k := range s.Keys {
				fmt.Fprintln(e.out, k)
			}
			if len(s.Keys) == 0 {
				return fault.New(fault.NotFound, "the keys of the origin %s are not in this folder", dash(s.Origin))
			}
			return nil
		case asJSON:
			if err := e.writeJSON(s); err != nil {
				return err
			}
		default:
			e.sayStatus(s)
		}
		if s.State != "sound" {
			return &exit{exitFailed, fmt.Errorf("the log is %s: nothing is written. What to do: docs/operating/record.md", s.State)}
		}
		return nil
	})
}

func (e *env) sayStatus(s app.Status) {
	out := lineWriter{e.out}
	fmt.Fprintf(out, "origin      %s\n", dash(s.Origin))
	if s.Epoch > 1 {
		fmt.Fprintf(out, "epoch       %d\n", s.Epoch)
	}
	fmt.Fprintf(out, "size        %d\n", s.Size)
	fmt.Fprintf(out, "root        %s\n", dash(s.Root))
	fmt.Fprintf(out, "state       %s\n", s.State)
	if s.Reason != "" {
		fmt.Fprintf(out, "because     %s\n", s.Reason)
	}
	if p := s.Checkpoint; p == nil {
		fmt.Fprintln(out, "checkpoint  none yet; tocsin ledger publish signs one")
	} else {
		fmt.Fprintf(out, "checkpoint  size %d, %s by our own clock\n", p.Size, instant(p.At))
		fmt.Fprintf(out, "cosigned    %s\n", dash(strings.Join(p.Cosigned, ", ")))
		fmt.Fprintf(out, "stamps      %d\n", p.Stamps)
	}
	fmt.Fprintf(out, "unpublished %d entries", s.Unpublished)
	if s.Oldest != nil {
		fmt.Fprintf(out, ", the oldest kept %s ago", e.now().Sub(*s.Oldest).Round(time.Second))
	}
	fmt.Fprintln(out)
	for _, w := range s.Witnesses {
		fmt.Fprintf(out, "witness     %s %s\n", w.Name, dash(w.URL))
	}
	if len(s.Witnesses) > 0 {
		fmt.Fprintf(out, "quorum      %s\n", s.Quorum)
	}
	if s.TSA != "" {
		fmt.Fprintf(out, "time-stamps %s\n", s.TSA)
	}
	if !s.OutsideTime {
		fmt.Fprintln(out, "outside     NO outside time is set up: receipts prove no time, and other views of the log are not excluded.")
		fmt.Fprintln(out, "            tocsin ledger outside --help says how to change that")
	}
	fmt.Fprintln(out, "verifier keys, for tocsin verify --key:")
	for _, k := range s.Keys {
		fmt.Fprintln(out, k)
	}
	if len(s.Keys) == 0 {
		fmt.Fprintln(out, "none: the keys of this origin are not in this folder")
	}
	if len(s.OldKeys) > 0 {
		fmt.Fprintln(out, "of earlier epochs, for older receipts:")
		for _, k := range s.OldKeys {
			fmt.Fprintln(out, k)
		}
	}
}

func (e *env) ledgerPublishCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "publish", Usage: "sign a checkpoint now and have it witnessed and stamped",
		Description: "Example: tocsin ledger publish\n" +
			"tocsin serve does it by itself on a fixed cadence. With --refresh the last checkpoint is signed and\n" +
			"sent out again although nothing was added, for a witness that could not be reached before.",
		Flags:  dataFlags(formatFlag(), &ufcli.BoolFlag{Name: "refresh", Usage: "sign again although nothing was added"}),
		Action: e.ledgerPublish,
	}
}

func (e *env) ledgerPublish(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 0, 0, "tocsin ledger publish"); err != nil {
		return err
	}
	asJSON, err := wantsJSON(c)
	if err != nil {
		return err
	}
	return e.within(ctx, c, toWrite, func(ctx context.Context, a *app.App) error {
		publish := a.Publish
		if c.Bool("refresh") {
			publish = a.Refresh
		}
		r, err := publish(ctx)
		if err != nil {
			return err
		}
		if asJSON {
			return e.writeJSON(shownRelease(r))
		}
		e.sayRelease(a, r)
		return nil
	})
}

// shownRelease is a published checkpoint in JSON.
func shownRelease(r ledger.Release) map[string]any {
	return map[string]any{
		"size": r.Size, "epoch": r.Epoch, "new": r.New, "cosigned": some(r.Cosigned), "quorum_met": r.QuorumMet,
		"stamps": len(r.Stamps), "missing": some(r.Missing), "note": string(r.Note),
	}
}

// sayRelease says what a checkpoint is worth.
func (e *env) sayRelease(a *app.App, r ledger.Release) {
	out := lineWriter{e.out}
	if r.New {
		fmt.Fprintf(out, "Signed a checkpoint over %d entries.\n", r.Size)
	} else {
		fmt.Fprintf(out, "Nothing new: the last checkpoint covers all %d entries.\n", r.Size)
	}
	policy, tsa := a.Outside()
	if policy == nil && tsa == "" {
		fmt.Fprintln(out, "NO outside time is set up: it proves no time, and other views of the log are not excluded.")
		fmt.Fprintln(out, "Next: tocsin ledger outside --help")
	}
	if policy != nil {
		fmt.Fprintf(out, "Cosigned by: %s\n", dash(strings.Join(r.Cosigned, ", ")))
		if !r.QuorumMet {
			fmt.Fprintln(out, "These are not enough for the policy; its receipts do not verify under it yet.")
		}
	}
	if tsa != "" {
		fmt.Fprintf(out, "Time-stamps: %d\n", len(r.Stamps))
	}
	if tsa == app.ByFiles && len(r.Stamps) == 0 {
		fmt.Fprintln(out, "Next: tocsin ledger tsa-request --output request.tsq")
	}
	for _, m := range r.Missing {
		fmt.Fprintln(out, "Missing: "+m)
	}
	if len(r.Missing) > 0 {
		fmt.Fprintln(out, "Next: once they can be reached, tocsin ledger publish --refresh")
	}
}
