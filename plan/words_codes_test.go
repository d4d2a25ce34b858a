package plan

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// said maps each code that the program says to the arguments it gives with it.
type said map[string][]string

// codesInSource finds the calls of because in Go files. The code is a text or a
// local variable that is given only texts; anything else could not be checked,
// and is an error.
func codesInSource(names []string, src map[string]string) (said, error) {
	out := said{}
	var errs []string
	fset := token.NewFileSet()
	for _, name := range names {
		var text any
		if s, ok := src[name]; ok {
			text = s
		}
		f, err := parser.ParseFile(fset, name, text, 0)
		if err != nil {
			return nil, err
		}
		for _, d := range f.Decls {
			ast.Inspect(d, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok || len(call.Args) == 0 {
					return true
				}
				if id, ok := call.Fun.(*ast.Ident); !ok || id.Name != "because" {
					return true
				}
				codes := textsOf(call.Args[0], d)
				if len(codes) == 0 || len(call.Args)%2 == 0 {
					errs = append(errs, fset.Position(call.Pos()).String()+": a code or argument list that cannot be read")
				}
				var args []string
				for i := 1; i < len(call.Args); i += 2 {
					args = append(args, textsOf(call.Args[i], d)...)
				}
				for _, c := range codes {
					slices.Sort(args)
					if have, ok := out[c]; ok && !slices.Equal(have, args) {
						errs = append(errs, fmt.Sprintf("%s: %s is said with %v here, with %v elsewhere", fset.Position(call.Pos()), c, args, have))
					}
					out[c] = args
				}
				return true
			})
		}
	}
	if errs != nil {
		return out, fmt.Errorf("%s", strings.Join(errs, "\n"))
	}
	return out, nil
}

// textsOf gives the texts that an expression can be: itself, or what is
// assigned to the variable within the same function.
func textsOf(e ast.Expr, within ast.Node) []string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if s, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return []string{s}
		}
	case *ast.Ident:
		var out []string
		ast.Inspect(within, func(n ast.Node) bool {
			if a, ok := n.(*ast.AssignStmt); ok && len(a.Lhs) == 1 && len(a.Rhs) == 1 {
				if id, ok := a.Lhs[0].(*ast.Ident); ok && id.Name == e.Name {
					if _, text := a.Rhs[0].(*ast.BasicLit); text {
						out = append(out, textsOf(a.Rhs[0], within)...)
					}
				}
			}
			return true
		})
		return out
	}
	return nil
}

var aside = regexp.MustCompile(`\([^)]*\)`)

// stepsInSource reads the codes of a reckoning's steps, with the arguments that
// the comment beside each promises.
func stepsInSource(t *testing.T, name string) said {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	out := said{}
	ast.Inspect(f, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || len(v.Names) != 1 || len(v.Values) != 1 || !strings.HasPrefix(v.Names[0].Name, "Step") {
			return true
		}
		list, _, _ := strings.Cut(aside.ReplaceAllString(v.Comment.Text(), ""), ":")
		var args []string
		for _, a := range strings.Split(list, ",") {
			args = append(args, strings.TrimSpace(a))
		}
		slices.Sort(args)
		for _, c := range textsOf(v.Values[0], nil) {
			out["step-"+c] = args
		}
		return true
	})
	return out
}

func goFiles(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
}

// Whatever the program says has words, with a place for each argument; and no
// words wait for a code that nobody says.
func TestEveryCodeSaidHasWordsAndNoneIsUnused(t *testing.T) {
	codes, err := codesInSource(goFiles(t), nil)
	if err != nil {
		t.Error(err)
	}
	steps := stepsInSource(t, filepath.Join("..", "calendar", "steps.go"))
	if len(codes) < 30 || len(steps) < 15 {
		t.Fatalf("found %d codes and %d steps: the search itself is broken", len(codes), len(steps))
	}
	for c, args := range steps {
		codes[c] = args
	}
	_, english := loadWords(t, "en")
	for code, args := range codes {
		words, ok := english[code]
		if !ok {
			t.Errorf("%s is said and has no words", code)
			continue
		}
		var named []string
		for _, s := range slots(words) {
			named = append(named, strings.Trim(s, "{}"))
		}
		if diff := cmp.Diff(args, named); len(args)+len(named) > 0 && diff != "" {
			t.Errorf("%s: arguments given and placeholders (-given +named):\n%s", code, diff)
		}
	}
	for code := range english {
		if _, ok := codes[code]; !ok {
			t.Errorf("%s has words and is said nowhere", code)
		}
	}
}

// Control: the search finds codes that a variable carries, and refuses those
// that it cannot read.
func TestTheSearchForCodes(t *testing.T) {
	head := "package p\n"
	for src, want := range map[string]string{
		`func f() { because("plain", "a", x, "b", y) }`:                                  `map[plain:[a b]]`,
		`func f() { c := "one"; if y { c = "two" }; because(c, "event", id) }`:           `map[one:[event] two:[event]]`,
		`func f() { c := g(); because(c) }`:                                              `error`,
		`func f() { because("odd", "a") }`:                                               `error`,
		`func f() { because("twice", "a", x); because("twice", "b", x) }`:                `error`,
		`func f() { p.because("a method"); other("x"); because := 1; _ = because }`:      `map[]`,
		`func f() { c := "mine"; _ = c }; func g(c string) { because("yours", "n", c) }`: `map[yours:[n]]`,
	} {
		got, err := codesInSource([]string{"x.go"}, map[string]string{"x.go": head + src})
		s := fmt.Sprint(map[string][]string(got))
		if err != nil {
			s = "error"
		}
		if s != want {
			t.Errorf("%s\ngot %s (%v), want %s", src, s, err, want)
		}
	}
}
