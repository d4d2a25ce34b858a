package floors

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// root is the folder of the module, found from the folder of the test.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil || !strings.HasPrefix(string(mod), "module "+module+"\n") {
		t.Fatalf("the module is not two folders up: %v", err)
	}
	return dir
}

// tree reads every file of the project, by slashed name, once for all tests.
// What version control never sees (.git, caches, build output) is left out.
func tree(t *testing.T) map[string]string {
	t.Helper()
	dir := root(t)
	once.Do(func() { once.files, once.err = read(dir) })
	if once.err != nil {
		t.Fatal(once.err)
	}
	return once.files
}

var once struct {
	sync.Once
	files map[string]string
	err   error
}

func read(dir string) (map[string]string, error) {
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // another test may remove its own files while this one looks
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			switch {
			case d.Name() == ".git", d.Name() == ".cache", d.Name() == "node_modules", rel == "tmp":
				return filepath.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || rel == module || strings.HasSuffix(rel, ".test") || strings.HasSuffix(rel, ".out") {
			return nil
		}
		data, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		files[rel] = string(data)
		return err
	})
	return files, err
}

// packages parses the packages of the module; another module's are not ours,
// nor are those in testdata or in folders that the go command passes over.
func packages(t *testing.T, files map[string]string) []*pkg {
	t.Helper()
	pkgs, err := parse(ours(files))
	if err != nil {
		t.Fatal(err)
	}
	return pkgs
}

func ours(files map[string]string) map[string]string {
	out := written(files)
	for name := range out {
		if moduleOf(files, name) != "" {
			delete(out, name)
		}
	}
	return out
}

// written are the files of the house and of the modules inside it.
func written(files map[string]string) map[string]string {
	out := map[string]string{}
	for name, text := range files {
		skip := false
		for part := range strings.SplitSeq(name, "/") {
			skip = skip || part == "testdata" || strings.HasPrefix(part, "_") || strings.HasPrefix(part, ".")
		}
		if !skip {
			out[name] = text
		}
	}
	return out
}

// moduleOf is the folder of the module inside this one that a file belongs to,
// "" if it belongs to the house itself.
func moduleOf(files map[string]string, name string) string {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if _, ok := files[dir+"/go.mod"]; ok {
			return dir
		}
	}
	return ""
}

func failEach(t *testing.T, problems []string) {
	t.Helper()
	for _, p := range problems {
		t.Error(p)
	}
}

func TestEveryPackageKeepsToItsFloor(t *testing.T) {
	failEach(t, check(packages(t, tree(t))))
}

// The go command must see the same packages and dependencies as the check, or
// the check would be looking at something else.
func TestTheGoCommandSeesTheSameHouse(t *testing.T) {
	pkgs := packages(t, tree(t))
	own := map[string]*pkg{}
	want := map[string][]string{}
	for _, p := range pkgs {
		own[p.path] = p
	}
	for _, p := range pkgs {
		deps := reach(own, p.path)
		for _, imp := range p.imports {
			if to, ok := inside(imp); ok {
				deps = append(deps, to)
			}
		}
		sort.Strings(deps)
		want[p.path] = slices.Compact(deps)
	}

	cmd := exec.Command("go", "list", "-json=ImportPath,Deps", "./...")
	cmd.Dir = root(t)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, errs.String())
	}
	got := map[string][]string{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath string
			Deps       []string
		}
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		at, _ := inside(p.ImportPath)
		var deps []string
		for _, d := range p.Deps {
			if to, ok := inside(d); ok {
				deps = append(deps, to)
			}
		}
		sort.Strings(deps)
		// A folder with tests only (such as e2e) has nothing to check here.
		if own[at] != nil || len(deps) > 0 {
			got[at] = deps
		}
	}
	empty := cmp.Transformer("set", func(s []string) map[string]bool {
		m := map[string]bool{}
		for _, v := range s {
			m[v] = true
		}
		return m
	})
	if d := cmp.Diff(want, got, empty); d != "" {
		t.Errorf("by the files (-) and by the go command (+):\n%s", d)
	}
}

func TestFolderOfTestsHasAFloorToo(t *testing.T) {
	for name := range ours(tree(t)) {
		if dir := filepath.ToSlash(filepath.Dir(name)); strings.HasSuffix(name, ".go") {
			if _, ok := find(dir); !ok {
				t.Errorf("%s: no line of the table gives its folder a floor", name)
			}
		}
	}
}

func TestNoFileIsTooLong(t *testing.T) { failEach(t, tooLong(written(tree(t)))) }

func TestNoFileNamesThisMachine(t *testing.T) { failEach(t, leaks(tree(t))) }

func TestEachDependencyHasItsReason(t *testing.T) {
	files := tree(t)
	set := map[string]bool{}
	for name, text := range ours(files) {
		if !strings.HasSuffix(name, ".go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range f.Imports {
			imp, err := strconv.Unquote(spec.Path.Value)
			if first, _, _ := strings.Cut(imp, "/"); err == nil && strings.Contains(first, ".") {
				set[imp] = true
			}
		}
	}
	imports := make([]string, 0, len(set))
	for imp := range set {
		imports = append(imports, imp)
	}
	var inner []string
	for name, text := range files {
		if strings.HasSuffix(name, "/go.mod") && moduleOf(files, name) != "" {
			inner = append(inner, text)
		}
	}
	if len(inner) < 2 {
		t.Errorf("%d modules are found inside this one", len(inner))
	}
	failEach(t, undocumented(files["go.mod"], inner, files["docs/dependencies.md"], imports))
}
