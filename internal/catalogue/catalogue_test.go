package catalogue_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/internal/catalogue"
)

type code string

func TestWords(t *testing.T) {
	files := fstest.MapFS{
		"words/en.json":  {Data: []byte(`{"hello": "good day"}`)},
		"words/de.json":  {Data: []byte(`{"hello": "guten Tag"}`)},
		"other/fr.json":  {Data: []byte(`{"hello": "bonjour"}`)},
		"words/notes.md": {Data: []byte(`no words`)},
	}
	words := catalogue.Of[code](files)
	if w := words(); len(w) != 2 || w["en"]["hello"] != "good day" || w["de"][code("hello")] != "guten Tag" {
		t.Errorf("%v", w)
	}
	delete(files, "words/de.json")
	if w := words(); len(w) != 2 {
		t.Error("it is read anew")
	}
}

// What is embedded and does not read is named.
func TestWordsThatDoNotRead(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"words/de.json": {"words/de.json": {Data: []byte(`{"hello": 1}`)}},
		"no words":      {},
	} {
		func() {
			defer func() {
				if r := recover(); r == nil || !strings.Contains(fmt.Sprint(r), name) {
					t.Errorf("%s: %v", name, r)
				}
			}()
			catalogue.Of[string](files)()
		}()
	}
}
