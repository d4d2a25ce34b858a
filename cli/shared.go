package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/client"
	"tocsin/internal/document"
	"tocsin/internal/fault"
	"tocsin/internal/plaintext"
	"tocsin/sharing"
)

func (e *env) sharedCommand() *ufcli.Command {
	return &ufcli.Command{
		Name:            "shared",
		Usage:           "reports, indicators, sightings and risk notices on a sharing platform",
		Description:     "Example: tocsin shared list --server https://tocsin.example.org",
		HideHelpCommand: true,
		Action:          family,
		Commands: []*ufcli.Command{{
			Name: "list", Usage: "what was shared with you, the newest first, on one platform or on all of yours", ArgsUsage: "[PLATFORM]",
			Description: "Example: tocsin shared list --concerning --server https://tocsin.example.org",
			Flags: recordFlags(&ufcli.StringFlag{Name: "kind", Usage: "only report, indicator, sighting or risk-notice"}, &ufcli.BoolFlag{Name: "concerning", Usage: "only what concerns your organisations"},
				&ufcli.IntFlag{Name: "most", Usage: "so many at most, of each platform", Value: 50}, formatFlag()),
			Action: e.sharedList,
		}, {
			Name: "show", Usage: "one of them, what to do first before all else", ArgsUsage: "ITEM",
			Description: "Example: tocsin shared show ITEM --lang de --server https://tocsin.example.org\n" +
				"Indicators are written so that no terminal makes a link of them; --format json has them exactly.",
			Flags:  recordFlags(&ufcli.StringFlag{Name: "lang", Usage: "language of the words: en, zh, fr, de", Value: "en"}, formatFlag()),
			Action: e.sharedShow,
		}, {
			Name: "new", Usage: "share what a file says; with report: true for the authority alone, which a suspended member can, too", ArgsUsage: "PLATFORM FILE",
			Description: "Example: tocsin shared new circle report.yaml --server https://tocsin.example.org\n" +
				"The file is YAML or JSON: kind, tlp, words by language (title, text, concerns, first), signs, sightings, about, to, groups, report.",
			Flags: recordFlags(keyFlag(), formatFlag()), Action: e.sharedNew,
		}, {
			Name: "acknowledge", Usage: "the word of your organisation that it has a notice; once given, it stands", ArgsUsage: "ITEM [WORDS]",
			Description: "Example: tocsin shared acknowledge ITEM 'we are on it' --server https://tocsin.example.org",
			Flags:       recordFlags(&ufcli.StringFlag{Name: "org", Usage: "for which organisation, if you act for several"}), Action: e.sharedAcknowledge,
		}},
	}
}

func (e *env) sharedList(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 0, 1, "tocsin shared list"); err != nil {
		return err
	}
	asJSON, r, err := e.asked(c)
	if err != nil {
		return err
	}
	platforms := []string{c.Args().First()}
	if platforms[0] == "" {
		all, err := r.Platforms(ctx)
		if err != nil {
			return err
		}
		platforms = nil
		for _, p := range all {
			platforms = append(platforms, p.ID)
		}
	}
	list := []client.Shared{}
	for _, p := range platforms {
		some, err := r.Shared(ctx, p, c.String("kind"), c.Bool("concerning"), int(c.Int("most")))
		if err != nil {
			return err
		}
		list = append(list, some...)
	}
	slices.SortStableFunc(list, func(a, b client.Shared) int { return b.At.Compare(a.At) })
	if asJSON {
		return e.writeJSON(map[string]any{"shared": list})
	}
	out := lineWriter{e.out}
	if len(list) == 0 {
		fmt.Fprintln(out, "Nothing was shared with you.")
		return nil
	}
	rows := [][]string{{"ITEM", "SHARED", "TLP", "KIND", "FROM", "WORD BY", "TITLE"}}
	for _, x := range list {
		by := "-"
		if x.Version.AckBy != nil {
			by = instant(*x.Version.AckBy)
		}
		title := inLang(x.Version.Titles, "en")
		if x.Mark != nil {
			title = "WITHDRAWN: " + title
		}
		rows = append(rows, cleaned(x.ID, instant(x.At), x.Version.TLP, x.Kind, x.From, by, title))
	}
	columns(out, rows)
	return nil
}

// inLang is the text of a language, else of English, else of the first that there is.
func inLang[T any](words map[string]T, lang string) (out T) {
	for _, l := range append([]string{lang, "en"}, slices.Sorted(maps.Keys(words))...) {
		if w, ok := words[l]; ok {
			return w
		}
	}
	return out
}

