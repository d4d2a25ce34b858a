package durable

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tocsin/internal/fault"
)

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// names lists a folder.
func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return strings.Join(out, " ")
}

func TestAFileIsReplacedWithItsPermissions(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o077))
	dir := t.TempDir()
	path := filepath.Join(dir, "mark")
	for _, c := range []struct {
		text string
		perm fs.FileMode
	}{{"one\n", 0o600}, {"two, and longer\n", 0o644}, {"", 0o600}} {
		if err := WriteFile(path, []byte(c.text), c.perm); err != nil {
			t.Fatal(err)
		}
		if got := read(t, path); got != c.text {
			t.Errorf("got %q, want %q", got, c.text)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != c.perm {
			t.Errorf("permissions %v, want %v whatever the umask", info.Mode().Perm(), c.perm)
		}
	}
	if got := names(t, dir); got != "mark" {
		t.Errorf("it left %s", got)
	}
}

func TestAFileIsCreatedOnce(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "key")
	if err := CreateFile(path, []byte("first"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := CreateFile(path, []byte("second"), 0o600)
	if fault.KindOf(err) != fault.Conflict {
		t.Errorf("a second creation: %v", err)
	}
	if got := read(t, path); got != "first" {
		t.Errorf("it holds %q now", got)
	}
	if got := names(t, dir); got != "key" {
		t.Errorf("it left %s", got)
	}
}

func TestAppendingAddsAndMakes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list")
	for _, line := range []string{"a\n", "b\n"} {
		if err := Append(path, []byte(line)); err != nil {
			t.Fatal(err)
		}
	}
	if got := read(t, path); got != "a\nb\n" {
		t.Errorf("got %q", got)
	}
	if err := Private(path, false); err != nil {
		t.Error(err)
	}
}

// What can not be done is said with the place, and nothing is left behind.
func TestFaultsNameTheirPlace(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	write(t, file, "x")
	gone := filepath.Join(dir, "nowhere", "mark")
	for name, c := range map[string]struct {
		err  error
		kind fault.Kind
		in   string
	}{
		"no folder to write in":       {WriteFile(gone, nil, 0o600), fault.Unavailable, "no such file or directory"},
		"no folder to create in":      {CreateFile(gone, nil, 0o600), fault.Unavailable, "no such file or directory"},
		"no folder to append in":      {Append(gone, nil), fault.Unavailable, "no such file or directory"},
		"a folder is in the way":      {WriteFile(dir, nil, 0o600), fault.Unavailable, "could not be put in place"},
		"a file where a folder goes":  {WriteFile(filepath.Join(file, "mark"), nil, 0o600), fault.Unavailable, "not a directory"},
		"a folder that is there":      {Mkdir(dir, 0o700), fault.Conflict, "exists already"},
		"no parent":                   {Mkdir(filepath.Join(gone, "x"), 0o700), fault.Unavailable, "could not be made"},
		"nothing to remove":           {Remove(gone), fault.NotFound, "is not there"},
		"nothing to destroy":          {Shred(gone), fault.NotFound, "is not there"},
		"nothing to read":             {second(Read(gone)), fault.NotFound, "is not there"},
		"a folder to read":            {second(Read(dir)), fault.Forbidden, "no ordinary file"},
		"a full disk":                 {Append("/dev/full", []byte("x")), fault.Unavailable, "the disk is full: make room"},
		"nothing that could be owned": {Private(gone, false), fault.NotFound, "is not there"},
	} {
		var f *fault.Error
		if fault.KindOf(c.err) != c.kind || !strings.Contains(c.err.Error(), c.in) || !errors.As(c.err, &f) || f.File == "" {
			t.Errorf("%s: %v", name, c.err)
		}
	}
	if got := names(t, dir); got != "file" {
		t.Errorf("left behind: %s", got)
	}
}

func second(_ []byte, err error) error { return err }

