package httpapi

import (
	"context"
	"net/http"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/earlier"
	"tocsin/internal/fault"
	"tocsin/partnership"
)

// Findings is evidence that a member may have known earlier (partnership.Service).
type Findings interface {
	Look(ctx context.Context, who access.Reader, platform string, a coordination.EarlierAsked) ([]partnership.Candidate, *coordination.Earlier, error)
	Find(ctx context.Context, who access.Reader, member string, limb partnership.Limb, words string, a coordination.EarlierAsked) (partnership.Finding, error)
	Finding(ctx context.Context, who access.Reader, id string) (partnership.Finding, error)
	AllFindings(ctx context.Context, who access.Reader, member string) ([]partnership.FindingLine, error)
}

// ReportArrived is a report of a vulnerability, and when it arrived.
type ReportArrived struct {
	Flaws    []string      `json:"vulnerabilities,omitempty" yaml:"vulnerabilities" example:"[\"CVE-2021-44228\"]"`
	Purls    []string      `json:"packages,omitempty" yaml:"packages" doc:"Package URLs."`
	Names    []string      `json:"products,omitempty" yaml:"products" doc:"Names of products; by a name alone much else is found."`
	Received casefile.Time `json:"received" yaml:"received" doc:"When it arrived: earlier than what?"`
	By       string        `json:"by,omitempty" yaml:"by" doc:"Who brought it, which speaks for whoever did."`
}

// LookAsked asks who may have known before a report arrived.
type LookAsked struct {
	Report ReportArrived `json:"report" yaml:"report"`
	After  string        `json:"after,omitempty" yaml:"after" doc:"next of the answer before: further cases."`
	Skip   int           `json:"skip,omitempty" yaml:"skip" doc:"skip of the answer before: what was owed in further ones of the same cases."`
}

// NewFinding asks for a draft finding about a member.
type NewFinding struct {
	Report ReportArrived    `json:"report" yaml:"report"`
	Limb   partnership.Limb `json:"limb" yaml:"limb" enum:"report,support" doc:"Which side of the agreement it concerns."`
	Words  string           `json:"words,omitempty" yaml:"words" doc:"What the evidence does not say by itself; the member reads it when it is served."`
}

// ReportHeld is a report as a finding keeps it.
type ReportHeld struct {
	Flaws    []string      `json:"vulnerabilities"`
	Purls    []string      `json:"packages"`
	Names    []string      `json:"products"`
	Received calendar.Span `json:"received"`
	By       string        `json:"by,omitempty" doc:"Left out where it is another's to tell."`
}

// EarlierKnowledge is who may have known before, among the cases that you may see.
type EarlierKnowledge struct {
	Found   []EarlierKnower `json:"found" doc:"The firmest and earliest first."`
	Cases   int             `json:"cases" doc:"That tell of somebody."`
	Weighed int             `json:"weighed" doc:"Of these, how many were looked at for what was owed."`
	Skip    int             `json:"skip,omitempty" doc:"Send it for the duties of the next."`
	Next    string          `json:"next,omitempty" doc:"Send it as after for further cases."`
	At      time.Time       `json:"at"`
}

// EarlierKnower is somebody who may have known before.
type EarlierKnower struct {
	Membership string         `json:"membership,omitempty" doc:"Of the platform; a finding can be made about it."`
	Evidence   earlier.Member `json:"evidence"`
}

// FindingList is the findings that you may read.
type FindingList struct {
	Findings []FindingBrief `json:"findings" doc:"The newest first."`
}

// FindingBrief is a finding without its evidence.
type FindingBrief struct {
	ID         string                   `json:"id"`
	Platform   string                   `json:"platform"`
	Membership string                   `json:"membership"`
	Limb       partnership.Limb         `json:"limb" enum:"report,support"`
	State      partnership.FindingState `json:"state" enum:"draft,waiting,served,answered,contested,withdrawn"`
	Report     ReportHeld               `json:"report"`
	Made       time.Time                `json:"made"`
	Act        string                   `json:"act,omitempty" doc:"The act of the partnership file by which it was served."`
	Hash       string                   `json:"hash" doc:"SHA-256 of report and evidence as they were kept, which the act names."`
}

// WholeFinding is a finding with its evidence. It is no verdict.
type WholeFinding struct {
	FindingBrief
	Evidence  earlier.Member `json:"evidence" doc:"As the authority saw it then, without what you do not see; marks that were contested since show so."`
	Words     string         `json:"words,omitempty"`
	By        string         `json:"by"`
	Unseen    int            `json:"unseen" doc:"Cases that are left out, since you do not see them."`
	Less      int            `json:"less" doc:"Cases of which you see a part."`
	Contested []string       `json:"contested" doc:"Acts of the member that contest it."`
	Answered  []string       `json:"answered" doc:"Answers in a hearing about it."`
}

func reportHeld(r earlier.Report) ReportHeld {
	return ReportHeld{Flaws: some(r.Flaws), Purls: some(r.Purls), Names: some(r.Names), Received: r.Received, By: r.By}
}

func findingBrief(f partnership.Finding) FindingBrief {
	return FindingBrief{ID: f.ID, Platform: f.Platform, Membership: f.Member, Limb: f.Limb, State: f.State, Report: reportHeld(f.Report), Made: f.Made, Act: f.Act, Hash: f.Hash}
}

