package cli

import (
	"context"
	"fmt"
	"strings"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/client"
	"tocsin/internal/plaintext"
)

func (e *env) inboxCommand() *ufcli.Command {
	return &ufcli.Command{
		Name:            "inbox",
		Usage:           "letters between an authority and its members",
		Description:     "Example: tocsin inbox list --server https://tocsin.example.org",
		HideHelpCommand: true,
		Action:          family,
		Commands: []*ufcli.Command{{
			Name: "list", Usage: "the letters to your organisations, the newest first; to look receives nothing", Description: "Example: tocsin inbox list --server https://tocsin.example.org",
			Flags: recordFlags(formatFlag()), Action: e.inboxList,
		}, {
			Name: "open", Usage: "open a letter: where you act for the recipient, this confirms its receipt", ArgsUsage: "LETTER",
			Description: "Example: tocsin inbox open LETTER --lang de --server https://tocsin.example.org",
			Flags:       recordFlags(&ufcli.StringFlag{Name: "lang", Usage: "language of the words: en, zh, fr, de; default that of the token's person"}, formatFlag()),
			Action:      e.inboxOpen,
		}},
	}
}

func (e *env) inboxList(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 0, 0, "tocsin inbox list"); err != nil {
		return err
	}
	asJSON, r, err := e.asked(c)
	if err != nil {
		return err
	}
	all, err := r.Inbox(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		if all == nil {
			all = []client.Letter{}
		}
		return e.writeJSON(map[string]any{"letters": all})
	}
	out := lineWriter{e.out}
	if len(all) == 0 {
		fmt.Fprintln(out, "There is no letter.")
		return nil
	}
	rows := [][]string{{"LETTER", "SENT", "OPENED", "TO", "ABOUT", "MEMBERSHIP"}}
	for _, l := range all {
		opened := "not yet"
		if l.Received != nil {
			opened = instant(*l.Received)
		}
		rows = append(rows, cleaned(l.ID, instant(l.Sent), opened, l.Org, l.Kind, l.Membership))
	}
	columns(out, rows)
	return nil
}

func (e *env) inboxOpen(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 1, 1, "tocsin inbox open LETTER"); err != nil {
		return err
	}
	asJSON, r, err := e.asked(c)
	if err != nil {
		return err
	}
	l, err := r.OpenLetter(ctx, c.Args().First(), c.String("lang"))
	if err != nil {
		return err
	}
	if asJSON {
		return e.writeJSON(l)
	}
	out := lineWriter{e.out}
	if l.Text != "" {
		fmt.Fprintln(out, strings.TrimRight(l.Text, "\n"))
	} else {
		fmt.Fprintf(out, "%s %s\n", plaintext.Clean(l.Kind), plaintext.Clean(l.Number))
		for _, key := range []string{"reason", "text"} {
			if words, ok := l.Act[key].(string); ok {
				fmt.Fprintln(out, words)
			}
		}
		if len(l.Missing) > 0 {
			fmt.Fprintf(out, "It is no formal letter, since it lacks: %s. The act stands without it.\n", plaintext.Clean(strings.Join(l.Missing, ", ")))
		}
	}
	fmt.Fprintln(out)
	if l.Received != nil {
		fmt.Fprintf(out, "Receipt was confirmed at %s.\n", instant(*l.Received))
	} else {
		fmt.Fprintln(out, "You read it without receiving it.")
	}
	return nil
}
