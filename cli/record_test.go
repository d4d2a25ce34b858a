package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/internal/fault"
	"tocsin/record"
)

// every calls fn with each command that does something, by its full name.
func every(c *ufcli.Command, path string, fn func(name string, c *ufcli.Command)) {
	for _, sub := range c.Commands {
		name := strings.TrimSpace(path + " " + sub.Name)
		fn(name, sub)
		every(sub, name, fn)
	}
}

// A person who asks for help is shown how the command is typed, and a wrong flag
// is one sentence with exit code 2, for each command.
func TestEveryCommandHasAnExampleAndRefusesAWrongFlag(t *testing.T) {
	e := &env{out: new(bytes.Buffer), err: new(bytes.Buffer)}
	n := 0
	every(e.root(), "", func(name string, c *ufcli.Command) {
		n++
		if !strings.Contains(c.Description, "Example: tocsin "+name) {
			t.Errorf("%s: the help has no line that begins with Example: tocsin %s", name, name)
		}
		if c.Usage == "" || strings.HasSuffix(c.Usage, ".") {
			t.Errorf("%s: its usage is %q", name, c.Usage)
		}
		out, code := tocsin(t, append(strings.Fields(name), "--no-such-flag")...)
		if code != exitBad || !strings.Contains(out, "--help") || strings.Count(out, "\n") != 1 {
			t.Errorf("%s with a wrong flag: exit %d, %q", name, code, out)
		}
	})
	if n < 30 {
		t.Errorf("only %d commands were looked at", n)
	}
}

// In whose words the record is kept does not matter to the terminal.
func TestAKeptCaseCannotSteerTheTerminal(t *testing.T) {
	t.Setenv("TOCSIN_DATA", filepath.Join(t.TempDir(), "data"))
	file := write(t, "c.yaml", `
format: tocsin-casefile/1
case: "T-EVIL"
title: "EVIL"
vulnerabilities: ["EVIL"]
record: kept
parties: [{id: acme, name: "EVIL", roles: [finder]}, {id: up, name: "EVIL"}]
sources: [{id: s, publisher: "EVIL"}]
events: [{id: e1, kind: aware, by: acme, at: "2026-10-01T00:00:00Z", text: "EVIL", source: s}]
`)
	for _, args := range [][]string{
		{"case", "import", file}, {"case", "list"}, {"case", "export", "T-" + evil()}, {"case", "show", "T-" + evil()},
		{"case", "add-event", "T-" + evil(), "acknowledged by=up to=[acme] at=2026-10-02T00:00:00Z", "--by", evil()},
		{"case", "show", "T-" + evil()}, {"plan", "--case", "T-" + evil()}, {"ledger", "publish"}, {"ledger", "status"},
	} {
		out, code := tocsin(t, args...)
		if code != exitOK {
			t.Errorf("%q: exit %d: %.300s", args, code, out)
		}
		if at := steers(out); at != "" && args[1] != "export" { // an export is a document, not words for a person
			t.Errorf("%q: %q", args, at)
		}
	}
	for _, args := range [][]string{{"case", "show", evil()}, {"case", "erase", evil()}, {"case", "add-event", "T-" + evil(), "aware by=acme text=" + evil()}, {"verify", evil(), "--key", evil()}, {"ledger", "check", evil()}} {
		if out, code := tocsin(t, args...); code != exitBad || steers(out) != "" {
			t.Errorf("%q: exit %d, %q", args, code, out)
		}
	}
}

func evil() string { return "evil\x1b[2J\x1b]0;x\a\u202Egpj\u009b31m" }

// Whatever a command prints, no private key is in it, and none in the database.
func TestSecretsAreNeverPrinted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	t.Setenv("TOCSIN_DATA", dir)
	file := write(t, "c.yaml", "format: tocsin-casefile/1\ncase: T-1\nparties: [{id: acme}]\n")
	var all strings.Builder
	for _, args := range [][]string{
		{"case", "import", file}, {"ledger", "publish"}, {"ledger", "status"}, {"ledger", "status", "--format", "json"},
		{"case", "show", "T-1", "--format", "json"}, {"ledger", "outside"},
	} {
		out, code := tocsin(t, args...)
		if code != exitOK {
			t.Errorf("%q: exit %d: %.300s", args, code, out)
		}
		all.WriteString(out)
	}
	db, err := os.ReadFile(filepath.Join(dir, "tocsin.db"))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := filepath.Glob(filepath.Join(dir, "keys", "*.key"))
	if err != nil || len(keys) < 4 {
		t.Fatalf("keys: %q, %v", keys, err)
	}
	for _, k := range keys {
		data, err := os.ReadFile(k)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range strings.Fields(string(data)) {
			if word = word[strings.LastIndex(word, "+")+1:]; len(word) < 40 {
				continue // a name or an id
			}
			if strings.Contains(all.String(), word) || bytes.Contains(db, []byte(word)) {
				t.Errorf("%s is printed or stored", filepath.Base(k))
			}
		}
	}
	if bytes.Contains(db, []byte("T-1")) || bytes.Contains(db, []byte("acme")) {
		t.Error("the database holds words of the case in clear")
	}
}

