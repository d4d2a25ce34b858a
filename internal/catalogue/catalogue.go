// Package catalogue reads the words that packages say in several languages, from
// the files that they embed.
//
// It promises that a catalogue is read once, when it is first asked for, and that
// one that does not read ends the program with its name: it is part of the
// program, and tests ask for it. It knows no words, and picks no language.
package catalogue

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"sync"
)

// Words are those of each language by their key; keys are strings or a type of
// strings.
type Words[K ~string] = map[string]map[K]string

// Of gives a reader of the files words/LANG.json.
func Of[K ~string](files fs.FS) func() Words[K] {
	return sync.OnceValue(func() Words[K] {
		names, err := fs.Glob(files, "words/*.json")
		if err != nil || len(names) == 0 {
			panic(fmt.Sprintf("no words are embedded: %v", err))
		}
		out := Words[K]{}
		for _, name := range names {
			data, err := fs.ReadFile(files, name)
			if err != nil {
				panic(err)
			}
			m := map[K]string{}
			if err := json.Unmarshal(data, &m); err != nil {
				panic(fmt.Sprintf("%s: %v", name, err))
			}
			out[strings.TrimSuffix(strings.TrimPrefix(name, "words/"), ".json")] = m
		}
		return out
	})
}
