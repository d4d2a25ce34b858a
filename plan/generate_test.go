package plan

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"tocsin/calendar"
	"tocsin/casefile"
)

// What the laws are tried on. A plain case holds exact times and no claims that
// compete; a wild one everything that a case file can say.
const (
	plain = iota
	wild
)

var epoch = time.Date(2026, 9, 28, 8, 0, 0, 0, time.UTC)

func moment(t time.Time) casefile.Time {
	return casefile.Time{Moment: calendar.Moment{Value: t.Format(time.RFC3339)}}
}

func pick[T any](t *rapid.T, what string, from ...T) T { return rapid.SampledFrom(from).Draw(t, what) }

func chance(t *rapid.T, what string, n int) bool { return rapid.IntRange(1, n).Draw(t, what) == 1 }

func when(t *rapid.T, how int) casefile.Time {
	at := epoch.Add(time.Duration(rapid.IntRange(0, 24*60*4).Draw(t, "quarter")) * 15 * time.Minute)
	if how == plain {
		return moment(at)
	}
	m := calendar.Moment{}
	local := at.Format("2006-01-02T15:04:05")
	switch rapid.IntRange(0, 8).Draw(t, "form") {
	case 0:
		m.NotAfter = at.Format(time.RFC3339)
	case 1:
		m.NotBefore = at.Format(time.RFC3339)
	case 2:
		m.From, m.To = at.Format(time.RFC3339), at.Add(time.Duration(rapid.IntRange(0, 200).Draw(t, "span"))*time.Hour).Format(time.RFC3339)
	case 3:
		m.Value, m.Precision, m.Zone = local, pick(t, "precision", calendar.Minute, calendar.Hour, calendar.Day, calendar.Month), []string{"unknown"}
		m.Likely = pick(t, "likely", nil, []string{"Asia/Shanghai"}, []string{"Asia/Shanghai", "America/New_York"})
	case 4:
		m.Value, m.Zone = local, []string{"Asia/Shanghai", "Europe/Berlin"}
	default:
		m.Value = at.Format(time.RFC3339)
	}
	return casefile.Time{Moment: m}
}

var (
	places  = []string{"CN", "DE", "US", "IN", "KR", "HK", "JP", ""}
	entries = []string{"cn-miit-nvdb", "eu-srp", "linux-distros", "in-cert-in", "kr-kisa", "us-cisa", "eu-dora-authority", "certcc", "oss-security"}
	labels  = []string{"", "", "", "CN-RMSV-7-2-MIIT", "EU-CRA-14-2A-AEV24", "EU-CRA-14-6", "CN-RMSV-9-7-NO-OVERSEAS", "KR-NET-48-3", "N-P0-90"}
	results = []string{"", "valid", "not-affected", "aware", "severe", "major", "significant", "material", "relatively-serious", "not-reportable", "national-security"}
	stated  = []string{"finder", "coordinator", "-vendor", "body-corporate", "ict-service-provider", "financial-entity", "credit-institution", "essential-entity",
		"sec-registrant", "cii-operator", "platform-partner", "cna", "collection-platform", "us-federal-agency", "oss-project", "authority", "ci-operator-designated"}
	norms = []string{"N-P0-90", "N-P0-7", "N-CERTCC-45", "N-DISTROS-14", "N-ISO-29147", "N-CNA-4-5-1-3", "N-ZDI-120", "N-OSS-SEC", "N-ASF-PRIVATE"}
)

