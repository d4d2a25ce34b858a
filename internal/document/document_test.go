package document

import (
	"errors"
	"strings"
	"testing"

	yaml "go.yaml.in/yaml/v4"

	"tocsin/internal/fault"
)

// sheet is a small document to read into.
type sheet struct {
	Name    string            `yaml:"name"`
	Open    bool              `yaml:"open"`
	Count   int               `yaml:"count"`
	Tags    []string          `yaml:"tags"`
	Entries []line            `yaml:"entries"`
	Words   map[string]string `yaml:"words"`
	Next    *line             `yaml:"next"`
	Any     any               `yaml:"any"`
	Hidden  string            `yaml:"-"`
}

type line struct {
	ID   string `yaml:"id"`
	Text string `yaml:"text"`
	at   int
}

func (l *line) SetLine(n int) { l.at = n }

func read(data string) (*sheet, error) {
	root, err := Parse("f.yaml", []byte(data), Limits{})
	if err != nil {
		return nil, err
	}
	var s sheet
	return &s, Decode("f.yaml", root, &s)
}

// Each thing that is refused gives one sentence with file, line and key.
func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"an unknown key":                  {"name: a\nnmae: b\n", `f.yaml:2: nmae: unknown key; did you mean "name"?`},
		"an unknown key far from any":     {"name: a\nsomething-else: b\n", `f.yaml:2: something-else: unknown key`},
		"a key that is not for files":     {"Hidden: b\n", `f.yaml:1: Hidden: unknown key`},
		"an unknown key of an entry":      {"entries:\n  - id: e1\n    txt: a\n", `f.yaml:3: entries[e1].txt: unknown key; did you mean "text"?`},
		"an unknown key without an id":    {"entries:\n  - {text: a}\n  - {txt: a}\n", `f.yaml:3: entries[1].txt: unknown key; did you mean "text"?`},
		"a key twice":                     {"name: a\nopen: true\nname: b\n", `f.yaml:3: name: the key stands twice; it stood on line 1 already`},
		"a key twice in an entry":         {"entries:\n- id: e\n  text: a\n  text: b\n", `f.yaml:4: entries[e].text: the key stands twice; it stood on line 3 already`},
		"a key twice in JSON":             {"{\"name\": \"a\",\n \"name\": \"b\"}", `f.yaml:2: name: the key stands twice; it stood on line 1 already`},
		"a list for a word":               {"name: [a]\n", `f.yaml:1: name: a single value is needed here, not a list`},
		"keys for a word":                 {"name: {a: b}\n", `f.yaml:1: name: a single value is needed here, not a list of keys`},
		"a word for keys":                 {"entries: [a]\n", `f.yaml:1: entries[0]: keys with values are needed here, not a single value`},
		"a word for a list of entries":    {"entries: a\n", `f.yaml:1: entries: a list is needed here, not a single value`},
		"a word for a table":              {"words: a\n", `f.yaml:1: words: keys with values are needed here, not a single value`},
		"keys for a list":                 {"tags: {a: b}\n", `f.yaml:1: tags: a list is needed here, not a list of keys`},
		"yes for true":                    {"open: yes\n", `f.yaml:1: open: "yes" is not true or false`},
		"a fraction for a number":         {"count: 1.5\n", `f.yaml:1: count: "1.5" is not a whole number`},
		"a table entry without a value":   {"words: {en: hello, world}\n", `f.yaml:1: words.world: has no value; text that holds a comma is quoted`},
		"a list entry without a value":    {"tags: [a, ~]\n", `f.yaml:1: tags[1]: has no value`},
		"a list at the top":               {"- a\n", `f.yaml:1: the document must be a list of keys with values, not a list`},
		"a word at the top":               {"hello\n", `f.yaml:1: the document must be a list of keys with values, not a single value`},
		"a list at the top of JSON":       {"[1]", `f.yaml:1: the document must be a list of keys with values, not a list`},
		"nothing":                         {"", `f.yaml:1: the file is empty`},
		"blanks":                          {" \n\t\n", `f.yaml:1: the file is empty`},
		"only a comment":                  {"# nothing\n", `f.yaml:1: the file is empty`},
		"only a mark of a document":       {"---\n", `f.yaml:1: the file is empty`},
		"a second document":               {"name: a\n---\nname: b\n", `f.yaml:2: a second document begins here; one file holds one document`},
		"broken YAML in a second":         {"name: a\n---\nname: [\n", `f.yaml:3: not readable as YAML: did not find expected node content`},
		"something after JSON":            {"{\"name\": \"a\"}\n{\"name\": \"b\"}", `f.yaml:2: something follows the end of the document`},
		"an alias":                        {"name: &a x\nwords: {b: *a}\n", `f.yaml:1: name: anchors (&a) are not allowed; write the value out`},
		"an alias to nothing":             {"name: *a\n", `f.yaml:1: not readable as YAML: unknown anchor 'a' referenced`},
		"an anchor alone":                 {"tags: &t [a]\n", `f.yaml:1: tags: anchors (&t) are not allowed; write the value out`},
		"an anchor on a key":              {"words:\n  &k en: hello\n", `f.yaml:2: words: a key must be a plain word`},
		"a merge key":                     {"words:\n  <<: {a: b}\n", `f.yaml:2: words: merge keys (<<) are not allowed; write the values out`},
		"a list for a key":                {"? [a, b]\n: c\n", `f.yaml:1: a key must be a plain word`},
		"a tag":                           {"name: !!binary aGk=\n", `f.yaml:1: name: tags (!!binary) are not allowed; write the value alone`},
		"a tag of one's own":              {"name: !secret x\n", `f.yaml:1: name: tags (!secret) are not allowed; write the value alone`},
		"a tab as indent":                 {"words:\n\ten: a\n", `f.yaml:2: not readable as YAML: found character that cannot start any token`},
		"a quote that is not closed":      {"name: \"a\nopen: true\n", `f.yaml:2: not readable as YAML: found unexpected end of stream`},
		"a list that is not closed":       {"tags: [a,\nb\n", `f.yaml:2: not readable as YAML: did not find expected ',' or ']'`},
		"two colons":                      {"name: a: b\n", `f.yaml:1: not readable as YAML: mapping values are not allowed in this context`},
		"broken JSON":                     {"{\n \"name\": \"a\",\n \"open\" true}", `f.yaml:3: not readable as JSON: invalid character 't' after object key`},
		"JSON with a comma too many":      {"{\"name\": \"a\",\n}", `f.yaml:2: not readable as JSON: invalid character '}' looking for beginning of object key string`},
		"JSON that ends":                  {"{\"tags\": [\n\"a\",\n", `f.yaml:2: not readable as JSON: the file ends in the middle`},
		"JSON with a mark in text":        {"{\"name\": \"a\nb\"}", `f.yaml:1: not readable as JSON: invalid character '\n' in string literal`},
		"a bad byte":                      {"name: a\nopen: tr\xffue\n", `f.yaml:2: byte 17 is not valid UTF-8`},
		"an overlong byte sequence":       {"name: \xc0\xaf\n", `f.yaml:1: byte 7 is not valid UTF-8`},
		"UTF-16":                          {"\xff\xfen\x00a\x00", `f.yaml:1: the file is in UTF-16; save it as UTF-8`},
		"a NUL":                           {"name: a\nopen\x00: true\n", `f.yaml:2: byte 13 is a NUL, which no text holds`},
		"a NUL written as an escape":      {"name: \"a\\0b\"\n", `f.yaml:1: name: the character U+0000 is not allowed in text`},
		"a NUL written as JSON escape":    {"{\"name\": \"a\\u0000b\"}", `f.yaml:1: name: the character U+0000 is not allowed in text`},
		"a NUL in a key":                  {"words: {\"a\\0\": b}\n", `f.yaml:1: words: a key must be a plain word`},
		"a control character":             {"name: a\nopen: \x07\n", `f.yaml:2: not readable as YAML: control characters are not allowed (value: 7)`},
		"a nest of lists":                 {"any: " + strings.Repeat("[", 100) + "\n", `f.yaml:1: nested more than 40 levels deep`},
		"a nest of dashes":                {"any:\n " + strings.Repeat("- ", 100) + "a\n", `f.yaml:2: nested more than 40 levels deep`},
		"a nest of JSON":                  {"{\"any\":\n" + strings.Repeat("[", 100), `f.yaml:2: nested more than 40 levels deep`},
		"a nest one too deep":             {"any:\n  " + nest(41) + "\n", `f.yaml:2: nested more than 40 levels deep`},
		"a nest one too deep in JSON":     {`{"any": ` + nest(41) + "}", `f.yaml:1: nested more than 40 levels deep`},
		"a very long value":               {"count: " + strings.Repeat("x", 1000) + "\n", `f.yaml:1: count: "` + strings.Repeat("x", 80) + `…" is not a whole number`},
		"a value that moves the cursor":   {"count: \"\\e[2Jx\"\n", `f.yaml:1: count: "\x1b[2Jx" is not a whole number`},
		"a key that moves the cursor":     {"\"\\e[2J\": x\n", "f.yaml:1: \ufffd[2J: unknown key"},
		"a value that JSON cannot type":   {`{"entries": {"id": 1}}`, `f.yaml:1: entries: a list is needed here, not a list of keys`},
		"a number too large for its kind": {"count: 99999999999999999999\n", `f.yaml:1: count: "99999999999999999999" is not a whole number`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(c.in)
			if err == nil {
				t.Fatal("nothing was refused")
			}
			if err.Error() != c.want {
				t.Errorf("\n got %s\nwant %s", err, c.want)
			}
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("the kind is %s", fault.KindOf(err))
			}
		})
	}
}

