package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/access"
	"tocsin/app"
	"tocsin/casefile"
	"tocsin/client"
	"tocsin/internal/fault"
	"tocsin/plan"
	"tocsin/rulebook"
)

func (e *env) planCommand() *ufcli.Command {
	return &ufcli.Command{
		Name: "plan", Usage: "compute the plan of a case file, or of a case that is kept", ArgsUsage: "CASEFILE|CASE",
		Description: "Example: tocsin plan examples/log4shell.yaml\n" +
			"         tocsin plan TOC-2021-0001 --data /var/lib/tocsin      (a case that is kept)\n" +
			"What if exploitation is seen:  tocsin plan case.yaml --what-if 'exploitation-observed by=acme of=gateway at=2026-10-01T09:00:00Z'\n" +
			"Assume a fact:                 tocsin plan case.yaml --assume 'products.gateway.contains=[log4j]'",
		Flags: append(recordFlags(ruleFlags()...),
			&ufcli.StringFlag{Name: "case", Usage: "a kept case by its id or handle, whatever files there are"},
			&ufcli.StringFlag{Name: "at", Usage: "the instant to compute at (RFC 3339); default now"},
			&ufcli.StringFlag{Name: "as-known-at", Usage: "only what had been recorded by then (RFC 3339)"},
			&ufcli.StringSliceFlag{Name: "what-if", Usage: "add a hypothetical event: 'KIND key=value …'"},
			&ufcli.StringSliceFlag{Name: "assume", Usage: "assume a fact: 'PATH=VALUE'"},
			&ufcli.StringFlag{Name: "party", Usage: "only this party"},
			&ufcli.StringFlag{Name: "fail-on", Usage: "missed: exit 3 when something in force is missed"},
			&ufcli.StringFlag{Name: "format", Value: "table", Usage: "table, json, svg or ics"},
			&ufcli.StringFlag{Name: "lang", Value: "en", Usage: "language of the reasons: en, zh, fr, de"},
			&ufcli.BoolFlag{Name: "titles", Usage: "ics: write what each entry is about; by default titles say nothing"},
			&ufcli.BoolFlag{Name: "why", Usage: "table: also print the arithmetic and every reason"},
			&ufcli.IntFlag{Name: "width", Usage: "table: columns; svg: pixels"},
		),
		DisableSliceFlagSeparator: true,
		Action:                    e.plan,
	}
}

func (e *env) plan(ctx context.Context, c *ufcli.Command) error {
	file := c.Args().First()
	if (file == "") == (c.String("case") == "") || c.Args().Len() > 1 {
		return &exit{exitBad, fmt.Errorf("plan needs one case file; for example: tocsin plan examples/log4shell.yaml")}
	}
	switch c.String("format") {
	case "table", "json", "svg", "ics":
	default:
		return &exit{exitBad, fmt.Errorf("--format: %q is not table, json, svg or ics", c.String("format"))}
	}
	if lang := c.String("lang"); !slices.Contains(plan.Languages(), lang) {
		return &exit{exitBad, fmt.Errorf("--lang: %q is not one of %s", lang, strings.Join(plan.Languages(), ", "))}
	}
	if f := c.String("fail-on"); f != "" && f != "missed" {
		return &exit{exitBad, fmt.Errorf("--fail-on: %q is not missed", f)}
	}
	o := plan.Options{Party: c.String("party"), At: e.now().UTC().Truncate(time.Second)}
	for name, dst := range map[string]*time.Time{"at": &o.At, "as-known-at": &o.AsKnownAt} {
		if s := c.String(name); s != "" {
			t, err := time.Parse(time.RFC3339, s)
			if err != nil {
				return &exit{exitBad, fmt.Errorf("--%s: %q is not an RFC 3339 time such as 2026-11-22T09:00:00Z", name, s)}
			}
			*dst = t
		}
	}
	file, data, from, err := e.caseText(ctx, c, file)
	if err != nil {
		return err
	}
	b, err := loadBook(c)
	if err != nil {
		return err
	}
	if err := e.compareRules(ctx, c, from.platform, b); err != nil {
		return err
	}
	base, err := casefile.Parse(file, data)
	if err != nil {
		return err
	}
	p, err := plan.For(base, b, o)
	if err != nil {
		return err
	}
	p = access.Owed(p, from.view)
	cs := base
	if whatIf, assume := c.StringSlice("what-if"), c.StringSlice("assume"); len(whatIf)+len(assume) > 0 {
		if cs, err = casefile.Suppose(file, data, whatIf, assume, o.At); err != nil {
			return err
		}
		other, err := plan.For(cs, b, o)
		if err != nil {
			return err
		}
		other = access.Owed(other, from.view)
		other.Difference = plan.Diff(p, other)
		p = other
	}
	p.SayIn(c.String("lang"))
	if err := e.printPlan(c, b, cs, p); err != nil {
		return err
	}
	if c.String("fail-on") == "missed" {
		n := 0
		for _, d := range p.Duties {
			if d.State == plan.Missed && d.Status != "revoked" && d.Status != "closed" {
				n++
			}
		}
		if n > 0 {
			return &exit{exitMissed, fmt.Errorf("duties in force that are missed: %d", n)}
		}
	}
	return nil
}

