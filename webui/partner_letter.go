package webui

import (
	"errors"
	"html/template"
	"net/http"

	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/letter"
	"tocsin/partnership/letters"
)

// letterView is an act as a formal letter, in a language that can be chosen.
type letterView struct {
	HTML    template.HTML
	Lang    string
	Langs   []langLink
	Missing []string // what the letter lacks, so that it cannot be written
	Wrong   string   // or why else it cannot
	None    bool     // the act has no formal letter
}

// letterCSS serves the style of letters, as a file: pages forbid inline styles.
func letterCSS(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = w.Write([]byte(letter.Stylesheet()))
}

// letterView writes an act as the letter that goes out, in the language asked for.
func (v *visit) letterView(h partnerHead, e casefile.Event) letterView {
	d := letterView{Lang: v.Lang}
	if in := v.Form.Get("letter"); speaks(in) {
		d.Lang = in
	}
	q := v.r.URL.Query()
	for _, code := range Languages {
		q.Set("letter", code)
		d.Langs = append(d.Langs, langLink{Code: code, Name: langNames[code], Href: "?" + q.Encode(), Here: code == d.Lang})
	}
	if letters.Of(e) == "" {
		d.None = true
		return d
	}
	l := v.lettersOf(h).Compose(e, v.Now, d.Lang)
	body, err := l.Body(d.Lang)
	if err == nil {
		d.HTML = template.HTML(body) // written and escaped by letter
		return d
	}
	if missing := l.Missing(); len(missing) > 0 {
		for _, key := range missing {
			d.Missing = append(d.Missing, v.codeWords("partner.part.", key))
		}
		return d
	}
	var at *fault.Error
	if d.Wrong = v.t("partner.letter-wrong"); errors.As(err, &at) {
		d.Wrong = at.Message
	}
	return d
}

// lettersOf is what the letters of a partnership are composed from.
func (v *visit) lettersOf(h partnerHead) letters.File {
	return letters.File{Case: h.File, State: h.State, On: h.On, Book: v.o.Book,
		Names: map[string]string{h.State.Authority: v.partyWords(h, h.State.Authority), h.State.Member: h.Name}}
}
