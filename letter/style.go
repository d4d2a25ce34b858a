package letter

import (
	"fmt"
	"strings"
)

// Stylesheet sets a letter, on a screen and on A4. Every name in it begins with
// "letter", so that it can stand beside others.
func Stylesheet() string {
	return `
.letter{max-width:42rem;margin:0 auto;padding:2rem 1.25rem;background:#fff;color:#17202b;font:1rem/1.5 'Source Serif 4',Georgia,'Times New Roman','Noto Serif CJK SC',serif;overflow-wrap:anywhere}
.letter-zh{font-family:'Noto Serif CJK SC','Songti SC',SimSun,'Source Serif 4',Georgia,serif;line-height:1.75}
.letter p{margin:0 0 .75rem}
.letter .letter-name{font-size:1.2rem;font-weight:700;margin:0}
.letter-zh .letter-name{font-size:1.5rem;text-align:center;letter-spacing:.1em;border-bottom:2px solid #17202b;padding-bottom:.5rem;margin-bottom:.75rem}
.letter .letter-line{margin:0}
.letter-group{margin:0 0 1.25rem;padding:0}
.letter .letter-right,.letter .letter-centre{margin:0;text-align:right}
.letter .letter-centre{text-align:center}
.letter dl.letter-group{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem}
.letter dt{color:#47525e}
.letter dd{margin:0}
.letter-title{font-size:1.15rem;line-height:1.35;font-weight:700;margin:1.25rem 0}
.letter-zh .letter-title{font-size:1.4rem;text-align:center}
.letter-head{font-size:1rem;font-weight:700;margin:1.25rem 0 .4rem}
.letter-zh>p:not([class]){text-indent:2em}
.letter ul.letter-group{list-style:none}
.letter li{margin:0 0 .6rem;padding-left:1.9rem;text-indent:-1.9rem}
.letter-fr li{padding-left:1.2rem;text-indent:-1.2rem}
.letter li>*{text-indent:0}
.letter-no{display:inline-block;min-width:1.5rem}
.letter .letter-under{margin:.1rem 0;font-size:.9rem;color:#47525e}
.letter .letter-contested{color:#17202b;font-style:italic}
.letter .letter-hash{font-family:'JetBrains Mono','DejaVu Sans Mono',Menlo,Consolas,monospace;font-size:.8rem}
.letter blockquote{margin:.3rem 0;padding:.1rem 0 .1rem .9rem;border-left:3px solid #8a95a1}
.letter .letter-signed{margin:0}
.letter .letter-note{font-size:.9rem;color:#47525e;margin:0}
@media (max-width:30rem){.letter dl.letter-group{grid-template-columns:1fr}.letter dd{margin-bottom:.4rem}}
@media print{.letter{max-width:none;padding:0;font-size:10.5pt}.letter-head,.letter-title{break-after:avoid}.letter li,.letter blockquote,.letter div.letter-group{break-inside:avoid}}
`
}

// sheet is the paper of a letter that stands alone, with its number on each page.
func sheet(number string) string {
	return fmt.Sprintf(`
html{background:#eef1f4}
body{margin:0}
main{max-width:48rem;margin:0 auto;background:#fff;min-height:100vh}
@page{size:A4;margin:22mm 20mm 22mm 25mm;@top-right{content:%s;font:9pt Georgia,serif;color:#47525e}@bottom-right{content:counter(page) " / " counter(pages);font:9pt Georgia,serif;color:#47525e}}
@media print{html,main{background:none}}
`, cssString(number))
}

// cssString writes a text as a string of a style sheet, each sign by its number,
// so that none of them can mean anything.
func cssString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		fmt.Fprintf(&b, `\%06x`, r)
	}
	b.WriteByte('"')
	return b.String()
}