// caseText reads the case that plan was asked for: --case and, where --data is
// given, a word that is no file name a case that is kept. A platform gives
// what the token's person sees.
func (e *env) caseText(ctx context.Context, c *ufcli.Command, file string) (name string, data []byte, from origin, err error) {
	from.view.All = true
	name = c.String("case")
	if name == "" {
		_, serr := os.Stat(file)
		if file == "-" || serr == nil || !c.IsSet("data") && !c.IsSet("database") && c.String("server") == "" {
			data, err = e.readFile(file, maxCaseFile)
			if os.IsNotExist(serr) {
				err = fault.New(fault.Invalid, "%v; for a case that is kept: tocsin plan --case %s", err, shellWord(file))
			}
			return file, data, from, err
		}
		name = file
	}
	if from.platform, err = e.remote(c); err != nil {
		return name, nil, from, err
	}
	if from.platform != nil {
		s, cs, _, err := from.platform.Seen(ctx, name)
		if err != nil {
			return name, nil, from, err
		}
		from.view = access.Viewpoint{All: s.View.All, Own: s.View.Own, Parties: s.View.Parties, Limited: s.View.Limited, Embargo: s.View.Embargo}
		data, err = cs.JSON()
		return name, data, from, err
	}
	err = e.within(ctx, c, toRead, func(ctx context.Context, a *app.App) error {
		k, err := load(ctx, a, name)
		if err != nil {
			return err
		}
		data, err = k.Case.JSON()
		return err
	})
	return name, data, from, err
}

// origin is where a case came from: a platform, or nil for this machine, and how
// much of it was seen. Others' duties cannot be told from half of their facts.
type origin struct {
	platform *client.Client
	view     access.Viewpoint
}

// compareRules says when the platform computes by other packs than this program.
// A plan is a pure function of case, packs and instant, so that with the same packs
// the plan from here is the platform's.
func (e *env) compareRules(ctx context.Context, c *ufcli.Command, from *client.Client, b *rulebook.Book) error {
	if from == nil || c.String("rules") != "" || c.String("only-rules") != "" {
		return nil
	}
	there, err := from.Rulebook(ctx)
	if err != nil {
		return err
	}
	if there != b.Digest {
		fmt.Fprintln(lineWriter{e.err}, "tocsin: the platform has other rule packs than this program: dates here are by those of this program, and can differ from what its pages show")
	}
	return nil
}

func (e *env) writeJSON(v any) error {
	enc := json.NewEncoder(e.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fault.New(fault.Internal, "writing the result: %v", err)
	}
	return nil
}
