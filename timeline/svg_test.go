package timeline

import (
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

func svg(t *testing.T, s Sheet, o Options) string {
	t.Helper()
	var b strings.Builder
	if err := s.SVG(&b, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Two sheets as picture and as text, byte for byte: whoever changes the drawing looks at them.
func TestGoldenPictures(t *testing.T) {
	for name, s := range map[string]Sheet{"small": small3(), "log4shell": log4shell()} {
		golden(t, name+".svg", svg(t, s, Options{}))
		golden(t, name+".txt", text(t, s))
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; look at it, then run with -update\n%s", path, cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")))
	}
}

// element is what the checks below need to know of an SVG element.
type element struct {
	name, parent string
	attr         map[string]string
	text         string
}

func parse(src string) ([]element, error) {
	var out []element
	var open []int
	d := xml.NewDecoder(strings.NewReader(src))
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			e := element{name: tok.Name.Local, attr: map[string]string{}}
			if len(open) > 0 {
				e.parent = out[open[len(open)-1]].name
			}
			for _, a := range tok.Attr {
				if _, twice := e.attr[a.Name.Local]; twice {
					return nil, fmt.Errorf("<%s> has %s twice", e.name, a.Name.Local)
				}
				e.attr[a.Name.Local] = a.Value
			}
			open = append(open, len(out))
			out = append(out, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				out[open[len(open)-1]].text += string(tok)
			}
		case xml.Comment, xml.ProcInst, xml.Directive:
			return nil, fmt.Errorf("a comment, instruction or directive can hide text: %v", tok)
		}
	}
}

var outside = regexp.MustCompile(`(?i)(https?:|//|javascript:|data:|@import|expression\()`)

// harmless checks one picture: well formed, only known elements, no script, no
// address outside it, unique ids with the prefix, every reference resolved.
func harmless(src, prefix string) error {
	all, err := parse(src)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, n := range strings.Fields("svg title desc style defs linearGradient stop pattern g a path rect circle text tspan") {
		known[n] = true
	}
	ids := map[string]bool{}
	for _, e := range all {
		if !known[e.name] {
			return fmt.Errorf("unexpected element <%s>", e.name)
		}
		for k, v := range e.attr {
			switch {
			case strings.HasPrefix(strings.ToLower(k), "on") || k == "style" || strings.HasPrefix(k, "data-"):
				return fmt.Errorf("<%s> has the attribute %s", e.name, k)
			case k == "id":
				if ids[v] || !strings.HasPrefix(v, prefix+"-") {
					return fmt.Errorf("the id %q is not unique or not prefixed", v)
				}
				ids[v] = true
			case k == "xmlns":
			case outside.MatchString(v):
				return fmt.Errorf("<%s %s=%q> leads outside", e.name, k, v)
			}
		}
	}
	for _, m := range regexp.MustCompile(`url\(#([^)]*)\)`).FindAllStringSubmatch(src, -1) {
		if !ids[m[1]] {
			return fmt.Errorf("url(#%s) leads nowhere", m[1])
		}
	}
	for _, id := range strings.Fields(all[0].attr["aria-labelledby"]) {
		if !ids[id] {
			return fmt.Errorf("aria-labelledby names %s, which is not there", id)
		}
	}
	return nil
}