func nest(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

// The control: what lies just inside each limit is read.
func TestWhatIsTaken(t *testing.T) {
	for name, in := range map[string]string{
		"a byte order mark":          "\ufeffname: a\n",
		"a byte order mark, JSON":    "\ufeff{\"name\": \"a\"}",
		"line ends of Windows":       "name: a\r\ntags:\r\n  - b\r\n",
		"tabs in JSON":               "{\n\t\"name\":\t\"a\",\n\t\"tags\": [\t\"b\"\t]\n}\n",
		"a comment and a mark":       "# hello\n---\nname: a\n",
		"an end mark":                "name: a\n...\n",
		"flow keys without quotes":   "{name: a, open: true}\n",
		"a nest of the full depth":   "any: \"x\"\nwords: {}\n",
		"half-open spans in text":    "name: " + strings.Repeat("from [14:51 to 15:00) ", 200) + "\n",
		"an empty key for a pointer": "next: ~\n",
		"one word for a list":        "tags: a\n",
		"JSON escapes":               `{"name": "\u00e4\ud83d\ude00\/"}`,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := read(in); err != nil {
				t.Error(err)
			}
		})
	}
	for _, in := range []string{"any: " + nest(40), `{"any": ` + nest(40) + "}"} {
		if _, err := Parse("f", []byte(in), Limits{}); err != nil {
			t.Error(err)
		}
	}
}

