package floors

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// archive splits "-- name --" sections into files.
func archive(text string) map[string]string {
	files, name := map[string]string{}, ""
	for line := range strings.SplitAfterSeq(text, "\n") {
		if rest, ok := strings.CutPrefix(line, "-- "); ok {
			name = strings.TrimSuffix(strings.TrimSpace(rest), " --")
			continue
		}
		files[name] += line
	}
	return files
}

const comment = "// Package p is for a test.\n//\n// It promises little.\n// It never runs.\n"

// The controls: small houses, each with one thing wrong that must be reported
// in these words, and good ones in which nothing may be.
func TestWhatIsWrongIsReported(t *testing.T) {
	for title, c := range map[string]struct {
		house string
		want  []string
	}{
		"a good house": {
			house: `-- calendar/a.go --
package calendar
import ("time"; "net/url"; "strings"; "io/fs")
func f(now time.Time) string { return now.String() + strings.ToUpper(url.PathEscape("")) }
-- casefile/a.go --
package casefile
import ("tocsin/calendar"; "go.yaml.in/yaml/v4")
-- rulebook/a.go --
package rulebook
import ("tocsin/casefile"; "cel.dev/cel-go/common/ast"; "embed")
-- timeline/a.go --
package timeline
import "tocsin/calendar"
-- intake/a.go --
package intake
import ("context"; "log/slog"; "os"; "tocsin/timeline"; "tocsin/internal/durable")
-- internal/durable/a.go --
package durable
import "os"
-- store/sqlite/a.go --
package sqlite
import ("database/sql"; "tocsin/intake"; "tocsin/store/sqlite/internal/rows")
-- store/sqlite/internal/rows/a.go --
package rows
-- cli/a.go --
package cli
import ("os"; "time"; "github.com/urfave/cli/v3"; "tocsin/store/sqlite"; "tocsin/timeline")
func f() { _ = time.Now() }
-- cmd/tocsin/main.go --
package main
import ("os"; "tocsin/cli")
-- calendar/a_test.go --
package calendar
import ("os"; "testing"; "time"; "tocsin/cli")
func f() { _ = time.Now() }
`,
			want: []string{"store/sqlite/internal/rows: no line of the table gives it a floor"},
		},
		"a package that nobody placed": {
			house: "-- helpers/a.go --\npackage helpers\n",
			want:  []string{"helpers: no line of the table gives it a floor"},
		},
		"code at the root": {
			house: "-- a.go --\npackage tocsin\n",
			want:  []string{"the root package: no line of the table gives it a floor"},
		},
		"a star does not reach two floors down": {
			house: "-- format/csaf/deep/a.go --\npackage deep\n",
			want:  []string{"format/csaf/deep: no line of the table gives it a floor"},
		},
		"the ground opens a file, a socket, a database": {
			house: "-- plan/a.go --\npackage plan\nimport (\"os\"; \"os/exec\"; \"net\"; \"net/http\"; \"net/url\"; \"database/sql\"; \"context\"; \"log\"; \"log/slog\"; \"math/rand/v2\"; \"strings\")\n",
			want: []string{
				"plan imports context: floors 0 and 1 are pure", "plan imports database/sql: floors 0 and 1 are pure",
				"plan imports log/slog: floors 0 and 1 are pure", "plan imports log: floors 0 and 1 are pure",
				"plan imports math/rand/v2: floors 0 and 1 are pure", "plan imports net/http: floors 0 and 1 are pure",
				"plan imports net: floors 0 and 1 are pure", "plan imports os/exec: floors 0 and 1 are pure", "plan imports os: floors 0 and 1 are pure",
			},
		},
		"also in a file for another system": {
			house: "-- plan/a_windows.go --\n//go:build windows\n\npackage plan\nimport \"os\"\n",
			want:  []string{"plan imports os: floors 0 and 1 are pure"},
		},
		"a codec writes to the network": {
			house: "-- format/ics/a.go --\npackage ics\nimport \"net/smtp\"\n",
			want:  []string{"format/ics imports net/smtp: floors 0 and 1 are pure"},
		},
		"the ground asks the clock": {
			house: "-- calendar/a.go --\npackage calendar\nimport \"time\"\nfunc f() time.Duration {\n\treturn time.Since(time.Now())\n}\n",
			want: []string{
				"calendar/a.go:8: calendar uses time.Now: floors 0 and 1 get time and I/O as arguments",
				"calendar/a.go:8: calendar uses time.Since: floors 0 and 1 get time and I/O as arguments",
			},
		},
		"under another name, without calling it": {
			house: "-- calendar/a.go --\npackage calendar\nimport clock \"time\"\nvar now = clock.Now\n",
			want:  []string{"calendar/a.go:7: calendar uses time.Now: floors 0 and 1 get time and I/O as arguments"},
		},
		"or with a dot": {
			house: "-- calendar/a.go --\npackage calendar\nimport . \"time\"\nvar now = Now\n",
			want:  []string{"calendar imports time with a dot, which hides what it uses of it"},
		},
		"the ground reads the host's zones and prints": {
			house: "-- plan/a.go --\npackage plan\nimport (\"fmt\"; \"time\")\nfunc f() {\n\tl, _ := time.LoadLocation(\"\")\n\tfmt.Println(l, time.Local)\n}\n",
			want: []string{
				"plan/a.go:8: plan uses time.LoadLocation: floors 0 and 1 get time and I/O as arguments",
				"plan/a.go:9: plan uses fmt.Println: floors 0 and 1 get time and I/O as arguments",
				"plan/a.go:9: plan uses time.Local: floors 0 and 1 get time and I/O as arguments",
			},
		},
		"somebody else's Now is nobody's clock": {
			house: "-- plan/a.go --\npackage plan\nimport \"tocsin/calendar\"\nvar t = calendar.Now\n-- calendar/a.go --\npackage calendar\n",
		},
		"the ground climbs": {
			house: "-- plan/a.go --\npackage plan\nimport \"tocsin/timeline\"\n-- timeline/a.go --\npackage timeline\n",
			want:  []string{"plan imports timeline: floor 1 is above floor 0"},
		},
		"it climbs through another": {
			house: "-- plan/a.go --\npackage plan\nimport \"tocsin/casefile\"\n-- casefile/a.go --\npackage casefile\nimport \"tocsin/cli\"\n-- cli/a.go --\npackage cli\n",
			want: []string{
				"casefile imports cli: floor 4 is above floor 0",
				"plan reaches cli through its imports: floor 4 is above floor 0",
			},
		},
		"codecs know one another": {
			house: "-- format/csaf/a.go --\npackage csaf\nimport (\"tocsin/format/osv\"; \"tocsin/timeline\")\n-- format/osv/a.go --\npackage osv\n-- timeline/a.go --\npackage timeline\n",
			want: []string{
				"format/csaf imports format/osv: codecs do not know one another",
				"format/csaf imports timeline: codecs do not know one another",
			},
		},
		"adapters know one another": {
			house: "-- webui/a.go --\npackage webui\nimport \"tocsin/store/sqlite\"\n-- store/sqlite/a.go --\npackage sqlite\n",
			want:  []string{"webui imports store/sqlite: an adapter never imports another"},
		},
		"a use case serves": {
			house: "-- intake/a.go --\npackage intake\nimport (\"net/http\"; \"database/sql/driver\"; \"tocsin/httpapi\")\n-- httpapi/a.go --\npackage httpapi\n",
			want: []string{
				"intake imports database/sql/driver: use cases hold no drivers and no servers",
				"intake imports httpapi: floor 3 is above floor 2",
				"intake imports net/http: use cases hold no drivers and no servers",
			},
		},
		"the program does more than start": {
			house: "-- cmd/tocsin/a.go --\npackage main\nimport \"tocsin/plan\"\n-- plan/a.go --\npackage plan\n",
			want:  []string{"cmd/tocsin imports plan: it may import only [app cli] of our own"},
		},
		"a guest that was not invited": {
			house: "-- plan/a.go --\npackage plan\nimport (\"cel.dev/cel-go/cel\"; \"github.com/someone/else\")\n",
			want: []string{
				"plan imports cel.dev/cel-go/cel: the table allows it no such module",
				"plan imports github.com/someone/else: the table allows it no such module",
			},
		},
		"a name that only begins like a guest's": {
			house: "-- casefile/a.go --\npackage casefile\nimport \"go.yaml.in/yaml/v4x\"\n",
			want:  []string{"casefile imports go.yaml.in/yaml/v4x: the table allows it no such module"},
		},
		"one of ours that is not there": {
			house: "-- plan/a.go --\npackage plan\nimport \"tocsin/nowhere\"\n",
			want:  []string{"plan imports nowhere: it has no floor"},
		},
		"another language": {
			house: "-- plan/a.go --\npackage plan\nimport \"C\"\n",
			want:  []string{"plan imports C: floors 0 and 1 are pure"},
		},
	} {
		files := archive(c.house)
		for name, text := range files {
			files[name] = strings.Replace(text, "package ", comment+"package ", 1)
		}
		pkgs, err := parse(files)
		if err != nil {
			t.Errorf("%s: %v", title, err)
			continue
		}
		if d := cmp.Diff(c.want, check(pkgs)); d != "" {
			t.Errorf("%s:\n%s", title, d)
		}
	}
}

