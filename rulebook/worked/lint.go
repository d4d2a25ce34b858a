package worked

import (
	"fmt"
	"sort"

	"tocsin/rulebook"
)

// Problem is a finding of Lint, with its place.
type Problem struct {
	Place, Message string
	Warning        bool
}

// String writes the problem in one line.
func (p Problem) String() string { return p.Place + ": " + p.Message }

// Lint lists what the packs of the given folders lack: everything that the
// rulebook's own linter finds, and for each rule its two examples and the two
// outcomes of each of its conditions. check tells which packs to judge.
func Lint(check func(file string) bool, dirs ...rulebook.Dir) ([]Problem, error) {
	found, err := rulebook.Lint(dirs...)
	if err != nil {
		return nil, err
	}
	var out []Problem
	bad := false
	for _, p := range found {
		bad = bad || !p.Warning
		if check(p.File) || !p.Warning {
			out = append(out, Problem{Place: fmt.Sprintf("%s:%d", p.File, p.Line), Message: p.Key + ": " + p.Message, Warning: p.Warning})
		}
	}
	if bad {
		return out, nil // the examples cannot run on a book that does not load
	}
	b, err := rulebook.Load(dirs...)
	if err != nil {
		return nil, err
	}
	examples, err := Load(dirs...)
	if err != nil {
		return nil, err
	}
	results, cov := Run(b, examples)
	yes, no := map[string]bool{}, map[string]bool{}
	for _, r := range results {
		if len(r.Errors) > 0 {
			continue
		}
		if r.applies {
			yes[r.Example.Rule] = true
		} else {
			no[r.Example.Rule] = true
		}
	}
	for _, r := range b.Rules {
		if !check(r.Pack().File()) {
			continue
		}
		place := fmt.Sprintf("%s:%d", r.Pack().File(), r.Line())
		drafted := !r.Scheduled() // a draft applies to nobody: its examples show that it does not
		if !yes[r.ID] && !drafted {
			out = append(out, Problem{Place: place, Message: r.ID + ": no example that passes shows it applying"})
		}
		if !no[r.ID] {
			out = append(out, Problem{Place: place, Message: r.ID + ": no example that passes shows it not applying"})
		}
		if drafted {
			continue
		}
		for _, c := range b.Conditions(r) {
			seen := cov[c]
			if seen == nil {
				seen = new([2]bool)
			}
			if !seen[1] {
				out = append(out, Problem{Place: place, Message: c.Key + ": no example makes the condition true"})
			}
			if !seen[0] {
				out = append(out, Problem{Place: place, Message: c.Key + ": no example makes the condition false"})
			}
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Place < out[j].Place })
	return out, nil
}
