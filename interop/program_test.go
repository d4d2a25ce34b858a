package interop

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// program builds a program of tools/interop and gives its path in the build
// cache. It fails the test if that cannot be done: what did not run is no pass.
func program(t *testing.T, name string) string {
	t.Helper()
	cmd := exec.Command("go", "-C", "../tools/interop", "tool", "-n", name)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s of tools/interop does not build: %v\n%s", name, err, said.Bytes())
	}
	return strings.TrimSpace(string(out))
}

// openssl runs it in a directory and gives what it printed on both streams.
func openssl(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	path, err := exec.LookPath("openssl")
	if err != nil {
		t.Fatal("openssl is missing; install it with 'apt-get install openssl'")
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// mustOpenssl is openssl where it has to work.
func mustOpenssl(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := openssl(t, dir, args...)
	if err != nil {
		t.Fatalf("openssl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// freePort gives an address on loopback that nobody listens on. Somebody may
// take it before it is used, so whoever uses it tries more than once.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// output is what a program has said so far.
type output struct {
	mu   sync.Mutex
	text strings.Builder
	kill func() // ends the program; may be called twice
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// until reads lines to the end and closes seen at the first that has the mark.
// Lines may be long: a witness prints whole checkpoints, byte by byte.
func (o *output) until(r io.Reader, mark string, seen chan<- struct{}) {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		o.mu.Lock()
		o.text.WriteString(line)
		o.mu.Unlock()
		if seen != nil && strings.Contains(line, mark) {
			close(seen)
			seen = nil
		}
		if err != nil {
			return
		}
	}
}
