package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/record"
)

// CaseList is a page of cases.
type CaseList struct {
	Cases []CaseLine `json:"cases"`
	Next  string     `json:"next,omitempty" doc:"Send it as after for the next page; missing on the last."`
}

// CaseLine is a case in a list.
type CaseLine struct {
	Handle  string          `json:"handle" doc:"Random; it tells nothing."`
	Case    string          `json:"case" example:"TOC-2021-0001"`
	Title   string          `json:"title,omitempty"`
	TLP     string          `json:"tlp,omitempty" example:"AMBER"`
	Record  string          `json:"record" enum:"sources,kept" example:"kept"`
	Version *int64          `json:"version,omitempty" doc:"Number of records; only for who sees all of the case."`
	Role    access.SeatRole `json:"role,omitempty" doc:"Yours on the case."`
	Open    int             `json:"open" doc:"Duties that are not done, of those that you see."`
	Due     *time.Time      `json:"due,omitempty" doc:"The next date."`
}

func caseLine(l coordination.Listed) CaseLine {
	out := CaseLine{Handle: l.Handle, Case: l.Case, Title: l.Title, TLP: l.TLP, Record: l.Record, Role: l.Role, Open: l.Open, Due: l.Next}
	if l.Role != access.PartySeat && l.Role != "" {
		out.Version = &l.Version
	}
	return out
}

// Case is a case as its reader sees it, without its events (see record).
type Case struct {
	Handle          string             `json:"handle"`
	Case            string             `json:"case"`
	Title           string             `json:"title,omitempty"`
	Record          string             `json:"record"`
	TLP             string             `json:"tlp,omitempty"`
	Vulnerabilities []string           `json:"vulnerabilities"`
	Adopts          []string           `json:"adopts"`
	Note            string             `json:"note,omitempty"`
	Version         *int64             `json:"version,omitempty" doc:"Number of records; only for who sees all of the case, since it would tell of what the others do not see."`
	Role            access.SeatRole    `json:"role,omitempty"`
	View            View               `json:"view"`
	Parties         []casefile.Party   `json:"parties"`
	Products        []casefile.Product `json:"products"`
	Sources         []casefile.Source  `json:"sources"`
	Windows         []casefile.Window  `json:"windows"`
	Events          int                `json:"events" doc:"How many you see."`
	ActsFor         []string           `json:"acts-for" doc:"Parties of the case that you act for."`
	May             map[string]Answer  `json:"may" doc:"By act."`
	Seats           []Seat             `json:"seats" doc:"Those that you may know of."`
}

// View is how much of a case is seen.
type View struct {
	All     bool     `json:"all"`
	Own     bool     `json:"own" doc:"Only what your side did itself, and owes."`
	Parties []string `json:"parties" doc:"Whose side is seen, where not all is."`
	Limited []string `json:"limited" doc:"Of these, the ones seen only as to their own acts."`
	Embargo bool     `json:"embargo" doc:"Events of the embargo are seen although it was not accepted."`
}

func viewOf(v access.Viewpoint) View {
	return View{All: v.All, Own: v.Own, Parties: some(v.Parties), Limited: some(v.Limited), Embargo: v.Embargo}
}

// Answer says whether an act is allowed, and if not, why.
type Answer struct {
	Allowed  bool     `json:"allowed"`
	Code     string   `json:"code,omitempty"`
	Citation string   `json:"citation,omitempty"`
	Needs    []string `json:"needs,omitempty"`
}

// Seat gives an organisation or a person a place on a case.
type Seat struct {
	ID     string          `json:"id"`
	Org    string          `json:"org,omitempty"`
	Person string          `json:"person,omitempty"`
	Role   access.SeatRole `json:"role" enum:"owner,coordinator,party,observer"`
	Party  string          `json:"party,omitempty" doc:"Id in the case, of a party seat."`
	Broken bool            `json:"broken-glass,omitempty"`
	By     string          `json:"by,omitempty"`
	At     string          `json:"at,omitempty"`
}

func seatOf(s access.Seat) Seat {
	return Seat{ID: s.ID, Org: s.Org, Person: s.Person, Role: s.Role, Party: s.Party, Broken: s.Broken, By: s.By, At: s.At}
}

