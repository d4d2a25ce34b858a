package e2e

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"filippo.io/age"
	"github.com/rogpeppe/go-internal/testscript"

	"tocsin/receipt/rfc3161/tsatest"
)

// recordCommands are what the scripts about the record need beside the program.
func recordCommands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"agekey":     agekey,
		"background": background,
		"halt":       halt,
		"said":       said,
		"setenv":     setenv,
		"tamper":     tamper,
		"copydir":    copydir,
		"nowhere":    nowhere,
		"fill":       fill,
		"fetch":      fetch,
		"stamp":      stamp,
	}
}

// agekey FILE VAR: writes a new age private key to FILE and its recipient to the
// variable VAR.
func agekey(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: agekey FILE VAR")
	}
	id, err := age.GenerateX25519Identity()
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(id.String()+"\n"), 0o600))
	ts.Setenv(args[1], id.Recipient().String())
}

// running are the programs that background started, by name.
type running struct {
	cmd  *exec.Cmd
	done chan error
}

type runningKey string

var announced = regexp.MustCompile(`http://[^\s/,]+`)

// background VAR CMD…: starts a program, waits until it says where it listens,
// and puts that address into the variable VAR. What it prints goes to VAR.out.
func background(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: background VAR command args…")
	}
	path := args[1]
	if path == "tocsin" {
		path = program
	}
	cmd := exec.Command(path, args[2:]...)
	cmd.Dir = ts.MkAbs(".")
	for _, v := range []string{"PATH", "HOME", "TMPDIR", "TOCSIN_DATA", "TOCSIN_DATABASE"} {
		cmd.Env = append(cmd.Env, v+"="+ts.Getenv(v))
	}
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	log, err := os.Create(ts.MkAbs(args[0] + ".out"))
	ts.Check(err)
	cmd.Stderr = log
	ts.Check(cmd.Start())
	r := &running{cmd: cmd, done: make(chan error, 1)}
	address := make(chan string, 1)
	go func() {
		defer log.Close()
		lines := bufio.NewScanner(io.TeeReader(out, log))
		for lines.Scan() {
			if a := announced.FindString(lines.Text()); a != "" {
				select {
				case address <- a:
				default:
				}
			}
		}
		close(address)
		r.done <- cmd.Wait()
	}()
	ts.Defer(func() {
		_ = cmd.Process.Kill() // it may have ended
	})
	select {
	case a, ok := <-address:
		if !ok {
			ts.Fatalf("%s ended at once: %s", args[0], ts.ReadFile(args[0]+".out"))
		}
		ts.Setenv(args[0], a)
	case <-time.After(time.Minute):
		ts.Fatalf("%s says nowhere that it listens", args[0])
	}
	programs(ts)[args[0]] = r
}

// programs is the map of one script.
func programs(ts *testscript.TestScript) map[string]*running {
	return ts.Value(runningKey("programs")).(map[string]*running)
}

// said VAR REGEXP: waits until a program of background has said it.
func said(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 || programs(ts)[args[0]] == nil {
		ts.Fatalf("usage: said VAR REGEXP, of a program of background")
	}
	words := regexp.MustCompile(args[1])
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); ; <-tick.C {
		text := ts.ReadFile(args[0] + ".out")
		if words.MatchString(text) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s never said %s:\n%s", args[0], args[1], text)
		}
	}
}

// halt VAR: asks a program of background to end, and wants it to end well.
func halt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: halt VAR")
	}
	r := programs(ts)[args[0]]
	if r == nil {
		ts.Fatalf("%s was not started", args[0])
	}
	ts.Check(r.cmd.Process.Signal(syscall.SIGTERM))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	select {
	case err := <-r.done:
		if err != nil {
			ts.Fatalf("%s: %v\n%s", args[0], err, ts.ReadFile(args[0]+".out"))
		}
	case <-ctx.Done():
		ts.Fatalf("%s does not end", args[0])
	}
	delete(programs(ts), args[0])
}

