package security

import (
	"fmt"
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

// inTree tells whether a package has a test.
func inTree(root, pkg, test string) bool {
	files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pkg), "*_test.go"))
	if err != nil {
		return false
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err == nil && strings.Contains("\n"+string(data), "\nfunc "+test+"(") {
			return true
		}
	}
	return false
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
