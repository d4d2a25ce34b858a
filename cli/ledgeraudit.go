package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	ufcli "github.com/urfave/cli/v3"
	"golang.org/x/term"

	"tocsin/app"
	"tocsin/receipt"
	"tocsin/record"
)

func (e *env) ledgerAuditCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "audit", Usage: "derive everything again and say what does not fit",
		Description: "Example: tocsin ledger audit\n" +
			"Every root, every checkpoint and every signature is computed from the entries alone, every record is opened\n" +
			"and compared with its entry, every case is followed from its first record. Exit 1 with what is wrong.\n" +
			"With --leaf N one entry is opened to you as an auditor: event, filler or erasure.",
		Flags: dataFlags(formatFlag(),
			&ufcli.Int64Flag{Name: "leaf", Value: -1, HideDefault: true, Usage: "open this one entry instead"},
			&ufcli.IntFlag{Name: "epoch", HideDefault: true, Usage: "epoch of --leaf; default the newest"}),
		Action: e.ledgerAudit,
	}
}

func (e *env) ledgerAudit(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 0, 0, "tocsin ledger audit"); err != nil {
		return err
	}
	asJSON, err := wantsJSON(c)
	if err != nil {
		return err
	}
	return e.within(ctx, c, toLook, func(ctx context.Context, a *app.App) error {
		if c.IsSet("leaf") {
			return e.openLeaf(ctx, a, c, asJSON)
		}
		progress, end := e.progress()
		r, err := a.Audit(ctx, progress)
		end()
		if err != nil {
			return err
		}
		if asJSON {
			if r.Records.Findings == nil {
				r.Records.Findings = []record.Finding{}
			}
			err = e.writeJSON(map[string]any{"sound": r.Sound(), "state": r.State, "reason": r.Reason, "log": r.Log, "records": r.Records})
		} else {
			e.sayAudit(r)
		}
		switch {
		case err != nil || r.Sound():
			return err
		case r.Findings() == 0:
			return &exit{exitFailed, fmt.Errorf("the log is %s: what is kept here fits together, and may not be all that was signed. What to do: docs/operating/record.md", r.State)}
		}
		return &exit{exitFailed, fmt.Errorf("findings: %d. Write to nothing, copy the folder as it is, then see docs/operating/record.md", r.Findings())}
	})
}

func (e *env) sayAudit(r app.Audited) {
	out := lineWriter{e.out}
	for _, f := range r.Log.Findings {
		fmt.Fprintf(out, "WRONG  epoch %d, %s: %s\n", f.Epoch, f.Place, f.What)
	}
	for _, f := range r.Records.Findings {
		fmt.Fprintf(out, "WRONG  epoch %d, entry %d: %s\n", max(f.Epoch, 1), f.Index, f.What)
	}
	fmt.Fprintf(out, "log      epochs %d, entries %d, nodes %d, checkpoints %d\n", r.Log.Epochs, r.Log.Leaves, r.Log.Nodes, r.Log.Checkpoints)
	if r.Log.Unverified > 0 {
		fmt.Fprintf(out, "         checkpoints whose keys are not here, so that their signatures were not checked: %d\n", r.Log.Unverified)
	}
	fmt.Fprintf(out, "records  %d in %d cases, fillers %d, erased fields %d\n", r.Records.Records, r.Records.Cases, r.Records.Fillers, r.Records.Erased)
	if r.Records.Lost > 0 {
		fmt.Fprintf(out, "         entries of which only the place is known, since they were recovered from a copy of the log: %d\n", r.Records.Lost)
	}
	if r.State != "sound" {
		fmt.Fprintf(out, "state    %s: %s\n", r.State, r.Reason)
	}
	if r.Sound() {
		fmt.Fprintln(out, "Everything that is kept fits what was signed.")
	}
}

// openLeaf shows one entry as its disclosure, which anybody can check against
// the entry in the log.
func (e *env) openLeaf(ctx context.Context, a *app.App, c *ufcli.Command, asJSON bool) error {
	d, err := a.OpenLeaf(ctx, int(c.Int("epoch")), c.Int64("leaf"))
	if err != nil {
		return err
	}
	sum, err := d.Commitment()
	if err != nil {
		return err
	}
	if asJSON {
		return e.writeJSON(map[string]any{"index": c.Int64("leaf"), "commitment": fmt.Sprintf("%x", sum), "disclosure": d})
	}
	out := lineWriter{e.out}
	fmt.Fprintf(out, "entry %d, commitment %x\n", c.Int64("leaf"), sum)
	for _, f := range d.Fields {
		fmt.Fprintf(out, "  %-20s %s\n", f.Name, fieldValue(f))
	}
	fmt.Fprintf(out, "  and %d hashes of what is not opened\n", len(d.Hidden))
	return nil
}

func fieldValue(f receipt.Field) string {
	if f.Value == nil {
		return "(absent)"
	}
	return *f.Value
}

// progress draws one line on a terminal, and nothing anywhere else.
func (e *env) progress() (step func(stage string, done, total int64), end func()) {
	f, ok := e.err.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil, func() {}
	}
	drawn := ""
	return func(stage string, done, total int64) {
			line := fmt.Sprintf("%s: %d of %d", stage, done, total)
			if total > 0 {
				line = fmt.Sprintf("%s: %3d %%", stage, done*100/total)
			}
			if line != drawn {
				fmt.Fprintf(f, "\r\x1b[K%s", line)
				drawn = line
			}
		}, func() {
			if drawn != "" {
				fmt.Fprint(f, "\r\x1b[K")
			}
		}
}

func (e *env) ledgerTilesCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "tiles", Usage: "write a static copy of the published log, for a mirror",
		Description: "Example: tocsin ledger tiles --output /srv/mirror/log\n" +
			"Any web server can serve the folder (C2SP tlog-tiles). Run it again to bring the copy up to date. Kept on\n" +
			"another machine it is what tocsin ledger recover can take lost entries from.",
		Flags:  dataFlags(&ufcli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "the folder of the copy", TakesFile: true}),
		Action: e.ledgerTiles,
	}
}

func (e *env) ledgerTiles(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 0, 0, "tocsin ledger tiles --output mirror"); err != nil {
		return err
	}
	dir := c.String("output")
	if dir == "" {
		return &exit{exitBad, fmt.Errorf("where to? tocsin ledger tiles --output FOLDER")}
	}
	return e.within(ctx, c, toRead, func(ctx context.Context, a *app.App) error {
		size, err := a.Tiles(ctx, filepath.Clean(dir))
		if err != nil {
			return err
		}
		fmt.Fprintf(lineWriter{e.out}, "The copy in %s covers %d entries.\n", dir, size)
		return nil
	})
}
