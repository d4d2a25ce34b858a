package directive

import "time"

// Closing is the closing report: figures and what is still open, without a
// judgement of anyone. Before the end it is an interim report.
type Closing struct {
	Directive string    `json:"directive"`
	Number    string    `json:"number"`
	Title     Text      `json:"title"`
	Kept      bool      `json:"kept"` // the authority's record is kept here
	At        time.Time `json:"at"`
	End       *End      `json:"end,omitempty"`
	GoesOnIn  *Link     `json:"goes-on-in,omitempty"`

	Members        int         `json:"members"` // of whom something was asked
	Open           int         `json:"open"`
	Unacknowledged []string    `json:"unacknowledged,omitempty"`
	Undecided      []string    `json:"undecided,omitempty"` // members about whom the scope was not decided
	Steps          []Figures   `json:"steps"`
	Exceptions     []Exception `json:"exceptions,omitempty"` // that stand
	Extensions     []string    `json:"extensions,omitempty"` // acts
	Denied         []string    `json:"denied,omitempty"`     // acts that somebody denies
	Unproven       int         `json:"unproven"`             // reported done, and evidence asked for is missing
}

// Report draws up the closing report at an instant.
func Report(d *Directive, acts []Act, at time.Time) (*Closing, error) {
	s, err := Fold(d, acts, at)
	if err != nil {
		return nil, err
	}
	list, denied, err := d.standing(acts, at)
	if err != nil {
		return nil, err
	}
	r := &Closing{Directive: d.ID, Number: d.Number, Title: d.Title, Kept: d.Kept(), At: at, End: s.End, Members: s.Members, Open: s.Open,
		Unacknowledged: s.Unacknowledged, Steps: s.Steps, Exceptions: s.Exceptions}
	if s.End != nil && s.End.Directive != "" {
		if r.GoesOnIn = d.Link(s.End.Directive); r.GoesOnIn == nil {
			r.GoesOnIn = &Link{ID: s.End.Directive}
		}
	}
	for _, c := range s.Cells { // the cells of a member follow one another
		if n := len(r.Undecided); len(c.Open) > 0 && (n == 0 || r.Undecided[n-1] != c.Member) {
			r.Undecided = append(r.Undecided, c.Member)
		}
	}
	for _, a := range list {
		if a.Kind == Extended {
			r.Extensions = append(r.Extensions, a.ID)
		}
		if len(denied[a.ID]) > 0 {
			r.Denied = append(r.Denied, a.ID)
		}
	}
	for _, c := range s.Cells {
		if (c.Status == Claimed || c.Status == Done) && len(c.Missing) > 0 {
			r.Unproven++
		}
	}
	return r, nil
}
