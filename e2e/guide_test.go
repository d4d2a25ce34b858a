package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Whoever types the first minute of the operator's guide as it stands there gets
// through it.
func TestTheFirstMinuteOfTheGuide(t *testing.T) {
	text, err := os.ReadFile("../docs/operating/record.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```\n")
	block, _, ok := strings.Cut(rest, "```")
	if !ok || strings.Count(block, "\n") < 6 {
		t.Fatalf("the guide does not begin with commands: %q", block)
	}
	examples, err := filepath.Abs("../examples")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(examples, filepath.Join(dir, "examples")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-e", "-c", block)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(program)+string(os.PathListSeparator)+os.Getenv("PATH"), "TOCSIN_DATA="+filepath.Join(dir, "data"), "TOCSIN_DATABASE=")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Event e16 of TOC-2026-0301") || !strings.Contains(string(out), "Proved: ") {
		t.Errorf("%v\n%s", err, out)
	}
}
