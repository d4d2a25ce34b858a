package burndown

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/directive"
	"tocsin/examples"
)

var update = flag.Bool("update", false, "write the golden files anew")

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

// chart draws up one of the example directives at an instant.
func chart(t testing.TB, name, at, step, lang string) Chart {
	t.Helper()
	data, err := examples.Directives.ReadFile("directives/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := directive.Parse(name, data)
	if err != nil {
		t.Fatal(err)
	}
	when, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	s, err := directive.Fold(d, d.Acts, when)
	if err != nil {
		t.Fatal(err)
	}
	c, err := FromState(d, s, step, lang)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const cloud, ed = "move-to-state-cloud", "ed-22-02"

func svg(t testing.TB, c Chart, o Options) string {
	t.Helper()
	var b strings.Builder
	if err := c.SVG(&b, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func text(t testing.TB, c Chart) string {
	t.Helper()
	var b strings.Builder
	if err := c.Text(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// charts are what every check below runs over.
func charts(t testing.TB) map[string]Chart {
	out := map[string]Chart{}
	for _, lang := range []string{"en", "zh", "fr", "de"} {
		out["cloud "+lang] = chart(t, cloud, "2026-11-22T12:00:00Z", "", lang)
		out["cloud, ended "+lang] = chart(t, cloud, "2027-12-01T00:00:00Z", "", lang)
		out["move "+lang] = chart(t, cloud, "2027-04-05T00:00:00Z", "move", lang)
		out["ED 22-02 "+lang] = chart(t, ed, "2022-05-01T00:00:00Z", "", lang)
		out["on the day of issue "+lang] = chart(t, cloud, "2026-03-02T10:00:00Z", "", lang)
	}
	out["nothing"] = Chart{Panels: []Panel{{}}}
	out["one instant"] = Chart{Title: "x", Panels: []Panel{{"y", []Point{{time.Unix(0, 0), 0}}}}}
	crowd := Chart{Title: strings.Repeat("A very long title with many words ", 20), Footer: strings.Repeat("漢字", 300), Panels: []Panel{{strings.Repeat("W", 400), []Point{{time.Unix(0, 0), 1 << 40}}}}}
	for i := range 60 {
		crowd.Poles = append(crowd.Poles, Pole{At: time.Unix(int64(i*i*40_000), 0), Label: strings.Repeat("pole ", i%9)})
	}
	out["a crowd"] = crowd
	return out
}

// Two pictures and their text, byte for byte: whoever changes the drawing looks at them.
func TestGoldenPictures(t *testing.T) {
	for name, c := range map[string]Chart{"cloud": chart(t, cloud, "2027-12-01T00:00:00Z", "move", "en"), "ed-22-02": chart(t, ed, "2022-05-01T00:00:00Z", "", "en")} {
		golden(t, name+".svg", svg(t, c, Options{}))
		golden(t, name+".txt", text(t, c))
	}
}

// The text says what the picture says: every figure, every pole.
func TestTheTextSaysEverything(t *testing.T) {
	c := chart(t, cloud, "2027-12-01T00:00:00Z", "move", "en")
	got := text(t, c)
	for _, want := range []string{
		"OSD 2026/7: Move of register data to the state cloud", "Days and times in Europe/Berlin.",
		"Members with something open\n  - 2 Mar 2026: 7\n", "  - 1 Oct 2027 24:00: 3\n", "  - 31 Mar 2027 24:00: 10\n", "31 Mar 2027 24:00: due: Move them to the state cloud",
		"30 Jun 2027 24:00: due for 1: Move them to the state cloud", "30 Sep 2027 24:00: due for 1:", "4 Oct 2027 09:00: directive closed",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not said in\n%s", want, got)
		}
	}
	for _, p := range c.tidy().Poles {
		if !strings.Contains(got, p.Tip) {
			t.Errorf("the pole %q is not said", p.Tip)
		}
	}
	// The picture carries the text for those who hear it.
	if pic := svg(t, c, Options{}); !strings.Contains(pic, escape(got)) {
		t.Error("the description of the picture is another text")
	}
}

// What an interval of days means is drawn and said as an interval.
func TestAnUncertainLimitIsAnInterval(t *testing.T) {
	c := chart(t, cloud, "2027-04-05T00:00:00Z", "confirm", "en")
	if got := text(t, c); !strings.Contains(got, "between 26 Apr 2027 24:00 and 30 Apr 2027 24:00: due: Confirm that no private copy is left") {
		t.Error(got)
	}
	if !strings.Contains(svg(t, c, Options{BareStyle: true}), `class="bd-unsure"`) {
		t.Error("no interval is drawn")
	}
}

// A directive without members shows its limits and its end, and no curve.
func TestTheEmergencyDirectiveShowsNoFigures(t *testing.T) {
	c := chart(t, ed, "2022-05-01T00:00:00Z", "", "en")
	got, pic := text(t, c), svg(t, c, Options{BareStyle: true})
	for _, want := range []string{"no figures on record", "17 Dec 2021: issued", "23 Dec 2021 17:00: due: Enumerate", "28 Dec 2021 17:00: due: Report all", "8 Apr 2022 24:00: directive closed"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not said in\n%s", want, got)
		}
	}
	if strings.Contains(pic, "bd-curve") || !strings.Contains(pic, "Enumerate") {
		t.Error("a curve of nobody is drawn, or no limit")
	}
}

func TestAStepThatIsNone(t *testing.T) {
	data, err := examples.Directives.ReadFile("directives/" + cloud + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := directive.Parse(cloud, data)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := FromState(d, &directive.State{}, "nothing", "en"); err == nil {
		t.Error("a step that is none is drawn")
	}
}

// Every word of every language is there, and has the parts of the English one.
func TestWordsInFourLanguages(t *testing.T) {
	part := regexp.MustCompile(`\{[a-z]\}`)
	en := reflect.ValueOf(english)
	for lang, w := range others {
		v := reflect.ValueOf(w)
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if v.Field(i).Kind() != reflect.String {
				for m := range 12 {
					if v.Field(i).Index(m).String() == "" {
						t.Errorf("%s: month %d is missing", lang, m+1)
					}
				}
				continue
			}
			a, b := part.FindAllString(en.Field(i).String(), -1), part.FindAllString(v.Field(i).String(), -1)
			slices.Sort(a)
			slices.Sort(b)
			if v.Field(i).String() == "" || !slices.Equal(a, b) {
				t.Errorf("%s: %s is %q, in English %q", lang, name, v.Field(i).String(), en.Field(i).String())
			}
		}
	}
	if len(others) != 3 {
		t.Errorf("%d languages beside English", len(others))
	}
}

// Where hundreds of members have times of their own, the picture says how many
// it leaves out.
func TestACrowdOfExtensions(t *testing.T) {
	d, s := &directive.Directive{}, &directive.State{}
	data, err := examples.Directives.ReadFile("directives/" + cloud + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	if d, err = directive.Parse(cloud, data); err != nil {
		t.Fatal(err)
	}
	if s, err = directive.Fold(d, nil, time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	one := s.Cells[0]
	for i := range 300 {
		c := one
		due := *one.Due
		due.Earliest, due.Latest = due.Earliest.AddDate(0, 0, i), due.Latest.AddDate(0, 0, i)
		c.Due = &due
		s.Cells = append(s.Cells, c)
	}
	c, err := FromState(d, s, "", "en")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Validate(); err != nil || len(c.Poles) != mostLimits+1 || !strings.HasPrefix(c.Footer, "242 further limits") {
		t.Errorf("%v, %d poles, %q", err, len(c.Poles), c.Footer)
	}
}
