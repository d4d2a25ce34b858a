package casefile

import (
	"strings"
	"testing"
)

// What is typed fills any struct with a kind, and what cannot is refused with its
// place.
func TestTyped(t *testing.T) {
	type act struct {
		Kind  string   `yaml:"kind"`
		Steps []string `yaml:"steps"`
		Done  *int64   `yaml:"done"`
		Text  string   `yaml:"text"`
	}
	var a act
	if err := Typed(`progressed steps=[move, list] done=12 text='two words'`, &a); err != nil || a.Kind != "progressed" || len(a.Steps) != 2 || *a.Done != 12 || a.Text != "two words" {
		t.Errorf("%+v %v", a, err)
	}
	for spec, words := range map[string]string{"": "a kind is needed", "x y": "not key=value", "x done=1 done=2": "twice", "x done=many": "done", "x text='open": "quote", "x nothing=1": "nothing"} {
		if err := Typed(spec, &act{}); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v, want %q", spec, err, words)
		}
	}
}