func TestPicturesAreHarmlessAndWellFormed(t *testing.T) {
	for name, s := range sheets() {
		if err := harmless(svg(t, s, Options{}), "tl"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The control: a picture with a script, a hidden comment, a foreign address or
// a doubled id must be refused by that check.
func TestHarmlessSeesHarm(t *testing.T) {
	good := svg(t, small3(), Options{})
	for name, bad := range map[string]string{
		"script":    strings.Replace(good, "</svg>", "<script/></svg>", 1),
		"comment":   strings.Replace(good, "</svg>", "<!-- x --></svg>", 1),
		"handler":   strings.Replace(good, "<text ", `<text onclick="x" `, 1),
		"address":   strings.Replace(good, "<text ", `<text href="https://example.org" `, 1),
		"doubled":   strings.Replace(good, "</svg>", `<g id="tl-title"/></svg>`, 1),
		"metadata":  strings.Replace(good, "</svg>", `<metadata/></svg>`, 1),
		"reference": strings.Replace(good, "</svg>", `<rect fill="url(#tl-none)"/></svg>`, 1),
	} {
		if harmless(bad, "tl") == nil {
			t.Errorf("%s passed", name)
		}
	}
}

// Identifiers of events and lanes are not part of what is shown and must not
// be in the file: a picture may go further than the record.
func TestNoHiddenIdentifiers(t *testing.T) {
	s := small3()
	for i := range s.Lanes {
		s.Lanes[i].ID = "secret-lane-" + s.Lanes[i].ID
	}
	for i := range s.Marks {
		s.Marks[i].ID, s.Marks[i].Lane = "secret-event", "secret-lane-"+s.Marks[i].Lane
	}
	for i := range s.Arrows {
		s.Arrows[i].ID, s.Arrows[i].From, s.Arrows[i].To = "secret-event", "secret-lane-"+s.Arrows[i].From, "secret-lane-"+s.Arrows[i].To
	}
	for i := range s.Flags {
		s.Flags[i].ID, s.Flags[i].Lane = "secret-event", "secret-lane-"+s.Flags[i].Lane
	}
	for i := range s.Bands {
		s.Bands[i].ID, s.Bands[i].Lane = "secret-event", "secret-lane-"+s.Bands[i].Lane
	}
	for i := range s.Runs {
		s.Runs[i].ID, s.Runs[i].Lane = "secret-event", "secret-lane-"+s.Runs[i].Lane
	}
	if strings.Contains(svg(t, s, Options{}), "secret") {
		t.Error("an identifier that is not visible is in the file")
	}
}

// Grey hatching and nothing red where the sources are outside or disputed.
func TestAGreyRunIsNeverRed(t *testing.T) {
	s := Sheet{Lanes: []Lane{{ID: "a"}}, Runs: []Run{{Lane: "a", From: utc("2026-01-02"), To: utc("2026-01-05")}}}
	grey := svg(t, s, Options{BareStyle: true})
	if strings.Contains(grey, "tl-bad") || strings.Contains(grey, `class="tl-run"`) || !strings.Contains(grey, "tl-hatch-fine") {
		t.Error("a run by outside sources is not hatched grey")
	}
	s.Runs[0].Red = true
	if red := svg(t, s, Options{BareStyle: true}); !strings.Contains(red, `class="tl-bad"`) || strings.Contains(red, "hatch") {
		t.Error("a run of the own record is not red")
	}
}

func TestEverySignHasATip(t *testing.T) {
	s := log4shell()
	s.Marks[2].Tip = "receipt 17"
	all, err := parse(svg(t, s, Options{}))
	if err != nil {
		t.Fatal(err)
	}
	groups, tips, own := 0, 0, false
	for _, e := range all {
		if e.name == "g" && e.attr["id"] != "" {
			groups++
		}
		if e.name == "title" && e.parent == "g" && e.text != "" {
			tips++
			own = own || e.text == "receipt 17"
		}
	}
	if want := len(s.Marks) + len(s.Flags) + len(s.Bands) + 2*len(s.Arrows); groups != want || tips != want || !own {
		t.Errorf("%d groups, %d tips, want %d; the caller's own tip is there: %v", groups, tips, want, own)
	}
}

func TestLegendExplainsOnlyWhatIsUsed(t *testing.T) {
	got := text4(newPlan(small3(), Options{}))
	for _, want := range []string{"fact", "embargo", "due, done in time", "from due to done"} {
		if !got[want] {
			t.Errorf("the legend does not explain %q", want)
		}
	}
	for _, not := range []string{"background", "prohibition", "disputed telling", "axis cut, scale changes", "smear: time not exact", "hollow: disputed or a claim"} {
		if got[not] {
			t.Errorf("the legend explains %q, which is not on the sheet", not)
		}
	}
}

func text4(p *plan) map[string]bool {
	out := map[string]bool{}
	for _, s := range p.signs {
		out[s.text.lines[0]] = true
	}
	return out
}

func TestOptions(t *testing.T) {
	s := small3()
	if got := svg(t, s, Options{Prefix: "case7"}); harmless(got, "case7") != nil || strings.Contains(got, `id="tl-title"`) {
		t.Error("the prefix is not used throughout")
	}
	if got := svg(t, s, Options{Prefix: `x" onload="y`}); harmless(got, "tl") != nil {
		t.Error("an unsafe prefix is not refused")
	}
	if got := svg(t, s, Options{BareStyle: true}); strings.Contains(got, "<style") {
		t.Error("BareStyle writes a style sheet")
	}
	if got := svg(t, s, Options{Theme: "dark"}); !strings.Contains(got, `class="tl tl-dark"`) {
		t.Error("the theme is not fixed")
	}
	if got := svg(t, s, Options{Width: -3}); !strings.Contains(got, `width="640"`) {
		t.Error("a width that makes no sense is not mended")
	}
	s.Lang = `en" onload="x`
	if err := harmless(svg(t, s, Options{}), "tl"); err != nil {
		t.Error(err)
	}
}

// Signs may lead to places of the same site, and nowhere else.
func TestLinksStayOnTheSite(t *testing.T) {
	for to, ok := range map[string]bool{"#e1": true, "/cases/7#e1": true, "//evil.example": false, "https://evil.example": false, "javascript:x": false, `/\evil.example`: false, "": false} {
		got := svg(t, small3(), Options{Link: func(kind, id string) string { return to }})
		if has := strings.Contains(got, "<a "); has != ok {
			t.Errorf("%q: link %v, want %v", to, has, ok)
		}
		if err := harmless(got, "tl"); err != nil {
			t.Errorf("%q: %v", to, err)
		}
	}
}

// The same sheet gives the same bytes, and the caller's sheet is not touched.
func TestDeterministic(t *testing.T) {
	s := busy(12, 60, 30, 10, 25)
	s.Marks[0].Label = "a\u202eb"
	if a, b := svg(t, s, Options{}), svg(t, s, Options{}); a != b {
		t.Error("two renderings differ")
	}
	if s.Marks[0].Label != "a\u202eb" || s.Words.Now != "" {
		t.Error("rendering changed the caller's sheet")
	}
}

func TestAFailingWriterIsReported(t *testing.T) {
	if err := small3().SVG(broken{}, Options{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
	if err := small3().Text(broken{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
