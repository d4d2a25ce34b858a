package casefile

import (
	"fmt"
	"math"
	"strings"
	"time"

	yaml "go.yaml.in/yaml/v4"

	"tocsin/internal/document"
	"tocsin/internal/fault"
)

// EventFrom reads an event as it is typed, "KIND key=value …", by the grammar of
// --what-if. now dates an event that names no time; the id may be empty, for the
// record gives one. Nothing is marked assumed. Errors are of kind invalid; what
// an event points to is checked where the case is known.
func EventFrom(spec string, now time.Time) (Event, error) {
	n, err := eventNode(spec, now)
	if err != nil {
		return Event{}, fault.New(fault.Invalid, "%q: %v", spec, err)
	}
	var e Event
	if err := document.Decode("", n, &e); err != nil {
		return Event{}, err
	}
	return e, nil
}

// ParseEvent reads one event as a case file holds it, in YAML or JSON, strictly.
// The id may be missing, for the record gives one.
func ParseEvent(name string, data []byte) (Event, error) {
	var e Event
	err := ParseEntry(name, data, &e)
	return e, err
}

// ParseEntry reads one entry of a case file, in YAML or JSON, into a *File (the
// keys of the case itself), *Product, *Party, *Source, *Window or *Event. It
// refuses what Parse refuses, but looks at no other entry.
func ParseEntry(name string, data []byte, into any) error {
	switch into.(type) {
	case *File, *Product, *Party, *Source, *Window, *Event:
	default:
		return fault.New(fault.Internal, "%T is no entry of a case file", into)
	}
	root, err := document.Parse(name, data, document.Limits{Bytes: math.MaxInt, Values: math.MaxInt})
	if err != nil {
		return err
	}
	return document.Decode(name, root, into)
}

// eventNode puts what was typed into the form of a document. It has no lines: it
// stands in no file.
func eventNode(spec string, now time.Time) (*yaml.Node, error) {
	words, err := split(spec)
	if err != nil {
		return nil, err
	}
	if len(words) == 0 {
		return nil, fmt.Errorf("a kind of event is needed, then key=value")
	}
	if !Kind(words[0]).Known() {
		return nil, fmt.Errorf("%q is not a kind of event", words[0])
	}
	e := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	put(e, "kind", text(words[0]))
	for _, w := range words[1:] {
		key, value, ok := strings.Cut(w, "=")
		if !ok || key == "" {
			return nil, fmt.Errorf("%q is not key=value", w)
		}
		v, err := flow(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %v", key, err)
		}
		put(e, key, v)
	}
	if get(e, "at") == nil {
		put(e, "at", text(now.Format(time.RFC3339)))
	}
	return e, nil
}
