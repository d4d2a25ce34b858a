package httpapi

import (
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/directive"
	"tocsin/tasking"
)

// DirectiveList is the directives that somebody sees.
type DirectiveList struct {
	Directives []DirectiveLine `json:"directives"`
}

// DirectiveLine is a directive in a list.
type DirectiveLine struct {
	ID       string            `json:"id"`
	Platform string            `json:"platform"`
	Document string            `json:"directive,omitempty" doc:"The document's own id."`
	Number   string            `json:"number" doc:"As the authority cites it."`
	Issuer   string            `json:"issuer"`
	Title    map[string]string `json:"title,omitempty" doc:"By language; not while withheld."`
	TLP      string            `json:"tlp" enum:"CLEAR,GREEN,AMBER,AMBER+STRICT"`
	Status   tasking.Status    `json:"status" enum:"draft,issued,ended"`
	Side     tasking.Side      `json:"side" enum:"authority,member,both" doc:"Yours."`
	Changed  time.Time         `json:"changed"`
	Issued   *time.Time        `json:"issued,omitempty"`
	End      *directive.End    `json:"end,omitempty"`
	Withheld bool              `json:"withheld" doc:"The words lie above the ceiling of where you stand: number, issuer, your own steps, their dates and your own acts are told, and you can still act."`
	Waits    int               `json:"waits" doc:"How many things wait for you."`
	Due      *calendar.Span    `json:"due,omitempty" doc:"The next limit in force of what is open: of your own steps, for the authority of all."`
	PastDue  int               `json:"past-due" doc:"Steps that are open and whose limit in force is over."`
	Count    map[string]int    `json:"count,omitempty" doc:"For the authority: members, open, acknowledged, undecided."`
	Yours    []string          `json:"yours" doc:"Your organisations that it reaches or may reach."`
}

// WholeDirective is a directive with what came of it, as one reader sees it.
type WholeDirective struct {
	DirectiveLine
	At        time.Time        `json:"at" doc:"The instant of the state."`
	Version   int              `json:"version" doc:"Grows with what you see: send it as expected with an act."`
	State     *directive.State `json:"state,omitempty" doc:"For a member its own rows, without figures."`
	Duties    []TaskDuty       `json:"duties" doc:"What is asked of your organisations, and where each stands."`
	Acts      []TaskAct        `json:"acts" doc:"Those that you see, in order of record."`
	Versions  []TaskVersion    `json:"versions"`
	Sealed    string           `json:"sealed,omitempty" doc:"The newest version byte by byte, as its hash was made; where it names other members the authority alone has it."`
	Refused   string           `json:"refused,omitempty" doc:"Of a draft: what speaks against issuing it as it is."`
	Successor string           `json:"successor,omitempty" doc:"Id of the directive that goes on."`
}

// TaskDuty is what is asked of one organisation by one step.
type TaskDuty struct {
	Cell     directive.Cell `json:"cell"`
	Kind     string         `json:"kind" doc:"Of the step."`
	Reminded *time.Time     `json:"reminded,omitempty" doc:"The last reminder; a courtesy, which changes no date."`
}

// TaskAct is an act on record.
type TaskAct struct {
	N        int           `json:"n"`
	Act      directive.Act `json:"act"`
	Recorded time.Time     `json:"recorded-at"`
	Person   string        `json:"person,omitempty" doc:"Of your own side; sweep for a reminder that fell due."`
	Hash     string        `json:"hash" doc:"SHA-256 of sealed, as the log has it."`
	Epoch    int           `json:"epoch"`
	Index    int64         `json:"index" doc:"Leaf in the log."`
	Sealed   string        `json:"sealed,omitempty"`
}

// TaskVersion is a version of the document.
type TaskVersion struct {
	N      int       `json:"n"`
	At     time.Time `json:"at"`
	By     string    `json:"by,omitempty"`
	Issued bool      `json:"issued"`
	Hash   string    `json:"hash"`
	Epoch  int       `json:"epoch"`
	Index  int64     `json:"index"`
}

