package dossier

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"

	"tocsin/internal/plaintext"
	"tocsin/plan"
)

func printable(s string) string { return plaintext.Printable(s) }

// stamp writes an instant with its offset.
func stamp(t time.Time) string {
	clock := "2006-01-02 15:04"
	if t.Second() != 0 || t.Nanosecond() != 0 {
		clock += ":05"
	}
	if _, s := t.Zone(); s == 0 {
		return t.Format(clock) + " UTC"
	}
	return t.Format(clock + " UTC-07:00")
}

// moment writes an instant as an element; an exclusive end of a day is read as
// 24:00 of that day.
func moment(t *plan.Instant, end bool) string {
	if t == nil || t.IsZero() {
		return ""
	}
	text := stamp(t.Time)
	if end && t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 && t.Nanosecond() == 0 {
		text = t.Add(-time.Second).Format("2006-01-02") + " 24:00" + strings.TrimPrefix(text, t.Format("2006-01-02 15:04"))
	}
	return fmt.Sprintf(`<time datetime="%s">%s</time>`, t.Format(time.RFC3339), text)
}

// between writes an interval of which either side may be open.
func (b *book) between(from, to *plan.Instant, end bool) string {
	switch {
	case from == nil && to == nil:
		return b.t("no-date")
	case from == nil:
		return b.t("no-later") + " " + moment(to, end)
	case to == nil:
		return b.t("not-before") + " " + moment(from, end)
	case from.Equal(to.Time):
		return moment(from, end)
	}
	return b.t("between") + " " + moment(from, end) + " " + b.t("and") + " " + moment(to, end)
}

// about is the head of the file: what it is, of which case, for whom, when.
func (b *book) about() section {
	var s strings.Builder
	fmt.Fprintf(&s, "<p class=\"kind\">%s", b.t("dossier"))
	if b.Case.TLP != "" {
		fmt.Fprintf(&s, " · <strong>TLP:%s</strong>", esc(b.Case.TLP))
	}
	fmt.Fprintf(&s, "</p>\n<h1>%s</h1>\n<dl class=\"facts\">", esc(b.Title))
	pair := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&s, "<dt>%s</dt><dd>%s</dd>\n", b.t(key), value)
		}
	}
	pair("case", esc(b.Case.Case)+" · "+esc(b.Case.Title))
	pair("for", esc(b.For))
	pair("by", esc(b.By))
	pair("made", moment(&plan.Instant{Time: b.Made}, false))
	pair("as-of", moment(&b.Plan.At, false))
	pair("as-known", moment(b.Plan.AsKnownAt, false))
	pair("vulnerabilities", esc(strings.Join(b.Case.Vulnerabilities, ", ")))
	s.WriteString("</dl>\n<p>" + b.t("cut") + "</p>\n")
	if !b.Case.Kept() {
		s.WriteString("<p class=\"note\">" + b.t("sources-text") + "</p>\n")
	}
	return section{"about", "", s.String()}
}

func (b *book) pictureSection() section { return b.drawn("picture", b.picture, b.Picture.Text) }

func (b *book) letterSection() section {
	title := b.t("h.letters")
	s := heading("letters", title)
	for i, l := range b.letters {
		s += fmt.Sprintf("<div class=\"letter-sheet\" id=\"letter-%d\">%s</div>\n", i+1, l)
	}
	return section{"letters", title, s}
}

// receiptSection shows each receipt: what it opens, its text to copy, and the
// file to save.
func (b *book) receiptSection(files []file) section {
	title := b.t("h.receipts")
	var s strings.Builder
	s.WriteString(heading("receipts", title))
	if len(b.receipts) == 0 {
		s.WriteString("<p>" + b.t("no-receipts") + "</p>\n")
		return section{"receipts", title, s.String()}
	}
	s.WriteString("<p>" + b.t("receipts-text") + "</p>\n")
	for i, r := range b.receipts {
		n := strconv.Itoa(i + 1)
		fmt.Fprintf(&s, "<article class=\"receipt\" id=\"receipt-%s\" data-receipt=\"%s\"><h3>%s: %s</h3>\n<div class=\"live\"></div>\n", n, receiptName(i), b.t("receipt-n", "n", n), esc(r.Name))
		s.WriteString("<div class=\"opened\"><p>" + b.t("opens") + "</p>\n")
		for _, rec := range r.verdict.Records {
			if rec.LinkedBy != "" {
				fmt.Fprintf(&s, "<p>%s</p>\n", b.code("js.record", rec.LinkedBy))
			}
			if len(rec.Fields) == 0 {
				fmt.Fprintf(&s, "<p>%s</p>\n", b.t("js.no-field"))
				continue
			}
			s.WriteString("<dl class=\"facts\">")
			for _, f := range rec.Fields {
				value := "<span class=\"quiet\">" + b.t("js.absent") + "</span>"
				if f.Value != nil {
					value = "<span class=\"mono\">" + esc(*f.Value) + "</span>"
				}
				fmt.Fprintf(&s, "<dt class=\"mono\">%s</dt><dd>%s</dd>\n", esc(f.Name), value)
			}
			s.WriteString("</dl>\n")
		}
		s.WriteString("</div>\n")
		for _, f := range files {
			if f.name == receiptName(i) {
				fmt.Fprintf(&s, "<p>%s</p>\n", f.link(b.t("save", "name", f.name)))
			}
		}
		fmt.Fprintf(&s, "<details><summary>%s</summary><pre tabindex=\"0\">%s</pre></details></article>\n", b.t("receipt-whole"), html.EscapeString(string(r.Proof)))
	}
	return section{"receipts", title, s.String()}
}

// basis names the versions that the plan was computed with.
func (b *book) basis() section {
	title := b.t("h.basis")
	x := b.Plan.Basis
	s := heading("basis", title) + "<p>" + b.t("basis-text") + "</p>\n<dl class=\"facts\">"
	for _, p := range [][2]string{{"rulebook", x.Rulebook}, {"engine", x.Engine}, {"tzdata", x.TZData}, {"holidays", x.Holidays}} {
		s += "<dt>" + b.t("basis."+p[0]) + "</dt><dd class=\"mono\">" + esc(p[1]) + "</dd>\n"
	}
	return section{"basis", title, s + "</dl>\n"}
}
