package coordination

import (
	"context"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/earlier"
	"tocsin/escalation"
)

var flawWord, purlWord, nameWord = escalation.FlawWord, escalation.PurlWord, escalation.NameWord

// foundEarlier is a case that tells of somebody.
type foundEarlier struct {
	k    *known
	rows []earlier.Row
}

// earlierCases finds the cases behind a handle that tell of somebody, and where to
// go on; "" at the end.
//
// How far one answer goes is decided by cases that the reader sees all of, and by
// how many there are that the reader sees a side of. So each statement asks for as
// many rows as could be hidden from the reader besides.
func (d *Desk) earlierCases(ctx context.Context, who access.Reader, words [][32]byte, r *earlier.Report, last string) (out []foundEarlier, next string, err error) {
	cases, next, err := d.narrowBehind(ctx, who, last)
	if err != nil {
		return nil, "", err
	}
	rows := map[string]escalation.CaseRow{}
	for _, w := range words {
		list, err := d.o.Seats.CasesWith(ctx, d.hashes(who), level(who), [][32]byte{w}, last, earlierCases+narrowMost+1)
		if err != nil {
			return nil, "", err
		}
		for i := range list {
			if h := list[i].Handle; cases[h] == nil && (next == "" || h <= next) {
				rows[h] = list[i]
			}
		}
	}
	fresh := make([]escalation.CaseRow, 0, len(rows))
	for _, row := range rows {
		fresh = append(fresh, row)
	}
	slices.SortFunc(fresh, func(a, b escalation.CaseRow) int { return strings.Compare(a.Handle, b.Handle) })
	if len(fresh) > earlierCases {
		fresh = fresh[:earlierCases]
		next = fresh[earlierCases-1].Handle
	}
	got, err := d.know(ctx, who, fresh)
	if err != nil {
		return nil, "", err
	}
	handles := make([]string, 0, len(cases)+len(got))
	for h := range cases {
		handles = append(handles, h)
	}
	for h, k := range got {
		cases[h] = k
		handles = append(handles, h)
	}
	slices.Sort(handles)
	handles, next = upTo(handles, got, next)
	rowsOf := make([][]earlier.Row, len(handles))
	err = atOnce(len(handles), func(i int) error {
		facts, err := d.factsOf(ctx, who, cases[handles[i]])
		if facts != nil {
			rowsOf[i] = facts.Look(*r)
		}
		return err
	})
	if err != nil {
		return nil, "", err
	}
	for i, h := range handles {
		if len(rowsOf[i]) == 0 {
			continue
		}
		for n := range rowsOf[i] {
			rowsOf[i][n].Handle = h
		}
		out = append(out, foundEarlier{cases[h], rowsOf[i]})
	}
	return out, next, nil
}

// upTo cuts a list of handles where one answer ends, and behind as many found
// cases as may be loaded.
func upTo(handles []string, found map[string]*known, next string) ([]string, string) {
	loads := 0
	for i, h := range handles {
		if next != "" && h > next {
			return handles[:i], next
		}
		if k := found[h]; k != nil && k.see.Allowed && !k.projected() {
			if loads++; loads == earlierLoads && i+1 < len(handles) {
				return handles[:i+1], h
			}
		}
	}
	return handles, next
}

// projected tells that the brief of a case holds what the reader may see of who
// knew what; else the case is loaded.
func (k *known) projected() bool {
	return k.see.Allowed && k.see.View.All && k.whole && len(k.brief.Known) > 0
}

// factsOf gives what the reader may see of who knew what in a case; nil if that is
// nothing.
func (d *Desk) factsOf(ctx context.Context, who access.Reader, k *known) (*earlier.Facts, error) {
	if k.projected() {
		return k.brief.Facts()
	}
	got, err := d.remembered(ctx, who, k, "known ", func(_ context.Context, s *sitting) (made, error) {
		f := d.factsSeen(s)
		return made{value: f, bytes: sizeOfFacts(f)}, nil
	})
	if got == nil || err != nil {
		return nil, err
	}
	return got.(*earlier.Facts), nil
}

// factsSeen reads who knew what from a case as a reader sits before it.
func (d *Desk) factsSeen(s *sitting) *earlier.Facts {
	f := escalation.FactsOf(s.Case, d.o.Book)
	f.Side = !s.View.All
	return f
}

// sizeOfFacts is about how many bytes they take.
func sizeOfFacts(f *earlier.Facts) int64 {
	n := int64(512 + 200*len(f.Products))
	for i := range f.Parties {
		p := &f.Parties[i]
		n += 300 + 300*int64(len(p.Knew)+len(p.Signals)+len(p.Told)+len(p.Found)+len(p.Denied)+len(p.Embargos))
	}
	return n
}
