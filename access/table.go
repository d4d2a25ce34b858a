package access

import (
	"fmt"
	"strings"

	"tocsin/partner"
)

// law is who may do what to a case. Whoever reads it knows every answer that
// depends on a role; the gates of Decide (decide.go) only take away.
//
// The columns owner to observer are seats; nobody is a reader without one, at
// TLP:GREEN and TLP:CLEAR. A cell says how much of the case the act may touch:
// all of it, the party's side of it (what it did and was told, and what is known
// to all), or own, what the party did itself and what it owes. `by` is the role
// in the organisation that is asked for: acting is responder, reading also
// counsel, anybody also observer. `narrowed` is what stays for a partner that is
// suspended or has not accepted the embargo, `left` for one that left. `fresh`
// asks for a step-up, `second` for a second person where that much is touched.
const law = `
act        owner  coordinator  party  observer  nobody  by       narrowed  left  fresh  second
see        all    all          side   all       all     anybody  own       -     -      -
add        all    all          side   -         -       acting   own       -     -      -
adopt      all    all          side   -         -       acting   own       -     -      -
describe   all    all          side   -         -       acting   -         -     -      -
prove      all    all          side   all       -       reading  own       own   -      -
rely       all    all          side   all       -       reading  own       -     -      -
invite     all    all          -      -         -       acting   -         -     -      -
export     all    all          side   -         -       acting   -         -     yes    all
approve    all    all          -      -         -       acting   -         -     yes    -
close      all    -            -      -         -       acting   -         -     -      -
erase      all    -            -      -         -       acting   -         -     yes    own
`

// office is who may do what to no case: by a role of the platform, or by one in
// an organisation that is not left or only invited. None of it opens a case:
// who breaks the glass gets a seat, and the owners and the log are told.
const office = `
act          platform                   organisation  fresh
open         coordinator                responder     -
administer   administrator              -             yes
approve      administrator,coordinator  -             yes
break-glass  administrator,coordinator  -             yes
`

// reach is how much of a case an act may touch.
type reach int

const (
	no reach = iota
	own
	side
	all
)

var reaches = map[string]reach{"-": no, "own": own, "side": side, "all": all}

// groups are the words of the column `by`.
var groups = map[string][]partner.Role{
	"acting":  {partner.Responder},
	"reading": {partner.Responder, partner.Counsel},
	"anybody": {partner.Responder, partner.Counsel, partner.Observer},
}

// row is one act of the table.
type row struct {
	seat     map[SeatRole]reach
	nobody   reach
	by       []partner.Role
	narrowed reach
	left     reach
	fresh    bool
	second   reach
}

// officeRow is one act that is done to no case.
type officeRow struct {
	platform, orgs []partner.Role
	fresh          bool
}

var (
	rows    = must(parseLaw(law))
	offices = must(parseOffice(office))
)

// must stops a program whose own table cannot be read: it is a constant.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// grid reads a table of words below a line of headings.
func grid(text, headings string) ([][]string, error) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if got := strings.Join(strings.Fields(lines[0]), " "); got != headings {
		return nil, fmt.Errorf("access: the table begins with %q, not %q", got, headings)
	}
	var out [][]string
	for _, l := range lines[1:] {
		f := strings.Fields(l)
		if len(f) != len(strings.Fields(headings)) {
			return nil, fmt.Errorf("access: the line %q has %d cells", l, len(f))
		}
		out = append(out, f)
	}
	return out, nil
}

func parseLaw(text string) (map[Act]row, error) {
	g, err := grid(text, "act owner coordinator party observer nobody by narrowed left fresh second")
	if err != nil {
		return nil, err
	}
	out := map[Act]row{}
	for _, f := range g {
		cell := func(i int) reach {
			r, ok := reaches[f[i]]
			if !ok {
				err = fmt.Errorf("access: %s: %q is no cell", f[0], f[i])
			}
			return r
		}
		r := row{
			seat:   map[SeatRole]reach{Owner: cell(1), Coordinates: cell(2), PartySeat: cell(3), Observes: cell(4)},
			nobody: cell(5), by: groups[f[6]], narrowed: cell(7), left: cell(8), fresh: f[9] == "yes", second: cell(10),
		}
		if _, twice := out[Act(f[0])]; err != nil || twice || r.by == nil || f[9] != "yes" && f[9] != "-" {
			return nil, fmt.Errorf("access: the line of %s cannot be read: %w", f[0], err)
		}
		out[Act(f[0])] = r
	}
	return out, nil
}

func parseOffice(text string) (map[Act]officeRow, error) {
	g, err := grid(text, "act platform organisation fresh")
	if err != nil {
		return nil, err
	}
	roles := func(s string) (out []partner.Role) {
		for _, w := range strings.Split(s, ",") {
			if w != "-" {
				out = append(out, partner.Role(w))
			}
		}
		return out
	}
	out := map[Act]officeRow{}
	for _, f := range g {
		out[Act(f[0])] = officeRow{roles(f[1]), roles(f[2]), f[3] == "yes"}
	}
	return out, nil
}

// Acts lists the acts that are done to a case, in the order of the table.
func Acts() []Act {
	return []Act{See, Add, Adopt, Describe, Prove, Rely, Invite, Export, Approve, Close, Erase}
}

// Offices lists the acts that are done to the platform.
func Offices() []Act { return []Act{Open, Administer, Approve, BreakGlass} }

// The codes of decisions: a closed list, for catalogues of words.
const (
	CodeStranger    = "stranger"             // nobody is signed in
	CodeScope       = "scope"                // the token was not made for this
	CodeNotFound    = "not-found"            // not there, or not the reader's
	CodeLeft        = "left"                 // the organisation left
	CodeSuspended   = "suspended"            // it is suspended
	CodeRole        = "role"                 // the seat, or the office, does not do this
	CodeMember      = "member-role"          // the role in the organisation does not
	CodeEmbargo     = "embargo-not-accepted" // the party has not accepted the embargo
	CodeAbroad      = "barred-abroad"        // a prohibition on sharing abroad
	CodePlace       = "place-unknown"        // the same, and where the reader is is not known
	CodeBarsUnknown = "prohibitions-unknown" // whether there is one could not be computed
	CodeStepUp      = StepUp                 // prove again who you are
	CodeSecond      = SecondPerson           // another person must approve
)

// Codes lists them all.
func Codes() []string {
	return []string{CodeStranger, CodeScope, CodeNotFound, CodeLeft, CodeSuspended, CodeRole, CodeMember,
		CodeEmbargo, CodeAbroad, CodePlace, CodeBarsUnknown, CodeStepUp, CodeSecond}
}
