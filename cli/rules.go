package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/internal/fault"
	"tocsin/rulebook"
	"tocsin/rulebook/worked"
)

func (e *env) rulesCommand() *ufcli.Command {
	return &ufcli.Command{
		Name:  "rules",
		Usage: "the law as data: list, show, lint and test rule packs",
		Description: "Example: tocsin rules show CN-RMSV-7-2-MIIT\n" +
			"A pack of your own: docs/adding-a-rule-pack.md",
		HideHelpCommand: true,
		Action:          family,
		Commands: []*ufcli.Command{
			{
				Name: "list", Usage: "every rule with its status, modality and clause",
				Description: "Example: tocsin rules list --order CN",
				Flags: append(ruleFlags(),
					&ufcli.StringFlag{Name: "order", Usage: "only this legal order (CN, EU, US, …, norm)"},
					&ufcli.BoolFlag{Name: "directory", Usage: "list the directory of authorities instead"},
					&ufcli.BoolFlag{Name: "roles", Usage: "list the roles instead"}),
				Action: e.rulesList,
			},
			{
				Name: "show", Usage: "one rule in full", ArgsUsage: "ID",
				Description: "Example: tocsin rules show EU-CRA-14-2A-AEV24",
				Flags:       ruleFlags(), Action: e.rulesShow,
			},
			{
				Name: "lint", Usage: "what the packs lack", ArgsUsage: "[DIR]",
				Description: "Without DIR the packs that come with the program; with DIR those of the folder beside them.\nExample: tocsin rules lint my-rules/",
				Action:      e.rulesLint,
			},
			{
				Name: "test", Usage: "run the worked examples", ArgsUsage: "[DIR]",
				Description: "Example: tocsin rules test",
				Flags:       []ufcli.Flag{&ufcli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "also name the examples that pass"}},
				Action:      e.rulesTest,
			},
		},
	}
}

func ruleFlags() []ufcli.Flag {
	return []ufcli.Flag{
		&ufcli.StringFlag{Name: "rules", Usage: "a folder of rule packs beside those that come with the program", TakesFile: true},
		&ufcli.StringFlag{Name: "only-rules", Usage: "a folder of rule packs instead of those that come with the program", TakesFile: true},
	}
}

// dirs opens the folders of packs that the flags name.
func dirs(beside, only string) ([]rulebook.Dir, error) {
	if beside != "" && only != "" {
		return nil, fault.New(fault.Invalid, "--rules and --only-rules exclude one another")
	}
	var out []rulebook.Dir
	if only == "" {
		out = append(out, rulebook.Shipped())
	} else { // the words that packs share come along, unless the folder brings its own
		out = append(out, rulebook.Vocabulary(func(name string) bool {
			_, err := os.Stat(filepath.Join(only, name))
			return err == nil
		}))
	}
	for _, name := range []string{beside, only} {
		if name == "" {
			continue
		}
		st, err := os.Stat(name)
		if err != nil {
			return nil, fault.New(fault.Invalid, "%s", pathError(err))
		}
		if !st.IsDir() {
			return nil, fault.New(fault.Invalid, "%s is a file; a folder of rule packs is needed", name)
		}
		dir := rulebook.Dir{Name: filepath.ToSlash(filepath.Clean(name)), FS: os.DirFS(name)}
		if !dir.Holds() { // a wrong folder must not read as "nothing is due"
			return nil, fault.New(fault.Invalid, "%s: there is no rule pack (NAME.yaml) in this folder", dir.Name)
		}
		out = append(out, dir)
	}
	return out, nil
}

func loadBook(c *ufcli.Command) (*rulebook.Book, error) {
	ds, err := dirs(c.String("rules"), c.String("only-rules"))
	if err != nil {
		return nil, err
	}
	return rulebook.Load(ds...)
}

