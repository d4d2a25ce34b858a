package security

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	named   = regexp.MustCompile("`([a-z0-9/]+)\\.(Test[A-Za-z0-9_]+)`")
	section = regexp.MustCompile(`^V(\d{1,2})\.\d{1,2} \S`)
)

// wrongRows tells what is wrong with a table of requirements: a row without a test or
// a reason, a test that is not in the tree.
func wrongRows(text, root string) (rows int, chapters map[string]bool, wrong []string) {
	chapters = map[string]bool{}
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 3 || !section.MatchString(strings.TrimSpace(cells[0])) {
			continue
		}
		rows++
		where, shown := strings.TrimSpace(cells[0]), strings.TrimSpace(cells[2])
		chapters[section.FindStringSubmatch(where)[1]] = true
		if why, ok := strings.CutPrefix(shown, "not met: "); ok {
			if len(why) < 30 {
				complain("%s: not met, and hardly a word why", where)
			}
			continue
		}
		if len(named.FindAllString(shown, -1)) == 0 || strings.TrimSpace(named.ReplaceAllString(shown, "")) != "" {
			complain("%s: %q names no test, or more than tests", where, shown)
		}
	}
	for _, m := range named.FindAllStringSubmatch(text, -1) {
		if !inTree(root, m[1], m[2]) {
			complain("there is no %s in %s", m[2], m[1])
		}
	}
	return rows, chapters, wrong
}

// testsOf lists the tests of a package by their names.
func testsOf(root, pkg string) (tests map[string]bool, err error) {
	files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pkg), "*_test.go"))
	if err != nil {
		return nil, err
	}
	tests = map[string]bool{}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "Test") {
				tests[fn.Name.Name] = true
			}
		}
	}
	return tests, nil
}

// inTree tells whether a package has a test.
func inTree(root, pkg, test string) bool {
	tests, err := testsOf(root, pkg)
	return err == nil && tests[test]
}

var unqualified = regexp.MustCompile(`(^|[^.\w])(Test[A-Z]\w*)`)

// promised lists the tests that a text names, and that nobody wrote.
func promised(text string, tests map[string]bool) (missing []string) {
	for _, m := range unqualified.FindAllStringSubmatch(text, -1) {
		if !tests[m[2]] {
			missing = append(missing, m[2])
		}
	}
	return missing
}

// TestEachLineNamesATestThatIsThere: whoever reads the table of routes, or a comment
// beside it, and is sent to another test finds it.
func TestEachLineNamesATestThatIsThere(t *testing.T) {
	t.Parallel()
	tests, err := testsOf(".", ".")
	must(t, err)
	named := 0
	for pattern, r := range routes {
		named += len(unqualified.FindAllString(r.why, -1))
		for _, name := range promised(r.why, tests) {
			t.Errorf("%s: there is no %s", pattern, name)
		}
	}
	files, err := filepath.Glob("*.go")
	must(t, err)
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.SkipObjectResolution)
		must(t, err)
		for _, group := range f.Comments {
			for _, name := range promised(group.Text(), tests) {
				t.Errorf("%s: there is no %s", file, name)
			}
		}
	}
	if named < 5 {
		t.Errorf("only %d lines of the table name a test", named)
	}
	// The control.
	for text, missing := range map[string]int{
		"the reader's own; TestNobodyWroteThis": 1, "TestNobodyWroteThis and TestNorThat": 2, "as TestListsTellNothing shows": 0, "webui.TestOfAnotherPackage": 0, "a Test": 0,
	} {
		if got := promised(text, tests); len(got) != missing {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// TestEachRequirementNamesItsTest holds docs/security.md against the tree.
func TestEachRequirementNamesItsTest(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../docs/security.md")
	must(t, err)
	rows, chapters, wrong := wrongRows(string(data), "../..")
	for _, complaint := range wrong {
		t.Error(complaint)
	}
	for _, c := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "16"} {
		if !chapters[c] {
			t.Errorf("nothing of chapter V%s", c)
		}
	}
	if rows < 50 {
		t.Errorf("only %d requirements", rows)
	}
	// The control: tests that are not there, and rows that show nothing, are found.
	for _, row := range []string{
		"| V6.2 Passwords | x | `identity.TestNobodyWroteThis` |", "| V6.2 Passwords | x | `nowhere.TestMain` |", "| V6.2 Passwords | x | yes |", "| V6.2 Passwords | x | |",
		"| V6.2 Passwords | x | not met: no |", "| V6.2 Passwords | x | `identity.TestMain` mostly |",
	} {
		if _, _, wrong := wrongRows(row, "../.."); len(wrong) == 0 {
			t.Errorf("%s is taken", row)
		}
	}
}
