package directive

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// undocumented lists the keys, kinds and states that a text does not name.
func undocumented(text string) []string {
	var out []string
	need := func(word string) {
		if !strings.Contains(text, "`"+word+"`") {
			out = append(out, word)
		}
	}
	for _, v := range []any{File{}, Authority{}, Basis{}, Scope{}, Member{}, Step{}, Ask{}, Evidence{}, Reporting{}, Exceptions{}, Link{}, Act{}, Item{}} {
		t := reflect.TypeOf(v)
		for i := range t.NumField() {
			if tag := t.Field(i).Tag.Get("yaml"); tag != "-" && tag != "withdrawn" {
				need(tag)
			}
		}
	}
	for _, k := range Kinds() {
		need(string(k))
	}
	for _, s := range Statuses() {
		need(string(s))
	}
	for _, w := range append(append([]string{}, stepKinds...), modalities...) {
		need(w)
	}
	return out
}

func TestTheGuideNamesEverything(t *testing.T) {
	text, err := os.ReadFile("../docs/directive.md")
	if err != nil {
		t.Fatal(err)
	}
	if got := undocumented(string(text)); len(got) > 0 {
		t.Errorf("docs/directive.md does not say what these are: %q", got)
	}
	if got := undocumented("`format`"); len(got) < 60 { // the control
		t.Errorf("an empty guide lacks only %d words", len(got))
	}
}

// The example in the guide is a directive.
func TestTheGuidesExampleIsRead(t *testing.T) {
	text, err := os.ReadFile("../docs/directive.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```yaml\n")
	example, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("the guide has no example")
	}
	if _, err := Parse("example", []byte(example)); err != nil {
		t.Error(err)
	}
}