// JSON lines are read line by line, whatever their end, and never beyond the bound.
func TestEventLines(t *testing.T) {
	for name, x := range map[string]struct{ line, key, err string }{
		"plain":        {`{"id": "a", "kind": "aware", "at": "2026-10-01T00:00:00Z", "key": "k"}`, "k", ""},
		"no key":       {`{"kind": "aware", "at": "2026-10-01T00:00:00Z"}`, "", ""},
		"key no text":  {`{"kind": "aware", "at": "2026-10-01T00:00:00Z", "key": 1}`, "", "in.jsonl:7: key: a text is needed"},
		"list":         {`["aware"]`, "", "in.jsonl:7: a JSON object is needed"},
		"unknown":      {`{"kind": "aware", "at": "2026-10-01T00:00:00Z", "colour": 1}`, "", "in.jsonl:7: colour: unknown key"},
		"torn":         {`{"kind": "aware", "at": "2026-`, "", "in.jsonl:7: "},
		"two objects":  {`{"kind": "aware"} {"kind": "aware"}`, "", "in.jsonl:7: "},
		"key and time": {`{"kind": "aware", "key": "k"}`, "k", "in.jsonl:7: at: "},
	} {
		ev, key, err := (&env{}).eventLine("in.jsonl", 7, []byte(x.line))
		if x.err == "" && (err != nil || key != x.key || ev.Kind != "aware") {
			t.Errorf("%s: %v, %q, %v", name, ev, key, err)
		}
		if x.err != "" && (err == nil || !strings.Contains(err.Error(), x.err)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLinesAreBounded(t *testing.T) {
	long := strings.Repeat("x", maxEventLine+1)
	var seen []string
	err := eachLine(t.Context(), "in", strings.NewReader("a\r\n\n  b\nc"), func(_ int, line []byte) bool {
		seen = append(seen, string(line))
		return true
	})
	if err != nil || strings.Join(seen, ",") != "a,b,c" {
		t.Errorf("%q, %v", seen, err)
	}
	for _, in := range []string{long, long + "\n", "a\n" + long + "\nb\n"} {
		if err := eachLine(t.Context(), "in", strings.NewReader(in), func(int, []byte) bool { return true }); err == nil {
			t.Errorf("a line of %d bytes was taken", len(in))
		}
	}
}

func TestWordsForShellsAndFiles(t *testing.T) {
	for _, x := range [][3]string{
		{"TOC-2021-0001", "TOC-2021-0001", "TOC-2021-0001"},
		{"a b", "'a b'", "a-b"},
		{"it's", `'it'\''s'`, "it-s"},
		{"", "''", ""},
		{"$(rm)", "'$(rm)'", "rm"},
		{"../x", "../x", "x"},
	} {
		if s, f := shellWord(x[0]), fileWord(x[0]); s != x[1] || f != x[2] {
			t.Errorf("%q: %q, %q", x[0], s, f)
		}
	}
}

// Whoever interrupts while the input is open gets the answers that are due, and
// the command ends.
func TestAnInterruptAnswersWhatIsUnderWay(t *testing.T) {
	var out bytes.Buffer
	e := &env{out: &out}
	ctx, cancel := context.WithCancelCause(t.Context())
	queue := make(chan pending, 2)
	queue <- pending{line: 1, key: "k1", wait: func() (record.Result, error) { return record.Result{ID: "e1", Version: 1, Count: 1}, nil }}
	queue <- pending{line: 2, wait: func() (record.Result, error) {
		return record.Result{}, fault.New(fault.Unavailable, "it is not known whether it is kept")
	}}
	cancel(nil)
	err := e.answer(ctx, queue, cancel) // the queue stays open: the input never ends
	if err == nil || strings.Count(out.String(), "\n") != 2 || !strings.Contains(out.String(), `"key":"k1"`) || !strings.Contains(out.String(), `"line":2`) {
		t.Errorf("%v: %s", err, out.String())
	}
}

// When nobody reads the answers any more, no more events are taken.
func TestAnswersThatNobodyReadsStopTheInput(t *testing.T) {
	e := &env{out: deaf{}}
	ctx, cancel := context.WithCancelCause(t.Context())
	queue := make(chan pending, 3)
	for i := range 3 {
		queue <- pending{line: i + 1, wait: func() (record.Result, error) { return record.Result{}, nil }}
	}
	close(queue)
	if err := e.answer(ctx, queue, cancel); fault.KindOf(err) != fault.Unavailable || ctx.Err() == nil {
		t.Errorf("%v, %v", err, ctx.Err())
	}
}

type deaf struct{}

func (deaf) Write([]byte) (int, error) { return 0, os.ErrClosed }
