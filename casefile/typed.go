package casefile

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/document"
	"tocsin/internal/fault"
)

// Typed reads an entry as it is typed, "KIND key=value …", by the grammar of
// events (EventFrom), into a struct whose key kind takes the first word. Which
// kinds there are is the caller's to say. Errors are of kind invalid.
func Typed(spec string, into any) error {
	words, err := split(spec)
	switch {
	case err != nil:
		return fault.New(fault.Invalid, "%q: %v", spec, err)
	case len(words) == 0:
		return fault.New(fault.Invalid, "a kind is needed, then key=value")
	}
	n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	put(n, "kind", text(words[0]))
	for _, w := range words[1:] {
		key, value, ok := strings.Cut(w, "=")
		if !ok || key == "" || get(n, key) != nil {
			return fault.New(fault.Invalid, "%q: %q is not key=value, or its key stands twice", spec, w)
		}
		v, err := flow(value)
		if err != nil {
			return fault.New(fault.Invalid, "%q: %s: %v", spec, key, err)
		}
		put(n, key, v)
	}
	return document.Decode("", n, into)
}
