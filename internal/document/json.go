package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"tocsin/internal/fault"
)

// parseJSON reads JSON into the same tree as YAML. It has a reader of its own
// because YAML's rules on tabs and escapes differ.
func parseJSON(name string, data []byte, lim Limits) (*yaml.Node, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	r := &jsonReader{name: name, data: data, dec: dec, lim: lim, line: 1}
	root, err := r.value(0)
	if err == nil {
		if _, err := dec.Token(); !errors.Is(err, io.EOF) {
			return nil, fault.At(name, r.here(), "", "something follows the end of the document")
		}
		return root, nil
	}
	var fe *fault.Error
	if errors.As(err, &fe) {
		return nil, err
	}
	line := r.here()
	var se *json.SyntaxError
	if errors.As(err, &se) {
		line = r.lineAt(int(se.Offset))
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fault.At(name, r.lineAt(len(bytes.TrimSpace(data))), "", "not readable as JSON: the file ends in the middle")
	}
	return nil, fault.At(name, line, "", "not readable as JSON: %v", err)
}

type jsonReader struct {
	name string
	data []byte
	dec  *json.Decoder
	lim  Limits

	seen, line int // line is the line at offset seen; it only moves forward
}

func (r *jsonReader) here() int { return r.lineAt(int(r.dec.InputOffset())) }

// lineAt counts on from where the last count ended, so that a document of many
// values costs one pass.
func (r *jsonReader) lineAt(offset int) int {
	offset = min(offset, len(r.data))
	if offset < r.seen {
		return 1 + bytes.Count(r.data[:offset], []byte("\n"))
	}
	r.line += bytes.Count(r.data[r.seen:offset], []byte("\n"))
	r.seen = offset
	return r.line
}

func (r *jsonReader) value(depth int) (*yaml.Node, error) {
	if depth > r.lim.Depth {
		return nil, fault.At(r.name, r.here(), "", "nested more than %d levels deep", r.lim.Depth)
	}
	tok, err := r.dec.Token()
	if err != nil {
		return nil, err
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Line: r.here()}
	switch t := tok.(type) {
	case json.Delim:
		return n, r.container(n, t, depth)
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

func (r *jsonReader) container(n *yaml.Node, open json.Delim, depth int) error {
	n.Kind, n.Tag = yaml.MappingNode, "!!map"
	if open == '[' {
		n.Kind, n.Tag = yaml.SequenceNode, "!!seq"
	}
	for r.dec.More() {
		if n.Kind == yaml.MappingNode {
			tok, err := r.dec.Token()
			if err != nil {
				return err
			}
			key, ok := tok.(string)
			if !ok {
				return fmt.Errorf("a key must be a quoted word")
			}
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key, Line: r.here()})
		}
		v, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.Content = append(n.Content, v)
	}
	_, err := r.dec.Token()
	return err
}
