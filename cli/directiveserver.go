package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/casefile"
	"tocsin/client"
	"tocsin/directive"
	"tocsin/internal/fault"
	"tocsin/internal/plaintext"
)

// serverFlags name a running platform, where there is no folder that could stand
// in its place.
func serverFlags(more ...ufcli.Flag) []ufcli.Flag {
	return append(more,
		&ufcli.StringFlag{Name: "server", Usage: "address of a running platform, such as https://tocsin.example.org", Sources: ufcli.EnvVars("TOCSIN_SERVER")},
		&ufcli.StringFlag{Name: "token-file", Usage: "file with the API token; or the token itself in TOCSIN_TOKEN", TakesFile: true},
		&ufcli.BoolFlag{Name: "insecure", Usage: "plain http to another machine; the token and the directive can then be read on the way"},
	)
}

// platformOf is the running platform that a command needs.
func (e *env) platformOf(c *ufcli.Command) (*client.Client, error) {
	r, err := e.remote(c)
	if err == nil && r == nil {
		err = &exit{exitBad, fmt.Errorf("%s works on a running platform: name it with --server ADDRESS, or in TOCSIN_SERVER", c.FullName())}
	}
	return r, err
}

// directiveOnServer are the commands about directives on a running platform.
func (e *env) directiveOnServer() []*ufcli.Command {
	return []*ufcli.Command{{
		Name: "list", Usage: "the directives on a sharing platform that you see", ArgsUsage: "PLATFORM",
		Description: "Example: tocsin directive list circle --server https://tocsin.example.org",
		Flags:       serverFlags(formatFlag(), langFlag()), Action: e.directiveList,
	}, {
		Name: "draft", Usage: "make a draft, as somebody who acts for the authority", ArgsUsage: "PLATFORM FILE",
		Description: "Example: tocsin directive draft circle order.yaml --server https://tocsin.example.org\n" +
			"The members are set from the memberships of the platform. A draft binds nobody: a person with a fresh sign-in\n" +
			"issues it on its page.",
		Flags: serverFlags(keyFlag(), formatFlag()), Action: e.directiveDraft,
	}, {
		Name: "act", Usage: "put an act on record", ArgsUsage: "ID 'KIND key=value …'",
		Description: "Example: tocsin directive act f7k2m9 'progressed steps=[move] done=12 total=21' --server https://tocsin.example.org\n" +
			"Kinds and keys are those of docs/directive.md, Acts. A suspended member acts too: its duties go on.",
		Flags: serverFlags(keyFlag(), formatFlag(),
			&ufcli.IntFlag{Name: "expect", Value: -1, HideDefault: true, Usage: "version that the directive must have for you, so that nothing was added in between"}),
		DisableSliceFlagSeparator: true, Action: e.directiveAct,
	}, {
		Name: "export", Usage: "write a directive with the acts on it as a document, which directive show reads", ArgsUsage: "ID",
		Description: "Example: tocsin directive export f7k2m9 --output order.yaml --server https://tocsin.example.org\n" +
			"For the authority it is whole, for a member its own side.",
		Flags: serverFlags(outputFlag(), &ufcli.StringFlag{Name: "format", Value: "yaml", Usage: "yaml or json"}), Action: e.directiveExport,
	}}
}

func langFlag() ufcli.Flag {
	return &ufcli.StringFlag{Name: "lang", Value: "en", Usage: "language of titles: en, zh, fr, de"}
}

