package webui

import (
	"slices"
	"strconv"

	"tocsin/sharing"
)

// sharedChange is one thing that another version says otherwise.
type sharedChange struct {
	Name          string // what, in words
	Lang          string // of words in a language
	Before, After string
	Gone, New     []string // of a list
}

// sharedChanges tells how a version differs from one before it, in an order that
// puts first what decides who may have it.
func (v *visit) sharedChanges(was, now *sharing.Item) []sharedChange {
	var out []sharedChange
	one := func(name, lang, a, b string) {
		if a != b {
			out = append(out, sharedChange{Name: name, Lang: lang, Before: a, After: b})
		}
	}
	list := func(name string, a, b []string) {
		c := sharedChange{Name: name}
		for _, x := range a {
			if !slices.Contains(b, x) {
				c.Gone = append(c.Gone, x)
			}
		}
		for _, x := range b {
			if !slices.Contains(a, x) {
				c.New = append(c.New, x)
			}
		}
		if len(c.Gone)+len(c.New) > 0 {
			out = append(out, c)
		}
	}
	one(v.t("sharing.tlp"), "", was.TLP, now.TLP)
	if !slices.Equal(was.To, now.To) || !slices.Equal(was.Groups, now.Groups) || !slices.Equal(was.People, now.People) {
		out = append(out, sharedChange{Name: v.t("sharing.for"), After: v.t("sharing.for-changed")})
	}
	ack := func(e sharing.Edition) string {
		if e.AckBy == nil {
			return ""
		}
		return written(v.words, v.Lang, e.AckBy.In(v.Zone), false) + " " + offset(e.AckBy.In(v.Zone))
	}
	one(v.t("sharing.ack-by"), "", ack(was.Edition), ack(now.Edition))
	for _, lang := range Languages {
		a, b := was.Words[lang], now.Words[lang]
		for _, f := range []struct{ name, a, b string }{{"first", a.First, b.First}, {"concerns", a.Concerns, b.Concerns}, {"title", a.Title, b.Title}, {"text", a.Text, b.Text}} {
			one(v.t("sharing.word."+f.name)+" ("+langNames[lang]+")", lang, f.a, f.b)
		}
	}
	list(v.t("sharing.signs"), v.signTexts(was.Signs), v.signTexts(now.Signs))
	list(v.t("sharing.sightings"), v.sightTexts(was.Sightings), v.sightTexts(now.Sightings))
	for _, f := range []struct {
		name string
		a, b []string
	}{{"vulnerabilities", was.About.Vulnerabilities, now.About.Vulnerabilities}, {"purls", was.About.Purls, now.About.Purls}, {"products", was.About.Products, now.About.Products}, {"keywords", was.About.Keywords, now.About.Keywords}} {
		list(v.t("sharing.about."+f.name), f.a, f.b)
	}
	return out
}

// signTexts are signs as lines that nobody can click on.
func (v *visit) signTexts(signs []sharing.Sign) []string {
	var out []string
	for _, s := range signs {
		text := v.t("sharing.type."+s.Type) + ": " + sharing.Defang(s.Type, s.Value)
		if s.Note != "" {
			text += " (" + s.Note + ")"
		}
		out = append(out, text)
	}
	return out
}

func (v *visit) sightTexts(seen []sharing.Seen) []string {
	var out []string
	for _, s := range seen {
		out = append(out, v.t("sharing.type."+s.Type)+": "+sharing.Defang(s.Type, s.Value)+" · "+strconv.FormatInt(s.Count, 10)+" · "+written(v.words, v.Lang, s.First.In(v.Zone), false)+" – "+written(v.words, v.Lang, s.Last.In(v.Zone), false))
	}
	return out
}
