package coordination

import (
	"context"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/internal/fault"
)

// BreakGlass gives the reader a seat as observer for an emergency; the owners
// are told, and the log. Whoever may break the glass may know which cases there
// are; nobody else can tell.
func (d *Desk) BreakGlass(ctx context.Context, who access.Reader, ref, reason string) (access.Seat, error) {
	if err := refuse(access.Decide(access.BreakGlass, who, access.Matter{})); err != nil {
		return access.Seat{}, err
	}
	reason = strings.TrimSpace(reason)
	if len(reason) < 10 || len(reason) > 2000 {
		return access.Seat{}, fault.At("", 0, "reason", "say in a sentence why you must look into this case; its owners will read it")
	}
	sum, ok, err := d.o.Keeper.Find(ctx, clean(ref))
	if err != nil {
		return access.Seat{}, err
	}
	if !ok {
		return access.Seat{}, notThere()
	}
	all, err := d.allSeats(ctx, sum.Handle)
	if err != nil {
		return access.Seat{}, err
	}
	id, err := d.draw("", 26, "glass", "")
	if err != nil {
		return access.Seat{}, err
	}
	now := d.o.Now().UTC()
	seat := access.Seat{ID: id, Case: sum.Handle, Person: who.Person, Role: access.Observes, Broken: true, By: who.Person, At: now.Format(time.RFC3339)}
	if _, err := d.o.Keeper.Note(ctx, "glass-broken", map[string]any{"case": sum.Handle, "seat": id, "reason": reason}, who.Person); err != nil {
		return access.Seat{}, err
	}
	a := Announcement{ID: id, Case: sum.Handle, Kind: "glass-broken", By: who.Person, At: now, Reason: reason}
	item := cabinet.Item{Ref: cabinet.Ref{Kind: kindAnnounced, ID: id}, Keys: []string{"case:" + sum.Handle}, Value: a}
	for _, x := range all {
		if x.Role == access.Owner {
			for _, to := range []string{x.Org, x.Person} {
				if k := "for:" + to; to != "" && !slices.Contains(item.Keys, k) {
					item.Keys = append(item.Keys, k)
				}
			}
		}
	}
	if err := d.o.Cabinet.Change(ctx, []cabinet.Item{item}, nil); err != nil {
		return access.Seat{}, err
	}
	if err := d.putSeat(ctx, sum.Handle, seat); err != nil {
		return access.Seat{}, err
	}
	d.touched(sum.Handle, sum.Version)
	return seat, nil
}

const kindAnnounced = "announced"

// Announcement tells the owners of a case what somebody did to it by office.
type Announcement struct {
	ID     string    `json:"id"`
	Case   string    `json:"case"` // handle
	Kind   string    `json:"kind"` // glass-broken
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}

// Announcements lists those for the reader and the reader's organisations, the
// newest first, at most a hundred.
func (d *Desk) Announcements(ctx context.Context, who access.Reader) ([]Announcement, error) {
	seen := map[string]bool{}
	var out []Announcement
	ids := []string{who.Person}
	for _, a := range who.Acting {
		ids = append(ids, a.Org)
	}
	for _, id := range ids {
		if id == "" {
			continue
		}
		entries, err := d.o.Cabinet.Find(ctx, kindAnnounced, "for:"+id, "", 500)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			var a Announcement
			if err := e.Into(&a); err != nil {
				return nil, err
			}
			if !seen[a.ID] {
				seen[a.ID] = true
				out = append(out, a)
			}
		}
	}
	slices.SortFunc(out, func(a, b Announcement) int { return b.At.Compare(a.At) })
	return out[:min(len(out), 100)], nil
}
