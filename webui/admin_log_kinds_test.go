package webui

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// writtenElsewhere are the ends of kinds that are put together from what no reader of
// the source can tell; the states of what is approved are closed lists.
var writtenElsewhere = map[string][]string{"approval-": {"approved", "declined"}}

// TestEveryNoteThatIsWrittenHasWords reads every package for what it notes in the
// log: each kind, with what happened, has words.
func TestEveryNoteThatIsWrittenHasWords(t *testing.T) {
	words, err := loadWords(wordFiles)
	if err != nil {
		t.Fatal(err)
	}
	src := sources{}
	err = filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "testdata" || d.Name() == "crashsim" || d.Name() == "tools" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") {
			if d != nil && d.IsDir() && err == nil {
				return fs.SkipDir
			}
			return err
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return src.add(name, string(text))
	})
	if err != nil {
		t.Fatal(err)
	}
	kinds, unclear := src.notes()
	for _, where := range unclear {
		t.Errorf("what is noted here cannot be told from the source: %s", where)
	}
	if len(kinds) < 50 {
		t.Errorf("only %d kinds of notes are found: %v", len(kinds), slices.Sorted(maps.Keys(kinds)))
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		if !words.has("log.is." + kind) {
			t.Errorf("%s has no words; it is written in %s", kind, kinds[kind])
		}
	}
}

// TestTheReaderOfNotesReads is the control: a note in each form is found, and one
// that cannot be told is said to be so.
func TestTheReaderOfNotesReads(t *testing.T) {
	src := sources{}
	err := src.add("x/a.go", `package x
const later = "sneezed-later"
func (s *S) one(ctx C, n int) { s.Note(ctx, "sneezed", map[string]any{"a": 1}, "") }
func (s *S) two(ctx C, n int) { what := "once"; if n > 1 { what = "twice" }; s.o.Log.Note(ctx, "sneezed", map[string]any{"what": what}, "") }
func (s *S) three(ctx C, b bool) { body := map[string]any{"what": "in"}; if b { body["what"] = "out" }; s.noted(ctx, later, body, "", nil) }
func (s *S) four(ctx C, what string) { s.note(ctx, kindOf(what), map[string]any{"what": map[bool]string{true: "up", false: "down"}[true]}, "") }
func kindOf(x string) string { if x == "" { return "left" }; return "right" }
func (s *S) note(ctx C, kind string, body map[string]any, by string) { s.o.Log.Note(ctx, kind, body, by) }
func (s *S) seven(ctx C) { body := made(true); s.note(ctx, "made", body, "") }
func made(b bool) map[string]any { body := map[string]any{"what": "new"}; if b { body["what"] = "old" }; return body }
func (s *S) five(ctx C) { s.six(ctx, "passed") }
func (s *S) six(ctx C, what string) { s.note(ctx, "handed", map[string]any{"what": what}, "") }
`)
	if err != nil {
		t.Fatal(err)
	}
	kinds, unclear := src.notes()
	want := strings.Fields("handed.passed left.down left.up made.new made.old right.down right.up sneezed sneezed-later.in sneezed-later.out sneezed.once sneezed.twice")
	if got := slices.Sorted(maps.Keys(kinds)); !slices.Equal(got, want) || len(unclear) > 0 {
		t.Errorf("%v, unclear %v", got, unclear)
	}
	if err := src.add("y/a.go", `package y
func (s *S) one(ctx C, n int) { s.Note(ctx, strange(), map[string]any{}, "") }`); err != nil {
		t.Fatal(err)
	}
	if _, unclear = src.notes(); len(unclear) != 1 {
		t.Errorf("what cannot be told is passed over: %v", unclear)
	}
}

// sources are the files of packages, by folder.
type sources map[string][]*ast.File

func (s sources) add(name, text string) error {
	f, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
	if err == nil {
		dir := path.Dir(filepath.ToSlash(name))
		s[dir] = append(s[dir], f)
	}
	return err
}

// notes gives every kind of note, with what happened, and where it is written; and
// the places that cannot be told.
func (s sources) notes() (kinds map[string]string, unclear []string) {
	kinds = map[string]string{}
	for dir, files := range s {
		p := &noteReader{files: files}
		for _, f := range files {
			for _, d := range f.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok || fn.Body == nil {
					continue
				}
				ast.Inspect(fn.Body, func(n ast.Node) bool {
					call, ok := n.(*ast.CallExpr)
					if !ok || !writesNote(call) || len(call.Args) < 4 {
						return true
					}
					where := fmt.Sprintf("%s, %s", dir, fn.Name.Name)
					if id, ok := call.Args[1].(*ast.Ident); ok && parameter(fn, id.Name) >= 0 {
						return true // hands on what its callers say
					}
					all, sure := p.strings(call.Args[1], fn, 0)
					ends, told := p.ends(call.Args[2], fn)
					if !sure || !told {
						unclear = append(unclear, where)
					}
					for _, kind := range all {
						for _, end := range ends {
							kinds[strings.TrimSuffix(kind+"."+end, ".")] = where
						}
					}
					return true
				})
			}
		}
	}
	return kinds, unclear
}

func writesNote(c *ast.CallExpr) bool {
	sel, ok := c.Fun.(*ast.SelectorExpr)
	return ok && (sel.Sel.Name == "Note" || sel.Sel.Name == "note" || sel.Sel.Name == "noted")
}

// noteReader tells what the words of one package can be.
type noteReader struct{ files []*ast.File }

