package cli

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	ufcli "github.com/urfave/cli/v3"
)

// commandWords is a command as the guides write it: in a code block at the
// beginning of a line, or between backquotes.
var commandWords = regexp.MustCompile("(?m)(?:^|`|TOCSIN_DATABASE=\\S+ )tocsin ((?:[a-z][a-z-]*)(?:[^`\n#]*))")

// unknownIn says which commands and flags of a text do not exist.
func unknownIn(text string) (unknown []string, n int) {
	e := &env{out: new(bytes.Buffer), err: new(bytes.Buffer)}
	root := e.root()
	for _, m := range commandWords.FindAllStringSubmatch(text, -1) {
		n++
		c, words := root, strings.Fields(m[1])
		for len(words) > 0 {
			sub := c.Command(words[0])
			if sub == nil {
				break
			}
			c, words = sub, words[1:]
		}
		if c == root || len(c.Commands) > 0 && len(words) > 0 && !strings.HasPrefix(words[0], "-") {
			unknown = append(unknown, m[1])
			continue
		}
		for _, w := range words {
			if name := strings.TrimRight(strings.TrimLeft(w, "-"), ".,;:)"); strings.HasPrefix(w, "-") && !strings.HasPrefix(w, "--…") && !hasFlag(c, name) {
				unknown = append(unknown, c.FullName()+" "+w)
			}
		}
	}
	return unknown, n
}

func hasFlag(c *ufcli.Command, name string) bool {
	for _, f := range c.Flags {
		for _, n := range f.Names() {
			if n == name {
				return true
			}
		}
	}
	return name == "help"
}

// Who follows the operator's guide in trouble is sent to commands that exist.
func TestTheOperatorsGuideNamesRealCommands(t *testing.T) {
	for file, least := range map[string]int{"../docs/operating/record.md": 30, "../docs/operating/keys.md": 2, "../docs/operating/serve.md": 5, "../docs/receipts.md": 1} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		unknown, n := unknownIn(string(text))
		if len(unknown) > 0 || n < least {
			t.Errorf("%s: %d commands, of which unknown: %q", file, n, unknown)
		}
	}
	control := "```\ntocsin frobnicate --data x\ntocsin case list --colour red\n```\nuse `tocsin ledger statsu`"
	if unknown, n := unknownIn(control); len(unknown) != 3 || n != 3 {
		t.Errorf("the control: %q of %d", unknown, n)
	}
}

// So are the sentences of the program itself.
func TestNextStepsAreRealCommands(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	said := regexp.MustCompile(`tocsin ((?:case|keys|ledger|witness|rules) [a-z-]+|[a-z-]+)((?: --[a-z-]+)?)`)
	e := &env{out: new(bytes.Buffer), err: new(bytes.Buffer)}
	n := 0
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		text, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range said.FindAllStringSubmatch(string(text), -1) {
			words := strings.Fields(m[1])
			if words[0] == "reads" || words[0] == "for" || words[0] == "is" { // words about the program
				continue
			}
			c := e.root()
			for _, w := range words {
				if strings.HasPrefix(w, "-") {
					break
				}
				if sub := c.Command(w); sub != nil {
					c = sub
				} else if len(c.Commands) > 0 {
					t.Errorf("%s sends people to %q", f.Name(), m[0])
				}
			}
			if flag := strings.TrimPrefix(strings.TrimSpace(m[2]), "--"); flag != "" && !hasFlag(c, flag) {
				t.Errorf("%s: %q has no such flag", f.Name(), m[0])
			}
			n++
		}
	}
	if n < 60 {
		t.Errorf("only %d sentences were looked at", n)
	}
}
