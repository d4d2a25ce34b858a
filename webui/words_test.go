package webui

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"text/template/parse"

	"tocsin/access"
)

// wordUse is what templates and code ask of the catalogues.
type wordUse struct {
	keys     map[string]string // key → where
	families map[string]string // prefix of a closed list → where
}

// usedWords reads every template and every Go file of the package.
func usedWords(t *testing.T, known func(topic string) bool) wordUse {
	t.Helper()
	u := wordUse{map[string]string{}, map[string]string{}}
	c, err := loadWords(wordFiles)
	if err != nil {
		t.Fatal(err)
	}
	a, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	set, err := loadTemplates(c, a, "en")
	if err != nil {
		t.Fatal(err)
	}
	for _, tmpl := range set.Templates() {
		if tmpl.Tree != nil {
			u.inNode(tmpl.Tree.Root, "template "+tmpl.Name())
		}
	}
	files, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	literal := regexp.MustCompile(`^[a-z]+\.[a-z0-9][a-z0-9.-]*$`)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			b, ok := n.(*ast.BasicLit)
			if !ok || b.Kind != token.STRING {
				return true
			}
			s, err := strconv.Unquote(b.Value)
			topic, rest, found := strings.Cut(s, ".")
			if err != nil || !found || !known(topic) {
				return true
			}
			switch {
			case strings.HasSuffix(s, ".") || strings.HasSuffix(s, "-"):
				u.families[s] = name // "admin.kind." + x
			case literal.MatchString(s) && rest != "":
				u.keys[s] = name
			}
			return true
		})
	}
	return u
}

// inNode walks a template for {{t "key"}}, {{code "family" x}} and
// (print "family." x "-part").
func (u wordUse) inNode(n parse.Node, where string) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, x := range n.Nodes {
				u.inNode(x, where)
			}
		}
	case *parse.ActionNode:
		u.inNode(n.Pipe, where)
	case *parse.TemplateNode:
		if n.Pipe != nil {
			u.inNode(n.Pipe, where)
		}
	case *parse.IfNode:
		u.inBranch(&n.BranchNode, where)
	case *parse.RangeNode:
		u.inBranch(&n.BranchNode, where)
	case *parse.WithNode:
		u.inBranch(&n.BranchNode, where)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			u.inCommand(c, where)
		}
	}
}

func (u wordUse) inBranch(n *parse.BranchNode, where string) {
	u.inNode(n.Pipe, where)
	u.inNode(n.List, where)
	u.inNode(n.ElseList, where)
}

func (u wordUse) inCommand(c *parse.CommandNode, where string) {
	name := ""
	if id, ok := c.Args[0].(*parse.IdentifierNode); ok {
		name = id.Ident
	}
	if len(c.Args) > 1 {
		s, isText := c.Args[1].(*parse.StringNode)
		switch {
		case name == "t" && isText:
			u.keys[s.Text] = where
		case name == "code" && isText:
			u.families[s.Text+"."] = where
		case name == "print" && isText && strings.Contains(s.Text, "."):
			u.families[s.Text] = where
		}
	}
	for _, a := range c.Args {
		u.inNode(a, where)
	}
}

