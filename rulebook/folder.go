package rulebook

import (
	"fmt"
	"io/fs"
	"strings"
)

// Holds tells whether there is any pack file in the folder; what cannot be read
// counts as one, so that Load says what is wrong with it.
func (d Dir) Holds() bool {
	found := false
	err := fs.WalkDir(d.FS, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !e.IsDir() && isPack(name) {
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return found || err != nil
}

func isPack(name string) bool {
	return strings.HasSuffix(name, ".yaml") && !strings.HasSuffix(name, ".examples.yaml")
}

// maxFile is the most bytes of one file that are read.
const maxFile = 16 << 20

// ReadFile reads a file of the folder. What is no plain file, such as a pipe or
// a device that a link leads to, is refused before it is opened: it might never
// end.
func (d Dir) ReadFile(name string) ([]byte, error) {
	st, err := fs.Stat(d.FS, name)
	switch {
	case err != nil:
		return nil, err
	case !st.Mode().IsRegular():
		return nil, fmt.Errorf("is not a plain file")
	case st.Size() > maxFile:
		return nil, fmt.Errorf("has %d bytes; at most %d are read", st.Size(), maxFile)
	}
	return fs.ReadFile(d.FS, name)
}
