package casefile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"tocsin/calendar"
)

// DecodeNode reads a time: one string, or the keys of contract.md "Time".
func (t *Time) DecodeNode(n *yaml.Node) error {
	var m calendar.Moment
	switch n.Kind {
	case yaml.ScalarNode:
		var err error
		if m, err = calendar.ParseMoment(n.Value); err != nil {
			return err
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, v := n.Content[i].Value, n.Content[i+1]
			list := texts(v)
			switch key {
			case "zone":
				m.Zone = list
				continue
			case "likely":
				m.Likely = list
				continue
			}
			if v.Kind != yaml.ScalarNode {
				return fmt.Errorf("%s: a single value is needed here", key)
			}
			switch key {
			case "value":
				m.Value = v.Value
			case "precision":
				m.Precision = calendar.Precision(v.Value)
			case "from":
				m.From = v.Value
			case "to":
				m.To = v.Value
			case "not-before":
				m.NotBefore = v.Value
			case "not-after":
				m.NotAfter = v.Value
			default:
				return fmt.Errorf("%s: unknown key in a time; known are value, precision, zone, likely, from, to, not-before, not-after", key)
			}
		}
	default:
		return fmt.Errorf("a time is needed here")
	}
	if err := m.Validate(); err != nil {
		return err
	}
	t.Moment = m
	return nil
}

func texts(n *yaml.Node) []string {
	if n.Kind == yaml.ScalarNode {
		return []string{n.Value}
	}
	var out []string
	for _, c := range n.Content {
		out = append(out, c.Value)
	}
	return out
}

// IsZero tells that no time was stated.
func (t Time) IsZero() bool {
	m := t.Moment
	return m.Value == "" && m.From == "" && m.To == "" && m.NotBefore == "" && m.NotAfter == ""
}

// Ends is the exclusive bound that a time stands for where something runs until it:
// of a day the end of that day, of an interval of days from the end of its first
// to the end of its last; a time of day is itself.
func (t Time) Ends() (calendar.Span, error) {
	s, err := t.Span()
	if err != nil {
		return calendar.Span{}, err
	}
	return calendar.DayEnds(s, t.Location(), len(t.Zone) > 1 || len(t.Zone) == 1 && t.Zone[0] == calendar.UnknownZone), nil
}

// DecodeNode reads a name, or {id: NAME, assumed: true}.
func (r *Ref) DecodeNode(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		r.ID = n.Value
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("a name or {id: NAME, assumed: true} is needed here")
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i].Value, n.Content[i+1].Value
		switch {
		case k == "id":
			r.ID = v
		case k == "assumed" && (v == "true" || v == "false"):
			r.Assumed = v == "true"
		default:
			return fmt.Errorf("%s: unknown key; known are id, assumed", k)
		}
	}
	if r.ID == "" {
		return fmt.Errorf("id is missing")
	}
	return nil
}

// MarshalJSON writes the short form where nothing is lost by it.
func (r Ref) MarshalJSON() ([]byte, error) {
	if !r.Assumed {
		return json.Marshal(r.ID)
	}
	return json.Marshal(struct {
		ID      string `json:"id"`
		Assumed bool   `json:"assumed"`
	}{r.ID, true})
}

// Scalar is a single value of an attribute: string, bool, int64 or float64.
type Scalar struct{ V any }

// DecodeNode takes one scalar as it is typed in the document.
func (s *Scalar) DecodeNode(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode {
		return fmt.Errorf("an attribute is a single value")
	}
	switch n.Tag {
	case "!!bool":
		s.V = n.Value == "true"
	case "!!int":
		var i int64
		if _, err := fmt.Sscan(n.Value, &i); err == nil {
			s.V = i
			return nil
		}
		s.V = n.Value
	case "!!float": // a whole number too large for 64 bits has that tag too: its digits are kept as text
		var f float64
		if _, err := fmt.Sscan(n.Value, &f); err == nil && f-f == 0 && strings.ContainsAny(n.Value, ".eE") {
			s.V = f
			return nil
		}
		s.V = n.Value
	default:
		s.V = n.Value
	}
	return nil
}

// MarshalJSON writes the bare value. A float keeps a sign that it is one, so that
// 1.0 does not come back as the whole number 1.
func (s Scalar) MarshalJSON() ([]byte, error) {
	f, ok := s.V.(float64)
	if !ok {
		return json.Marshal(s.V)
	}
	out, err := json.Marshal(f)
	if err == nil && !bytes.ContainsAny(out, ".e") {
		out = append(out, ".0"...)
	}
	return out, err
}

// String gives the value as text, "" for none.
func (s Scalar) String() string {
	if s.V == nil {
		return ""
	}
	return fmt.Sprint(s.V)
}

// Has tells whether a list of names holds id, and whether it does so only by assumption.
func Has(refs []Ref, id string) (has, assumed bool) {
	for _, r := range refs {
		if r.ID == id {
			return true, r.Assumed
		}
	}
	return false, false
}
