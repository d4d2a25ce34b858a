package rulebook

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/fault"
)

var update = flag.Bool("update", false, "write what the linter says into testdata/lint.txtar; read the difference before it is kept")

// section is one part of a text archive: "-- name --" and what follows.
type section struct{ name, body string }

func sections(t *testing.T, file string) []section {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []section
	for _, line := range strings.SplitAfter(string(data), "\n") {
		name, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "-- ")
		if ok && strings.HasSuffix(name, " --") {
			out = append(out, section{name: strings.TrimSuffix(name, " --")})
		} else if len(out) > 0 {
			out[len(out)-1].body += line
		}
	}
	return out
}

// edit applies a section to the base: lines "- " are replaced by lines "+ ",
// and lines "= " are what comes of it.
func edit(t *testing.T, base string, s section) (pack string, want []string) {
	t.Helper()
	var old, with []string
	for _, line := range strings.Split(strings.TrimRight(s.body, "\n"), "\n") {
		switch {
		case strings.HasPrefix(line, "- "):
			old = append(old, line[2:])
		case strings.HasPrefix(line, "+ "):
			with = append(with, line[2:])
		case strings.HasPrefix(line, "= "):
			want = append(want, line[2:])
		case line != "":
			t.Fatalf("%s: %q is no line of an edit", s.name, line)
		}
	}
	if old == nil {
		return base, want
	}
	before := strings.Join(old, "\n")
	if with == nil {
		before += "\n" // lines taken out take their ends along
	}
	if n := strings.Count(base, before); n != 1 {
		t.Fatalf("%s: the lines taken out stand %d times in the base", s.name, n)
	}
	return strings.Replace(base, before, strings.Join(with, "\n"), 1), want
}

func problems(pack string) []string {
	fs := fstest.MapFS{"base.yaml": {Data: []byte(pack)}}
	found, err := Lint(Dir{"", fs})
	if err != nil {
		return []string{err.Error()}
	}
	var out []string
	for _, p := range found {
		s := p.String()
		if p.Warning {
			s = "warning: " + s
		}
		out = append(out, s)
	}
	return out
}

// Each problem has a small bad pack, and its sentence with file, line and key.
// The first section is the control: a pack without a fault has no problem.
func TestLint(t *testing.T) {
	all := sections(t, "testdata/lint.txtar")
	base := all[0].body
	for _, s := range all[1:] {
		t.Run(s.name, func(t *testing.T) {
			pack, want := edit(t, base, s)
			got := problems(pack)
			if *update {
				rewrite(t, s, got)
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			// Load refuses exactly what has a problem that is no warning, with the first
			_, err := Load(Dir{"", fstest.MapFS{"base.yaml": {Data: []byte(pack)}}})
			first := ""
			for _, p := range got {
				if !strings.HasPrefix(p, "warning: ") {
					first = p
					break
				}
			}
			switch {
			case first == "" && err != nil:
				t.Errorf("Load refused it: %v", err)
			case first != "" && (err == nil || err.Error() != first):
				t.Errorf("Load says %v, want %s", err, first)
			case err != nil && fault.KindOf(err) != fault.Invalid:
				t.Errorf("the kind is %s", fault.KindOf(err))
			}
		})
	}
}

// rewrite puts the problems that came into the section.
func rewrite(t *testing.T, s section, got []string) {
	t.Helper()
	const file = "testdata/lint.txtar"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head := "-- " + s.name + " --\n"
	body := ""
	for _, line := range strings.SplitAfter(s.body, "\n") {
		if !strings.HasPrefix(line, "= ") {
			body += line
		}
	}
	for _, p := range got {
		body += "= " + p + "\n"
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(data), head+s.body, head+body, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// No sentence of the linter is without its bad pack: the sentences are read from
// the source, so that a new one without a test fails here.
func TestEverySentenceOfTheLinterIsTested(t *testing.T) {
	archive, err := os.ReadFile("testdata/lint.txtar")
	if err != nil {
		t.Fatal(err)
	}
	sentences := linterSentences(t)
	if len(sentences) < 40 {
		t.Fatalf("only %d sentences were found in the source", len(sentences))
	}
	for _, s := range sentences {
		if s == "%v" || s == "the condition cannot be run: %v" { // somebody else's words; no expression is known that checks and cannot be run
			continue
		}
		if !saidIn(archive, s) {
			t.Errorf("no bad pack makes the linter say %q", s)
		}
	}
	if saidIn(archive, "a sentence that no linter says: %q") {
		t.Error("the search finds what is not there")
	}
}

func saidIn(archive []byte, format string) bool {
	pattern := regexp.MustCompile(`%[a-z]`).ReplaceAllString(regexp.QuoteMeta(format), ".*")
	return regexp.MustCompile(`(?m)^= .*: ` + pattern + `$`).Match(archive)
}

// linterSentences are the formats given to bad, warn, refuse and Errorf.
func linterSentences(t *testing.T) []string {
	t.Helper()
	names := map[string]int{"bad": 1, "warn": 1, "refuse": 2, "Errorf": 0}
	var out []string
	for _, file := range []string{"book.go", "check.go", "check_rule.go", "check_match.go", "check_reading.go", "edges.go", "condition.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			name := ""
			switch fn := call.Fun.(type) {
			case *ast.SelectorExpr:
				name = fn.Sel.Name
			case *ast.Ident:
				name = fn.Name
			}
			if i, ok := names[name]; ok && i < len(call.Args) {
				if lit, ok := call.Args[i].(*ast.BasicLit); ok {
					if s, err := strconv.Unquote(lit.Value); err == nil {
						out = append(out, s)
					}
				}
			}
			return true
		})
	}
	return out
}