func caseOf(s *coordination.Seen) Case {
	f := s.Case.File
	out := Case{
		Handle: s.Handle, Case: f.Case, Title: f.Title, Record: f.Record, TLP: f.TLP, Vulnerabilities: some(f.Vulnerabilities), Adopts: some(f.Adopts), Note: f.Note,
		Role: s.Role, View: viewOf(s.View), Events: len(f.Events), ActsFor: some(s.Parties),
		Parties: some(f.Parties), Products: some(f.Products), Sources: some(f.Sources), Windows: some(f.Windows), May: map[string]Answer{}, Seats: []Seat{},
	}
	if s.View.All {
		out.Version = &s.Version
	}
	for act, d := range s.May {
		out.May[string(act)] = Answer{Allowed: d.Allowed, Code: d.Code, Citation: d.Citation, Needs: d.Needs}
	}
	for _, st := range s.Seats {
		out.Seats = append(out.Seats, seatOf(st))
	}
	return out
}

// caseTag is the tag of a case as its reader sees it. For who does not see all it
// is made of the records that are seen, never of the version: a tag that moved
// would tell that others are busy.
func (a *api) caseTag(s *coordination.Seen) string {
	var b strings.Builder
	if s.View.All {
		fmt.Fprintf(&b, "all %d", s.Version)
	} else {
		fmt.Fprintf(&b, "%v %q %q %v", s.View.Own, s.View.Parties, s.View.Limited, s.View.Embargo)
		for _, m := range s.Records {
			fmt.Fprintf(&b, " %d/%d", m.Seq, len(m.Erased))
		}
	}
	may, err := json.Marshal([]any{s.May, s.Role, s.Seats, s.Parties})
	if err != nil { // plain texts always marshal
		may = nil
	}
	return a.seal("case", s.Handle, b.String(), string(may))
}

// expected is the version that a write must find, from If-Match.
func (c *call) expected(ctx context.Context, ref, match string) (int64, error) {
	if match == "" || match == "*" {
		return record.AnyVersion, nil
	}
	s, err := c.a.o.Reads.See(ctx, c.reader, ref)
	if err != nil {
		return 0, err
	}
	if !matches(match, c.a.caseTag(s), false) {
		return 0, precondition()
	}
	return s.Version, nil
}

func (a *api) addCases() {
	if a.o.Reads == nil {
		return
	}
	add(a, operation{
		id: "cases", method: http.MethodGet, path: "/cases", tag: "cases", act: access.See, summary: "The cases that you may see",
		about: "In order of their handles, which are random: a page tells nothing of other cases.",
		gives: map[int]*content{200: {of: CaseList{}}},
	}, func(ctx context.Context, c *call, in *Paged) (*reply, error) {
		cases, next, err := a.o.Reads.Cases(ctx, c.reader, page(*in))
		if err != nil {
			return nil, err
		}
		out := CaseList{Cases: []CaseLine{}, Next: next}
		for _, l := range cases {
			out.Cases = append(out.Cases, caseLine(l))
		}
		return sends(http.StatusOK, out)
	})
	type in struct {
		InCase
		Conditional
	}
	add(a, operation{
		id: "case", method: http.MethodGet, path: "/cases/{case}", tag: "cases", act: access.See, summary: "A case as you see it",
		about: "Header, parties, products, sources, windows, and what you may do. Events are in the record, dates in the plan.",
		fails: []fault.Kind{fault.NotFound, fault.Suspended}, gives: map[int]*content{200: {of: Case{}, tagged: true}},
	}, func(ctx context.Context, c *call, in *in) (*reply, error) {
		s, err := a.o.Reads.See(ctx, c.reader, in.Case)
		if err != nil {
			return nil, err
		}
		return tagged(a.caseTag(s), caseOf(s))
	})
}

// asText picks the format of a document: by ?format, else by Accept.
func asText(format, accept string, formats map[string]string, fallback string) string {
	if format != "" {
		return format
	}
	for one := range strings.SplitSeq(accept, ",") {
		media, _, _ := strings.Cut(strings.TrimSpace(one), ";")
		for _, f := range slices.Sorted(maps.Keys(formats)) {
			if formats[f] == strings.TrimSpace(media) {
				return f
			}
		}
	}
	return fallback
}