func (e *env) sharedShow(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 1, 1, "tocsin shared show ITEM"); err != nil {
		return err
	}
	asJSON, r, err := e.asked(c)
	if err != nil {
		return err
	}
	if !slices.Contains(sharing.Languages(), c.String("lang")) {
		return fault.New(fault.Invalid, "--lang: %q is not en, zh, fr or de", c.String("lang"))
	}
	it, err := r.SharedItem(ctx, c.Args().First())
	if err != nil {
		return err
	}
	if asJSON {
		return e.writeJSON(it)
	}
	out := lineWriter{e.out}
	w := inLang(it.Words, c.String("lang"))
	fmt.Fprintf(out, "%s\nTLP:%s  %s from %s, %s, version %d\n", plaintext.Clean(w.Title), plaintext.Clean(it.Version.TLP), plaintext.Clean(it.Kind), plaintext.Clean(it.From), instant(it.Version.At), it.Version.N)
	if it.Mark != nil {
		fmt.Fprintf(out, "WITHDRAWN %s: %s\n", instant(it.Mark.At), plaintext.Clean(it.Mark.Reason))
	}
	for _, part := range []struct{ head, text string }{{"What to do first", w.First}, {"Whom it concerns", w.Concerns}, {"What it is", w.Text}} {
		if part.text != "" {
			fmt.Fprintf(out, "\n%s\n%s\n", part.head, indented(part.text))
		}
	}
	if len(it.Signs) > 0 {
		fmt.Fprintln(out, "\nIndicators, written so that nobody opens them")
		rows := [][]string{}
		for _, s := range it.Signs {
			rows = append(rows, cleaned("  "+s.Type, sharing.Defang(s.Type, s.Value), s.Note))
		}
		columns(out, rows)
	}
	if len(it.Seen) > 0 {
		fmt.Fprintln(out, "\nSightings")
		rows := [][]string{}
		for _, s := range it.Seen {
			rows = append(rows, cleaned("  "+s.Type, sharing.Defang(s.Type, s.Value), fmt.Sprint(s.Count), instant(s.First), instant(s.Last)))
		}
		columns(out, rows)
	}
	if it.Version.AckBy != nil {
		fmt.Fprintf(out, "\nThe word of each member is wanted by %s: tocsin shared acknowledge %s\n", instant(*it.Version.AckBy), shellWord(it.ID))
	}
	fmt.Fprintf(out, "\nIn the log as entry %d of epoch %d, SHA-256 %s\n", it.Version.Index, it.Version.Epoch, plaintext.Clean(it.Version.Hash))
	return nil
}

// indented is a text with each of its lines moved in.
func indented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("  " + plaintext.Clean(strings.TrimRight(line, "\r\n")) + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// maxShared is what the API takes at once.
const maxShared = 1 << 20

func (e *env) sharedNew(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 2, 2, "tocsin shared new PLATFORM report.yaml"); err != nil {
		return err
	}
	asJSON, r, err := e.asked(c)
	if err != nil {
		return err
	}
	name := c.Args().Get(1)
	data, err := e.readFile(name, maxShared)
	if err != nil {
		return err
	}
	root, err := document.Parse(name, data, document.Limits{Bytes: maxShared, Depth: 24, Values: 100_000})
	if err != nil {
		return err
	}
	var said client.NewShared
	if err := document.Decode(name, root, &said); err != nil {
		return err
	}
	it, err := r.Share(ctx, c.Args().First(), said, client.Write{Key: c.String("key")})
	if err != nil {
		return inFile(name, err)
	}
	if asJSON {
		return e.writeJSON(it)
	}
	fmt.Fprintf(lineWriter{e.out}, "Shared as %s, and on record as entry %d of the log.\n", plaintext.Clean(it.ID), it.Version.Index)
	return nil
}

func (e *env) sharedAcknowledge(ctx context.Context, c *ufcli.Command) error {
	if err := onlyArgs(c, 1, 2, "tocsin shared acknowledge ITEM 'we are on it'"); err != nil {
		return err
	}
	r, err := e.platform(c)
	if err != nil {
		return err
	}
	if err := r.Acknowledge(ctx, c.Args().First(), c.String("org"), c.Args().Get(1)); err != nil {
		return err
	}
	fmt.Fprintln(lineWriter{e.out}, "Acknowledged, and on record.")
	return nil
}