func wholeFinding(f partnership.Finding) WholeFinding {
	f.Evidence.Rows = some(f.Evidence.Rows)
	return WholeFinding{FindingBrief: findingBrief(f), Evidence: f.Evidence, Words: f.Words, By: f.By, Unseen: f.Unseen, Less: f.Less, Contested: some(f.Replies.Contested), Answered: some(f.Replies.Answered)}
}

// asked is what to look for.
func (r ReportArrived) asked(c *call) (coordination.EarlierAsked, error) {
	a := coordination.EarlierAsked{Report: earlier.Report{Flaws: r.Flaws, Purls: r.Purls, Names: r.Names, By: r.By}, Lang: c.reader.Lang}
	if r.Received.IsZero() {
		return a, fault.At(bodyName, 0, "report.received", "is missing: earlier than what?")
	}
	span, err := r.Received.Span()
	if err != nil {
		return a, fault.At(bodyName, 0, "report.received", "%v", err)
	}
	a.Received = span
	return a, nil
}

var exampleReport = map[string]any{"vulnerabilities": []string{"CVE-2026-12345"}, "received": "2026-11-24T14:51:00+01:00", "by": "Borel Energy"}

func (a *api) addFindings() {
	if a.o.Findings == nil {
		return
	}
	type listIn struct {
		Membership string `query:"membership" maxLength:"100" doc:"Only about this membership."`
	}
	add(a, operation{
		id: "findings", method: http.MethodGet, path: "/findings", tag: "sharing", act: access.See, summary: "Lateness findings",
		about: "For the authority all about members of its platforms, for a member those that were served on it.", fails: []fault.Kind{fault.NotFound}, gives: map[int]*content{200: {of: FindingList{}}},
	}, func(ctx context.Context, c *call, in *listIn) (*reply, error) {
		all, err := a.o.Findings.AllFindings(ctx, c.reader, in.Membership)
		if err != nil {
			return nil, err
		}
		out := FindingList{Findings: []FindingBrief{}}
		for _, f := range all {
			out.Findings = append(out.Findings, findingBrief(f.Finding))
		}
		return sends(http.StatusOK, out)
	})
	type oneIn struct {
		Finding string `path:"finding" maxLength:"100"`
	}
	add(a, operation{
		id: "finding", method: http.MethodGet, path: "/findings/{finding}", tag: "sharing", act: access.See, summary: "A lateness finding with its evidence",
		about: "Evidence that a member may have known before the authority was told, what speaks for it, and what is uncertain or contested. It is no verdict and has no consequence by itself; the member contests it by the act mark-contested.",
		fails: []fault.Kind{fault.NotFound}, gives: map[int]*content{200: {of: WholeFinding{}}},
	}, func(ctx context.Context, c *call, in *oneIn) (*reply, error) {
		f, err := a.o.Findings.Finding(ctx, c.reader, in.Finding)
		if err != nil {
			return nil, err
		}
		return sends(http.StatusOK, wholeFinding(f))
	})
	add(a, operation{
		id: "look-earlier", method: http.MethodPost, path: "/platforms/{platform}/findings/look", tag: "sharing", act: access.Add, summary: "Look who may have known before",
		about: "For whoever acts for the authority: who knew of what was reported before the report arrived, among the cases that you may see. What a member keeps to itself is not found. Nothing is kept but that you looked.",
		fails: []fault.Kind{fault.NotFound}, takes: &content{of: LookAsked{}, example: map[string]any{"report": exampleReport}}, gives: map[int]*content{200: {of: EarlierKnowledge{}}},
	}, func(ctx context.Context, c *call, in *InPlatform) (*reply, error) {
		var b LookAsked
		if err := c.decode(&b); err != nil {
			return nil, err
		}
		asked, err := b.Report.asked(c)
		if err != nil {
			return nil, err
		}
		asked.After, asked.Skip = b.After, b.Skip
		all, found, err := a.o.Findings.Look(ctx, c.reader, in.Platform, asked)
		if err != nil {
			return nil, err
		}
		out := EarlierKnowledge{Found: []EarlierKnower{}, Cases: found.Cases, Weighed: found.Weighed, Skip: found.Skip, Next: found.Next, At: found.At}
		for _, x := range all {
			k := EarlierKnower{Evidence: x.Member}
			if x.Membership != nil {
				k.Membership = x.Membership.ID
			}
			out.Found = append(out.Found, k)
		}
		return sends(http.StatusOK, out)
	})
	add(a, operation{
		id: "make-finding", method: http.MethodPost, path: "/memberships/{id}/findings", tag: "sharing", act: access.Add, summary: "Make a draft lateness finding",
		about: "From a search made anew. The member does not see it until it is served, which a person does on the pages. The same evidence again gives the draft that is there.",
		fails: []fault.Kind{fault.NotFound, fault.Conflict}, takes: &content{of: NewFinding{}, example: map[string]any{"limb": "report", "report": exampleReport}}, gives: map[int]*content{201: {of: WholeFinding{}}},
	}, func(ctx context.Context, c *call, in *InMembership) (*reply, error) {
		var b NewFinding
		if err := c.decode(&b); err != nil {
			return nil, err
		}
		asked, err := b.Report.asked(c)
		if err != nil {
			return nil, err
		}
		f, err := a.o.Findings.Find(ctx, c.reader, in.ID, b.Limb, b.Words, asked)
		if err != nil {
			return nil, err
		}
		r, err := sends(http.StatusCreated, wholeFinding(f))
		if err == nil {
			r.location = Prefix + "/findings/" + f.ID
		}
		return r, err
	})
}
