package httpapi

import (
	"context"
	"net/http"

	"tocsin/internal/fault"
	"tocsin/rulebook"
)

// RuleList is every rule in a line.
type RuleList struct {
	Rulebook string     `json:"rulebook" doc:"Hash over the packs, as plans carry it."`
	Rules    []RuleLine `json:"rules"`
}

// RuleLine is a rule in a list.
type RuleLine struct {
	ID       string `json:"id" example:"CN-RMSV-7-2-MIIT"`
	Pack     string `json:"pack" example:"cn-rmsv"`
	Order    string `json:"order" example:"CN" doc:"Legal order: a country, EU, or norm."`
	Title    string `json:"title"`
	Class    string `json:"class"`
	Status   string `json:"status"`
	Modality string `json:"modality,omitempty"`
	Citation string `json:"citation"`
}

// Rule is one rule of one version of one text.
type Rule struct {
	RuleLine
	Titles    map[string]string `json:"titles"`
	Ground    string            `json:"ground,omitempty"`
	From      string            `json:"from,omitempty" doc:"First day on which it applies."`
	Until     string            `json:"until,omitempty" doc:"First day on which it no longer applies."`
	Binds     []RuleRole        `json:"binds"`
	Duty      string            `json:"duty,omitempty"`
	To        []string          `json:"to"`
	Pace      string            `json:"pace,omitempty"`
	When      string            `json:"when,omitempty" doc:"A condition in CEL."`
	Contents  []string          `json:"contents"`
	Except    string            `json:"exceptions,omitempty"`
	Penalty   string            `json:"penalty,omitempty"`
	Version   string            `json:"version,omitempty" doc:"Of the text."`
	Operative string            `json:"operative,omitempty" doc:"The operative words in their own language."`
	Language  string            `json:"language,omitempty"`
	Official  string            `json:"official,omitempty" doc:"The official address."`
	Verified  rulebook.Verified `json:"verified"`
	Reviewed  *rulebook.Review  `json:"reviewed"`
	Notes     []string          `json:"notes"`
	Stages    []RuleStage       `json:"stages"`
}

// RuleRole is a role that a rule binds.
type RuleRole struct {
	Role      string `json:"role"`
	Certainty string `json:"certainty,omitempty" doc:"does or may."`
	Note      string `json:"note,omitempty"`
}

// RuleStage is one step of a duty.
type RuleStage struct {
	ID       string        `json:"id"`
	Title    string        `json:"title,omitempty"`
	Pace     string        `json:"pace,omitempty"`
	Note     string        `json:"note,omitempty"`
	Readings []RuleReading `json:"readings"`
}

// RuleReading is one way of counting one deadline.
type RuleReading struct {
	Calc   string `json:"calc"`
	Period string `json:"period,omitempty" example:"PT48H"`
	Basis  string `json:"basis,omitempty"`
	Note   string `json:"note,omitempty"`
}

func ruleLine(r *rulebook.Rule, lang string) RuleLine {
	return RuleLine{ID: r.ID, Pack: r.Pack().Pack, Order: r.Order, Title: rulebook.T(r.Title, lang), Class: r.Class, Status: r.Status, Modality: r.Modality, Citation: r.Citation.Text}
}

func ruleOf(r *rulebook.Rule, lang string) Rule {
	out := Rule{
		RuleLine: ruleLine(r, lang), Titles: r.Title, Ground: r.Ground, From: r.From, Until: r.Until, Binds: []RuleRole{}, Duty: r.Duty, To: some(r.To), Pace: r.Pace, When: r.When,
		Contents: some(r.Contents), Except: r.Except, Penalty: r.Penalty, Version: r.Citation.Version, Operative: r.Citation.Operative, Language: r.Citation.Language, Official: r.Citation.Official,
		Verified: r.Verified, Reviewed: r.Reviewed, Notes: some(r.Notes), Stages: []RuleStage{},
	}
	if out.Titles == nil {
		out.Titles = map[string]string{}
	}
	for _, w := range r.Who {
		out.Binds = append(out.Binds, RuleRole{Role: w.Role, Certainty: w.Certainty, Note: w.Note})
	}
	for _, s := range r.Stages {
		st := RuleStage{ID: s.ID, Title: rulebook.T(s.Title, lang), Pace: s.Pace, Note: s.Note, Readings: []RuleReading{}}
		for _, rd := range s.Readings {
			st.Readings = append(st.Readings, RuleReading{Calc: rd.Calc, Period: rd.Period.String(), Basis: rd.Basis, Note: rd.Note})
		}
		out.Stages = append(out.Stages, st)
	}
	return out
}

func (a *api) addRules() {
	if a.o.Book == nil {
		return
	}
	type listIn struct {
		Order string `query:"order" maxLength:"20" doc:"Only this legal order." example:"CN"`
		Lang  string `query:"lang" enum:"en,zh,fr,de" default:"en"`
		Conditional
	}
	add(a, operation{
		id: "rules", method: http.MethodGet, path: "/rules", tag: "rules", summary: "Every rule in a line",
		about: "As tocsin rules list. The rulebook's hash is the one that plans carry.", gives: map[int]*content{200: {of: RuleList{}, tagged: true}},
	}, func(_ context.Context, _ *call, in *listIn) (*reply, error) {
		out := RuleList{Rulebook: a.o.Book.Digest, Rules: []RuleLine{}}
		for _, r := range a.o.Book.Rules {
			if in.Order == "" || in.Order == r.Order {
				out.Rules = append(out.Rules, ruleLine(r, in.Lang))
			}
		}
		return tagged(a.seal("rules", a.o.Book.Digest, in.Order, in.Lang), out)
	})
	type oneIn struct {
		Rule string `path:"rule" maxLength:"200" example:"CN-RMSV-7-2-MIIT"`
		Lang string `query:"lang" enum:"en,zh,fr,de" default:"en"`
		Conditional
	}
	add(a, operation{
		id: "rule", method: http.MethodGet, path: "/rules/{rule}", tag: "rules", summary: "One rule",
		about: "With the operative words of the law in their own language and its official address.", fails: []fault.Kind{fault.NotFound},
		gives: map[int]*content{200: {of: Rule{}, tagged: true}},
	}, func(_ context.Context, _ *call, in *oneIn) (*reply, error) {
		r := a.o.Book.Rule(in.Rule)
		if r == nil {
			return nil, fault.New(fault.NotFound, "there is no such rule; /rules lists them")
		}
		return tagged(a.seal("rule", a.o.Book.Digest, r.ID, in.Lang), ruleOf(r, in.Lang))
	})
}
