package floors

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"sort"
	"strconv"
	"strings"
)

// pkg is what the checks need to know of one package, from its files outside
// tests, whatever system they are built for.
type pkg struct {
	path    string   // below the module; the module's root is ""
	imports []string // as written, sorted, each once
	uses    []use    // selectors named in the table of hidden ways
	doc     int      // the lines with text of the longest package comment
	dot     []string // packages imported with a dot
}

// use is one selector such as time.Now, with its place.
type use struct{ place, what string }

// parse reads packages from files by name (slashes, relative to the module).
// Test files and other files are passed over.
func parse(files map[string]string) ([]*pkg, error) {
	byPath := map[string]*pkg{}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	fset := token.NewFileSet()
	for _, name := range names {
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, files[name], parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("%s cannot be read as Go: %w", name, err)
		}
		dir := path.Dir(name)
		if dir == "." {
			dir = ""
		}
		p := byPath[dir]
		if p == nil {
			p = &pkg{path: dir}
			byPath[dir] = p
		}
		p.add(fset, f)
	}
	out := make([]*pkg, 0, len(byPath))
	for _, p := range byPath {
		sort.Strings(p.imports)
		out = append(out, p)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].path < out[j].path })
	return out, nil
}

// add takes the imports, hidden uses and package comment of one file.
func (p *pkg) add(fset *token.FileSet, f *ast.File) {
	watched := map[string]string{} // local name → import path
	for _, spec := range f.Imports {
		imp, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		if !contains(p.imports, imp) {
			p.imports = append(p.imports, imp)
		}
		if hidden[imp] == nil {
			continue
		}
		switch {
		case spec.Name == nil:
			watched[imp] = imp
		case spec.Name.Name == ".":
			p.dot = append(p.dot, imp)
		default:
			watched[spec.Name.Name] = imp
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok {
			if imp := watched[x.Name]; contains(hidden[imp], sel.Sel.Name) {
				at := fset.Position(sel.Pos())
				p.uses = append(p.uses, use{fmt.Sprintf("%s:%d", at.Filename, at.Line), imp + "." + sel.Sel.Name})
			}
		}
		return true
	})
	if f.Doc != nil {
		lines := 0
		for line := range strings.SplitSeq(f.Doc.Text(), "\n") {
			if strings.TrimSpace(line) != "" {
				lines++
			}
		}
		p.doc = max(p.doc, lines)
	}
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}
