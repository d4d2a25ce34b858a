package casefile

import (
	"fmt"
	"strings"
	"time"

	yaml "go.yaml.in/yaml/v4"

	"tocsin/internal/document"
	"tocsin/internal/fault"
)

// Suppose reads a case file with hypothetical events ("KIND key=value …") and
// assumed facts ("PATH=VALUE") put in. Both are marked assumed, so that all that
// rests on them says so. now dates a hypothetical event that names no time.
func Suppose(name string, data []byte, whatIf, assume []string, now time.Time) (*Case, error) {
	root, err := document.Parse(name, data, document.Limits{})
	if err != nil {
		return nil, err
	}
	for _, a := range assume {
		if err := supposeFact(root, a); err != nil {
			return nil, fault.New(fault.Invalid, "--assume %q: %v", a, err)
		}
	}
	for i, w := range whatIf {
		if err := supposeEvent(root, w, i+1, now); err != nil {
			return nil, fault.New(fault.Invalid, "--what-if %q: %v", w, err)
		}
	}
	return fromTree(name, root)
}

func supposeEvent(root *yaml.Node, spec string, n int, now time.Time) error {
	e, err := eventNode(spec, now)
	if err != nil {
		return err
	}
	if get(e, "id") == nil {
		put(e, "id", text(fmt.Sprintf("what-if-%d", n)))
	}
	put(e, "assumed", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "true"})
	list := get(root, "events")
	if list == nil || list.Kind != yaml.SequenceNode {
		list = &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		put(root, "events", list)
	}
	list.Content = append(list.Content, e)
	return nil
}

// supposeFact sets products.ID.KEY, parties.ID.KEY or events.ID.KEY. A list of names is assumed entry by entry, anything else for the
// whole entry; an entry that is not there yet is made.
func supposeFact(root *yaml.Node, spec string) error {
	path, value, ok := strings.Cut(spec, "=")
	if !ok {
		return fmt.Errorf("PATH=VALUE is needed, for example products.gateway.contains=[log4j]")
	}
	v, err := flow(value)
	if err != nil {
		return err
	}
	parts := strings.Split(path, ".")
	switch parts[0] {
	case "products", "parties", "events":
	default:
		// nothing could say later that it rests on a key of the case
		return fmt.Errorf("a path is products.ID.KEY, parties.ID.KEY or events.ID.KEY; keys of the case itself cannot be assumed")
	}
	if len(parts) < 3 {
		return fmt.Errorf("a path is products.ID.KEY, parties.ID.KEY or events.ID.KEY")
	}
	id, key := strings.Join(parts[1:len(parts)-1], "."), parts[len(parts)-1]
	if attr := len(parts) > 3 && parts[len(parts)-2] == "attributes"; attr {
		id = strings.Join(parts[1:len(parts)-2], ".")
		entry := entryOf(root, parts[0], id)
		m := get(entry, "attributes")
		if m == nil {
			m = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
			put(entry, "attributes", m)
		}
		put(m, key, v)
		markAssumed(entry)
		return nil
	}
	entry := entryOf(root, parts[0], id)
	switch key {
	case "contains", "roles", "operates":
		if v.Kind == yaml.SequenceNode {
			for i, item := range v.Content {
				if item.Kind != yaml.ScalarNode || strings.HasPrefix(item.Value, "-") {
					continue
				}
				ref := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
				put(ref, "id", text(item.Value))
				markAssumed(ref)
				v.Content[i] = ref
			}
			put(entry, key, v)
			return nil
		}
	}
	put(entry, key, v)
	markAssumed(entry)
	return nil
}

func markAssumed(n *yaml.Node) {
	put(n, "assumed", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "true"})
}

func entryOf(root *yaml.Node, list, id string) *yaml.Node {
	l := get(root, list)
	if l == nil || l.Kind != yaml.SequenceNode {
		l = &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		put(root, list, l)
	}
	for _, e := range l.Content {
		if got := get(e, "id"); got != nil && got.Value == id {
			return e
		}
	}
	e := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	put(e, "id", text(id))
	l.Content = append(l.Content, e)
	return e
}

func text(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }

func get(m *yaml.Node, key string) *yaml.Node {
	if m == nil || m.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i+1]
		}
	}
	return nil
}

func put(m *yaml.Node, key string, v *yaml.Node) {
	if m.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			m.Content[i+1] = v
			return
		}
	}
	m.Content = append(m.Content, text(key), v)
}

// flow reads a value as it would stand in a case file.
func flow(s string) (*yaml.Node, error) {
	n, err := document.Parse("value", []byte("v: "+s+"\n"), document.Limits{Bytes: 1 << 16})
	if err != nil {
		return nil, fmt.Errorf("%q is not a value as a case file holds it", s)
	}
	v := get(n, "v")
	if v.Tag == "!!null" {
		return text(s), nil
	}
	unplace(v)
	return v, nil
}

// unplace takes the lines away: what was supposed stands on none of the file.
func unplace(n *yaml.Node) {
	n.Line = 0
	for _, c := range n.Content {
		unplace(c)
	}
}

// split cuts at blanks outside quotes and brackets.
func split(s string) ([]string, error) {
	var out []string
	var cur strings.Builder
	quote, depth, any := rune(0), 0, false
	for _, r := range s {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
				if depth == 0 {
					continue
				}
			}
		case r == '"' || r == '\'':
			quote, any = r, true
			if depth == 0 {
				continue
			}
		case r == '[' || r == '{':
			depth++
		case r == ']' || r == '}':
			depth--
		case (r == ' ' || r == '\t' || r == '\n') && depth <= 0:
			if cur.Len() > 0 || any {
				out = append(out, cur.String())
				cur.Reset()
				any = false
			}
			continue
		}
		cur.WriteRune(r)
	}
	if quote != 0 {
		return nil, fmt.Errorf("a quote is not closed")
	}
	if cur.Len() > 0 || any {
		out = append(out, cur.String())
	}
	return out, nil
}
