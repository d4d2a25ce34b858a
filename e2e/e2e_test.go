package e2e

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var (
	program string
	update  = flag.Bool("update", false, "draw docs/log4shell.svg anew")
)

// The picture in the README is what the program draws today.
func TestReadmePicture(t *testing.T) {
	out, err := exec.Command(program, "plan", "../examples/log4shell.yaml", "--at", "2022-07-15T00:00:00Z", "--format", "svg").Output()
	if err != nil {
		t.Fatal(err)
	}
	const file = "../docs/log4shell.svg"
	if *update {
		if err := os.WriteFile(file, out, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, out) {
		t.Errorf("%s is not what the program draws; look at the picture, then run make golden", file)
	}
}

func TestMain(m *testing.M) {
	code, err := build(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

func build(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "tocsin-e2e")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "tocsin")
	cmd := exec.Command("go", "build", "-o", program, "tocsin/cmd/tocsin")
	if out, err := cmd.CombinedOutput(); err != nil {
		return 1, fmt.Errorf("building the program: %v\n%s", err, out)
	}
	return m.Run(), nil
}

func TestScripts(t *testing.T) {
	examples, err := filepath.Abs("../examples")
	if err != nil {
		t.Fatal(err)
	}
	commands := recordCommands()
	commands["exitcode"], commands["repeat"], commands["apitoken"] = exitcode, repeat, apitoken
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", filepath.Dir(program)+string(os.PathListSeparator)+env.Getenv("PATH"))
			env.Setenv("EXAMPLES", examples)
			env.Values[runningKey("programs")] = map[string]*running{}
			return nil
		},
		Cmds: commands,
	})
}

// exitcode N CMD…: runs a command that must end with exit code N.
func exitcode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exitcode N command args…")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if x, ok := err.(*exec.ExitError); ok {
		got = x.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("exit code: want %s, got %d", args[0], got)
	}
}

// repeat FILE N TEXT: writes TEXT N times to FILE.
func repeat(ts *testscript.TestScript, neg bool, args []string) {
	var n int
	if _, err := fmt.Sscan(args[1], &n); err != nil || neg || len(args) != 3 {
		ts.Fatalf("usage: repeat FILE N TEXT")
	}
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	for range n {
		if _, err := f.WriteString(args[2]); err != nil {
			ts.Fatalf("%v", err)
		}
	}
	ts.Check(f.Close())
}