// Entries learn the line on which they begin.
func TestLinesOfEntries(t *testing.T) {
	s, err := read("name: a\nentries:\n  - id: x\n    text: a\n  - {id: y}\nnext:\n  id: z\n")
	if err != nil {
		t.Fatal(err)
	}
	if s.Entries[0].at != 3 || s.Entries[1].at != 5 || s.Next.at != 7 {
		t.Errorf("lines %d, %d, %d", s.Entries[0].at, s.Entries[1].at, s.Next.at)
	}
}

// Values keep their kinds where the target takes any.
func TestAnyKeepsItsKind(t *testing.T) {
	for in, want := range map[string]any{
		"any: 12": int64(12), "any: 1.5": 1.5, "any: true": true, "any: \"true\"": "true", "any: 2021-12-10": "2021-12-10",
		"any: .inf": ".inf", `{"any": 12}`: int64(12), `{"any": 1e2}`: 100.0, `{"any": "12"}`: "12", "any: 99999999999999999999": "99999999999999999999",
	} {
		s, err := read(in)
		if err != nil || s.Any != want {
			t.Errorf("%s: got %T %v, want %T %v (%v)", in, s.Any, s.Any, want, want, err)
		}
	}
}

// An error about a key is told its line, also deep inside; of two entries with
// one id the error's own line says which is meant.
func TestLocate(t *testing.T) {
	root, err := Parse("f", []byte("name: a\nentries:\n  - id: a.b[c]\n    text: x\n  - id: twin\n    text: y\n  - id: twin\n    text: z\n  - text: w\nwords:\n  a: 1\n  a.b: 2\n"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		key        string
		hint, want int
	}{
		{"name", 0, 1}, {"entries", 0, 2}, {"entries[a.b[c]].text", 0, 4}, {"entries[a.b[c]].none", 0, 3},
		{"entries[twin].text", 0, 6}, {"entries[twin].text", 5, 6}, {"entries[twin].text", 7, 8}, {"entries[twin].id", 7, 7},
		{"entries[3].text", 0, 9}, {"entries[9].text", 0, 2}, {"words.a", 0, 11}, {"words.a.b", 0, 12}, {"none", 0, 1}, {"names", 0, 1},
	} {
		got := Locate(&fault.Error{File: "f", Line: c.hint, Key: c.key}, root)
		if line := got.(*fault.Error).Line; line != c.want {
			t.Errorf("%s (hint %d): line %d, want %d", c.key, c.hint, line, c.want)
		}
	}
	other := errors.New("x")
	if Locate(other, root) != other || Locate(nil, root) != nil {
		t.Error("an error without a key was touched")
	}
	if kept := Locate(&fault.Error{Line: 3, Key: "name"}, (*yaml.Node)(nil)).(*fault.Error); kept.Line != 3 {
		t.Error("a line was lost")
	}
}
