package access_test

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/casefile"
)

var (
	people = []string{"alpha", "borel", "cantor", "dirac"}
	names  = map[string]string{"alpha": "Alpha Works", "borel": "Borel & Sons", "cantor": "康托尔实验室", "dirac": "Dirac AG",
		"amp": "Amplifier", "bus": "Busline", "core": "核心库", "dock": "Dock 7"}
	epoch = time.Date(2026, 9, 28, 8, 0, 0, 0, time.UTC)
)

// cases draws a case in which everything points to everything and every text
// names somebody.
func cases() *rapid.Generator[casefile.File] {
	return rapid.Custom(func(t *rapid.T) casefile.File {
		pick := func(what string, from ...string) string { return rapid.SampledFrom(from).Draw(t, what) }
		some := func(what string, from ...string) []string {
			return rapid.SliceOfNDistinct(rapid.SampledFrom(from), 0, 2, rapid.ID[string]).Draw(t, what)
		}
		words := func(what string) string {
			id := pick(what, "", "alpha", "borel", "cantor", "dirac", "amp", "bus", "core", "dock")
			if id == "" {
				return ""
			}
			return pick("form", "Heard of "+names[id]+".", id+": see there", "据"+names[id]+"称", "("+names[id]+")")
		}
		sources := []string{"s1", "s2", "s3"}
		f := casefile.File{Format: casefile.Format, Case: "T", Title: "A flaw", Note: "kept to ourselves", Record: "kept", TLP: pick("tlp", "RED", "AMBER", "CLEAR"),
			Vulnerabilities: []string{"CVE-2026-990001"}, Adopts: []string{"N-P0-90"}}
		f.Products = []casefile.Product{
			{ID: "amp", Provider: "alpha"}, {ID: "bus", Provider: pick("provider", "", "alpha", "borel")},
			{ID: "core", Provider: pick("provider", people...)}, {ID: "dock", Provider: pick("provider", "", "dirac")},
		}
		for i := range f.Products {
			p := &f.Products[i]
			p.Name, p.Note, p.Source = names[p.ID], words("note"), pick("source", "", "s1", "s2")
			for _, q := range f.Products[i+1:] {
				if rapid.Bool().Draw(t, "contains") {
					p.Contains = append(p.Contains, casefile.Ref{ID: q.ID})
				}
			}
		}
		for i, id := range people {
			p := casefile.Party{ID: id, Name: names[id], Country: pick("country", "CN", "DE", ""), Note: words("note"), Source: pick("source", "", "s3"), Attributes: map[string]casefile.Scalar{"said": {V: words("attribute")}}}
			for _, r := range some("roles", "finder", "oss-project", "controller", "coordinator") {
				p.Roles = append(p.Roles, casefile.Ref{ID: r})
			}
			for _, r := range some("operates", "amp", "bus", "core", "dock") {
				p.Operates = append(p.Operates, casefile.Ref{ID: r})
			}
			p.Is = some("is", "cn-miit-nvdb", "certcc")
			if i > 0 && rapid.IntRange(0, 3).Draw(t, "part") == 0 {
				p.PartOf = pick("part-of", people[:i]...)
			}
			f.Parties = append(f.Parties, p)
		}
		for i, id := range sources {
			f.Sources = append(f.Sources, casefile.Source{ID: id, Publisher: words("publisher"), Original: words("original"), URL: "https://news.example/" + pick("url", "x", "borel"), Note: words("note"), Cites: some("cites", sources[:i+1]...)})
		}
		f.Windows = []casefile.Window{{Kind: "major-event", Name: words("window"), Country: "CN", From: at(1), To: at(30), Source: pick("source", "", "s2")}}
		n := rapid.IntRange(0, 9).Draw(t, "events")
		for i := range n {
			f.Events = append(f.Events, event(t, i, pick, some, words))
		}
		return f
	})
}

func at(days int) casefile.Time {
	return casefile.Time{Moment: calendar.Moment{Value: epoch.AddDate(0, 0, days).Format(time.RFC3339)}}
}

func event(t *rapid.T, i int, pick func(string, ...string) string, some func(string, ...string) []string, words func(string) string) casefile.Event {
	usual := []casefile.Kind{"aware", "reported", "notified", "published", "exploitation-observed", "measure-available", "embargo-proposed", "acknowledged", "directed", "incident-aware"}
	e := casefile.Event{ID: fmt.Sprint("e", i), At: at(rapid.IntRange(0, 40).Draw(t, "day"))}
	if rapid.Bool().Draw(t, "usual") {
		e.Kind = rapid.SampledFrom(usual).Draw(t, "kind")
	} else {
		e.Kind = rapid.SampledFrom(casefile.Kinds()).Draw(t, "kind")
	}
	e.By, e.Of = pick("by", append(people, "")...), pick("of", "", "amp", "bus", "core", "dock")
	e.To = some("to", append(people, "cn-miit-nvdb", "certcc", "eu-srp")...)
	e.Text, e.Label, e.Reason, e.Original = words("text"), words("label"), words("reason"), words("original")
	e.Via, e.Where = pick("via", "", "mail", "borel"), words("where")
	e.Source, e.ClaimedBy, e.RecordedBy = pick("source", "", "s1", "s2"), pick("claimed", "", "cantor", "s3"), pick("recorded", "", "alpha", "dirac")
	e.Basis = pick("basis", "", "own", "on-behalf", "claim")
	e.Incident = pick("incident", "", "", "", "break-in at borel")
	e.Attributes = map[string]casefile.Scalar{"about": {V: words("attribute")}}
	e.Denies = rapid.IntRange(0, 6).Draw(t, "denies") == 0
	if i > 0 {
		before := func() string { return fmt.Sprint("e", rapid.IntRange(0, i-1).Draw(t, "other")) }
		switch rapid.IntRange(0, 6).Draw(t, "points") {
		case 0:
			e.Re = before()
		case 1:
			e.Disputes = []string{before()}
		case 2:
			e.Supersedes = []string{before()}
		}
	}
	return e
}

// viewpoints draws a viewpoint that Decide could give.
func viewpoints() *rapid.Generator[access.Viewpoint] {
	return rapid.Custom(func(t *rapid.T) access.Viewpoint {
		one := func() access.Viewpoint {
			own := rapid.Bool().Draw(t, "own")
			return access.Viewpoint{Parties: []string{rapid.SampledFrom(people).Draw(t, "party")}, Own: own, Embargo: own && rapid.Bool().Draw(t, "embargo")}
		}
		switch rapid.IntRange(0, 9).Draw(t, "how") {
		case 0:
			return access.Viewpoint{All: true}
		case 1:
			return access.Viewpoint{Own: true}
		case 2, 3:
			return access.Join(one(), one())
		}
		return one()
	})
}
