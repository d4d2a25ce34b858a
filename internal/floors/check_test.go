package floors

import (
	"fmt"
	"path"
	"sort"
	"strings"
)

const module = "tocsin"

// find gives the line of the table for a package; an exact line wins over one
// with a star.
func find(p string) (room, bool) {
	star, found := room{}, false
	for _, r := range table {
		if r.path == p {
			return r, true
		}
		if dir, ok := strings.CutSuffix(r.path, "/*"); ok && path.Dir(p) == dir {
			star, found = r, true
		}
	}
	return star, found
}

// check reports everything by which packages break the table, sorted.
func check(pkgs []*pkg) []string {
	var out []string
	report := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	own := map[string]*pkg{}
	for _, p := range pkgs {
		own[p.path] = p
	}
	for _, p := range pkgs {
		r, ok := find(p.path)
		if !ok {
			report("%s: no line of the table gives it a floor", name(p.path))
			continue
		}
		for _, imp := range p.imports {
			if to, ok := inside(imp); ok {
				if why := r.ownImport(p.path, to); why != "" {
					report("%s imports %s: %s", name(p.path), name(to), why)
				}
			} else if why := r.foreign(imp); why != "" {
				report("%s imports %s: %s", name(p.path), imp, why)
			}
		}
		for _, to := range reach(own, p.path) {
			if d, ok := find(to); ok && d.floor > r.floor {
				report("%s reaches %s through its imports: floor %d is above floor %d", name(p.path), to, d.floor, r.floor)
			}
		}
		if r.floor <= codec {
			for _, u := range p.uses {
				report("%s: %s uses %s: floors 0 and 1 get time and I/O as arguments", u.place, name(p.path), u.what)
			}
			for _, imp := range p.dot {
				report("%s imports %s with a dot, which hides what it uses of it", name(p.path), imp)
			}
		}
		if p.doc < 3 || p.doc > 10 {
			report("%s: its package comment has %d lines; three to ten say what it is for, what it promises, what it never does", name(p.path), p.doc)
		}
	}
	sort.Strings(out)
	return out
}

// ownImport says why this room may not import another of our packages.
func (r room) ownImport(from, to string) string {
	if path.Clean(from) == path.Clean(to) || strings.HasPrefix(to, from+"/internal/") {
		return "" // its own back room
	}
	d, ok := find(to)
	switch {
	case !ok:
		return "it has no floor"
	case r.only != nil && !contains(r.only, to):
		return fmt.Sprintf("it may import only [%s] of our own", strings.Join(r.only, " "))
	case d.floor > r.floor:
		return fmt.Sprintf("floor %d is above floor %d", d.floor, r.floor)
	case r.floor == codec && d.floor == codec:
		return "codecs do not know one another"
	case r.floor == adapter && d.floor == adapter && !d.shared:
		return "an adapter never imports another"
	}
	return ""
}

// foreign says why this room may not import a package that is not ours.
func (r room) foreign(imp string) string {
	if first, _, _ := strings.Cut(imp, "/"); !strings.Contains(first, ".") {
		switch {
		case r.floor <= codec && below(imp, impure) && !below(imp, pure):
			return "floors 0 and 1 are pure"
		case r.floor == useCase && below(imp, serving):
			return "use cases hold no drivers and no servers"
		}
		return ""
	}
	if !below(imp, r.modules) {
		return "the table allows it no such module"
	}
	return ""
}

// below tells whether imp is one of the paths or lies under one.
func below(imp string, paths []string) bool {
	for _, p := range paths {
		if imp == p || strings.HasPrefix(imp, p+"/") {
			return true
		}
	}
	return false
}

// inside gives the path below the module of one of our own packages.
func inside(imp string) (string, bool) {
	if imp == module {
		return "", true
	}
	return strings.CutPrefix(imp, module+"/")
}

// reach lists our own packages that from depends on through others, sorted;
// direct imports are left to ownImport.
func reach(own map[string]*pkg, from string) []string {
	direct, seen := map[string]bool{from: true}, map[string]bool{}
	var walk func(string)
	walk = func(at string) {
		p := own[at]
		if p == nil {
			return
		}
		for _, imp := range p.imports {
			to, ok := inside(imp)
			if !ok {
				continue
			}
			if at == from {
				direct[to] = true
			}
			if !seen[to] {
				seen[to] = true
				walk(to)
			}
		}
	}
	walk(from)
	var out []string
	for to := range seen {
		if !direct[to] {
			out = append(out, to)
		}
	}
	sort.Strings(out)
	return out
}

// name is how a report calls a package.
func name(p string) string {
	if p == "" {
		return "the root package"
	}
	return p
}
