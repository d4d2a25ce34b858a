package coordination

import (
	"encoding/base64"
	"encoding/json"

	"tocsin/access"
	"tocsin/escalation"
	"tocsin/internal/fault"
)

const (
	usualPage   = 50
	largestPage = 500
)

// cursor is where a page ended. It is sealed for one reader and one list with
// its filter: it tells nothing, and is worth nothing to anybody else.
type cursor struct {
	Due    int64  `json:"d,omitempty"`
	Handle string `json:"h"`
	N      int    `json:"n,omitempty"`
}

func (c cursor) place() *escalation.Place {
	return &escalation.Place{Due: c.Due, Handle: c.Handle, N: c.N}
}

// limit bounds what a page holds.
func (p Page) limit() int {
	switch {
	case p.Limit <= 0:
		return usualPage
	case p.Limit > largestPage:
		return largestPage
	}
	return p.Limit
}

// turn seals a cursor; list names the list and everything that narrows it.
func (d *Desk) turn(who access.Reader, list string, c cursor) (string, error) {
	plain, err := json.Marshal(c)
	if err != nil {
		return "", fault.New(fault.Internal, "the cursor cannot be written: %v", err)
	}
	return base64.RawURLEncoding.EncodeToString(d.cursors.Seal(who.Person+"\x00"+list, plain)), nil
}

// turned opens a cursor; nil for the first page. fault.Invalid for one that was
// altered, or given to another reader or for another list.
func (d *Desk) turned(who access.Reader, list, after string) (*cursor, error) {
	if after == "" {
		return nil, nil
	}
	bad := fault.New(fault.Invalid, "this is no place in this list; begin with its first page")
	if len(after) > 1024 {
		return nil, bad
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(after)
	if err != nil {
		return nil, bad
	}
	plain, err := d.cursors.Open(who.Person+"\x00"+list, raw)
	if err != nil {
		return nil, bad
	}
	var c cursor
	if json.Unmarshal(plain, &c) != nil {
		return nil, bad
	}
	return &c, nil
}