func (e *env) rulesList(_ context.Context, c *ufcli.Command) error {
	out := lineWriter{e.out}
	b, err := loadBook(c)
	if err != nil {
		return err
	}
	switch {
	case c.Bool("directory"):
		for _, d := range b.Directory() {
			fmt.Fprintf(out, "%-28s %-4s %-11s %s\n", d.ID, d.Country, d.Kind, rulebook.T(d.Title, "en"))
		}
		return nil
	case c.Bool("roles"):
		for _, r := range b.Roles() {
			fmt.Fprintf(out, "%-36s %s\n", r.ID, rulebook.T(r.Title, "en"))
		}
		return nil
	}
	rules := append([]*rulebook.Rule{}, b.Rules...)
	sort.SliceStable(rules, func(i, j int) bool { return listKey(rules[i]) < listKey(rules[j]) })
	records, header := 0, ""
	for _, r := range rules {
		if o := c.String("order"); o != "" && o != r.Order {
			continue
		}
		indent := ""
		switch {
		case r.Parent == "":
			records++
		case b.Rule(r.Parent) != nil: // a part beside the record itself
			indent = "  "
		default: // a record that is in its parts alone
			indent = "  "
			if header != r.Parent {
				header = r.Parent
				records++
				fmt.Fprintf(out, "%-34s %-6s in %d parts\n", r.Parent, r.Order, len(b.Children(r.Parent)))
			}
		}
		fmt.Fprintf(out, "%-34s %-6s %-13s %-10s %-36s %s\n", indent+r.ID, r.Order, r.Class, r.Modality, validity(r), r.Citation.Text)
	}
	fmt.Fprintf(out, "%d records, %s\n", records, b.Digest[:19])
	return nil
}

func listKey(r *rulebook.Rule) string {
	if r.Parent != "" {
		return r.Parent + "\x00" + r.ID
	}
	return r.ID
}

func validity(r *rulebook.Rule) string {
	s := r.Status
	if r.From != "" {
		s += " " + r.From
	}
	if r.Until != "" {
		s += "…" + r.Until
	}
	return s
}

func (e *env) rulesShow(_ context.Context, c *ufcli.Command) error {
	out := lineWriter{e.out}
	b, err := loadBook(c)
	if err != nil {
		return err
	}
	id := c.Args().First()
	if id == "" {
		return &exit{exitBad, fmt.Errorf("which rule? tocsin rules list names them")}
	}
	var rules []*rulebook.Rule
	if r := b.Rule(id); r != nil {
		rules = append(rules, r)
	}
	rules = append(rules, b.Children(id)...)
	if len(rules) == 0 {
		return &exit{exitBad, fmt.Errorf("%q is not a rule; tocsin rules list names them", id)}
	}
	for i, r := range rules {
		if i > 0 {
			fmt.Fprintln(out)
		}
		showRule(out, b, r)
	}
	return nil
}

func lintDirs(c *ufcli.Command) ([]rulebook.Dir, string, error) {
	dir := c.Args().First()
	ds, err := dirs(dir, "")
	if err != nil {
		return nil, "", err
	}
	prefix := "packs/"
	if dir != "" {
		prefix = filepath.ToSlash(filepath.Clean(dir)) + "/"
	}
	return ds, prefix, nil
}

func (e *env) rulesLint(_ context.Context, c *ufcli.Command) error {
	out := lineWriter{e.out}
	ds, prefix, err := lintDirs(c)
	if err != nil {
		return err
	}
	problems, err := worked.Lint(func(file string) bool { return strings.HasPrefix(file, prefix) }, ds...)
	if err != nil {
		return err
	}
	bad := 0
	for _, p := range problems {
		word := "error"
		if p.Warning {
			word = "warning"
		} else {
			bad++
		}
		fmt.Fprintf(out, "%s: %s\n", word, p)
	}
	if bad > 0 {
		return &exit{exitFailed, fmt.Errorf("problems found: %d", bad)}
	}
	fmt.Fprintln(out, "no problem found")
	return nil
}

func (e *env) rulesTest(_ context.Context, c *ufcli.Command) error {
	out := lineWriter{e.out}
	ds, prefix, err := lintDirs(c)
	if err != nil {
		return err
	}
	b, err := rulebook.Load(ds...)
	if err != nil {
		return err
	}
	all, err := worked.Load(ds...)
	if err != nil {
		return err
	}
	examples := all[:0:0]
	for _, x := range all {
		if strings.HasPrefix(x.File(), prefix) {
			examples = append(examples, x)
		}
	}
	results, _ := worked.Run(b, examples)
	passed, failed := 0, 0
	for _, r := range results {
		if len(r.Errors) == 0 {
			passed++
			if c.Bool("verbose") {
				fmt.Fprintf(out, "ok    %s\n", r.Example.Place())
			}
			continue
		}
		failed++
		fmt.Fprintf(out, "FAIL  %s\n", r.Example.Place())
		for _, msg := range r.Errors {
			fmt.Fprintf(out, "    %s\n", msg)
		}
	}
	fmt.Fprintf(out, "%d passed, %d failed\n", passed, failed)
	if failed > 0 || passed == 0 {
		return &exit{exitFailed, fmt.Errorf("worked examples that do not pass: %d of %d", failed, passed+failed)}
	}
	return nil
}
