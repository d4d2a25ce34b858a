package document

import (
	"bytes"
	"errors"
	"io"

	yaml "go.yaml.in/yaml/v4"

	"tocsin/internal/fault"
)

// errDeep is told to the YAML reader, so that it stops before it recurses.
var errDeep = errors.New("too deep")

// depthLimit bounds what the YAML reader opens. It is checked while scanning;
// aliases are never expanded here, so their number does not matter.
type depthLimit int

func (d depthLimit) CheckDepth(depth int, _ *yaml.DepthContext) error {
	if depth > int(d) {
		return errDeep
	}
	return nil
}

func (depthLimit) CheckAlias(int, int) error { return nil }

func parseYAML(name string, data []byte, lim Limits) (*yaml.Node, error) {
	// one level more than allowed, so that check names the value that is too deep
	l, err := yaml.NewLoader(bytes.NewReader(data), yaml.WithUniqueKeys(false), yaml.WithPlugin(depthLimit(lim.Depth+1)))
	if err != nil {
		return nil, fault.At(name, 0, "", "%v", err)
	}
	var doc yaml.Node
	if err := l.Load(&doc); errors.Is(err, io.EOF) {
		return nil, fault.At(name, 1, "", "the file is empty")
	} else if err != nil {
		return nil, yamlError(name, data, err, lim)
	}
	var more yaml.Node
	if err := l.Load(&more); err == nil {
		return nil, fault.At(name, more.Line, "", "a second document begins here; one file holds one document")
	} else if !errors.Is(err, io.EOF) {
		return nil, yamlError(name, data, err, lim)
	}
	if doc.Kind != yaml.DocumentNode {
		return &doc, nil
	}
	if len(doc.Content) == 0 {
		return nil, fault.At(name, 1, "", "the file is empty")
	}
	return doc.Content[0], nil
}

// yamlError keeps what the reader found and where, in our words.
func yamlError(name string, data []byte, err error, lim Limits) error {
	var le *yaml.LoadError
	if !errors.As(err, &le) {
		return fault.At(name, 0, "", "not readable as YAML: %v", err)
	}
	line := le.Mark.Line
	if line == 0 {
		line = le.ContextMark.Line
	}
	switch last := 1 + bytes.Count(bytes.TrimSpace(data), []byte("\n")); {
	case line == 0:
		line = 1 + bytes.Count(data[:max(0, bytes.IndexFunc(data, unprintable))], []byte("\n"))
	case line > last:
		line = last // the reader counts the end of a file as one more line
	}
	if errors.Is(err, errDeep) || le.Message == errDeep.Error() {
		return fault.At(name, line, "", "nested more than %d levels deep", lim.Depth)
	}
	return fault.At(name, line, "", "not readable as YAML: %s", le.Message)
}

// unprintable: what YAML 1.2 allows in no stream (5.1), for which the reader
// names no line.
func unprintable(r rune) bool {
	switch {
	case r == '\t' || r == '\n' || r == '\r' || r == 0x85:
		return false
	}
	return r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0xfffe || r == 0xffff
}