func (u wordUse) uses(key string) bool {
	if u.keys[key] != "" {
		return true
	}
	for prefix := range u.families {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

var argument_ = regexp.MustCompile(`\{[^{}]*\}`)

// pluralForms are the categories that a whole number can have in a language
// (CLDR); French "many" is for millions and falls back to other.
var pluralForms = map[string][]string{"en": {"one", "other"}, "de": {"one", "other"}, "fr": {"one", "other"}, "zh": {"other"}}

// wordFaults tells what is wrong with catalogues, as the files are.
func wordFaults(files fs.FS) (faults []string, err error) {
	names, err := fs.Glob(files, "words/*/en.json")
	if err != nil {
		return nil, err
	}
	for _, first := range names {
		dir := path.Dir(first)
		texts := map[string]map[string]entry{}
		for _, lang := range Languages {
			raw, err := fs.ReadFile(files, path.Join(dir, lang+".json"))
			if err != nil {
				faults = append(faults, err.Error())
				continue
			}
			m := map[string]entry{}
			d := json.NewDecoder(strings.NewReader(string(raw)))
			if err := d.Decode(&m); err != nil {
				faults = append(faults, dir+" "+lang+": "+err.Error())
			}
			if n := strings.Count(string(raw), "\n  \""); n != len(m) {
				faults = append(faults, dir+" "+lang+": a key stands twice, or a line is not a key")
			}
			texts[lang] = m
		}
		for key, en := range texts["en"] {
			for _, lang := range Languages {
				e, ok := texts[lang][key]
				where := path.Base(dir) + "." + key + " (" + lang + ")"
				switch {
				case !ok:
					faults = append(faults, where+" is missing")
					continue
				case (e.forms == nil) != (en.forms == nil):
					faults = append(faults, where+": a plural in one language only")
					continue
				}
				all := []string{e.one}
				if e.forms != nil {
					all = nil
					for _, form := range pluralForms[lang] {
						if e.forms[form] == "" {
							faults = append(faults, where+": no form "+form)
						}
						all = append(all, e.forms[form])
					}
					for form := range e.forms {
						if !slices.Contains(append(pluralForms[lang], "many"), form) {
							faults = append(faults, where+": a form "+form+" that the language does not have")
						}
					}
				}
				for _, text := range all {
					if strings.TrimSpace(text) == "" || text != strings.TrimSpace(text) {
						faults = append(faults, where+" is empty, or begins or ends with a space")
					}
				}
				want := en.one
				if en.forms != nil {
					want = en.forms["other"]
				}
				if got := all[len(all)-1]; !slices.Equal(arguments(got), arguments(want)) {
					faults = append(faults, where+": arguments "+strings.Join(arguments(got), " ")+", in English "+strings.Join(arguments(want), " "))
				}
			}
		}
		for _, lang := range Languages[1:] {
			for key := range texts[lang] {
				if _, ok := texts["en"][key]; !ok {
					faults = append(faults, path.Base(dir)+"."+key+" ("+lang+") is not in English")
				}
			}
		}
	}
	return faults, nil
}

func arguments(text string) []string {
	found := argument_.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestTheLanguagesSayTheSame(t *testing.T) {
	faults, err := wordFaults(wordFiles)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		t.Error(f)
	}
}

// TestWordFaultsAreFound is the control.
func TestWordFaultsAreFound(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	faults, err := wordFaults(fstest.MapFS{
		"words/x/en.json": file("{\n  \"a\": \"A {n}\",\n  \"b\": {\"one\": \"1\", \"other\": \"{n}\"},\n  \"c\": \"C\",\n  \"d\": \"D\"\n}"),
		"words/x/zh.json": file("{\n  \"a\": \"A {m}\",\n  \"b\": {\"one\": \"1\", \"other\": \"{n}\"},\n  \"c\": \"C\",\n  \"d\": \"D\"\n}"),
		"words/x/fr.json": file("{\n  \"a\": \"A {n}\",\n  \"b\": \"{n}\",\n  \"c\": \" \",\n  \"d\": \"D\"\n}"),
		"words/x/de.json": file("{\n  \"a\": \"A {n}\",\n  \"b\": {\"other\": \"{n}\"},\n  \"c\": \"C\",\n  \"c\": \"C\",\n  \"e\": \"E\"\n}"),
	})
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(faults, "\n")
	for _, want := range []string{
		"x.a (zh): arguments {m}", "x.b (zh): a form one", "x.b (fr): a plural in one", "x.c (fr) is empty", "x.b (de): no form one",
		"x.d (de) is missing", "x.e (de) is not in English", "de: a key stands twice",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("not found: %s\n%s", want, all)
		}
	}
}

func TestEveryWordIsThereAndUsed(t *testing.T) {
	c, err := loadWords(wordFiles)
	if err != nil {
		t.Fatal(err)
	}
	topics := map[string]bool{}
	for key := range c.texts["en"] {
		topic, _, _ := strings.Cut(key, ".")
		topics[topic] = true
	}
	u := usedWords(t, func(topic string) bool { return topics[topic] })
	for key, where := range u.keys {
		if !c.has(key) {
			t.Errorf("%s: no words for %s", where, key)
		}
	}
	for prefix, where := range u.families {
		found := false
		for key := range c.texts["en"] {
			found = found || strings.HasPrefix(key, prefix)
		}
		if !found {
			t.Errorf("%s: no words in the family %s", where, prefix)
		}
	}
	for key := range c.texts["en"] {
		if !u.uses(key) {
			t.Errorf("nothing uses %s", key)
		}
	}
	// The controls: what nobody uses is seen, what is used is not.
	if u.uses("common.nobody-uses-this") || !u.uses("common.save") {
		t.Error("the check sees nothing")
	}
}

// TestClosedListsHaveWords: codes that other packages give must all be sayable.
func TestClosedListsHaveWords(t *testing.T) {
	c, err := loadWords(wordFiles)
	if err != nil {
		t.Fatal(err)
	}
	want := func(key string) {
		t.Helper()
		if !c.has(key) {
			t.Errorf("no words for %s", key)
		}
	}
	for _, code := range access.Codes() {
		want("access." + code)
	}
	for _, a := range append(slices.Clone(tokenScopes), graveScopes...) {
		want("settings.act." + string(a))
		want("settings.act-text." + string(a))
	}
	for _, k := range orgKinds {
		want("admin.kind." + string(k))
	}
	for _, k := range standings {
		want("admin.standing." + string(k))
	}
	for _, r := range append(slices.Clone(orgRoles), platformRoles...) {
		want("admin.role." + string(r))
	}
	for _, how := range []string{"passkey", "password", "totp", "sso", "link", "demo", "recovery"} {
		want("settings.how." + how)
	}
	for _, kind := range []string{"not-found", "invalid", "conflict", "forbidden", "suspended", "too-early", "unavailable", "internal"} {
		want("errors." + kind + "-title")
		want("errors." + kind + "-text")
	}
	for _, purpose := range []string{"first", "invite", "recovery", "demo"} {
		want("signin.link-why." + purpose)
	}
}

func TestPluralsAndNumbers(t *testing.T) {
	c, err := loadWords(wordFiles)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		lang string
		n    int
		want string
	}{
		{"en", 1, "1 day"}, {"en", 0, "0 days"}, {"en", 2, "2 days"}, {"fr", 0, "0 jour"}, {"fr", 1, "1 jour"}, {"fr", 2, "2 jours"},
		{"de", 1, "1 Tag"}, {"de", 12345, "12.345 Tagen"}, {"zh", 1, "1 天"}, {"fr", 12345, "12\u202f345 jours"}, {"en", 1234567, "1,234,567 days"},
	} {
		if got := c.say(x.lang, "settings.days", "n", x.n); got != x.want {
			t.Errorf("%s %d: %q, want %q", x.lang, x.n, got, x.want)
		}
	}
	if got := number("de", -12345); got != "-12.345" {
		t.Error(got)
	}
}

func TestTheLanguageIsChosen(t *testing.T) {
	for _, x := range []struct{ asked, profile, accept, want string }{
		{"", "", "", "en"}, {"de", "zh", "fr", "de"}, {"", "zh", "fr", "zh"}, {"", "", "fr-CA, en;q=0.5", "fr"},
		{"", "", "zh-TW", "zh"}, {"", "", "pt, de-AT;q=0.7", "de"}, {"", "", "pt", "en"}, {"xx", "yy", "de", "de"},
		{"", "", strings.Repeat("x", 10000), "en"}, {"", "", ";;;=", "en"},
	} {
		if got := choose(x.asked, x.profile, x.accept); got != x.want {
			t.Errorf("%+v: %s", x, got)
		}
	}
}
