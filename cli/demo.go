package cli

import (
	"context"
	"time"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/casefile"
	"tocsin/examples"
	"tocsin/internal/fault"
	"tocsin/plan"
	"tocsin/rulebook"
)

// demoAt is when the demo looks at the record: after the last public source on
// the case, the review of July 2022.
var demoAt = time.Date(2022, 7, 15, 0, 0, 0, 0, time.UTC)

func (e *env) demoCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "demo", Usage: "the platform with the examples loaded, and a sign-in link for each kind of person",
		Description: "Example: tocsin demo\n" +
			"         tocsin demo --once    # print the plan of the public record of Log4Shell, and end\n" +
			"Needs no file, no network and no set-up. It serves on this machine alone, from a folder that is removed when\n" +
			"it ends (Ctrl-C); everybody in it is invented but for those in the public record of Log4Shell.",
		Flags: []ufcli.Flag{
			&ufcli.BoolFlag{Name: "once", Usage: "print the plan of the public record of Log4Shell, and end"},
			&ufcli.IntFlag{Name: "width", Usage: "columns, with --once"},
			&ufcli.StringFlag{Name: "addr", Value: "127.0.0.1:8321", Usage: "where to listen; port 0 takes a free one"},
			&ufcli.StringFlag{Name: "data", Usage: "folder to keep the demo in; without it nothing is kept", TakesFile: true},
		},
		Action: e.demo,
	}
}

func (e *env) demo(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 0, 0, "tocsin demo"); err != nil {
		return err
	}
	if c.Bool("once") {
		return e.demoOnce(c)
	}
	return e.demoServe(ctx, c)
}

func (e *env) demoOnce(c *ufcli.Command) error {
	const name = "log4shell.yaml"
	data, err := examples.Files.ReadFile(name)
	if err != nil {
		return fault.New(fault.Internal, "%v", err)
	}
	b, err := rulebook.Load(rulebook.Shipped())
	if err != nil {
		return err
	}
	cs, err := casefile.Parse("examples/"+name, data)
	if err != nil {
		return err
	}
	p, err := plan.For(cs, b, plan.Options{At: demoAt})
	if err != nil {
		return err
	}
	pg := newPage(e.out, int(c.Int("width")))
	for _, s := range []string{
		"Tocsin reads a case (who knew what, when, and who says so) and works out, under every law, agreement and norm it knows, who must be told, in what order and by when, and what must not be said.",
		"This is the public record of Log4Shell. Its organisations are real: each statement is attributed to its source, sources that disagree stand side by side, and whatever is computed rests on assumptions that begin with “if”. It is not a finding about anyone.",
	} {
		pg.para(plain, "", s)
		pg.blank()
	}
	t := &table{page: pg, f: &phrases{cs, b, p}}
	t.print()
	pg.blank()
	pg.para(strong, "", "Next (from the source tree write go run ./cmd/tocsin for tocsin)")
	for _, n := range []struct{ command, what string }{
		{"tocsin plan examples/log4shell.yaml --format svg > log4shell.svg", "the picture: who knew what, when"},
		{"tocsin plan examples/cra-all-stages.yaml", "a manufacturer in the EU, kept record, every stage"},
		{"tocsin plan examples/cn-eu-conflict.yaml", "one law forbids what another demands"},
		{"tocsin rules show CN-RMSV-7-2-MIIT", "a rule with its clause, its sources and what was checked"},
	} {
		pg.para(accent, "  ", n.command)
		pg.para(faint, "      ", n.what)
	}
	return t.err
}
