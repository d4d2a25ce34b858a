package casefile

import (
	"bytes"
	"encoding/json"
	"math"

	"tocsin/internal/document"
)

// JSON writes the case as a JSON document. Parse reads it back to an equal case:
// every key, every digit of a time and the type of every attribute. Keys that
// hold nothing are left out.
func (c *Case) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(c.File); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// YAML writes the case as a YAML document, an entry a line where it fits, to the
// same promise as JSON. Comments of the document that it was read from are not
// facts of the case, and are not kept.
func (c *Case) YAML() ([]byte, error) {
	data, err := json.Marshal(c.File)
	if err != nil {
		return nil, err
	}
	root, err := document.Parse(c.Name, data, document.Limits{Bytes: math.MaxInt, Values: math.MaxInt})
	if err != nil {
		return nil, err
	}
	return document.YAML(root), nil
}
