package document

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"tocsin/internal/fault"
)

// NodeDecoder is a value that reads itself from a node, for forms that a plain
// type cannot say (a word or an object). The error needs no place.
type NodeDecoder interface {
	DecodeNode(n *yaml.Node) error
}

// Liner is told the line on which its entry begins.
type Liner interface{ SetLine(int) }

// Decode fills out, a pointer to a struct with `yaml` tags, from a node that
// Parse returned. Every refusal names file, line and key.
func Decode(name string, n *yaml.Node, out any) error {
	d := decoder{name: name}
	return d.value(n, reflect.ValueOf(out).Elem(), "")
}

type decoder struct{ name string }

func (d decoder) errorf(n *yaml.Node, path, format string, args ...any) error {
	return fault.At(d.name, n.Line, path, format, args...)
}

func (d decoder) value(n *yaml.Node, v reflect.Value, path string) error {
	if isNull(n) {
		return nil // as if the key were not there
	}
	if v.CanAddr() {
		switch u := v.Addr().Interface().(type) {
		case NodeDecoder:
			if err := u.DecodeNode(n); err != nil {
				return d.errorf(n, path, "%v", err)
			}
			return nil
		case encoding.TextUnmarshaler:
			if n.Kind != yaml.ScalarNode {
				return d.errorf(n, path, "a single value is needed here, not a %s", kindWord(n))
			}
			if err := u.UnmarshalText([]byte(n.Value)); err != nil {
				return d.errorf(n, path, "%v", err)
			}
			return nil
		}
	}
	switch v.Kind() {
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		if err := d.value(n, p.Elem(), path); err != nil {
			return err
		}
		v.Set(p)
		return nil
	case reflect.Struct:
		return d.structure(n, v, path)
	case reflect.Slice:
		return d.list(n, v, path)
	case reflect.Map:
		return d.table(n, v, path)
	}
	if n.Kind != yaml.ScalarNode {
		return d.errorf(n, path, "a single value is needed here, not a %s", kindWord(n))
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(n.Value)
	case reflect.Bool:
		switch n.Value {
		case "true":
			v.SetBool(true)
		case "false":
			v.SetBool(false)
		default:
			return d.errorf(n, path, "%q is not true or false", n.Value)
		}
	case reflect.Int, reflect.Int64:
		i, err := strconv.ParseInt(strings.ReplaceAll(n.Value, "_", ""), 10, 64)
		if err != nil {
			return d.errorf(n, path, "%q is not a whole number", n.Value)
		}
		v.SetInt(i)
	case reflect.Interface:
		v.Set(reflect.ValueOf(scalar(n)))
	default:
		return d.errorf(n, path, "cannot be read")
	}
	return nil
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

func scalar(n *yaml.Node) any {
	switch n.Tag {
	case "!!bool":
		return n.Value == "true"
	case "!!int":
		if i, err := strconv.ParseInt(n.Value, 10, 64); err == nil {
			return i
		}
	case "!!float": // a whole number too large for 64 bits has that tag too, and is kept as it is written
		if !strings.ContainsAny(n.Value, ".eE") {
			break
		}
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil && !math.IsInf(f, 0) && !math.IsNaN(f) {
			return f
		}
	}
	return n.Value
}

func (d decoder) structure(n *yaml.Node, v reflect.Value, path string) error {
	if n.Kind != yaml.MappingNode {
		return d.errorf(n, path, "keys with values are needed here, not a %s", kindWord(n))
	}
	t := v.Type()
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		field, ok := fieldOf(t, k.Value)
		if !ok {
			return d.errorf(k, join(path, k.Value), "unknown key%s", suggestion(k.Value, t))
		}
		if err := d.value(n.Content[i+1], v.FieldByIndex(field), join(path, k.Value)); err != nil {
			return err
		}
	}
	if l, ok := v.Addr().Interface().(Liner); ok {
		l.SetLine(n.Line)
	}
	return nil
}

func (d decoder) list(n *yaml.Node, v reflect.Value, path string) error {
	if n.Kind == yaml.ScalarNode && v.Type().Elem().Kind() == reflect.String {
		v.Set(reflect.Append(reflect.MakeSlice(v.Type(), 0, 1), reflect.ValueOf(n.Value).Convert(v.Type().Elem())))
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		return d.errorf(n, path, "a list is needed here, not a %s", kindWord(n))
	}
	s := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, c := range n.Content {
		if isNull(c) {
			return d.errorf(c, entryPath(path, i, c), "has no value")
		}
		if err := d.value(c, s.Index(i), entryPath(path, i, c)); err != nil {
			return err
		}
	}
	v.Set(s)
	return nil
}

func (d decoder) table(n *yaml.Node, v reflect.Value, path string) error {
	if n.Kind != yaml.MappingNode {
		return d.errorf(n, path, "keys with values are needed here, not a %s", kindWord(n))
	}
	m := reflect.MakeMapWithSize(v.Type(), len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if isNull(n.Content[i+1]) {
			return d.errorf(n.Content[i], join(path, n.Content[i].Value), "has no value; text that holds a comma is quoted")
		}
		e := reflect.New(v.Type().Elem()).Elem()
		if err := d.value(n.Content[i+1], e, join(path, n.Content[i].Value)); err != nil {
			return err
		}
		m.SetMapIndex(reflect.ValueOf(n.Content[i].Value), e)
	}
	v.Set(m)
	return nil
}

func fieldOf(t reflect.Type, key string) ([]int, bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		if tag := f.Tag.Get("yaml"); tag == key && tag != "-" && tag != "" {
			return f.Index, true
		}
	}
	return nil, false
}

// suggestion offers the nearest known key, if one is near.
func suggestion(key string, t reflect.Type) string {
	best, at := "", 3
	for i := range t.NumField() {
		tag := t.Field(i).Tag.Get("yaml")
		if tag == "" || tag == "-" {
			continue
		}
		if n := distance(key, tag); n < at {
			best, at = tag, n
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance is the Levenshtein distance, for short words only.
func distance(a, b string) int {
	if len(a) > 40 || len(b) > 40 {
		return 99
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		prev := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := prev
			if a[i-1] != b[j-1] {
				cost++
			}
			prev = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
