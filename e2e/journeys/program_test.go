package journeys

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/webui/webuitest"
)

// program is the built one.
var program string

// patience is how long anything that is waited for may take on a busy machine.
const patience = 60 * time.Second

// atEnd are undone when all tests are over, last first.
var atEnd struct {
	sync.Mutex
	list []func()
}

func later(undo func()) {
	atEnd.Lock()
	defer atEnd.Unlock()
	atEnd.list = append(atEnd.list, undo)
}

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "tocsin-journeys")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "tocsin")
	if out, err := exec.Command("go", "build", "-o", program, "tocsin/cmd/tocsin").CombinedOutput(); err != nil {
		return 1, fmt.Errorf("building the program: %v\n%s", err, out)
	}
	defer func() {
		for i := len(atEnd.list) - 1; i >= 0; i-- {
			atEnd.list[i]()
		}
	}()
	return m.Run(), nil
}

// browser is the one that all tests share; each person has a context of their
// own in it, as different as two private windows.
var browser = sync.OnceValues(func() (context.Context, error) {
	profile, err := os.MkdirTemp("", "tocsin-browser")
	if err != nil {
		return nil, err
	}
	ctx, stop, err := webuitest.Start(profile)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(profile))
	}
	later(func() { stop(); _ = os.RemoveAll(profile) }) // what stays is in the folder for such things
	return ctx, nil
})

// chromium gives the shared browser, or skips where there is none and need not be.
func chromium(t testing.TB) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("browsers take minutes; -short")
	}
	ctx, err := browser()
	if errors.Is(err, exec.ErrNotFound) && os.Getenv("CI") != "true" {
		t.Skip("no chromium on this machine")
	}
	if err != nil {
		t.Fatal(err)
	}
	return ctx
}

// platform is a running program.
type platform struct {
	url   string
	links map[string]string // of the demo, by the person's name
	first string            // of a new platform: the link of the first administrator
	cmd   *exec.Cmd
	done  chan error
	mu    sync.Mutex
	errs  strings.Builder
}

// start runs the program until what it prints holds the last thing that is
// waited for, and gives the lines.
func start(last string, args ...string) (p *platform, lines []string, err error) {
	p = &platform{links: map[string]string{}, cmd: exec.Command(program, args...), done: make(chan error, 1)}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	errs, err := p.cmd.StderrPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, nil, err
	}
	printed := make(chan string)
	var reading sync.WaitGroup
	reading.Go(func() {
		defer close(printed)
		s := bufio.NewScanner(out)
		for s.Scan() {
			printed <- s.Text()
		}
	})
	reading.Go(func() {
		s := bufio.NewScanner(errs)
		for s.Scan() {
			p.mu.Lock()
			p.errs.WriteString(s.Text() + "\n")
			p.mu.Unlock()
		}
	})
	go func() { reading.Wait(); p.done <- p.cmd.Wait() }()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		select {
		case line, more := <-printed:
			if !more {
				return nil, nil, fmt.Errorf("the program ended: %s", p.complained())
			}
			lines = append(lines, line)
			if strings.Contains(line, last) {
				go func() {
					for range printed {
						continue // what comes later is not waited for, but must not block
					}
				}()
				return p, lines, nil
			}
		case <-late.C:
			p.stop()
			return nil, nil, fmt.Errorf("the program is not ready: %v\n%s", lines, p.complained())
		}
	}
}

// complained is what the program wrote to its standard error so far.
func (p *platform) complained() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.errs.String()
}

// stop asks the program to end, as Ctrl-C does.
func (p *platform) stop() {
	_ = p.cmd.Process.Signal(os.Interrupt) // gone already is as well
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-p.done:
	case <-late.C:
		_ = p.cmd.Process.Kill() // it did not listen
		<-p.done
	}
}

var address = regexp.MustCompile(`http://[0-9a-z.]+:[0-9]+`)

// startDemo runs the demo on a free port and reads whom one can be.
func startDemo() (*platform, error) {
	p, lines, err := start("Ctrl-C ends", "demo", "--addr", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p.url = address.FindString(lines[0])
	name := ""
	for _, l := range lines {
		if !strings.HasPrefix(l, " ") {
			name, _, _ = strings.Cut(l, ",")
		} else if link := strings.TrimSpace(l); strings.Contains(link, "/in/") {
			p.links[name] = link
		}
	}
	if len(p.links) != 11 || p.url == "" {
		p.stop()
		return nil, fmt.Errorf("the demo names %d people, not eleven:\n%s", len(p.links), strings.Join(lines, "\n"))
	}
	return p, nil
}

// shared is the demo for those whose journeys do not disturb one another.
var shared = sync.OnceValues(func() (*platform, error) {
	p, err := startDemo()
	if err == nil {
		later(p.stop)
	}
	return p, err
})

// demo gives the shared demo.
func demo(t testing.TB) *platform {
	t.Helper()
	p, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// ownDemo is a demo for one test.
func ownDemo(t testing.TB) *platform {
	t.Helper()
	p, err := startDemo()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.stop)
	return p
}

// command runs the built program as a person would, and gives what it says.
func command(args ...string) (string, error) {
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	cmd := exec.CommandContext(ctx, program, args...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	return string(out) + errs.String(), err
}

// tocsin runs a command that must succeed.
func tocsin(t testing.TB, args ...string) string {
	t.Helper()
	out, err := command(args...)
	if err != nil {
		t.Fatalf("tocsin %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}