// NewDirectiveAct is an act on a directive (docs/directive.md, Acts). Its id and
// when it was done are not the asker's to say.
type NewDirectiveAct struct {
	Kind      directive.Kind `json:"kind" yaml:"kind" example:"acknowledged"`
	By        string         `json:"by,omitempty" yaml:"by" doc:"Which of your organisations, if there are several; of the authority's acts one of the document's authorities."`
	For       []string       `json:"for,omitempty" yaml:"for"`
	Steps     []string       `json:"steps,omitempty" yaml:"steps"`
	Re        string         `json:"re,omitempty" yaml:"re"`
	Done      *int64         `json:"done,omitempty" yaml:"done"`
	Total     *int64         `json:"total,omitempty" yaml:"total"`
	AsOf      *casefile.Time `json:"as-of,omitempty" yaml:"as-of"`
	Until     *casefile.Time `json:"until,omitempty" yaml:"until"`
	Measures  string         `json:"measures,omitempty" yaml:"measures"`
	Evidence  []EvidenceItem `json:"evidence,omitempty" yaml:"evidence"`
	Scope     string         `json:"scope,omitempty" yaml:"scope"`
	Result    string         `json:"result,omitempty" yaml:"result"`
	Directive string         `json:"directive,omitempty" yaml:"directive"`
	Withdrawn bool           `json:"withdrawn,omitempty" yaml:"withdrawn"`
	Reason    string         `json:"reason,omitempty" yaml:"reason"`
	Text      string         `json:"text,omitempty" yaml:"text"`
}

// EvidenceItem is one piece of evidence.
type EvidenceItem struct {
	As     string `json:"as,omitempty" yaml:"as" doc:"An evidence id of the step."`
	Text   string `json:"text,omitempty" yaml:"text"`
	Digest string `json:"digest,omitempty" yaml:"digest"`
	URL    string `json:"url,omitempty" yaml:"url"`
}

func (b NewDirectiveAct) act() directive.Act {
	a := directive.Act{Kind: b.Kind, By: b.By, For: b.For, Steps: b.Steps, Re: b.Re, Done: b.Done, Total: b.Total, AsOf: b.AsOf, Until: b.Until, Measures: b.Measures,
		Scope: b.Scope, Result: b.Result, Directive: b.Directive, Withdrawn: b.Withdrawn, Reason: b.Reason, Text: b.Text}
	for _, e := range b.Evidence {
		a.Evidence = append(a.Evidence, directive.Item(e))
	}
	return a
}

func directiveLine(r tasking.Row) DirectiveLine {
	return DirectiveLine{ID: r.ID, Platform: r.Platform, Document: r.Doc, Number: r.Number, Issuer: r.Issuer, Title: r.Title, TLP: r.TLP, Status: r.Status, Side: r.Side, Changed: r.Changed,
		Issued: timeOf(r.Issued), End: r.End, Withheld: r.Withheld, Waits: r.Waits, Due: r.Due, PastDue: r.Past, Count: r.Count, Yours: some(r.Own)}
}

// timeOf is nil for no instant.
func timeOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func wholeDirective(v *tasking.View) WholeDirective {
	out := WholeDirective{DirectiveLine: directiveLine(v.Row), At: v.At, Version: v.Version, State: v.State, Duties: []TaskDuty{}, Acts: []TaskAct{}, Versions: []TaskVersion{},
		Sealed: string(v.Sealed), Refused: v.Refused, Successor: v.Successor}
	for _, d := range v.Duties {
		out.Duties = append(out.Duties, TaskDuty{Cell: d.Cell, Kind: d.Kind, Reminded: timeOf(d.Reminded)})
	}
	for _, a := range v.Acts {
		out.Acts = append(out.Acts, TaskAct{N: a.N, Act: a.Act, Recorded: a.Recorded, Person: a.Person, Hash: a.Proof.Hash, Epoch: a.Proof.Epoch, Index: a.Proof.Index, Sealed: string(a.Sealed)})
	}
	for _, e := range v.Editions {
		out.Versions = append(out.Versions, TaskVersion{N: e.N, At: e.At, By: e.By, Issued: e.Issued, Hash: e.Proof.Hash, Epoch: e.Proof.Epoch, Index: e.Proof.Index})
	}
	return out
}
