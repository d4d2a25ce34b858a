package rulebook

import (
	"io/fs"
	"testing"
	"testing/fstest"
)

// A folder of examples alone, or of other files, holds no pack.
func TestHolds(t *testing.T) {
	for name, want := range map[string]bool{
		"law.yaml": true, "tv/law.yaml": true,
		"law.examples.yaml": false, "README.md": false, "law.yml": false, "law.yaml/note.txt": false,
	} {
		if got := (Dir{FS: fstest.MapFS{name: {}}}).Holds(); got != want {
			t.Errorf("a folder with %s: %v, want %v", name, got, want)
		}
	}
	if (Dir{FS: fstest.MapFS{}}).Holds() {
		t.Error("control: an empty folder holds a pack")
	}
	if !Shipped().Holds() {
		t.Error("the shipped packs are not seen")
	}
}

// A pipe never ends and a device has no size: neither is opened.
func TestOnlyPlainFilesAreRead(t *testing.T) {
	for name, f := range map[string]*fstest.MapFile{
		"is not a plain file": {Mode: fs.ModeNamedPipe}, "has 16777217 bytes; at most 16777216 are read": {Data: make([]byte, maxFile+1)},
	} {
		dir := Dir{Name: "d", FS: fstest.MapFS{"x.yaml": f}}
		if _, err := Load(dir); err == nil || err.Error() != "d/x.yaml: cannot be read: "+name {
			t.Errorf("got %v, want %s", err, name)
		}
	}
}
