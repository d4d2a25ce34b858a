package record

import (
	"bytes"
	"encoding/json"
)

// erasureBody is what the record of an erasure says. The names are those that
// were given: until there are accounts, nobody authenticated them.
type erasureBody struct {
	Ground        string   `json:"ground"`
	By            string   `json:"by"`
	With          string   `json:"with"`
	Authenticated bool     `json:"authenticated"`
	Person        string   `json:"person,omitempty"` // pseudonym
	Party         int64    `json:"party,omitempty"`  // sequence of the record that first stated the person
	Again         bool     `json:"again,omitempty"`  // applied to a restored backup
	Targets       []target `json:"targets"`
}

// maxTargets of one erasure record; more take several.
const maxTargets = 2000

// erasureOf reads what an erasure record says; false for another record.
func erasureOf(v Values) (erasureBody, bool) {
	var body erasureBody
	if v.word("entry") != entryErasure {
		return body, false
	}
	dec := json.NewDecoder(bytes.NewReader(v["body"]))
	dec.DisallowUnknownFields()
	return body, dec.Decode(&body) == nil
}

// lines are what the list outside the database holds of an erasure. One that was
// applied again came from there.
func (body erasureBody) lines(o opened) []Erased {
	if body.Again {
		return nil
	}
	if body.Person != "" {
		return []Erased{{Handle: o.handle, Seq: body.Party, Person: body.Person, Erasure: hexOf(o.commitment)}}
	}
	var out []Erased
	for _, t := range body.Targets {
		out = append(out, Erased{Handle: o.handle, Seq: t.Seq, Fields: t.Fields, Erasure: hexOf(o.commitment)})
	}
	return out
}
