package httpapi

import (
	"context"
	"errors"
	"net/http"
	"reflect"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/plan"
	"tocsin/record"
)

// Opens is what begins cases by the five questions (coordination.Desk).
type Opens interface {
	Draft(ctx context.Context, who access.Reader, q coordination.Questions) (*coordination.Drafted, error)
	Open(ctx context.Context, who access.Reader, q coordination.Questions, key string) (record.Result, error)
}

// Questions are the five that a case starts with. What is not known is left out.
type Questions struct {
	Title   string   `json:"title,omitempty" yaml:"title"`
	Product string   `json:"product,omitempty" yaml:"product" doc:"1. What product? Its name."`
	Purl    string   `json:"purl,omitempty" yaml:"purl"`
	CVE     []string `json:"cve,omitempty" yaml:"cve"`

	Provider        string   `json:"provider,omitempty" yaml:"provider" doc:"2. Whose is it? The name of who makes it."`
	ProviderCountry string   `json:"provider-country,omitempty" yaml:"provider-country"`
	ProviderMarkets []string `json:"provider-markets,omitempty" yaml:"provider-markets"`
	ProviderIsUs    bool     `json:"provider-is-us,omitempty" yaml:"provider-is-us"`
	Contains        string   `json:"contains,omitempty" yaml:"contains" doc:"The component inside that is vulnerable, if it is not the product itself."`
	ContainsBy      string   `json:"contains-by,omitempty" yaml:"contains-by"`

	How    string        `json:"how,omitempty" yaml:"how" enum:"found,told,signalled" doc:"3. What do you know, and since when?"`
	Knew   casefile.Time `json:"knew,omitzero" yaml:"knew"`
	ToldBy string        `json:"told-by,omitempty" yaml:"told-by"`
	Known  string        `json:"known,omitempty" yaml:"known" doc:"In words."`
	Source string        `json:"source,omitempty" yaml:"source" doc:"Where it stands."`

	Org     string   `json:"org,omitempty" yaml:"org" doc:"4. Who are you? Id of the organisation that you act for (see /me)."`
	Role    string   `json:"role,omitempty" yaml:"role" doc:"vendor, finder, maintainer, coordinator, deployer or authority."`
	Kinds   []string `json:"kinds,omitempty" yaml:"kinds" doc:"What else it is to the law: roles of rule packs, such as essential-entity."`
	Country string   `json:"country,omitempty" yaml:"country"`
	Markets []string `json:"markets,omitempty" yaml:"markets"`
	Adopts  []string `json:"adopts,omitempty" yaml:"adopts" doc:"Norms that you follow, by rule id."`
	TLP     string   `json:"tlp,omitempty" yaml:"tlp"`

	Attacked   string        `json:"attacked,omitempty" yaml:"attacked" enum:"yes,no,unknown" doc:"5. Is it attacked?"`
	AttackedAt casefile.Time `json:"attacked-at,omitzero" yaml:"attacked-at"`
	Public     string        `json:"public,omitempty" yaml:"public" enum:"yes,no,unknown"`
	PublicAt   casefile.Time `json:"public-at,omitzero" yaml:"public-at"`
}

func (q Questions) asked() coordination.Questions {
	return coordination.Questions{
		Title: q.Title, Product: q.Product, Purl: q.Purl, CVE: q.CVE,
		Provider: q.Provider, ProviderCountry: q.ProviderCountry, ProviderMarkets: q.ProviderMarkets, ProviderIsUs: q.ProviderIsUs, Contains: q.Contains, ContainsBy: q.ContainsBy,
		How: q.How, Knew: q.Knew, ToldBy: q.ToldBy, Known: q.Known, Source: q.Source,
		Org: q.Org, Role: q.Role, Kinds: q.Kinds, Country: q.Country, Markets: q.Markets, Adopts: q.Adopts, TLP: q.TLP,
		Attacked: q.Attacked, AttackedAt: q.AttackedAt, Public: q.Public, PublicAt: q.PublicAt,
	}
}

// Draft is what the answers make, before anything is kept.
type Draft struct {
	File     *casefile.File    `json:"file" doc:"The case file that the answers make; null while they do not make one."`
	Plan     *plan.Plan        `json:"plan" doc:"Its plan."`
	Problems map[string]string `json:"problems" doc:"Answer by its key, with a code of what is wrong with it; to open a case there must be none."`
	Hints    map[string]string `json:"hints" doc:"Answer by its key, with a code of what would make the plan say more."`
}

var exampleAnswers = map[string]any{
	"product": "Example Gateway", "provider-is-us": true, "how": "told", "knew": "2026-10-01T09:00:00Z", "told-by": "A. Finder",
	"org": "o3f8x1", "role": "vendor", "country": "DE", "markets": []any{"EU"}, "tlp": "AMBER", "attacked": "unknown", "public": "no",
}

func (a *api) addOpen() {
	if a.o.Opens == nil {
		return
	}
	add(a, operation{
		id: "draft", method: http.MethodPost, path: "/cases/draft", tag: "cases", act: access.Open, summary: "What five answers make",
		about: "The case and its plan; nothing is kept.",
		takes: &content{of: Questions{}, example: exampleAnswers}, gives: map[int]*content{200: {of: Draft{}}},
	}, func(ctx context.Context, c *call, _ *struct{}) (*reply, error) {
		var q Questions
		if err := c.decode(&q); err != nil {
			return nil, err
		}
		d, err := a.o.Opens.Draft(ctx, c.reader, q.asked())
		if err != nil {
			return nil, err
		}
		out := Draft{Problems: byKey(d.Problems), Hints: byKey(d.Hints)}
		if d.File.Case != "" {
			out.File = &d.File
		}
		if d.Planned != nil {
			out.Plan = d.Planned.Plan
		}
		return sends(http.StatusOK, out)
	})
	add(a, operation{
		id: "open", method: http.MethodPost, path: "/cases/open", tag: "cases", act: access.Open, summary: "Open a case with five answers",
		about: "Your organisation becomes its owner.", fails: []fault.Kind{fault.Conflict},
		takes: &content{of: Questions{}, example: exampleAnswers}, gives: storedContent(),
	}, func(ctx context.Context, c *call, in *Keyed) (*reply, error) {
		var q Questions
		if err := c.decode(&q); err != nil {
			return nil, err
		}
		r, err := a.o.Opens.Open(ctx, c.reader, q.asked(), in.Key)
		if err != nil {
			return nil, inAnswer(err)
		}
		return stored(r, Prefix+"/cases/"+r.Handle)
	})
}

// answerKeys are the keys of answers by the names of the fields that the desk
// speaks of.
var answerKeys = func() map[string]string {
	out := map[string]string{}
	for key, f := range fieldsOf(reflect.TypeFor[Questions]()) {
		out[f.Name] = key
	}
	return out
}()

// byKey says by keys what the desk says by fields.
func byKey(m map[string]string) map[string]string {
	out := map[string]string{}
	for field, code := range m {
		out[keyOf(field)] = code
	}
	return out
}

func keyOf(field string) string {
	if key := answerKeys[field]; key != "" {
		return key
	}
	return field
}

// inAnswer puts the key in the place of the field of an error.
func inAnswer(err error) error {
	var f *fault.Error
	if errors.As(err, &f) && answerKeys[f.Key] != "" {
		g := *f
		g.Key = answerKeys[f.Key]
		return &g
	}
	return err
}
