package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"

	"tocsin/casefile"
	"tocsin/internal/fault"
)

// The entries that a record can be (field "entry").
const (
	entryCase    = "case"
	entryProduct = "product"
	entryParty   = "party"
	entrySource  = "source"
	entryWindow  = "window"
	entryEvent   = "event"
	entryReceipt = "receipt"
	entryErasure = "erasure"
	entryNote    = "note"
	entryFiller  = "filler"
)

// envelope are the fields that the record sets itself; everything else is a key
// of the case file.
var envelope = map[string]bool{
	"entry": true, "handle": true, "sequence": true, "prev": true, "recorded-at": true, "recorded-by": true,
	"checkpoint": true, "claimed-recorded-at": true, "claimed-recorded-by": true,
	"party": true, "number": true, "event": true, "content-digest": true, "evidence-digest": true, "body": true,
}

// FromFile gives the records that state a case file, in its order: the header,
// products, parties, sources, windows, events. Each key is a field of its own,
// its JSON as encoding/json writes it. What an event says of its own recording
// becomes a claim; both claims of an imported event are always there, empty
// where it said nothing, which tells it from an event that was recorded here.
func FromFile(f casefile.File) ([]Values, error) {
	var out []Values
	add := func(entry, at string, v any, more ...string) error {
		vals, err := encode(entry, at, v)
		if err != nil {
			return err
		}
		for i := 0; i+1 < len(more); i += 2 {
			vals[more[i]] = text(more[i+1])
		}
		out = append(out, vals)
		return nil
	}
	head := f
	head.Products, head.Parties, head.Sources, head.Windows, head.Events = nil, nil, nil, nil, nil
	if err := add(entryCase, "case", head); err != nil {
		return nil, err
	}
	for _, p := range f.Products {
		if err := add(entryProduct, "products["+p.ID+"]", p); err != nil {
			return nil, err
		}
	}
	for _, p := range f.Parties {
		if err := add(entryParty, "parties["+p.ID+"]", p); err != nil {
			return nil, err
		}
	}
	for _, s := range f.Sources {
		if err := add(entrySource, "sources["+s.ID+"]", s); err != nil {
			return nil, err
		}
	}
	for i, w := range f.Windows { // windows have no id in a file; here they need one, to be corrected later
		if err := add(entryWindow, fmt.Sprintf("windows[%d]", i), w, "id", windowID(i+1)); err != nil {
			return nil, err
		}
	}
	for _, e := range f.Events {
		at, by := e.RecordedAt, e.RecordedBy
		e.RecordedAt, e.RecordedBy = "", ""
		if err := add(entryEvent, "events["+e.ID+"]", e, "claimed-recorded-at", at, "claimed-recorded-by", by); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func windowID(n int) string { return fmt.Sprintf("w%d", n) }

// encode writes the keys of one entry of a case file as fields. at names the
// entry in messages.
func encode(entry, at string, v any) (Values, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fault.At("", 0, at, "cannot be written: %v", err)
	}
	if mangled(data) {
		return nil, fault.At("", 0, at, "holds a text that is not valid UTF-8")
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(data, &keys); err != nil {
		return nil, fault.New(fault.Internal, "%s: %v", at, err)
	}
	vals := Values{"entry": text(entry)}
	for k, raw := range keys {
		if !bytes.Equal(raw, []byte("null")) { // an empty time says what a missing one says
			vals[k] = raw
		}
	}
	return vals, nil
}

// mangled finds the escape by which encoding/json replaces bytes that are no
// UTF-8; a true U+FFFD stands in its output unescaped.
func mangled(data []byte) bool {
	for i := 0; i < len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		if bytes.HasPrefix(data[i:], []byte(`\ufffd`)) {
			return true
		}
		i++ // what is escaped begins no escape itself
	}
	return false
}

// text writes a string as the JSON of a field.
func text(s string) []byte {
	b, err := json.Marshal(s)
	if err != nil { // strings always marshal
		return []byte(`""`)
	}
	return b
}

// word reads a field that is a text; "" if it is absent.
func (v Values) word(name string) string {
	raw, ok := v[name]
	if !ok {
		return ""
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

func (v Values) number(name string) int64 {
	var n int64
	if raw, ok := v[name]; !ok || json.Unmarshal(raw, &n) != nil {
		return 0
	}
	return n
}

// object writes the keys of the case file among the fields as one JSON object.
func (v Values) object(without ...string) []byte {
	names := make([]string, 0, len(v))
	for name := range v {
		skip := envelope[name]
		for _, w := range without {
			skip = skip || w == name
		}
		if !skip {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	b := []byte{'{'}
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, text(name)...), ':')
		b = append(b, v[name]...)
	}
	return append(b, '}')
}
