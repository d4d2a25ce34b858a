package coordination

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"tocsin/access"
	"tocsin/internal/fault"
	"tocsin/plan"
)

// Mark names what a reader sees of a case, or for "" of the desk. Whoever makes a
// page asks for it before anything else, and listens from there (ChangesSince).
func (d *Desk) Mark(ctx context.Context, who access.Reader, ref string) (string, error) {
	seen, _, err := d.glance(ctx, who, ref)
	if err != nil {
		return "", err
	}
	return markOf(seen), nil
}

// MarkOf is Mark for whoever has the plan of a case before them already, as of now
// and for all its parties.
func MarkOf(p *Planned) string { return markOf(glanceOf(p.Seen, p.Plan)) }

// DeskMark is Mark for whoever has the first page of the desk, unfiltered, and what
// stands above it.
func DeskMark(lines []DeskLine, waiting []Waits, pending []Pending, announced []Announcement) (string, error) {
	seen, err := glanceDesk(lines, waiting, pending, announced)
	return markOf(seen), err
}

func markOf(seen [32]byte) string { return base64.RawURLEncoding.EncodeToString(seen[:15]) }

// glanceOf is what is seen of a case: its newest record, and the states of its plan
// where there is one.
func glanceOf(s *Seen, p *plan.Plan) (out [32]byte) {
	h := sha256.New()
	fmt.Fprintf(h, "%d %v %v\n", s.Version, s.View, s.Role)
	if p != nil {
		for _, x := range p.Duties {
			fmt.Fprintf(h, "%s %s %t\n", x.ID, x.State, x.PastDue)
		}
		for _, x := range p.Prohibitions {
			fmt.Fprintf(h, "%s %s %s %s\n", x.Rule, x.Party, x.Of, x.State)
		}
	}
	h.Sum(out[:0])
	return out
}

// glanceDesk is what is seen of the desk: its first page, and above it what waits
// for a word and what somebody did by office.
func glanceDesk(lines []DeskLine, waiting []Waits, pending []Pending, announced []Announcement) (out [32]byte, err error) {
	h := sha256.New()
	if err := json.NewEncoder(h).Encode(lines); err != nil {
		return out, fault.New(fault.Internal, "the desk cannot be written: %v", err)
	}
	fmt.Fprintf(h, "%q %q\n", waiting, pending)
	for _, a := range announced {
		fmt.Fprintf(h, "%q\n", a.ID)
	}
	h.Sum(out[:0])
	return out, nil
}