func TestPackageComments(t *testing.T) {
	for title, c := range map[string]struct {
		text string
		bad  bool
	}{
		"none":                {"package plan\n", true},
		"two lines":           {"// A\n// B\npackage plan\n", true},
		"two and a blank one": {"// A\n//\n// B\npackage plan\n", true},
		"detached":            {"// A\n// B\n// C\n\npackage plan\n", true},
		"three":               {"// A\n// B\n// C\npackage plan\n", false},
		"ten and a blank one": {"// A\n//\n" + strings.Repeat("// B\n", 9) + "package plan\n", false},
		"eleven":              {strings.Repeat("// A\n", 11) + "package plan\n", true},
		"in a block":          {"/*\nA\nB\nC\n*/\npackage plan\n", false},
	} {
		pkgs, err := parse(map[string]string{"plan/a.go": c.text, "plan/b.go": "package plan\n", "plan/a_test.go": comment + "package plan\n"})
		if err != nil {
			t.Fatal(err)
		}
		if got := check(pkgs); (len(got) == 1) != c.bad {
			t.Errorf("%s: %v", title, got)
		}
	}
	if _, err := parse(map[string]string{"plan/a.go": "packet"}); err == nil {
		t.Error("a file that is not Go is passed over")
	}
}

func TestLongFilesAreReported(t *testing.T) {
	long, fits := strings.Repeat("\n", 601), strings.Repeat("\n", 600)
	got := tooLong(map[string]string{
		"plan/a.go": long, "plan/b.go": fits, "plan/a_test.go": long, "plan/words.txt": long,
		"plan/made.go": "// Code generated by gen. DO NOT EDIT.\n" + long, "plan/c.go": "// It says // Code generated by gen. DO NOT EDIT.\n" + fits,
	})
	want := []string{
		"plan/a.go has 601 lines; over 600 is too long, over 400 wants splitting",
		"plan/c.go has 601 lines; over 600 is too long, over 400 wants splitting",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestLeaksAreReported(t *testing.T) {
	// In pieces, for this file is searched too.
	bad := []string{"cd /wo" + "rk/main", "\"/ro" + "ot/go/pkg\"", "see /ho" + "me/someone/tocsin", "(/Us" + "ers/someone/x)", "out=/t" + "mp/plan.svg", "https://proxy.gol" + "ang.org/x", "registry.npm" + "js.org"}
	for _, line := range bad {
		if got := leaks(map[string]string{"a.md": "first\n" + line}); len(got) != 1 || !strings.HasPrefix(got[0], "a.md:2: ") {
			t.Errorf("%q: %v", line, got)
		}
	}
	for _, line := range []string{"/t" + "mp/", "tocsin/rulebook/wo" + "rked", "https://example.org/wo" + "rk/x", "rules/ro" + "ot/x", "$HOME/x", "./ho" + "me/a/b", "docs/ho" + "me/page", "/ho" + "me/"} {
		if got := leaks(map[string]string{"a.md": line}); len(got) != 0 {
			t.Errorf("%q: %v", line, got)
		}
	}
	if got := leaks(map[string]string{"a.zip": "\x00 " + bad[0]}); len(got) != 0 {
		t.Errorf("in a binary file: %v", got)
	}
}

func TestDependenciesWithoutAReasonAreReported(t *testing.T) {
	goMod := "module tocsin\n\nrequire a.dev/one v1.0.0\n\nrequire (\n\ta.dev/two/v2 v2.0.1\n\ta.dev/three v0.1.0 // indirect\n\ta.dev/three/sub v0.1.0 // indirect\n\ta.dev/four v1.0.0 // indirect\n)\n"
	doc := "| module | licence | why |\n| --- | --- | --- |\n| `a.dev/one` | MIT | good |\n| `a.dev/three/sub` | | good |\n| `a.dev/gone` | MIT | was good |\n| `a.dev/tool` | MIT | checks |\n| `zone.zip` | public domain | data |\n| `data/zone.zip` | public domain | data |\n"
	got := undocumented(goMod, []string{
		"tool a.dev/tool/cmd/x\n\nrequire a.dev/tool v1.0.0 // indirect\n",
		"tool (\n\ta.dev/silent/cmd/y\n)\n\nrequire (\n\ta.dev/silent v1.0.0 // indirect\n\ta.dev/bare v1.0.0\n\ta.dev/deep v1.0.0 // indirect\n\ttocsin v0.0.0\n)\n",
	}, doc, []string{"a.dev/one/x", "a.dev/three/sub/y", "a.dev/four", "a.dev/five"})
	want := []string{
		"docs/dependencies.md: a.dev/gone is explained but not required",
		"docs/dependencies.md: no line gives a reason for a.dev/bare",
		"docs/dependencies.md: no line gives a reason for a.dev/four",
		"docs/dependencies.md: no line gives a reason for a.dev/silent",
		"docs/dependencies.md: no line gives a reason for a.dev/two/v2",
		"docs/dependencies.md: the line of a.dev/three/sub has an empty cell",
		"go.mod: no line requires the module of a.dev/five",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestAModuleInsideIsNoPackageOfTheHouse(t *testing.T) {
	files := map[string]string{
		"go.mod": "module tocsin\n", "plan/a.go": "package plan\n", "plan/testdata/x.go": "package x\n",
		"crash/go.mod": "module tocsin/crash\n", "crash/a.go": "package crash\n", "crash/deep/b.go": "package deep\n",
	}
	names := func(files map[string]string) (out []string) {
		for name := range files {
			out = append(out, name)
		}
		slices.Sort(out)
		return out
	}
	if d := cmp.Diff([]string{"go.mod", "plan/a.go"}, names(ours(files))); d != "" {
		t.Errorf("ours:\n%s", d)
	}
	if d := cmp.Diff([]string{"crash/a.go", "crash/deep/b.go", "crash/go.mod", "go.mod", "plan/a.go"}, names(written(files))); d != "" {
		t.Errorf("written:\n%s", d)
	}
}
