package coordination

import (
	"context"
	"slices"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/record"
)

// Circles tells about sharing platforms (partnership.Service).
type Circles interface {
	// RunBy lists the platforms that an organisation runs.
	RunBy(ctx context.Context, org string) ([]string, error)

	// Guards refuses an event that may not be added to the case like any other: an
	// act of a partnership, which has steps, a second person and consequences.
	Guards(ctx context.Context, handle string, e casefile.Event) error
}

// Join tells the desk of the sharing platforms; before it serves anybody.
func (d *Desk) Join(c Circles) { d.circles = c }

func (d *Desk) guards(ctx context.Context, handle string, e casefile.Event) error {
	if d.circles == nil {
		return nil
	}
	return d.circles.Guards(ctx, handle, e)
}

// AddAct keeps an event that Circles guards; for Circles alone.
func (d *Desk) AddAct(ctx context.Context, who access.Reader, handle string, e casefile.Event, expected int64, key string) (record.Result, error) {
	return d.add(ctx, who, handle, e, expected, key, false)
}

// seatPlatform is the sharing platform that gives a seat: the one that was asked
// for, or the one that runs the case. "" is none.
func (d *Desk) seatPlatform(ctx context.Context, s *sitting, a SeatAsked) (string, error) {
	if d.circles == nil || a.Org == "" || a.Apart {
		return "", nil
	}
	all, err := d.allSeats(ctx, s.Handle)
	if err != nil {
		return "", err
	}
	var runs []string
	for _, x := range all {
		if x.Role != access.Owner || x.Org == "" || x.Org == a.Org {
			continue
		}
		mine, err := d.circles.RunBy(ctx, x.Org)
		if err != nil {
			return "", err
		}
		runs = append(runs, mine...)
	}
	slices.Sort(runs)
	runs = slices.Compact(runs)
	switch {
	case a.Platform != "" && !slices.Contains(runs, a.Platform):
		return "", fault.At("", 0, "platform", "nobody who owns this case runs that platform")
	case a.Platform != "":
		return a.Platform, nil
	case len(runs) > 1:
		return "", fault.At("", 0, "platform", "is missing: whoever owns this case runs %d platforms; say through which one the organisation comes, since where it stands there will hold here", len(runs))
	case len(runs) == 1:
		return runs[0], nil
	}
	return "", nil
}

// Reached is a case that somebody reaches, before and after something changes.
type Reached struct {
	Handle        string
	Case, Title   string // "" where the asker does not see the case
	TLP           string
	Before, After access.Decision // of See
}

// reachedMost bounds how many cases Reach looks at.
const reachedMost = 2000

// Reach tells which cases somebody reaches differently once they are then: the
// same person with another standing. asker is told titles of what the asker sees.
// more says that there are cases that were not looked at.
func (d *Desk) Reach(ctx context.Context, asker, now, then access.Reader) (out []Reached, looked int, more bool, err error) {
	after := ""
	for looked < reachedMost {
		rows, err := d.o.Seats.CasesOf(ctx, d.hashes(now), level(now), after, 200)
		if err != nil {
			return nil, 0, false, err
		}
		mine, err := d.know(ctx, person(now), rows)
		if err != nil {
			return nil, 0, false, err
		}
		theirs, err := d.know(ctx, person(asker), rows)
		if err != nil {
			return nil, 0, false, err
		}
		for _, r := range rows {
			after = r.Handle
			looked++
			k := mine[r.Handle]
			if k == nil || !may(k.see) {
				continue
			}
			x := Reached{Handle: r.Handle, Before: k.see, After: access.Decide(access.See, person(then), k.matter)}
			if x.Before.Allowed == x.After.Allowed && viewKey(x.Before.View) == viewKey(x.After.View) {
				continue
			}
			if t := theirs[r.Handle]; t != nil && t.see.Allowed {
				x.Case, x.Title, x.TLP = t.brief.Case, t.brief.Title, t.brief.TLP
			}
			out = append(out, x)
		}
		if len(rows) < 200 {
			return out, looked, false, nil
		}
	}
	return out, looked, true, nil
}

// OpenFile keeps a new file that an organisation runs, with the party of it that
// the organisation is; for Circles alone. The reader acts for the organisation.
func (d *Desk) OpenFile(ctx context.Context, who access.Reader, org, party string, f casefile.File, key string) (record.Result, error) {
	if err := refuse(access.Decide(access.Open, who, access.Matter{})); err != nil {
		return record.Result{}, err
	}
	if !slices.ContainsFunc(who.Acting, func(a access.Acting) bool {
		return a.Org == org && a.For == "" && slices.Contains(a.Roles, partner.Responder)
	}) {
		return record.Result{}, forbid("not-yours-to-open", "a file is opened by somebody who acts for the organisation that will run it")
	}
	c, err := casefile.Build("", f)
	if err != nil {
		return record.Result{}, err
	}
	return d.keep(ctx, who, c, owning{org: org, party: party, live: true}, key)
}
