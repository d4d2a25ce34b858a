package plan

import (
	"io/fs"
	"testing/fstest"
)

// memory is a folder of packs written in a test.
type memory map[string]string

func (m memory) Open(name string) (fs.File, error) {
	out := fstest.MapFS{}
	for k, v := range m {
		out[k] = &fstest.MapFile{Data: []byte(v)}
	}
	return out.Open(name)
}
