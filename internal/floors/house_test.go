package floors

import (
	"fmt"
	"regexp"
	"sort"
	"strings"
)

// maxLines is the length that no hand-written file outside tests may exceed.
const maxLines = 600

var generated = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

// tooLong reports Go files over the limit.
func tooLong(files map[string]string) []string {
	var out []string
	for name, text := range files {
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || generated.MatchString(text) {
			continue
		}
		if n := strings.Count(text, "\n"); n > maxLines {
			out = append(out, fmt.Sprintf("%s has %d lines; over %d is too long, over 400 wants splitting", name, n, maxLines))
		}
	}
	sort.Strings(out)
	return out
}

// The patterns are put together from pieces, so that this file does not match.
var (
	machinePath = regexp.MustCompile(`(?:^|[^A-Za-z0-9_.:/~-])(/(?:` + `work|root|tmp` + `)/[A-Za-z0-9_]|/(?:` + `home|Users` + `)/[A-Za-z0-9_]+/)`)
	ownHost     = regexp.MustCompile(`(?:` + strings.Join([]string{`proxy`, `sum`}, `|`) + `)\.golang\.` + `org|registry\.` + `npmjs|deb\.` + `debian\.org|security\.` + `debian\.org`)
)

// suspicious is a quick look for what the patterns above hold; most files stop
// here, since expressions are slow under the race detector.
func suspicious(text string) bool {
	for _, part := range []string{"/" + "work/", "/" + "root/", "/" + "tmp/", "/" + "home/", "/" + "Users/", "golang" + ".", "npm" + "js", "debian" + "."} {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

// leaks reports lines that name a path of somebody's machine or the host of a
// package registry: neither means anything to another reader.
func leaks(files map[string]string) []string {
	var out []string
	for name, text := range files {
		if strings.ContainsRune(text, 0) || !suspicious(text) {
			continue // not a text, or nothing in it to look at closely
		}
		n := 0
		for line := range strings.SplitSeq(text, "\n") {
			n++
			if m := machinePath.FindStringSubmatch(line); m != nil {
				out = append(out, fmt.Sprintf("%s:%d: names a path of one machine, %s…", name, n, m[1]))
			}
			if m := ownHost.FindString(line); m != "" {
				out = append(out, fmt.Sprintf("%s:%d: names the host of a package registry, %s", name, n, m))
			}
		}
	}
	sort.Strings(out)
	return out
}

// requirement matches one line of a go.mod file that requires a module.
var requirement = regexp.MustCompile(`(?m)^(?:require\s+|\t)([a-z0-9.-]+\.[a-z]+/\S+)\s+v\S+(\s*// indirect)?$`)

// row matches one line of a table in docs/dependencies.md.
var row = regexp.MustCompile("(?m)^\\| `([^`]+)` \\|(.*)\\|$")

// tool matches one line of a go.mod file that names a program.
var tool = regexp.MustCompile(`(?m)^(?:tool\s+|\t)([a-z0-9.-]+\.[a-z]+/\S+)$`)

// undocumented reports direct dependencies without a line of reason, and lines
// for what is no longer required. Direct is what goMod or a module inside this
// one lists without the "indirect" remark, what such a module names as a tool,
// and what a file of ours imports, whatever goMod remarks.
func undocumented(goMod string, inner []string, doc string, imports []string) []string {
	var out []string
	required, direct := map[string]bool{}, map[string]bool{}
	for _, m := range requirement.FindAllStringSubmatch(goMod, -1) {
		required[m[1]] = true
		if m[2] == "" {
			direct[m[1]] = true
		}
	}
	for _, imp := range imports {
		best := moduleFor(imp, required)
		if best == imp && !required[best] {
			out = append(out, fmt.Sprintf("go.mod: no line requires the module of %s", imp))
			continue
		}
		direct[best] = true
	}
	for _, mod := range inner {
		have := map[string]bool{}
		for _, m := range requirement.FindAllStringSubmatch(mod, -1) {
			required[m[1]], have[m[1]] = true, true
			if m[2] == "" {
				direct[m[1]] = true
			}
		}
		for _, m := range tool.FindAllStringSubmatch(mod, -1) {
			direct[moduleFor(m[1], have)] = true
		}
	}
	told := map[string]bool{}
	for _, m := range row.FindAllStringSubmatch(doc, -1) {
		told[m[1]] = true
		// The first part of a module's path is a host; of a data file's, a folder.
		host, _, _ := strings.Cut(m[1], "/")
		if strings.Contains(host, ".") && host != m[1] && !required[m[1]] {
			out = append(out, fmt.Sprintf("docs/dependencies.md: %s is explained but not required", m[1]))
		}
		for cell := range strings.SplitSeq(m[2], "|") {
			if strings.TrimSpace(cell) == "" {
				out = append(out, fmt.Sprintf("docs/dependencies.md: the line of %s has an empty cell", m[1]))
			}
		}
	}
	for mod := range direct {
		if !told[mod] {
			out = append(out, fmt.Sprintf("docs/dependencies.md: no line gives a reason for %s", mod))
		}
	}
	sort.Strings(out)
	return out
}

// moduleFor is the longest of the modules that an import path can lie in; the
// path itself if there is none.
func moduleFor(imp string, modules map[string]bool) string {
	best := ""
	for mod := range modules {
		if below(imp, []string{mod}) && len(mod) > len(best) {
			best = mod
		}
	}
	if best == "" {
		return imp
	}
	return best
}