// ends are what a body can say under what, or an act under state; "" for none.
func (p *noteReader) ends(body ast.Expr, fn *ast.FuncDecl) (out []string, sure bool) {
	sure = true
	add := func(x ast.Expr) {
		all, ok := p.strings(x, fn, 0)
		out, sure = append(out, all...), sure && ok
	}
	read := func(lit *ast.CompositeLit) {
		for _, e := range lit.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok && (isText(kv.Key, "what") || isText(kv.Key, "state")) {
				add(kv.Value)
			}
		}
	}
	switch b := body.(type) {
	case *ast.CompositeLit:
		read(b)
	case *ast.CallExpr: // made by a function of the package
		for _, d := range p.functions() {
			if d.Body == nil || d.Name.Name != called(b) {
				continue
			}
			ast.Inspect(d.Body, func(n ast.Node) bool {
				if r, ok := n.(*ast.ReturnStmt); ok && len(r.Results) == 1 {
					all, ok := p.ends(r.Results[0], d)
					out, sure = append(out, all...), sure && ok
				}
				return true
			})
		}
	case *ast.Ident:
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			a, ok := n.(*ast.AssignStmt)
			if !ok {
				return true
			}
			for i, left := range a.Lhs {
				if i >= len(a.Rhs) {
					break
				}
				if id, ok := left.(*ast.Ident); ok && id.Name == b.Name {
					switch made := a.Rhs[i].(type) {
					case *ast.CompositeLit:
						read(made)
					case *ast.CallExpr:
						all, ok := p.ends(made, fn)
						out, sure = append(out, all...), sure && ok
					}
				}
				if x, ok := left.(*ast.IndexExpr); ok && isText(x.Index, "what") {
					if id, ok := x.X.(*ast.Ident); ok && id.Name == b.Name {
						add(a.Rhs[i])
					}
				}
			}
			return true
		})
	}
	if len(out) == 0 {
		out = []string{""}
	}
	return out, sure
}

// strings are what an expression can be, and whether that is all.
func (p *noteReader) strings(x ast.Expr, fn *ast.FuncDecl, deep int) (out []string, sure bool) {
	if deep > 6 {
		return nil, false
	}
	sure = true
	add := func(x ast.Expr, in *ast.FuncDecl) {
		all, ok := p.strings(x, in, deep+1)
		out, sure = append(out, all...), sure && ok
	}
	switch x := x.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(x.Value)
		return []string{s}, err == nil
	case *ast.BinaryExpr: // a stem and an end that is one of a closed list
		left, ok := p.strings(x.X, fn, deep+1)
		for _, stem := range left {
			for _, end := range writtenElsewhere[stem] {
				out = append(out, stem+end)
			}
		}
		return out, ok && len(out) > 0
	case *ast.IndexExpr:
		if lit, ok := x.X.(*ast.CompositeLit); ok {
			for _, e := range lit.Elts {
				if kv, ok := e.(*ast.KeyValueExpr); ok {
					add(kv.Value, fn)
				}
			}
		}
	case *ast.CallExpr:
		if id, ok := x.Fun.(*ast.Ident); ok {
			for _, d := range p.functions() {
				if d.Recv == nil && d.Name.Name == id.Name && d.Body != nil {
					ast.Inspect(d.Body, func(n ast.Node) bool {
						if r, ok := n.(*ast.ReturnStmt); ok && len(r.Results) == 1 {
							add(r.Results[0], d)
						}
						return true
					})
				}
			}
		}
	case *ast.Ident:
		if i := parameter(fn, x.Name); i >= 0 {
			for _, d := range p.functions() {
				if d.Body == nil {
					continue
				}
				ast.Inspect(d.Body, func(n ast.Node) bool {
					c, ok := n.(*ast.CallExpr)
					if ok && called(c) == fn.Name.Name && i < len(c.Args) {
						add(c.Args[i], d)
					}
					return true
				})
			}
			break
		}
		p.assigned(x.Name, fn, add)
	case *ast.SelectorExpr:
		p.assigned(x.Sel.Name, nil, add)
	}
	return out, sure && len(out) > 0
}

// assigned finds what a name is set to: in its function, or as a constant of the
// package.
func (p *noteReader) assigned(name string, fn *ast.FuncDecl, add func(ast.Expr, *ast.FuncDecl)) {
	if fn != nil {
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			if a, ok := n.(*ast.AssignStmt); ok {
				for i, left := range a.Lhs {
					if id, ok := left.(*ast.Ident); ok && id.Name == name && i < len(a.Rhs) {
						add(a.Rhs[i], fn)
					}
				}
			}
			return true
		})
	}
	for _, f := range p.files {
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, spec := range g.Specs {
				v := spec.(*ast.ValueSpec)
				for i, id := range v.Names {
					if id.Name == name && i < len(v.Values) {
						add(v.Values[i], fn)
					}
				}
			}
		}
	}
}

func (p *noteReader) functions() (out []*ast.FuncDecl) {
	for _, f := range p.files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				out = append(out, fn)
			}
		}
	}
	return out
}

func called(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// parameter is the place of a parameter of a function, -1 for none of that name.
func parameter(fn *ast.FuncDecl, name string) int {
	i := 0
	for _, field := range fn.Type.Params.List {
		for _, id := range field.Names {
			if id.Name == name {
				return i
			}
			i++
		}
	}
	return -1
}

func isText(x ast.Expr, want string) bool {
	lit, ok := x.(*ast.BasicLit)
	return ok && lit.Value == strconv.Quote(want)
}