// cases draws a small case: three products, one inside another, and four parties.
func cases(how int) *rapid.Generator[casefile.File] {
	return rapid.Custom(func(t *rapid.T) casefile.File {
		f := casefile.File{Format: casefile.Format, Case: "T", Record: pick(t, "record", "kept", "sources"), Adopts: rapid.SliceOfNDistinct(rapid.SampledFrom(norms), 0, 3, rapid.ID[string]).Draw(t, "adopts")}
		maybe := func(what string) bool { return how == wild && chance(t, what+" assumed", 5) }
		f.Products = []casefile.Product{
			{ID: "lib", Provider: "b", Assumed: maybe("lib")},
			{ID: "box", Provider: "a", Contains: []casefile.Ref{{ID: "lib", Assumed: maybe("link")}}},
			{ID: "other", Provider: pick(t, "provider", "", "a", "c")},
		}
		for _, id := range []string{"a", "b", "c", "d"} {
			p := casefile.Party{ID: id, Country: pick(t, "country", places...), Assumed: maybe(id)}
			p.Markets = pick(t, "markets", nil, []string{"EU"}, []string{"CN", "EU"})
			for _, r := range rapid.SliceOfNDistinct(rapid.SampledFrom(stated), 0, 3, rapid.ID[string]).Draw(t, "roles") {
				p.Roles = append(p.Roles, casefile.Ref{ID: r})
			}
			if chance(t, "operates", 3) {
				p.Operates = []casefile.Ref{{ID: pick(t, "operated", "box", "other"), Assumed: maybe("system")}}
			}
			if chance(t, "is", 4) {
				p.Is = []string{pick(t, "entry", entries...)}
			}
			f.Parties = append(f.Parties, p)
		}
		if how == wild && chance(t, "window", 4) {
			f.Windows = []casefile.Window{{Kind: "major-event", Country: "CN", From: moment(epoch.Add(48 * time.Hour)), To: moment(epoch.Add(400 * time.Hour))}}
		}
		kinds := casefile.Kinds()
		n := rapid.IntRange(0, 10).Draw(t, "events")
		for i := range n {
			f.Events = append(f.Events, eventOf(t, f, how, fmt.Sprintf("e%d", i), kinds))
		}
		return f
	})
}

var usual = []casefile.Kind{"aware", "reported", "notified", "exploitation-observed", "measure-available", "published", "incident-aware", "classified", "assessed"}

func eventOf(t *rapid.T, f casefile.File, how int, id string, kinds []casefile.Kind) casefile.Event {
	e := casefile.Event{ID: id, At: when(t, how), Kind: pick(t, "kind", kinds...)}
	if u := pick(t, "usual", usual...); slices.Contains(kinds, u) && !chance(t, "rare", 3) {
		e.Kind = u
	}
	e.By = pick(t, "by", "a", "a", "b", "c", "d", "")
	e.Of = pick(t, "of", "lib", "box", "other", "")
	switch e.Kind {
	case "incident-aware", "classified", "determined", "handled", "fact-confirmed", "payment-made":
		e.Of, e.Incident = "", pick(t, "incident", "", "i1", "i1", "i2")
		if how == plain {
			e.Incident = "i1"
		}
	case "reported", "notified", "requested":
		e.To = rapid.SliceOfNDistinct(rapid.SampledFrom(append([]string{"a", "b", "c", "d"}, entries...)), 1, 2, rapid.ID[string]).Draw(t, "to")
		if chance(t, "about an incident", 4) {
			e.Of, e.Incident = "", "i1"
		}
	}
	e.Result = pick(t, "result", results...)
	e.Rule = pick(t, "rule", labels...)
	e.Exploited = chance(t, "exploited", 6)
	e.With = pick(t, "with", nil, []string{"fix"})
	e.Detail = pick(t, "detail", "advisory", "metadata", "exploit")
	if how == plain {
		if e.Kind == "embargo-revised" || e.Kind == "waived" || e.Kind == "authorised" || e.Result == "not-affected" {
			e.Kind, e.Result = "commented", ""
		}
		return e
	}
	e.How = pick(t, "how", "", "", "found", "told")
	e.Assumed = chance(t, "assumed", 6)
	e.Denies = chance(t, "denies", 10)
	if chance(t, "claim", 8) {
		e.Basis, e.RecordedBy = "claim", pick(t, "recorder", "a", "b", "")
	}
	if n := len(f.Events); n > 0 {
		other := f.Events[rapid.IntRange(0, n-1).Draw(t, "other")].ID
		switch rapid.IntRange(0, 9).Draw(t, "tie") {
		case 0:
			e.Disputes = []string{other}
		case 1:
			e.Supersedes = []string{other}
		case 2:
			e.Re = other
		case 3:
			e.Covers = []string{pick(t, "covers", "notification", "final", "supplement")}
		}
	}
	if e.Kind == "authorised" || e.Kind == "kev-listed" {
		until := moment(epoch.Add(1000 * time.Hour))
		e.Until, e.Due = &until, &until
	}
	return e
}

// containing lists the products that hold a product, at any depth of the generated cases.
func containing(f casefile.File, id string) []string {
	var out []string
	for _, p := range f.Products {
		if id == "" || id == p.ID && len(p.Contains) > 0 {
			out = append(out, p.ID)
		}
	}
	return out
}
