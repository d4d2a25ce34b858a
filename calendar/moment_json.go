package calendar

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// momentJSON is the object form; zone is a string when there is one.
type momentJSON struct {
	Value     string    `json:"value,omitempty"`
	Precision Precision `json:"precision,omitempty"`
	From      string    `json:"from,omitempty"`
	To        string    `json:"to,omitempty"`
	NotBefore string    `json:"not-before,omitempty"`
	NotAfter  string    `json:"not-after,omitempty"`
	Zone      names     `json:"zone,omitempty"`
	Likely    names     `json:"likely,omitempty"`
}

// names is a list of strings that is written as a plain string when it has one.
type names []string

func (n names) MarshalJSON() ([]byte, error) {
	if len(n) == 1 {
		return json.Marshal(n[0])
	}
	return json.Marshal([]string(n))
}

func (n *names) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*n = names{one}
		return nil
	}
	var many []string
	if err := json.Unmarshal(data, &many); err != nil {
		return fmt.Errorf("want a name or a list of names")
	}
	if len(many) == 0 {
		many = nil // so that an empty list and no list are the same moment
	}
	*n = many
	return nil
}

// plain reports whether the string form says everything: a value that carries
// its offset, and nothing beside it.
func (m Moment) plain() bool {
	return m.Value != "" && m.Precision == "" && len(m.Zone) == 0 && len(m.Likely) == 0
}

// String writes a moment for people and errors: the string form where it has
// one, else its parts.
func (m Moment) String() string {
	if m.plain() || m.IsZero() {
		return m.Value
	}
	data, err := m.MarshalJSON()
	if err != nil {
		return fmt.Sprintf("(%v)", err)
	}
	return string(data)
}

// MarshalJSON writes the string form when that loses nothing, else the object
// {value, precision, zone, likely}, {from, to, zone}, {not-before, zone} or
// {not-after, zone}; the empty moment is null. An invalid moment is an error.
func (m Moment) MarshalJSON() ([]byte, error) {
	if m.IsZero() {
		return []byte("null"), nil
	}
	if err := m.Validate(); err != nil {
		return nil, err
	}
	if m.plain() {
		return json.Marshal(m.Value)
	}
	return json.Marshal(momentJSON{m.Value, m.Precision, m.From, m.To, m.NotBefore, m.NotAfter, m.Zone, m.Likely})
}

// UnmarshalJSON reads either form, refuses unknown keys, and validates.
func (m *Moment) UnmarshalJSON(data []byte) error {
	data = bytes.TrimSpace(data)
	if bytes.Equal(data, []byte("null")) {
		*m = Moment{}
		return nil
	}
	if len(data) > 0 && data[0] == '"' {
		var s string
		if err := json.Unmarshal(data, &s); err != nil {
			return fmt.Errorf("time: %w", err)
		}
		got, err := ParseMoment(s)
		if err == nil {
			*m = got
		}
		return err
	}
	var in momentJSON
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		return fmt.Errorf("time: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return fmt.Errorf("time: more follows the object")
	}
	got := Moment{in.Value, in.Precision, in.From, in.To, in.NotBefore, in.NotAfter, in.Zone, in.Likely}
	if err := got.Validate(); err != nil {
		return err
	}
	*m = got
	return nil
}
