package document

import (
	"errors"
	"fmt"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"tocsin/internal/fault"
)

// Locate gives an error that names a key the line of that key in the document
// it speaks of, or of the nearest entry around it. A line that the error has
// already says which of two entries of the same id is meant. Other errors are
// returned as they are.
func Locate(err error, root *yaml.Node) error {
	var fe *fault.Error
	if root == nil || !errors.As(err, &fe) || fe.Key == "" {
		return err
	}
	if line := Line(root, fe.Key, fe.Line); line > 0 {
		fe.Line = line
	}
	return err
}

// Line finds the line of a dotted path such as events[e3].at, or of the longest
// part of it that is there. Of several entries with the same id it takes the
// one that begins on the line hint, else the first; 0 if the root has no line.
func Line(root *yaml.Node, path string, hint int) int {
	n, line := root, root.Line
	for path != "" {
		next, keyLine, rest := step(n, path, hint)
		if next == nil {
			break
		}
		n, line, path = next, keyLine, rest
	}
	return line
}

// step follows one key or one entry; next is nil if there is none.
func step(n *yaml.Node, path string, hint int) (next *yaml.Node, line int, rest string) {
	switch n.Kind {
	case yaml.MappingNode:
		path = strings.TrimPrefix(path, ".")
		best := -1
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i]
			if !begins(path, k.Value) || best >= len(k.Value) {
				continue
			}
			best, next, line, rest = len(k.Value), n.Content[i+1], k.Line, path[len(k.Value):]
		}
	case yaml.SequenceNode:
		for i, c := range n.Content {
			name := fmt.Sprintf("[%d]", i)
			if id, ok := idOf(c); ok {
				name = "[" + id + "]"
			}
			if !begins(path, name) || next != nil && c.Line != hint {
				continue
			}
			next, line, rest = c, c.Line, path[len(name):]
			if hint == 0 || c.Line == hint {
				break
			}
		}
	}
	return next, line, rest
}

// begins tells whether a path begins with a whole step.
func begins(path, step string) bool {
	rest, ok := strings.CutPrefix(path, step)
	return ok && step != "" && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
