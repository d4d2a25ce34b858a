package coordination

import (
	"context"
	"slices"
	"strings"

	"tocsin/access"
)

// Waits is a case on which the word of the reader's side is asked for: an embargo
// is proposed, and the reader's side has neither accepted nor declined.
type Waits struct {
	Handle string
	Case   string // id
	Title  string
}

// Waiting lists them, in order of their handles, of the cases that the reader
// sees a side of. No date runs while an embargo waits for a word, so that no line
// of the desk would tell of it.
func (d *Desk) Waiting(ctx context.Context, who access.Reader) ([]Waits, error) {
	return recently(ctx, d, who, "waiting", false, d.waiting)
}

func (d *Desk) waiting(ctx context.Context, who access.Reader) ([]Waits, error) {
	cases, err := d.narrow(ctx, who)
	if err != nil {
		return nil, err
	}
	var out []Waits
	for handle, k := range cases {
		if k.see.Allowed && k.see.Code == "embargo-not-accepted" {
			out = append(out, Waits{Handle: handle, Case: k.brief.Case, Title: k.brief.Title})
		}
	}
	slices.SortFunc(out, func(a, b Waits) int { return strings.Compare(a.Handle, b.Handle) })
	return out, nil
}
