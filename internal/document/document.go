// Package document reads YAML and JSON from outside into typed values, strictly.
//
// It promises one clear error with file, line and key for each thing that it
// refuses: an unknown or doubled key, a value of the wrong type, a bad byte, an
// alias, too many bytes, too deep a nest. It never expands aliases (so a "YAML
// bomb" costs nothing), never guesses types, and never reads from disk itself.
package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	yaml "go.yaml.in/yaml/v4"

	"tocsin/internal/fault"
)

// Limits on what is read. The zero value takes the defaults.
type Limits struct {
	Bytes int // default 16 MiB
	Depth int // default 40
}

func (l Limits) orDefault() Limits {
	if l.Bytes == 0 {
		l.Bytes = 16 << 20
	}
	if l.Depth == 0 {
		l.Depth = 40
	}
	return l
}

// Parse turns the bytes of one YAML or JSON document into its root mapping.
func Parse(name string, data []byte, lim Limits) (*yaml.Node, error) {
	lim = lim.orDefault()
	if len(data) > lim.Bytes {
		return nil, &fault.Error{Kind: fault.Invalid, File: name,
			Message: fmt.Sprintf("the file has %d bytes; at most %d are read", len(data), lim.Bytes)}
	}
	if i := invalidUTF8(data); i >= 0 {
		return nil, at(name, 1+bytes.Count(data[:i], []byte("\n")), "", "byte %d is not valid UTF-8", i+1)
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, at(name, 1, "", "the file is empty")
	}
	if d, line := nesting(data); d > 4*lim.Depth {
		return nil, at(name, line, "", "nested more than %d levels deep", lim.Depth)
	}
	var root *yaml.Node
	var err error
	if bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) {
		root, err = parseJSON(name, data, lim)
	} else {
		root, err = parseYAML(name, data)
	}
	if err != nil {
		return nil, err
	}
	if root.Kind != yaml.MappingNode {
		return nil, at(name, root.Line, "", "the document must be a list of keys with values, not a %s", kindWord(root))
	}
	return root, check(name, root, "", 0, lim.Depth)
}