// setenv VAR FILE [REGEXP]: puts what stands in FILE into the variable VAR, or
// the first group of REGEXP.
func setenv(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: setenv VAR FILE [REGEXP]")
	}
	text := ts.ReadFile(args[1])
	if len(args) == 3 {
		m := regexp.MustCompile("(?m)" + args[2]).FindStringSubmatch(text)
		if m == nil {
			ts.Fatalf("%s: %s is not in it:\n%s", args[1], args[2], text)
		}
		text = m[1]
	}
	ts.Setenv(args[0], strings.TrimSpace(text))
}

// tamper FILE PREFIX: changes one letter in the middle of the first line that
// begins with PREFIX.
func tamper(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tamper FILE PREFIX")
	}
	lines := strings.SplitAfter(ts.ReadFile(args[0]), "\n")
	for i, line := range lines {
		if rest, ok := strings.CutPrefix(line, args[1]); ok && len(rest) > 2 {
			at := len(args[1]) + len(rest)/2
			b := []byte(line)
			if b[at] == 'A' {
				b[at] = 'B'
			} else {
				b[at] = 'A'
			}
			lines[i] = string(b)
			ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(lines, "")), 0o600))
			return
		}
	}
	ts.Fatalf("%s: no line begins with %s", args[0], args[1])
}

// copydir FROM TO: copies a folder with its permissions, as a snapshot would.
func copydir(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: copydir FROM TO")
	}
	from, to := ts.MkAbs(args[0]), ts.MkAbs(args[1])
	ts.Check(filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := filepath.Join(to, strings.TrimPrefix(path, from))
		if d.IsDir() {
			return os.Mkdir(name, 0o700)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(name, data, 0o600)
	}))
}

// fetch URL FILE: gets a page as soon as it is there.
func fetch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: fetch URL FILE")
	}
	for range 10_000 {
		res, err := http.Get(args[0])
		ts.Check(err)
		data, err := io.ReadAll(res.Body)
		ts.Check(errors.Join(err, res.Body.Close()))
		if res.StatusCode == http.StatusOK {
			ts.Check(os.WriteFile(ts.MkAbs(args[1]), data, 0o600))
			return
		}
	}
	ts.Fatalf("%s is not there", args[0])
}

// stamp ROOTS [REQUEST ANSWER]: is a time-stamp authority on a closed network. It
// writes its root; or answers the request in a file by another one.
func stamp(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 && len(args) != 3 {
		ts.Fatalf("usage: stamp ROOTS [REQUEST ANSWER]")
	}
	if len(args) == 1 {
		a, err := tsatest.New(rand.Reader, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
		ts.Check(err)
		authorities.Store(ts.MkAbs(args[0]), a)
		ts.Check(os.WriteFile(ts.MkAbs(args[0]), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Root.Raw}), 0o600))
		return
	}
	a, ok := authorities.Load(ts.MkAbs(args[0]))
	if !ok {
		ts.Fatalf("%s: no authority wrote this", args[0])
	}
	answer, err := a.(*tsatest.Authority).Respond([]byte(ts.ReadFile(args[1])), time.Now())
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), answer, 0o600))
}

// authorities are those of stamp, by the file of their root.
var authorities sync.Map

// nowhere WORDS FOLDER…: the words stand in no file of the folders. With ! they
// must stand in one: the control.
func nowhere(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: nowhere WORDS FOLDER…")
	}
	found := ""
	for _, dir := range args[1:] {
		err := filepath.WalkDir(ts.MkAbs(dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			data, err := os.ReadFile(path)
			if strings.Contains(string(data), args[0]) {
				found = path
			}
			return err
		})
		ts.Check(err)
	}
	if !neg && found != "" {
		ts.Fatalf("%q stands in %s", args[0], found)
	}
	if neg && found == "" {
		ts.Fatalf("%q stands nowhere", args[0])
	}
}

// fill FILE N: writes N events as JSON lines, each with a key.
func fill(ts *testscript.TestScript, neg bool, args []string) {
	var n int
	if neg || len(args) != 2 {
		ts.Fatalf("usage: fill FILE N")
	}
	if _, err := fmt.Sscan(args[1], &n); err != nil {
		ts.Fatalf("usage: fill FILE N")
	}
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"key": "k%d", "id": "x%d", "kind": "commented", "by": "acme", "text": "line %d", "at": "2026-10-02T09:00:00Z"}`+"\n", i, i, i)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o600))
}
