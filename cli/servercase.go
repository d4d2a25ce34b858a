package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/casefile"
	"tocsin/client"
	"tocsin/internal/fault"
	"tocsin/internal/plaintext"
	"tocsin/record"
)

// resultOf is a write as the record's own commands tell of it. The version is not
// known: it would tell of what the token's person does not see.
func resultOf(k client.Kept) record.Result {
	return record.Result{Handle: k.Handle, ID: k.ID, Epoch: k.Epoch, First: k.Index, Count: k.Count, Recorded: k.Recorded, Replayed: k.Replayed}
}

func (e *env) importTo(ctx context.Context, c *ufcli.Command, r *client.Client, cs *casefile.Case, data []byte) error {
	k, err := r.Import(ctx, data, c.String("as"), client.Write{Key: c.String("key")})
	if err != nil {
		return inFile(c.Args().First(), err)
	}
	e.sayImported(cs, resultOf(k))
	fmt.Fprintf(lineWriter{e.out}, "Next: tocsin plan --case %s%s\n", shellWord(cs.Case), here(c))
	return nil
}

func (e *env) exportFrom(ctx context.Context, c *ufcli.Command, r *client.Client, name, format string) error {
	if c.Bool("recorded") {
		return &exit{exitBad, fmt.Errorf("--recorded does not go with --server; tocsin case show tells when each event was recorded")}
	}
	data, err := r.Export(ctx, name, format)
	if err != nil {
		return err
	}
	return e.writeOut(c, data)
}

func (e *env) listOf(ctx context.Context, c *ufcli.Command, r *client.Client, asJSON bool) error {
	cases, err := r.Cases(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		if cases == nil {
			cases = []client.Listed{}
		}
		return e.writeJSON(map[string]any{"cases": cases})
	}
	out := lineWriter{e.out}
	if len(cases) == 0 {
		fmt.Fprintln(out, "There is no case here that you may see.")
		fmt.Fprintf(out, "Next: tocsin case import FILE%s\n", here(c))
		return nil
	}
	rows := [][]string{{"CASE", "HANDLE", "OPEN", "NEXT DATE", "YOU ARE", "RECORD", "TLP", "TITLE"}}
	for _, s := range cases {
		next := "-"
		if s.Due != nil {
			next = s.Due.UTC().Format(time.RFC3339)
		}
		row := []string{s.Case, s.Handle, fmt.Sprint(s.Open), next, dash(s.Role), s.Record, dash(s.TLP), s.Title}
		for i := range row {
			row[i] = plaintext.Clean(row[i])
		}
		rows = append(rows, row)
	}
	columns(out, rows)
	return nil
}

func (e *env) showFrom(ctx context.Context, r *client.Client, name string, asJSON bool) error {
	s, cs, entries, err := r.Seen(ctx, name)
	if err != nil {
		return err
	}
	k := &record.Kept{Handle: s.Handle, Case: cs}
	if s.Version != nil {
		k.Version = *s.Version
	}
	for _, m := range entries {
		meta := record.Meta{Epoch: m.Epoch, Index: m.Index, Entry: m.Entry, ID: m.ID, Recorded: m.Recorded, By: m.By, Basis: m.Basis,
			Imported: m.Imported, Party: m.Party, Number: m.Number, Erased: m.Erased, Lost: m.Lost}
		if m.Sequence != nil {
			meta.Seq = *m.Sequence
		}
		if copy(meta.Commitment[:], unhex(m.Commits)) != len(meta.Commitment) {
			return fault.New(fault.Unavailable, "the platform tells no commitment of entry %d", m.Index)
		}
		k.Records = append(k.Records, meta)
	}
	if asJSON {
		v := shownCase(k)
		delete(v, "head") // a running platform tells it in receipts alone
		if s.Version == nil {
			delete(v, "version")
		}
		return e.writeJSON(v)
	}
	e.showCase(k)
	if !s.View.All {
		fmt.Fprintf(lineWriter{e.out}, "You see the side of %s, and what is known to all.\n", dash(strings.Join(s.View.Parties, ", ")))
	}
	return nil
}

// addTo adds one event.
func (e *env) addTo(ctx context.Context, c *ufcli.Command, r *client.Client, ev casefile.Event, asJSON bool) error {
	name := c.Args().First()
	w := client.Write{Key: c.String("key")}
	if want := c.Int64("expect"); want != record.AnyVersion {
		s, err := r.Case(ctx, name)
		switch {
		case err != nil:
			return err
		case s.Version == nil:
			return &exit{exitBad, fmt.Errorf("--expect: you do not see all of this case, so that it has no version for you; leave it out")}
		case *s.Version != want:
			return fault.New(fault.Conflict, "the case has version %d by now, not %d; look what was added, and decide again", *s.Version, want)
		}
		w.Match = s.Tag
	}
	k, err := r.AddEvent(ctx, name, ev, w)
	if err != nil {
		return err
	}
	if asJSON {
		return e.writeLine(acknowledge(resultOf(k), c.String("key")))
	}
	e.sayAdded(name, resultOf(k))
	out, at := lineWriter{e.out}, here(c)
	fmt.Fprintf(out, "Next: tocsin receipt %s %s%s > %s-%s.tlog-proof\n", shellWord(name), shellWord(k.ID), at, fileWord(name), fileWord(k.ID))
	fmt.Fprintf(out, "      tocsin plan --case %s%s\n", shellWord(name), at)
	return nil
}
