package webui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tocsin/casefile"
	"tocsin/coordination"
)

// declared gives the texts of the constants that a package declares together
// with one of them, so that a list in the source cannot grow without its words.
func declared(t *testing.T, dir, with string) []string {
	t.Helper()
	var out []string
	walkSource(t, dir, func(n ast.Node) {
		decl, ok := n.(*ast.GenDecl)
		if !ok || decl.Tok != token.CONST {
			return
		}
		var texts []string
		here := false
		for _, spec := range decl.Specs {
			v := spec.(*ast.ValueSpec)
			for i, name := range v.Names {
				here = here || name.Name == with
				if i < len(v.Values) {
					if lit, ok := v.Values[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
						texts = append(texts, unquoted(lit))
					}
				}
			}
		}
		if here {
			out = texts
		}
	})
	if len(out) < 2 {
		t.Fatalf("%s declares no list with %s", dir, with)
	}
	return out
}

// argumentsOf gives the texts that a package hands to one of its functions first.
func argumentsOf(t *testing.T, dir, function string) []string {
	t.Helper()
	var out []string
	walkSource(t, dir, func(n ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return
		}
		if name, ok := call.Fun.(*ast.Ident); ok && name.Name == function {
			if lit, ok := call.Args[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				out = append(out, unquoted(lit))
			}
		}
	})
	if len(out) == 0 {
		t.Fatalf("%s never calls %s", dir, function)
	}
	return out
}

func walkSource(t *testing.T, dir string, f func(ast.Node)) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool { f(n); return true })
	}
}

func unquoted(lit *ast.BasicLit) string {
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		return lit.Value
	}
	return s
}

// TestEveryCodeOfTheUseCasesHasWords walks the constants of the packages that the
// pages show, and all that the shipped packs say in codes: nobody is to read a
// bare code.
func TestEveryCodeOfTheUseCasesHasWords(t *testing.T) {
	words, err := loadWords(wordFiles)
	if err != nil {
		t.Fatal(err)
	}
	want := func(family string, codes ...string) {
		t.Helper()
		for _, c := range codes {
			if c != "" && !words.has(family+c) {
				t.Errorf("no words for %s%s", family, c)
			}
		}
	}
	approvals := slices.DeleteFunc(declared(t, "../coordination", "Approved"), func(s string) bool { return s == "approval" })
	want("approvals.is.", approvals...)
	for _, s := range approvals {
		want("log.is.", "approval-"+s)
	}
	want("case.state.", append(declared(t, "../plan", "Awaiting"), "past-due")...)
	want("paper.bearing.", declared(t, "../coordination", "BearsAnchor")...)
	want("paper.quality.", declared(t, "../coordination", "QualityOwn")...)
	want("paper.beneath.", declared(t, "../coordination", "BeneathFacts")...)
	want("warnings.", coordination.Warnings()...)
	want("access.", argumentsOf(t, "../coordination", "forbid")...)
	for _, family := range []string{"case.as.", "desk.as.", "people.role."} {
		want(family, declared(t, "../access", "Owner")...)
	}
	for _, k := range casefile.Kinds() {
		want("kinds.", string(k))
	}
	book := shared().book
	for _, r := range book.Rules {
		want("case.modality.", r.Modality)
		want("case.ground.", r.Ground)
		want("rules.status.", r.Status)
		for _, s := range r.Stages {
			for _, x := range s.Readings {
				want("case.calc.", x.Calc)
				want("paper.basis.", x.Basis)
				for _, part := range strings.Split(x.Variant, ",") {
					if !strings.HasPrefix(part, "zone=") {
						want("case.variant.", part)
					}
				}
			}
		}
	}
	v := &visit{Site: &Site{words: words, o: Options{Book: book}}, Lang: "zh"}
	for _, p := range book.Packs {
		for _, role := range p.Roles {
			if v.roleName(role.ID) == role.ID {
				t.Errorf("no words for the role %s", role.ID)
			}
		}
	}
	// The control: a list that is not there is no list, and a code without words is seen.
	if words.has("approvals.is.no-such-state") || !slices.Contains(approvals, "asked") {
		t.Error("the check sees nothing")
	}
}
