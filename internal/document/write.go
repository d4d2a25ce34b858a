package document

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	yaml "go.yaml.in/yaml/v4"
)

// width is the column up to which an entry stands on one line.
const width = 150

// YAML writes a tree from Parse as YAML that Parse reads back to the same tree,
// lines and comments apart: the keys of the document below each other, an entry
// of a list on one line where it fits, and every text quoted that could be taken
// for anything else.
func YAML(root *yaml.Node) []byte {
	var b strings.Builder
	for i := 0; i+1 < len(root.Content); i += 2 {
		k, v := root.Content[i], root.Content[i+1]
		b.WriteString(quoted(k.Value))
		if !entries(v) {
			b.WriteString(": " + flow(v) + "\n")
			continue
		}
		b.WriteString(":\n")
		for _, e := range v.Content {
			entry(&b, e)
		}
	}
	return []byte(b.String())
}

// entries tells a list whose members are worth a line each.
func entries(n *yaml.Node) bool {
	return n.Kind == yaml.SequenceNode && len(n.Content) > 0 && n.Content[0].Kind == yaml.MappingNode
}

func entry(b *strings.Builder, n *yaml.Node) {
	line := flow(n)
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 || utf8.RuneCountInString(line) <= width {
		b.WriteString("  - " + line + "\n")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		lead := "    "
		if i == 0 {
			lead = "  - "
		}
		b.WriteString(lead + quoted(n.Content[i].Value) + ": " + flow(n.Content[i+1]) + "\n")
	}
}

// flow writes a value on one line.
func flow(n *yaml.Node) string {
	var parts []string
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			parts = append(parts, quoted(n.Content[i].Value)+": "+flow(n.Content[i+1]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case yaml.SequenceNode:
		for _, c := range n.Content {
			parts = append(parts, flow(c))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	switch n.Tag {
	case "!!null":
		return "null"
	case "!!int", "!!float", "!!bool":
		return n.Value
	}
	return quoted(n.Value)
}

// quoted writes a text plain where no reader of any version of YAML can take it
// for a number, a date, a truth or a mark, and in double quotes otherwise.
func quoted(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func plain(s string) bool {
	switch strings.ToLower(s) {
	case "", "true", "false", "null", "yes", "no", "on", "off", "y", "n":
		return false
	}
	blank := true // a blank may not begin, end or double
	for i, r := range s {
		switch {
		case r == ' ':
			if blank {
				return false
			}
			blank = true
			continue
		case unicode.IsLetter(r):
		case i == 0:
			return false
		case r >= '0' && r <= '9', strings.ContainsRune("-_./+@()", r):
		default:
			return false
		}
		blank = false
	}
	return !blank
}