func (e *env) directiveList(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 1, 1, "tocsin directive list circle"); err != nil {
		return err
	}
	asJSON, err := wantsJSON(c)
	if err != nil {
		return err
	}
	r, err := e.platformOf(c)
	if err != nil {
		return err
	}
	all, err := r.Directives(ctx, c.Args().First())
	if err != nil {
		return err
	}
	if asJSON {
		return e.writeJSON(map[string]any{"directives": all})
	}
	out := lineWriter{e.out}
	if len(all) == 0 {
		fmt.Fprintln(out, "There is no directive here that you may see.")
		return nil
	}
	rows := [][]string{{"ID", "NUMBER", "STATUS", "NEXT DATE", "WAITS", "TLP", "TITLE"}}
	for _, d := range all {
		next, title := "-", directive.Text(d.Title).In(c.String("lang"))
		if d.Due != nil {
			next = d.Due.Earliest.UTC().Format(time.RFC3339)
		}
		if d.Withheld {
			title = "(withheld as you stand; tocsin directive act goes on)"
		}
		row := []string{d.ID, d.Number, d.Status, next, fmt.Sprint(d.Waits), d.TLP, title}
		for i := range row {
			row[i] = plaintext.Clean(row[i])
		}
		rows = append(rows, row)
	}
	columns(out, rows)
	return nil
}

func (e *env) directiveDraft(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 2, 2, "tocsin directive draft circle order.yaml"); err != nil {
		return err
	}
	asJSON, err := wantsJSON(c)
	if err != nil {
		return err
	}
	r, err := e.platformOf(c)
	if err != nil {
		return err
	}
	data, err := e.readFile(c.Args().Get(1), maxCaseFile)
	if err != nil {
		return err
	}
	d, err := r.DraftDirective(ctx, c.Args().First(), data, client.Write{Key: c.String("key")})
	if err != nil {
		return inFile(c.Args().Get(1), err)
	}
	if asJSON {
		return e.writeJSON(d)
	}
	out := lineWriter{e.out}
	fmt.Fprintf(out, "Draft %s of %s. It binds nobody yet.\n", plaintext.Clean(d.ID), plaintext.Clean(d.Number))
	fmt.Fprintln(out, "Next: look at it on its page, and issue it there with a fresh sign-in.")
	return nil
}

func (e *env) directiveAct(ctx context.Context, c *ufcli.Command) error {
	const example = "tocsin directive act f7k2m9 'completed steps=[inventory]'"
	if err := onlyArgs(c, 2, 2, example); err != nil {
		return err
	}
	asJSON, err := wantsJSON(c)
	if err != nil {
		return err
	}
	var a directive.Act
	if err := casefile.Typed(c.Args().Get(1), &a); err != nil {
		return err
	}
	if a.ID != "" || !a.At.IsZero() {
		return fault.New(fault.Invalid, "id and at are set by the platform; leave them out")
	}
	r, err := e.platformOf(c)
	if err != nil {
		return err
	}
	v, err := r.ActOn(ctx, c.Args().First(), a, c.Int("expect"), client.Write{Key: c.String("key")})
	if err != nil {
		return err
	}
	if asJSON {
		return e.writeJSON(v)
	}
	out := lineWriter{e.out}
	if n := len(v.Acts); n > 0 {
		last := v.Acts[n-1]
		fmt.Fprintf(out, "On record: %s, act %s of %s, leaf %d of log %d.\n", plaintext.Clean(last.Act.Kind), plaintext.Clean(last.Act.ID), plaintext.Clean(v.Number), last.Index, last.Epoch)
	}
	for _, d := range v.Duties {
		fmt.Fprintf(out, "  %s, %s: %s\n", plaintext.Clean(d.Cell.Member), plaintext.Clean(d.Cell.Step), directive.Status(strings.TrimSpace(d.Cell.Status)).In("en"))
	}
	return nil
}

func (e *env) directiveExport(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 1, 1, "tocsin directive export f7k2m9 --output order.yaml"); err != nil {
		return err
	}
	format := c.String("format")
	if format != "yaml" && format != "json" {
		return &exit{exitBad, fmt.Errorf("--format: %q is not yaml or json", format)}
	}
	r, err := e.platformOf(c)
	if err != nil {
		return err
	}
	data, err := r.DirectiveFile(ctx, c.Args().First(), format)
	if err != nil {
		return err
	}
	return e.writeOut(c, data)
}
