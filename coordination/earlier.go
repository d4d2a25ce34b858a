package coordination

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tocsin/access"
	"tocsin/earlier"
	"tocsin/internal/fault"
)

// EarlierAsked is a report that arrived, and which part of the answer is wanted.
type EarlierAsked struct {
	earlier.Report
	Lang  string // of titles of duties; "" is English
	After string // Earlier.Next: the cases behind those of the answer before
	Skip  int    // Earlier.Skip: the duties of further ones of the same cases
}

// Earlier is who knew of what was reported before the report arrived, among the
// cases that the reader may see. It is evidence and no judgement.
type Earlier struct {
	Members []earlier.Member
	Cases   int       // that tell of somebody
	Weighed int       // of these, how many were looked at for what was owed
	Skip    int       // with this, the next of them are; 0: all were
	Next    string    // cursor for further cases; "" at the end
	At      time.Time // of the plans
}

const (
	earlierWords = 32   // ids, packages and names that one report is looked for by
	earlierCases = 1000 // cases, found by these, that one answer is made of
	earlierLoads = 64   // of them, cases that the projection does not tell enough of
	earlierPlans = 20   // cases that one answer tells of what was owed

	earlierAtOnce = 4 // cases that are looked at at the same time
)

// Earlier looks for earlier knowledge. As in Search, cases of which the reader
// sees all are found in the projection, and those of which the reader sees a side
// are all looked at, whatever the report says: what a side does not show is not
// found, and changes neither the answer nor what it costs.
//
// Of the cases that tell of somebody, the firmest and earliest first, twenty are
// looked at for what was owed; Skip and Next give the rest.
func (d *Desk) Earlier(ctx context.Context, who access.Reader, a EarlierAsked) (*Earlier, error) {
	a.Report = a.Prepared()
	words, list, err := d.reported(&a)
	if err != nil {
		return nil, err
	}
	after, err := d.turned(who, list, a.After)
	if err != nil {
		return nil, err
	}
	out := &Earlier{At: d.o.Now()}
	if who.Person == "" {
		return out, nil
	}
	last := ""
	if after != nil {
		last = after.Handle
	}
	found, next, err := d.earlierCases(ctx, who, words, &a.Report, last)
	if err != nil {
		return nil, err
	}
	if next != "" {
		if out.Next, err = d.turn(who, list, cursor{Handle: next}); err != nil {
			return nil, err
		}
	}
	var rows []earlier.Row
	for _, f := range found {
		rows = append(rows, f.rows...)
		d.read(who, "search", f.k.handle, f.k.see.View)
	}
	earlier.Order(rows)
	var order []string
	seen := make(map[string]bool, len(found))
	for i := range rows {
		if h := rows[i].Handle; !seen[h] {
			seen[h] = true
			order = append(order, h)
		}
	}
	out.Cases = len(order)
	from := min(max(a.Skip, 0), len(order))
	weigh := order[from:min(from+earlierPlans, len(order))]
	if out.Weighed = len(weigh); from+len(weigh) < len(order) {
		out.Skip = from + len(weigh)
	}
	by := make(map[string][]*earlier.Row, len(weigh))
	for i := range rows {
		if h := rows[i].Handle; slices.Contains(weigh, h) {
			by[h] = append(by[h], &rows[i])
		}
	}
	if err := d.owedOnAll(ctx, who, &a, weigh, by); err != nil {
		return nil, err
	}
	out.Members = earlier.Members(rows)
	return out, nil
}

// owedOnAll is owedOn for some cases, a few at a time.
func (d *Desk) owedOnAll(ctx context.Context, who access.Reader, a *EarlierAsked, handles []string, rows map[string][]*earlier.Row) error {
	return atOnce(len(handles), func(i int) error { return d.owedOn(ctx, who, a, handles[i], rows[handles[i]]) })
}

// atOnce calls fn for 0, 1, … n-1, a few at the same time, and gives the error of
// the first in that order.
func atOnce(n int, fn func(i int) error) error {
	errs := make([]error, n)
	try := func(i int) {
		errs[i] = fault.New(fault.Internal, "a part of the search for earlier knowledge did not end")
		defer func() { _ = recover() }() // the error says it; a reader's request is no reason to end the program
		errs[i] = fn(i)
	}
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(earlierAtOnce, n) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				try(i)
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// owedOn adds to the rows of a case what was owed, from the plan as the reader
// sees it, and which members the parties are, where the reader may know that.
func (d *Desk) owedOn(ctx context.Context, who access.Reader, a *EarlierAsked, handle string, rows []*earlier.Row) error {
	s, err := d.sit(ctx, who, handle, access.See)
	if refused(err) {
		return nil // the reader's seat went away meanwhile
	}
	if err != nil {
		return err
	}
	facts := d.factsSeen(s)
	p, err := d.planned(ctx, s, PlanOptions{Lang: a.Lang})
	switch {
	case err != nil && fault.KindOf(err) == fault.Invalid: // too large to be planned
	case err != nil:
		return err
	default:
		for _, row := range rows {
			if s.View.All || slices.Contains(s.View.Parties, row.Party) { // of others a side has no plan
				facts.Owes(row, a.Report, p.Plan)
			}
		}
	}
	seats := s.Seats
	if s.View.All && s.Role != "" {
		if seats, err = d.allSeats(ctx, handle); err != nil {
			return err
		}
	}
	for _, row := range rows {
		for _, seat := range seats {
			if seat.Org != "" && seat.Party == row.Party && row.Org == "" {
				row.Org = seat.Org
			}
		}
	}
	return nil
}

// reported gives the words by which a report is looked for, and the name of its
// list, for the cursor.
func (d *Desk) reported(a *EarlierAsked) (words [][32]byte, list string, err error) {
	var keyed []string
	for _, of := range []struct {
		list []string
		word func(string) string
	}{{a.Flaws, flawWord}, {a.Purls, purlWord}, {a.Names, nameWord}} {
		for _, s := range of.list {
			if w := of.word(s); w != "" && !slices.Contains(keyed, w) {
				keyed = append(keyed, w)
			}
			if len(keyed) > earlierWords {
				return nil, "", fault.New(fault.Invalid, "earlier knowledge is looked for by at most %d vulnerabilities, packages and products at once", earlierWords)
			}
		}
	}
	switch {
	case len(keyed) == 0:
		return nil, "", fault.At("", 0, "vulnerabilities", "name a vulnerability, a package URL or a product: without one there is nothing to look for")
	case a.Received.Earliest.IsZero() && a.Received.Latest.IsZero():
		return nil, "", fault.At("", 0, "received", "is missing: earlier than what?")
	}
	for _, w := range keyed {
		words = append(words, d.keys.Word(w))
	}
	return words, "earlier\x00" + a.Received.String() + strings.Join(keyed, "\x00"), nil
}
