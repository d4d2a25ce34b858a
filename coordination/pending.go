package coordination

import (
	"context"
	"slices"
	"strings"
	"time"

	"tocsin/access"
)

// Pending is what one case waits for, beside dates: words of others on an
// embargo, for whoever runs or observes it, and the reader's own word on claims
// about their party.
type Pending struct {
	Handle string
	Case   string // id
	Title  string
	Silent []Silent
	Claims []string // events, the oldest first
}

// Bounds of what Pending looks at: the desk is asked for often.
const (
	pendingMost   = 256 // cases of the reader, in order of handle
	embargoesMost = 32  // of them under an embargo
)

// Pending lists the cases that wait for somebody's word and not for a date, so
// that no line of the desk would tell of it.
func (d *Desk) Pending(ctx context.Context, who access.Reader) ([]Pending, error) {
	return recently(ctx, d, who, "pending", false, d.pending)
}

func (d *Desk) pending(ctx context.Context, who access.Reader) ([]Pending, error) {
	hashes := d.hashes(who)
	if len(hashes) == 0 {
		return nil, nil
	}
	rows, err := d.o.Seats.CasesOf(ctx, hashes, nobody, "", pendingMost)
	if err != nil {
		return nil, err
	}
	cases, err := d.know(ctx, who, rows)
	if err != nil {
		return nil, err
	}
	var out []Pending
	embargoes := 0
	for i := range rows {
		k := cases[rows[i].Handle]
		if k == nil || !k.see.Allowed {
			continue
		}
		p := Pending{Handle: k.handle, Case: k.brief.Case, Title: k.brief.Title}
		if k.matter.Embargo && k.see.View.All && oversees(access.RoleOn(who, k.matter)) && embargoes < embargoesMost {
			embargoes++
			if p.Silent, err = d.silentOf(ctx, k); err != nil {
				return nil, err
			}
		}
		if p.Claims, err = d.claimsFor(ctx, who, k); err != nil {
			return nil, err
		}
		if len(p.Silent)+len(p.Claims) > 0 {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b Pending) int { return strings.Compare(a.Handle, b.Handle) })
	return out, nil
}

// whole loads a case that the reader sees all of, without its plan; nil if it is
// gone meanwhile.
func (d *Desk) whole(ctx context.Context, k *known) (*world, error) {
	p, ok, err := d.o.Keeper.Peek(ctx, k.handle)
	if err != nil || !ok {
		return nil, err
	}
	w, err := d.world(ctx, p)
	if refused(err) {
		return nil, nil
	}
	return w, err
}

func (d *Desk) silentOf(ctx context.Context, k *known) ([]Silent, error) {
	w, err := d.whole(ctx, k)
	if w == nil || err != nil {
		return nil, err
	}
	seats, err := d.allSeats(ctx, k.handle)
	if err != nil {
		return nil, err
	}
	return silent(w.c, seats, d.o.Now()), nil
}

// claim is one that nobody answered yet.
type claim struct{ id, about, of, by string }

// claimsFor gives the claims about parties that the reader may adopt for, which
// are somebody else's (though the reader may have kept them), and that were neither adopted, retired nor disputed.
func (d *Desk) claimsFor(ctx context.Context, who access.Reader, k *known) ([]string, error) {
	own := access.ActsFor(access.Adopt, who, k.matter)
	if len(own) == 0 {
		return nil, nil
	}
	all, err := d.claims(ctx, who, k)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, c := range all {
		if mine := c.by == who.Person && (c.of == "" || slices.Contains(own, c.of)); slices.Contains(own, c.about) && !mine {
			out = append(out, c.id)
		}
	}
	return out, nil
}

// claims gives, from memory or made now, the open claims of what a reader sees of
// a case.
func (d *Desk) claims(ctx context.Context, who access.Reader, k *known) ([]claim, error) {
	var got any
	var err error
	if k.see.View.All { // needs no plan, which the table has looked at when the list was made
		got, err = d.memory.get(ctx, memoKey{handle: sideOfCase + k.handle, version: k.version, what: "claims of all"}, func(ctx context.Context) (made, error) {
			w, err := d.whole(ctx, k)
			if w == nil || err != nil {
				return made{value: []claim(nil)}, err
			}
			return d.openClaims(&sitting{Seen: &Seen{Case: w.c}, w: w}), nil
		})
	} else {
		got, err = d.remembered(ctx, who, k, "claims ", func(_ context.Context, s *sitting) (made, error) { return d.openClaims(s), nil })
	}
	if got == nil || err != nil {
		return nil, err
	}
	return got.([]claim), nil
}

func (d *Desk) openClaims(s *sitting) made {
	answered := map[string]bool{}
	about := map[string]string{}
	for i := range s.Case.Events {
		about[s.Case.Events[i].ID] = s.Case.Events[i].By
	}
	for i := range s.Case.Events {
		e := &s.Case.Events[i]
		for _, id := range e.Supersedes {
			answered[id] = true
		}
		for _, id := range e.Disputes {
			answered[id] = answered[id] || e.Basis != basisClaim && e.By == about[id]
		}
	}
	var out []claim
	for i := range s.Case.Events {
		if e := &s.Case.Events[i]; e.Basis == basisClaim && e.By != "" && !answered[e.ID] {
			out = append(out, claim{e.ID, e.By, e.ClaimedBy, recordedBy(s, e.ID)})
		}
	}
	return made{value: out, bytes: 512 + 96*int64(len(out)), until: d.o.Now().Add(time.Hour)}
}