// At makes an Invalid error for a place.
func at(name string, line int, key, format string, args ...any) error {
	return &fault.Error{Kind: fault.Invalid, File: name, Line: line, Key: key, Message: fmt.Sprintf(format, args...)}
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

// nesting bounds the depth before a recursive parser sees the bytes: the most
// opening brackets in a row that are not closed, or block indicators on a line.
func nesting(data []byte) (deepest, line int) {
	depth, n := 0, 1
	for i, b := range data {
		switch b {
		case '\n':
			n++
		case '[', '{':
			depth++
		case ']', '}':
			if depth > 0 {
				depth--
			}
		case '-':
			// "- - - -" opens a block sequence each; count runs on one line
			if i > 1 && data[i-1] == ' ' && data[i-2] == '-' {
				run := 1
				for j := i; j >= 2 && data[j-1] == ' ' && data[j-2] == '-'; j -= 2 {
					run++
				}
				if run > deepest {
					deepest, line = run, n
				}
			}
		}
		if depth > deepest {
			deepest, line = depth, n
		}
	}
	return deepest, line
}

var lineOf = regexp.MustCompile(`line (\d+)`)

func parseYAML(name string, data []byte) (*yaml.Node, error) {
	l, err := yaml.NewLoader(bytes.NewReader(data))
	if err != nil {
		return nil, at(name, 0, "", "%v", err)
	}
	var doc yaml.Node
	if err := l.Load(&doc); err != nil {
		return nil, yamlError(name, err)
	}
	var more yaml.Node
	if err := l.Load(&more); err == nil {
		return nil, at(name, more.Line, "", "a second document begins here; one file holds one document")
	} else if !errors.Is(err, io.EOF) {
		return nil, yamlError(name, err)
	}
	if doc.Kind == yaml.DocumentNode {
		if len(doc.Content) == 0 {
			return nil, at(name, 1, "", "the file is empty")
		}
		return doc.Content[0], nil
	}
	return &doc, nil
}

func yamlError(name string, err error) error {
	msg := strings.Join(strings.Fields(err.Error()), " ")
	line := 0
	if m := lineOf.FindStringSubmatch(msg); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	msg = strings.TrimPrefix(msg, "yaml: ")
	return at(name, line, "", "not readable as YAML: %s", msg)
}

// parseJSON reads JSON into the same tree, since YAML's rules on tabs differ.
func parseJSON(name string, data []byte, lim Limits) (*yaml.Node, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	line := func() int { return 1 + bytes.Count(data[:min(int(dec.InputOffset()), len(data))], []byte("\n")) }
	var value func(depth int) (*yaml.Node, error)
	value = func(depth int) (*yaml.Node, error) {
		if depth > lim.Depth {
			return nil, at(name, line(), "", "nested more than %d levels deep", lim.Depth)
		}
		tok, err := dec.Token()
		if err != nil {
			return nil, err
		}
		n := &yaml.Node{Kind: yaml.ScalarNode, Line: line()}
		switch t := tok.(type) {
		case json.Delim:
			n.Kind, n.Tag = yaml.MappingNode, "!!map"
			if t == '[' {
				n.Kind, n.Tag = yaml.SequenceNode, "!!seq"
			}
			for dec.More() {
				if n.Kind == yaml.MappingNode {
					key, err := dec.Token()
					if err != nil {
						return nil, err
					}
					n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key.(string), Line: line()})
				}
				v, err := value(depth + 1)
				if err != nil {
					return nil, err
				}
				n.Content = append(n.Content, v)
			}
			_, err := dec.Token()
			return n, err
		case string:
			n.Tag, n.Value = "!!str", t
		case json.Number:
			n.Tag, n.Value = "!!int", t.String()
			if strings.ContainsAny(t.String(), ".eE") {
				n.Tag = "!!float"
			}
		case bool:
			n.Tag, n.Value = "!!bool", strconv.FormatBool(t)
		case nil:
			n.Tag, n.Value = "!!null", "null"
		}
		return n, nil
	}
	root, err := value(0)
	if err != nil {
		var fe *fault.Error
		if errors.As(err, &fe) {
			return nil, err
		}
		return nil, at(name, line(), "", "not readable as JSON: %v", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, at(name, line(), "", "something follows the end of the document")
	}
	return root, nil
}

// check refuses what no document of ours needs: aliases, anchors, merge keys,
// doubled keys, and nests that are too deep.
func check(name string, n *yaml.Node, path string, depth, limit int) error {
	if depth > limit {
		return at(name, n.Line, "", "nested more than %d levels deep", limit)
	}
	if n.Kind == yaml.AliasNode {
		return at(name, n.Line, path, "aliases (*%s) are not allowed; write the value out", n.Value)
	}
	if n.Anchor != "" {
		return at(name, n.Line, path, "anchors (&%s) are not allowed; write the value out", n.Anchor)
	}
	switch n.Kind {
	case yaml.MappingNode:
		seen := map[string]int{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i]
			if k.Kind != yaml.ScalarNode || k.Tag == "!!merge" {
				return at(name, k.Line, path, "a key must be a plain word")
			}
			if first, dup := seen[k.Value]; dup {
				return at(name, k.Line, join(path, k.Value), "the key stands twice; it stood on line %d already", first)
			}
			seen[k.Value] = k.Line
			if err := check(name, n.Content[i+1], join(path, k.Value), depth+1, limit); err != nil {
				return err
			}
		}
	case yaml.SequenceNode:
		for i, c := range n.Content {
			if err := check(name, c, fmt.Sprintf("%s[%d]", path, i), depth+1, limit); err != nil {
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

func kindWord(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "list of keys"
	case yaml.SequenceNode:
		return "list"
	}
	return "single value"
}
