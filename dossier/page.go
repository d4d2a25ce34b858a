package dossier

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"

	"tocsin/internal/fault"
	"tocsin/receipt"
	"tocsin/receipt/script"
)

//go:embed static/check.js
var check string

//go:embed static/dossier.css
var stylesheet string

// section is one part of the page that is read.
type section struct {
	id, title, body string
}

// file is one part that can be saved.
type file struct {
	name string
	data []byte
}

// page puts the parts together.
func (b *book) page() (string, Summary, error) {
	files, err := b.files()
	if err != nil {
		return "", Summary{}, err
	}
	sections := []section{b.about()}
	if len(b.Path) > 0 {
		sections = append(sections, b.pathSection())
	}
	if b.standing != "" {
		sections = append(sections, b.standingSection())
	}
	if b.picture != "" {
		sections = append(sections, b.pictureSection())
	}
	sections = append(sections, b.record(), b.planned())
	if len(b.letters) > 0 {
		sections = append(sections, b.letterSection())
	}
	if len(b.Papers) > 0 {
		sections = append(sections, b.paperSection(files))
	}
	sections = append(sections, b.receiptSection(files), b.basis())

	var sum Summary
	add := func(name string, data []byte) {
		sum.Parts = append(sum.Parts, Part{name, hashOf(data), len(data)})
	}
	for _, s := range sections {
		add("page/"+s.id, []byte(visible(s.body)))
	}
	for _, f := range files {
		add(f.name, f.data)
	}
	var list strings.Builder
	for _, p := range sum.Parts {
		list.WriteString(p.SHA256 + "  " + p.Name + "\n")
	}
	sum.Number = hashOf([]byte(list.String()))

	var body strings.Builder
	fmt.Fprintf(&body, "<a class=\"skip\" href=\"#main\">%s</a>\n<main id=\"main\">\n", b.t("skip"))
	head, rest := sections[0], sections[1:]
	fmt.Fprintf(&body, "<header data-part=\"page/%s\" id=\"%s\">%s</header>\n", head.id, head.id, head.body)
	toCheck, err := b.checkSection(sum.Number)
	if err != nil {
		return "", Summary{}, err
	}
	body.WriteString(b.contents(rest) + toCheck)
	for _, s := range rest {
		fmt.Fprintf(&body, "<section data-part=\"page/%s\" id=\"%s\" aria-labelledby=\"h-%s\">%s</section>\n", s.id, s.id, s.id, s.body)
	}
	body.WriteString(b.partSection(sum, files, list.String()) + "</main>\n")
	return b.around(body.String(), sum.Number), sum, nil
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// heading begins a section.
func heading(id, title string) string {
	return "<h2 id=\"h-" + id + "\">" + title + "</h2>\n"
}

// runs is the checker and what drives it as one script: what it exports to other
// pages it keeps to itself here.
func runs() string {
	return "(() => {\n\"use strict\";\n" + strings.ReplaceAll(script.Verify, "\nexport ", "\n") + "\n" + check + "})();\n"
}

// around writes the file about its body. The policy names the hashes of the one
// script and of each style sheet, so that nothing else runs or applies, and
// nothing is loaded.
func (b *book) around(body, number string) string {
	style := stylesheet + b.paper(number) + b.LetterStyle
	hash := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	hashes := hash(style)
	for _, s := range b.styles {
		hashes += " " + hash(s)
	}
	return fmt.Sprintf(`<!doctype html>
<html lang="%s">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src %s; style-src %s; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light">
<title>%s</title>
<style>%s</style>
</head>
<body>
%s<script>%s</script>
</body>
</html>
`, b.lang, hash(runs()), hashes, b.t("dossier")+" · "+esc(b.Title), style, body, runs())
}

// paper is the print head: title, TLP and number on every page.
func (b *book) paper(number string) string {
	left := clean(b.Title)
	if r := []rune(left); len(r) > 70 {
		left = string(r[:69]) + "…"
	}
	if b.Case.TLP != "" {
		left = "TLP:" + clean(b.Case.TLP) + " · " + left
	}
	return "@page{size:A4;margin:24mm 18mm 20mm;@top-left{content:" + cssString(left) + ";font:8pt sans-serif;color:#47525e}" +
		"@top-right{content:" + cssString(grouped(number[:16])) + ";font:8pt monospace;color:#47525e}" +
		"@bottom-right{content:counter(page) \" / \" counter(pages);font:8pt sans-serif;color:#47525e}}\n"
}

// cssString writes a text as a string of a style sheet, each sign by its number,
// so that none of them can mean anything.
func cssString(s string) string {
	var b strings.Builder
	for _, r := range s {
		fmt.Fprintf(&b, `\%06x`, r)
	}
	return `"` + b.String() + `"`
}

// grouped sets a hash in groups of four, to be compared by eye.
func grouped(hash string) string {
	var out []string
	for i := 0; i < len(hash); i += 4 {
		out = append(out, hash[i:min(i+4, len(hash))])
	}
	return strings.Join(out, " ")
}

// contents lists the sections.
func (b *book) contents(sections []section) string {
	var s strings.Builder
	fmt.Fprintf(&s, "<nav aria-labelledby=\"h-contents\"><h2 id=\"h-contents\">%s</h2><ol><li><a href=\"#check\">%s</a></li>", b.t("contents"), b.t("h.check"))
	for _, x := range sections {
		fmt.Fprintf(&s, `<li><a href="#%s">%s</a></li>`, x.id, x.title)
	}
	fmt.Fprintf(&s, "<li><a href=\"#parts\">%s</a></li></ol></nav>\n", b.t("h.parts"))
	return s.String()
}

// checkSection says what is proved and what is not, shows the keys large, and
// holds the button. It is no part of the list: the number stands in it.
func (b *book) checkSection(number string) (string, error) {
	words, err := json.Marshal(b.scriptWords())
	if err != nil {
		return "", fault.New(fault.Internal, "the words of the script.Verify cannot be written: %v", err)
	}
	slots, err := json.Marshal(receipt.FieldNames())
	if err != nil {
		return "", fault.New(fault.Internal, "the names of fields cannot be written: %v", err)
	}
	var s strings.Builder
	fmt.Fprintf(&s, "<section id=\"check\" class=\"check\" aria-labelledby=\"h-check\" data-words=\"%s\" data-slots=\"%s\" data-number=\"%s\">", html.EscapeString(string(words)), html.EscapeString(string(slots)), number)
	s.WriteString(heading("check", b.t("h.check")))
	fmt.Fprintf(&s, "<dl class=\"limits\"><dt>%s</dt><dd>%s</dd><dt>%s</dt><dd>%s</dd></dl>\n", b.t("proved-head"), b.t("proved-text"), b.t("unproved-head"), b.t("unproved-text"))
	fmt.Fprintf(&s, "<p><button id=\"do-check\" type=\"button\" hidden>%s</button></p>\n<div id=\"result\" role=\"status\"></div>\n<p class=\"noscript\">%s</p>\n", b.t("check-do"), b.t("no-script"))
	if len(b.keys) > 0 {
		fmt.Fprintf(&s, "<h3>%s</h3>\n<p>%s", b.t("keys"), b.t("keys-text"))
		if said(b.KeysFrom) {
			fmt.Fprintf(&s, " %s <strong>%s</strong>", b.t("keys-from"), esc(b.KeysFrom))
		}
		s.WriteString("</p>\n<ul class=\"keys\">\n")
		for _, k := range b.keys {
			fmt.Fprintf(&s, "<li><p class=\"key-name\">%s <span class=\"key-type\">%s</span></p>", esc(k.Name()), esc(k.Type().String()))
			if k.Type() != receipt.MLDSA44Cosignature {
				fmt.Fprintf(&s, "<p class=\"key-text\">%s</p>", esc(k.String()))
			}
			fmt.Fprintf(&s, "<p class=\"key-hash\"><span>%s</span> %s</p></li>\n", b.t("fingerprint"), grouped(k.fingerprint))
		}
		fmt.Fprintf(&s, "</ul>\n<details><summary>%s</summary><pre id=\"keys\" tabindex=\"0\">%s</pre></details>\n", b.t("keys-whole"), html.EscapeString(b.Keys))
	}
	fmt.Fprintf(&s, "<h3>%s</h3>\n<p>%s</p>\n<p class=\"number\" id=\"number\">%s</p>\n<h3>%s</h3>\n<p>%s</p>\n", b.t("number"), b.t("number-text"), grouped(number), b.t("by-command"),
		strings.ReplaceAll(b.t("command-text"), "--policy", `<span class="mono flag">--policy</span>`))
	flag := "--key VKEY"
	if strings.Contains(b.Keys, "quorum ") {
		flag = "--policy keys.txt"
	}
	fmt.Fprintf(&s, "<pre tabindex=\"0\">tocsin verify receipt-1.tlog-proof %s</pre>\n<p>%s</p></section>\n", flag, b.t("self"))
	return s.String(), nil
}

// files are the parts that can be saved: the case and the plan as data, the
// picture, the letters as text, the receipts and the keys.
func (b *book) files() ([]file, error) {
	data, err := b.Case.JSON()
	if err != nil {
		return nil, fault.New(fault.Internal, "the case cannot be written: %v", err)
	}
	out := []file{{"case.json", data}}
	var plan bytes.Buffer
	e := json.NewEncoder(&plan)
	e.SetEscapeHTML(false)
	if err := e.Encode(b.Plan); err != nil {
		return nil, fault.New(fault.Internal, "the plan cannot be written: %v", err)
	}
	out = append(out, file{"plan.json", plan.Bytes()})
	if b.picture != "" {
		out = append(out, file{"picture.svg", []byte(b.picture)})
	}
	if b.standing != "" {
		out = append(out, file{"standing.svg", []byte(b.standing)})
	}
	for i, p := range b.Papers {
		if p.Data != nil {
			out = append(out, file{paperName(i), p.Data})
		}
	}
	for i, l := range b.Letters {
		out = append(out, file{"letter-" + strconv.Itoa(i+1) + ".txt", []byte(printable(l.Text))})
	}
	for i, r := range b.receipts {
		out = append(out, file{receiptName(i), r.Proof})
	}
	if said(b.Keys) {
		out = append(out, file{"keys.txt", []byte(b.Keys)})
	}
	return out, nil
}

func receiptName(i int) string { return "receipt-" + strconv.Itoa(i+1) + ".tlog-proof" }

// link is the part as something that a browser saves without a network.
func (f file) link(words string) string {
	return fmt.Sprintf(`<a download="%s" data-file="%s" href="data:application/octet-stream;base64,%s">%s</a>`, f.name, f.name, base64.StdEncoding.EncodeToString(f.data), words)
}

// partSection lists every part with its hash; receipts and evidence are linked where
// they are shown, since a part is linked once.
func (b *book) partSection(sum Summary, files []file, list string) string {
	var s strings.Builder
	s.WriteString("<section id=\"parts\" aria-labelledby=\"h-parts\">" + heading("parts", b.t("h.parts")))
	fmt.Fprintf(&s, "<p>%s</p>\n<ul class=\"files\">\n", b.t("parts-text"))
	for _, f := range files {
		if !strings.HasSuffix(f.name, ".tlog-proof") && !strings.HasPrefix(f.name, "evidence-") {
			fmt.Fprintf(&s, "<li>%s · %s</li>\n", f.link(html.EscapeString(f.name)), b.t("bytes", "n", strconv.Itoa(len(f.data))))
		}
	}
	fmt.Fprintf(&s, "</ul>\n<pre id=\"list\" tabindex=\"0\">%s</pre></section>\n", html.EscapeString(list))
	return s.String()
}

var (
	anyTag = regexp.MustCompile(`<[^>]*>`)
	space  = regexp.MustCompile(`[ \t\r\n\f]+`)
)

// visible is the text of a piece of the page as a reader has it, its white space
// made one: what the script.Verify computes the part's hash from.
func visible(page string) string {
	return strings.Trim(space.ReplaceAllString(html.UnescapeString(anyTag.ReplaceAllString(page, "")), " "), " ")
}
