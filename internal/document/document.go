// Package document reads YAML and JSON from outside into typed values, strictly.
//
// It promises one clear error with file, line and key for each thing that it
// refuses: an unknown or doubled key, a value of the wrong type, a bad byte, an
// alias, too many bytes or values, too deep a nest. It never expands aliases (so
// a "YAML bomb" costs nothing), never guesses types, and never reads from disk
// itself.
package document

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	yaml "go.yaml.in/yaml/v4"

	"tocsin/internal/fault"
)

// Limits on what is read. The zero value takes the defaults.
type Limits struct {
	Bytes  int // default 16 MiB
	Depth  int // default 40
	Values int // default 2,000,000: what 16 MiB of honest text stays below, and what a reader can build within seconds
}

func (l Limits) orDefault() Limits {
	if l.Bytes == 0 {
		l.Bytes = 16 << 20
	}
	if l.Depth == 0 {
		l.Depth = 40
	}
	if l.Values == 0 {
		l.Values = 2_000_000
	}
	return l
}

// Parse turns the bytes of one YAML or JSON document into its root mapping. A
// byte order mark of UTF-8 and line ends of any system are taken as they come.
func Parse(name string, data []byte, lim Limits) (*yaml.Node, error) {
	lim = lim.orDefault()
	if len(data) > lim.Bytes {
		return nil, fault.At(name, 0, "", "the file has %d bytes; at most %d are read", len(data), lim.Bytes)
	}
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		return nil, fault.At(name, 1, "", "the file is in UTF-16; save it as UTF-8")
	}
	if i := invalidUTF8(data); i >= 0 {
		return nil, fault.At(name, 1+bytes.Count(data[:i], []byte("\n")), "", "byte %d is not valid UTF-8", i+1)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return nil, fault.At(name, 1+bytes.Count(data[:i], []byte("\n")), "", "byte %d is a NUL, which no text holds", i+1)
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, fault.At(name, 1, "", "the file is empty")
	}
	if n := separators(data); n > lim.Values {
		return nil, fault.At(name, 0, "", "the file holds more than %d values", lim.Values)
	}
	read := parseYAML
	if looksLikeJSON(data) {
		read = parseJSON
	}
	root, err := read(name, data, lim)
	if err != nil {
		return nil, err
	}
	if isNull(root) {
		return nil, fault.At(name, 1, "", "the file is empty")
	}
	if root.Kind != yaml.MappingNode {
		return nil, fault.At(name, root.Line, "", "the document must be a list of keys with values, not a %s", kindWord(root))
	}
	if err := check(name, root, "", 0, lim.Depth); err != nil {
		return nil, err
	}
	return root, nil
}

// looksLikeJSON: an object whose first key is quoted. A YAML flow mapping with
// plain keys is YAML.
func looksLikeJSON(data []byte) bool {
	const blanks = " \t\r\n"
	data = bytes.TrimLeft(data, blanks)
	if len(data) == 0 || data[0] != '{' {
		return false
	}
	data = bytes.TrimLeft(data[1:], blanks)
	return len(data) == 0 || data[0] == '"' || data[0] == '}'
}

func invalidUTF8(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// separators bounds how many values the bytes can hold before a reader builds
// them: each value but the first stands behind one of these.
func separators(data []byte) int {
	n := 0
	for _, b := range data {
		switch b {
		case ',', '\n', ':', '[', '{':
			n++
		}
	}
	return n
}

// check refuses what no document of ours needs: aliases, anchors, tags, merge
// keys, doubled keys, characters that no text holds, and nests that are too deep.
func check(name string, n *yaml.Node, path string, depth, limit int) error {
	switch {
	case depth > limit:
		return fault.At(name, n.Line, "", "nested more than %d levels deep", limit)
	case n.Kind == yaml.AliasNode:
		return fault.At(name, n.Line, path, "aliases (*%s) are not allowed; write the value out", n.Value)
	case n.Anchor != "":
		return fault.At(name, n.Line, path, "anchors (&%s) are not allowed; write the value out", n.Anchor)
	case n.Style&yaml.TaggedStyle != 0:
		return fault.At(name, n.Line, path, "tags (%s) are not allowed; write the value alone", n.Tag)
	case n.Kind == yaml.ScalarNode && strings.ContainsRune(n.Value, 0):
		return fault.At(name, n.Line, path, "the character U+0000 is not allowed in text")
	}
	switch n.Kind {
	case yaml.MappingNode:
		seen := make(map[string]int, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i]
			switch {
			case k.Kind == yaml.ScalarNode && k.Tag == "!!merge":
				return fault.At(name, k.Line, path, "merge keys (<<) are not allowed; write the values out")
			case k.Kind != yaml.ScalarNode || k.Anchor != "" || k.Style&yaml.TaggedStyle != 0 || strings.ContainsRune(k.Value, 0):
				return fault.At(name, k.Line, path, "a key must be a plain word")
			}
			if first, dup := seen[k.Value]; dup {
				return fault.At(name, k.Line, join(path, k.Value), "the key stands twice; it stood on line %d already", first)
			}
			seen[k.Value] = k.Line
			if err := check(name, n.Content[i+1], join(path, k.Value), depth+1, limit); err != nil {
				return err
			}
		}
	case yaml.SequenceNode:
		for i, c := range n.Content {
			if err := check(name, c, entryPath(path, i, c), depth+1, limit); err != nil {
				return err
			}
		}
	}
	return nil
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// entryPath names a list entry by its id where it has one: events[e3].
func entryPath(path string, i int, c *yaml.Node) string {
	if id, ok := idOf(c); ok {
		return path + "[" + id + "]"
	}
	return fmt.Sprintf("%s[%d]", path, i)
}

func idOf(n *yaml.Node) (string, bool) {
	if n.Kind != yaml.MappingNode {
		return "", false
	}
	for j := 0; j+1 < len(n.Content); j += 2 {
		if n.Content[j].Value == "id" && n.Content[j+1].Kind == yaml.ScalarNode {
			return n.Content[j+1].Value, true
		}
	}
	return "", false
}

func kindWord(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "list of keys"
	case yaml.SequenceNode:
		return "list"
	}
	return "single value"
}
