package httpapi

import (
	"context"
	"net/http"
	"time"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/escalation"
	"tocsin/internal/fault"
)

// Reads is what reads cases (coordination.Desk).
type Reads interface {
	See(ctx context.Context, who access.Reader, ref string) (*coordination.Seen, error)
	Plan(ctx context.Context, who access.Reader, ref string, o coordination.PlanOptions) (*coordination.Planned, error)
	Lines(ctx context.Context, who access.Reader, f coordination.Filter, p coordination.Page) (*coordination.Lines, error)
	Cases(ctx context.Context, who access.Reader, p coordination.Page) (cases []coordination.Listed, next string, err error)
	Search(ctx context.Context, who access.Reader, words string, p coordination.Page) (hits []coordination.Hit, next string, err error)
}

// Desk is a page of duties that are not done.
type Desk struct {
	At    time.Time  `json:"at"`
	Lines []DeskLine `json:"lines"`
	Laws  []string   `json:"laws" doc:"Packs that the filter law can name." example:"[\"eu-cra\"]"`
	Next  string     `json:"next,omitempty" doc:"Send it as after for the next page; missing on the last."`
}

// DeskLine is one duty that is not done.
type DeskLine struct {
	escalation.Line
	Case  string `json:"case" doc:"Id in the case file."`
	Title string `json:"title,omitempty"`
	Mine  bool   `json:"mine" doc:"You act for the obliged party."`
	Step  string `json:"step" doc:"What to do next: add-event, decide, look."`
}

// Hits is a page of what a search found.
type Hits struct {
	Hits []Hit  `json:"hits"`
	Next string `json:"next,omitempty"`
}

// Hit is a case with the places where the words stand.
type Hit struct {
	CaseLine
	Places []HitPlace `json:"places"`
}

// HitPlace is one of them.
type HitPlace struct {
	Entry string `json:"entry" doc:"case, product, party, source or event."`
	ID    string `json:"id,omitempty"`
	Text  string `json:"text" doc:"A few words around."`
}

func page(p Paged) coordination.Page { return coordination.Page{After: p.After, Limit: p.Limit} }

func (a *api) addDesk() {
	if a.o.Reads == nil {
		return
	}
	type deskIn struct {
		Paged
		Case  string `query:"case" maxLength:"200" doc:"Only this case."`
		Party string `query:"party" maxLength:"200" doc:"With case: only this party."`
		Law   string `query:"law" maxLength:"100" doc:"Only this pack." example:"eu-cra"`
		Mine  bool   `query:"mine" doc:"Only cases on which you have a seat yourself."`
		Past  bool   `query:"past" doc:"Only what is past due."`
		Week  bool   `query:"week" doc:"Only what is due within seven days, or past."`
	}
	add(a, operation{
		id: "desk", method: http.MethodGet, path: "/desk", tag: "desk", act: access.See, summary: "What is owed next",
		about: "The duties that are not done, over all cases that you may see, in order of due.",
		fails: []fault.Kind{fault.NotFound}, gives: map[int]*content{200: {of: Desk{}}},
	}, func(ctx context.Context, c *call, in *deskIn) (*reply, error) {
		l, err := a.o.Reads.Lines(ctx, c.reader, coordination.Filter{Case: in.Case, Party: in.Party, Law: in.Law, Mine: in.Mine, Past: in.Past, Week: in.Week}, page(in.Paged))
		if err != nil {
			return nil, err
		}
		out := Desk{At: l.At, Laws: some(l.Laws), Next: l.Next, Lines: []DeskLine{}}
		for _, d := range l.Lines {
			out.Lines = append(out.Lines, DeskLine{Line: d.Line, Case: d.Case, Title: d.Title, Mine: d.Mine, Step: d.Step})
		}
		return sends(http.StatusOK, out)
	})
	type searchIn struct {
		Paged
		Words string `query:"q" required:"true" minLength:"1" maxLength:"200" doc:"All of these words." example:"log4j gateway"`
	}
	add(a, operation{
		id: "search", method: http.MethodGet, path: "/search", tag: "desk", act: access.See, summary: "Find cases by words",
		about: "Among the cases that you may see, in what you may see of them. Who searched for what runs where is kept in the log.",
		gives: map[int]*content{200: {of: Hits{}}},
	}, func(ctx context.Context, c *call, in *searchIn) (*reply, error) {
		hits, next, err := a.o.Reads.Search(ctx, c.reader, in.Words, page(in.Paged))
		if err != nil {
			return nil, err
		}
		out := Hits{Hits: []Hit{}, Next: next}
		for _, h := range hits {
			line := Hit{CaseLine: caseLine(h.Listed), Places: []HitPlace{}}
			for _, p := range h.Places {
				line.Places = append(line.Places, HitPlace{Entry: p.Entry, ID: p.ID, Text: p.Text})
			}
			out.Hits = append(out.Hits, line)
		}
		return sends(http.StatusOK, out)
	})
}
