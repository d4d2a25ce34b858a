package cli

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/app"
	"tocsin/internal/plaintext"
	"tocsin/record"
)

func (e *env) caseShowCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "show", Usage: "what is kept of a case, record by record", ArgsUsage: "CASE",
		Description: "Example: tocsin case show TOC-2021-0001",
		Flags:       recordFlags(formatFlag()),
		Action:      e.caseShow,
	}
}

func (e *env) caseShow(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 1, 1, "tocsin case show TOC-2021-0001"); err != nil {
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
		return e.showFrom(ctx, r, c.Args().First(), asJSON)
	}
	return e.within(ctx, c, toRead, func(ctx context.Context, a *app.App) error {
		k, err := load(ctx, a, c.Args().First())
		if err != nil {
			return err
		}
		if asJSON {
			return e.writeJSON(shownCase(k))
		}
		e.showCase(k)
		return nil
	})
}

// shownRecord is a record in the JSON of case show.
type shownRecord struct {
	Sequence   int64    `json:"sequence"`
	Epoch      int      `json:"epoch"`
	Index      int64    `json:"index"`
	Entry      string   `json:"entry"`
	ID         string   `json:"id,omitempty"`
	Kind       string   `json:"kind,omitempty"`
	Recorded   string   `json:"recorded-at"`
	By         string   `json:"recorded-by,omitempty"`
	Basis      string   `json:"basis,omitempty"`
	Imported   bool     `json:"imported"`
	Party      string   `json:"party,omitempty"`
	Number     int64    `json:"number,omitempty"`
	Erased     []string `json:"erased,omitempty"`
	Lost       int64    `json:"lost,omitempty"`
	Commitment string   `json:"commitment"`
}

func shownCase(k *record.Kept) map[string]any {
	records := make([]shownRecord, 0, len(k.Records))
	for _, m := range k.Records {
		records = append(records, shownRecord{
			Sequence: m.Seq, Epoch: m.Epoch, Index: m.Index, Entry: m.Entry, ID: m.ID, Kind: kindOf(k, m),
			Recorded: instant(m.Recorded), By: m.By, Basis: m.Basis, Imported: m.Imported,
			Party: m.Party, Number: m.Number, Erased: m.Erased, Lost: m.Lost, Commitment: hex.EncodeToString(m.Commitment[:]),
		})
	}
	return map[string]any{
		"handle": k.Handle, "case": k.Case.Case, "title": k.Case.Title, "record": k.Case.Record,
		"version": k.Version, "head": hex.EncodeToString(k.Head[:]), "records": records,
	}
}

// headOf is the hash of the newest record; a platform tells none.
func headOf(k *record.Kept) string {
	if k.Head == [32]byte{} {
		return ""
	}
	return fmt.Sprintf(", head %x", k.Head)
}

func kindOf(k *record.Kept, m record.Meta) string {
	if m.Entry == "event" {
		if ev := k.Case.Event(m.ID); ev != nil {
			return string(ev.Kind)
		}
	}
	return ""
}

func (e *env) showCase(k *record.Kept) {
	out := lineWriter{e.out}
	fmt.Fprintf(out, "%s  %s\n", k.Case.Case, plaintext.Clean(k.Case.Title))
	fmt.Fprintf(out, "  handle   %s\n", k.Handle)
	whose := "put together from outside sources"
	if k.Case.Kept() {
		whose = "kept here"
	}
	fmt.Fprintf(out, "  record   %s (%s)\n", k.Case.Record, whose)
	if k.Case.TLP != "" {
		fmt.Fprintf(out, "  tlp      %s\n", k.Case.TLP)
	}
	if len(k.Case.Vulnerabilities) > 0 {
		fmt.Fprintf(out, "  about    %s\n", plaintext.Clean(strings.Join(k.Case.Vulnerabilities, ", ")))
	}
	fmt.Fprintf(out, "  holds    %d events, %d parties, %d products, %d sources\n",
		len(k.Case.Events), len(k.Case.Parties), len(k.Case.Products), len(k.Case.Sources))
	fmt.Fprintf(out, "  version  %d%s\n\n", k.Version, headOf(k))

	rows := [][]string{{"SEQ", "INDEX", "RECORDED", "BY", "WHAT"}}
	for _, m := range k.Records {
		rows = append(rows, []string{fmt.Sprint(m.Seq), place(m), instant(m.Recorded), dash(plaintext.Clean(m.By)), whatOf(k, m)})
	}
	columns(out, rows)
}

// place is where a record stands in the log.
func place(m record.Meta) string {
	if m.Epoch > 1 {
		return fmt.Sprintf("%d/%d", m.Epoch, m.Index)
	}
	return fmt.Sprint(m.Index)
}

// whatOf says in a line what a record is.
func whatOf(k *record.Kept, m record.Meta) string {
	s := m.Entry
	switch m.Entry {
	case "event":
		s = "event " + m.ID
		if kind := kindOf(k, m); kind != "" {
			s += " " + kind
		}
		if ev := k.Case.Event(m.ID); ev != nil && ev.By != "" {
			s += " by " + ev.By
		}
	case "receipt":
		s = fmt.Sprintf("receipt %d of %s for event %s", m.Number, m.Party, m.ID)
	case "note":
		if m.Lost > 0 {
			s = fmt.Sprintf("note: records may be missing in front of it, at most %d", m.Lost)
		}
	default:
		if m.ID != "" {
			s += " " + m.ID
		}
	}
	if m.Imported {
		s += ", imported"
	}
	if m.Basis != "" && m.Basis != "own" {
		s += ", basis " + m.Basis
	}
	if len(m.Erased) > 0 {
		s += ", erased: " + strings.Join(m.Erased, ", ")
	}
	return plaintext.Clean(s)
}
