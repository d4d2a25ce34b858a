package dossier_test

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"

	"tocsin/casefile"
	"tocsin/dossier"
	"tocsin/examples"
)

// Every example becomes a dossier in every language, with a receipt of each kind
// of event that it records.
func TestEveryExampleBecomesADossier(t *testing.T) {
	names := must(fs.Glob(examples.Files, "*.yaml"))
	if len(names) < 5 {
		t.Fatalf("examples: %v", names)
	}
	for i, name := range names {
		c := must(casefile.Parse(name, must(fs.ReadFile(examples.Files, name))))
		l := recorded(c)
		kinds := map[casefile.Kind]bool{}
		var receipts []dossier.Receipt
		for _, e := range c.Events {
			if !kinds[e.Kind] {
				kinds[e.Kind] = true
				receipts = append(receipts, l.receipt(e.ID, "kind", "by", "to", "at", "text", "disputes", "until", "source", "assumed", "attributes"))
			}
		}
		lang := dossier.Languages()[i%4]
		page, sum := written(t, of(lang, c, l.keys(), receipts))
		if strings.Count(page, `class="receipt"`) != len(receipts) || len(sum.Number) != 64 {
			t.Errorf("%s: %d receipts", name, strings.Count(page, `class="receipt"`))
		}
		for _, e := range c.Events {
			if !strings.Contains(page, `id="event-`+e.ID+`"`) {
				t.Errorf("%s: %s is not shown", name, e.ID)
			}
		}
	}
}

// Whatever is given as a picture or as a letter: it is refused, or no element,
// attribute or word gets through that has no place there.
func FuzzMarkup(f *testing.F) {
	good := example("en")
	f.Add(string(good.Picture.SVG), good.Letters[0].Body)
	f.Add(`<svg xmlns="http://www.w3.org/2000/svg"><title>t</title><g/></svg>`, `<p class="letter-x">&lt;script&gt;</p>`)
	f.Add(`<svg><title>t</title><style>a{b:url(x)}</style></svg>`, "<p>\u202e</p>")
	f.Fuzz(func(t *testing.T, svg, letter string) {
		d := good
		d.Receipts = nil
		d.Picture.SVG, d.Letters = []byte(svg), []dossier.Letter{{Name: "x", Body: letter, Text: "x"}}
		var b bytes.Buffer
		if _, err := dossier.Write(&b, d); err != nil {
			return // refused, with a sentence
		}
		page := b.String()
		if strings.Count(page, "<script") != 1 || strings.Count(page, "<title>") > 2 {
			t.Errorf("elements got through: %q %q", svg, letter)
		}
		for _, bad := range []string{"<img", "<!--", "<foreignObject", "<desc", "\u202e", "javascript:"} {
			if strings.Contains(page, bad) {
				t.Errorf("%q got through: %q %q", bad, svg, letter)
			}
		}
	})
}
