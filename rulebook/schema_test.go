package rulebook

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	yaml "go.yaml.in/yaml/v4"

	"tocsin/casefile"
	"tocsin/internal/document"
)

// The schemas under schema/ are for editors and for people who write packs
// without this program. They must say what the loader says: the first test holds
// them to the files, the second to the Go types, key by key.
const (
	packSchema     = "schema/rulepack.schema.json"
	examplesSchema = "schema/examples.schema.json"
)

func compileSchema(t *testing.T, path string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	if others, _ := filepath.Glob("schema/*.schema.json"); len(others) == 0 {
		t.Fatalf("%s is missing", path)
	}
	s, err := c.Compile(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// plain turns a document into what the validator takes.
func plain(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plain(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		out := []any{}
		for _, c := range n.Content {
			out = append(out, plain(c))
		}
		return out
	}
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return n.Value == "true"
	case "!!int", "!!float":
		return json.Number(n.Value)
	}
	return n.Value
}

func instance(t *testing.T, name string, data []byte) any {
	t.Helper()
	root, err := document.Parse(name, data, document.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return plain(root)
}

// Every shipped file is valid, and a broken one is not.
func TestShippedFilesFollowTheSchemas(t *testing.T) {
	pack, examples := compileSchema(t, packSchema), compileSchema(t, examplesSchema)
	n := map[*jsonschema.Schema]int{}
	err := fs.WalkDir(Shipped().FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".yaml") {
			return err
		}
		data, err := fs.ReadFile(Shipped().FS, name)
		if err != nil {
			return err
		}
		s := pack
		if strings.HasSuffix(name, ".examples.yaml") {
			s = examples
		}
		n[s]++
		if err := s.Validate(instance(t, name, data)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		return nil
	})
	if err != nil || n[pack] < 15 || n[examples] < 10 {
		t.Fatalf("%d packs, %d files of examples, %v", n[pack], n[examples], err)
	}

	base := basePack(t)
	if err := pack.Validate(instance(t, "base", []byte(base))); err != nil {
		t.Errorf("the pack without a fault: %v", err)
	}
	for _, c := range [][2]string{
		{"modality: should", "modalitiy: should"},
		{"modality: should", "modality: shall"},
		{"status: revoked", "status: enforced"},
		{"{calc: elapsed, period: P2D}", "{calc: quickly, period: P2D}"},
		{"to: [users]", "to: {users: true}"},
		{"  - id: R2\n", "  -\n"},
	} {
		if strings.Count(base, c[0]) != 1 {
			t.Fatalf("%q stands %d times in the base", c[0], strings.Count(base, c[0]))
		}
		if pack.Validate(instance(t, "broken", []byte(strings.Replace(base, c[0], c[1], 1)))) == nil {
			t.Errorf("the schema takes %q", c[1])
		}
	}
}

// drift walks a type and a schema side by side.
type drift struct {
	t    *testing.T
	root map[string]any
	file string
	seen map[string]bool
	out  []string
}

func loadDrift(t *testing.T, file string) *drift {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d := &drift{t: t, file: file, seen: map[string]bool{}}
	if err := json.Unmarshal(data, &d.root); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return d
}

// find follows $ref, and of several alternatives takes the one that has the key.
func (d *drift) find(s map[string]any, key string) map[string]any {
	if _, ok := s[key]; ok {
		return s
	}
	if ref, ok := s["$ref"].(string); ok {
		file, path, _ := strings.Cut(ref, "#")
		in := d
		if file != "" && file != filepath.Base(d.file) {
			in = loadDrift(d.t, filepath.Join(filepath.Dir(d.file), filepath.Base(file)))
		}
		var at any = in.root
		for _, step := range strings.FieldsFunc(path, func(r rune) bool { return r == '/' }) {
			m, _ := at.(map[string]any)
			at = m[step]
		}
		if m, ok := at.(map[string]any); ok {
			d.root, d.file = in.root, in.file
			return d.find(m, key)
		}
	}
	for _, of := range []string{"oneOf", "anyOf", "allOf"} {
		list, _ := s[of].([]any)
		for _, alt := range list {
			if m, ok := alt.(map[string]any); ok {
				if found := d.find(m, key); found != nil {
					return found
				}
			}
		}
	}
	return nil
}

func (d *drift) say(format string, args ...any) { d.out = append(d.out, fmt.Sprintf(format, args...)) }

var nodeDecoder = reflect.TypeFor[document.NodeDecoder]()

func (d *drift) walk(path string, typ reflect.Type, s map[string]any) {
	root, file := d.root, d.file
	defer func() { d.root, d.file = root, file }()
	if reflect.PointerTo(typ).Implements(nodeDecoder) || d.seen[path+typ.String()] {
		return // a form of its own, which no list of keys describes
	}
	switch typ.Kind() {
	case reflect.Pointer:
		d.walk(path, typ.Elem(), s)
	case reflect.Slice:
		if found := d.find(s, "items"); found != nil {
			items, _ := found["items"].(map[string]any)
			d.walk(path+"[]", typ.Elem(), items)
		} else {
			d.say("%s: the schema has no items for a list", path)
		}
	case reflect.Struct:
		if typ.PkgPath() == "tocsin/calendar" {
			return // written as a text
		}
		d.seen[path+typ.String()] = true
		found := d.find(s, "properties")
		if found == nil {
			d.say("%s: the schema has no properties for %s", path, typ)
			return
		}
		if found["additionalProperties"] != false && found["unevaluatedProperties"] != false {
			d.say("%s: the schema lets unknown keys pass", path)
		}
		props, _ := found["properties"].(map[string]any)
		var keys []string
		for i := range typ.NumField() {
			key := typ.Field(i).Tag.Get("yaml")
			if key == "" || key == "-" {
				continue
			}
			keys = append(keys, key)
			p, ok := props[key].(map[string]any)
			if !ok {
				if props[key] != true {
					d.say("%s.%s: not in the schema", path, key)
				}
				continue
			}
			d.walk(path+"."+key, typ.Field(i).Type, p)
		}
		for key := range props {
			if !slices.Contains(keys, key) {
				d.say("%s.%s: not in the type %s", path, key, typ)
			}
		}
	}
}

// The keys of the pack schema are the keys of the types, at every depth.
func TestPackSchemaDoesNotDrift(t *testing.T) {
	d := loadDrift(t, packSchema)
	d.walk("pack", reflect.TypeFor[Pack](), d.root)
	slices.Sort(d.out)
	for _, s := range d.out {
		t.Error(s)
	}
	if len(d.seen) < 10 {
		t.Errorf("only %d types were compared", len(d.seen))
	}
}

// The case of an example is a case file.
func TestExamplesSchemaDoesNotDrift(t *testing.T) {
	d := loadDrift(t, examplesSchema)
	top := d.find(d.root, "properties")
	list := d.find(top["properties"].(map[string]any)["examples"].(map[string]any), "items")
	item := d.find(list["items"].(map[string]any), "properties")
	theCase, _ := item["properties"].(map[string]any)["case"].(map[string]any)
	if theCase == nil {
		t.Fatal("the schema has no case")
	}
	d.walk("case", reflect.TypeFor[casefile.File](), theCase)
	slices.Sort(d.out)
	for _, s := range d.out {
		t.Error(s)
	}
}

// The control: a key too many, a key too few and an open list of keys are seen.
func TestDriftIsSeen(t *testing.T) {
	type entry struct {
		ID   string   `yaml:"id"`
		Tags []string `yaml:"tags"`
	}
	for name, c := range map[string]struct {
		schema string
		want   []string
	}{
		"the same":      {`{"properties": {"id": {}, "tags": {"items": {}}}, "additionalProperties": false}`, nil},
		"a key too few": {`{"properties": {"id": {}}, "additionalProperties": false}`, []string{"e.tags: not in the schema"}},
		"too many":      {`{"properties": {"id": {}, "tags": {"oneOf": [{"type": "string"}, {"items": {}}]}, "x": {}}, "additionalProperties": false}`, []string{"e.x: not in the type rulebook.entry"}},
		"an open list":  {`{"$ref": "#/$defs/e", "$defs": {"e": {"properties": {"id": {}, "tags": {"items": {}}}}}}`, []string{"e: the schema lets unknown keys pass"}},
		"no list":       {`{"properties": {"id": {}, "tags": {}}, "additionalProperties": false}`, []string{"e.tags: the schema has no items for a list"}},
	} {
		d := &drift{t: t, seen: map[string]bool{}}
		if err := json.Unmarshal([]byte(c.schema), &d.root); err != nil {
			t.Fatal(err)
		}
		d.walk("e", reflect.TypeFor[entry](), d.root)
		if !slices.Equal(d.out, c.want) {
			t.Errorf("%s: got %v, want %v", name, d.out, c.want)
		}
	}
}