func TestDestroyedAndRemovedFilesAreGone(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "key"), filepath.Join(dir, "other")
	write(t, path, "a secret of some length")
	// A second name shows what became of the bytes themselves.
	if err := os.Link(path, other); err != nil {
		t.Fatal(err)
	}
	if err := Shred(path); err != nil {
		t.Fatal(err)
	}
	if got := names(t, dir); got != "other" {
		t.Errorf("after it: %s", got)
	}
	if got := read(t, other); strings.Trim(got, "\x00") != "" {
		t.Errorf("the bytes live on: %q", got)
	}
	if err := Rename(other, path); err != nil {
		t.Fatal(err)
	}
	if err := Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := Rename(other, path); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("renaming nothing: %v", err)
	}
}

func TestOnlyTheOwnerMayReach(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "key"), filepath.Join(dir, "link")
	write(t, path, "x")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for mode, ok := range map[fs.FileMode]bool{0o600: true, 0o400: true, 0o640: false, 0o604: false, 0o620: false, 0o601: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		err := Private(path, false)
		if (err == nil) != ok {
			t.Errorf("%v: %v", mode, err)
		}
		if err != nil && !strings.Contains(err.Error(), "chmod 0600") {
			t.Errorf("it does not say what to do: %v", err)
		}
	}
	if err := Private(link, false); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a link: %v", err)
	}
	if err := Private(dir, false); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a folder for a file: %v", err)
	}
	if err := Private(path, true); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a file for a folder: %v", err)
	}
	if err := os.Chmod(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := Private(dir, true); err == nil || !strings.Contains(err.Error(), "chmod 0700") {
		t.Errorf("a folder that others can list: %v", err)
	}
}

// Every prefix of a line, and a line with any one bit changed, is noticed.
func TestALineTellsWhenItIsTorn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mark")
	for _, body := range []string{"", "none", `{"size":12,"place":"a \"b\" c"}`} {
		line := Line("tocsin-test/1", body)
		if got, ok := Unline("tocsin-test/1", line); !ok || got != body {
			t.Fatalf("%q came back as %q, %v", body, got, ok)
		}
		for n := range len(line) {
			write(t, path, line[:n])
			if got, err := ReadLine(path, "tocsin-test/1", "look at it"); fault.KindOf(err) != fault.Forbidden || !strings.Contains(err.Error(), "look at it") {
				t.Fatalf("the first %d bytes read as %q, %v", n, got, err)
			}
		}
		for i := range 8 * len(line) {
			flipped := bytes.Clone([]byte(line))
			flipped[i/8] ^= 1 << (i % 8)
			if got, ok := Unline("tocsin-test/1", string(flipped)); ok {
				t.Fatalf("bit %d changed reads as %q", i, got)
			}
		}
		for _, other := range []string{line + line, line + "\n", " " + line, Line("tocsin-other/1", body)} {
			if _, ok := Unline("tocsin-test/1", other); ok {
				t.Errorf("%q is taken", other)
			}
		}
	}
	if _, err := ReadLine(path+"x", "tocsin-test/1", ""); fault.KindOf(err) != fault.NotFound {
		t.Errorf("no file at all: %v", err)
	}
}

func TestLeftoversAreKnownByName(t *testing.T) {
	dir := t.TempDir()
	temp, err := writeTemp(system{}, filepath.Join(dir, "wrap-1.key"), []byte("x"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if !IsTemp(filepath.Base(temp)) {
		t.Errorf("%s is not known as a leftover", temp)
	}
	for _, name := range []string{"wrap-1.key", "origin", ".tmp", "x.tmp", ".hidden", ""} {
		if IsTemp(name) {
			t.Errorf("%q is taken for a leftover", name)
		}
	}
}

func FuzzUnline(f *testing.F) {
	f.Add("k", Line("k", "body"))
	f.Add("k", "k  \n")
	f.Fuzz(func(t *testing.T, kind, line string) {
		if body, ok := Unline(kind, line); ok && Line(kind, body) != line {
			t.Errorf("%q is not what Line writes", line)
		}
	})
}
