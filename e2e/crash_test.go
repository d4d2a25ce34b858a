package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// kills is how often the crash test kills the program: enough for every commit;
// TOCSIN_KILLS asks for more before a release.
const kills = 25

// ack is a line that the program prints once an event is durable.
type ack struct {
	ID       string `json:"id"`
	Handle   string `json:"handle"`
	Sequence int64  `json:"sequence"`
	Index    int64  `json:"index"`
	Recorded string `json:"recorded-at"`
	Key      string `json:"key"`
}

// journal is what the client knows, kept where no crash reaches it.
type journal struct {
	mu    sync.Mutex
	next  int
	texts map[string]string // what was sent under each key
	open  []string          // keys that were sent and not acknowledged
	acked map[string]ack
	wrong []string
}

// take gives the next events to send: first those whose answer is missing, then
// now and then one that was answered already, then new ones.
func (j *journal) take(rnd *rand.Rand) (key, text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case len(j.open) > 0:
		key, j.open = j.open[0], j.open[1:]
	case len(j.acked) > 0 && rnd.IntN(10) == 0:
		key = fmt.Sprintf("key-%d", rnd.IntN(j.next))
	default:
		key = fmt.Sprintf("key-%d", j.next)
		j.texts[key] = fmt.Sprintf("word %d of the vendor, %x", j.next, rnd.Uint64())
		j.next++
	}
	return key, j.texts[key]
}

// got enters an acknowledgement. One that was given before must be the same.
func (j *journal) got(a ack) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if before, ok := j.acked[a.Key]; ok && before != a {
		j.wrong = append(j.wrong, fmt.Sprintf("%s was acknowledged as %+v and then as %+v", a.Key, before, a))
	}
	j.acked[a.Key] = a
}

// reopen puts what was sent and not acknowledged back among what is to be sent.
func (j *journal) reopen() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.open = nil
	for n := range j.next {
		key := fmt.Sprintf("key-%d", n)
		if _, ok := j.acked[key]; !ok {
			j.open = append(j.open, key)
		}
	}
}

// check compares the journal with an export of the case: what was acknowledged
// is there once, under its id, and nothing is there twice.
func (j *journal) check(exported []byte) []string {
	var file struct {
		Events []struct {
			ID   string `json:"id"`
			Text string `json:"text"`
		} `json:"events"`
	}
	if err := json.Unmarshal(exported, &file); err != nil {
		return []string{"the export does not parse: " + err.Error()}
	}
	wrong := slices.Clone(j.wrong)
	ids := map[string][]string{}
	for _, e := range file.Events {
		ids[e.Text] = append(ids[e.Text], e.ID)
	}
	for key, text := range j.texts {
		a, acked := j.acked[key]
		switch have := ids[text]; {
		case len(have) > 1:
			wrong = append(wrong, fmt.Sprintf("%s is kept %d times", key, len(have)))
		case acked && len(have) == 0:
			wrong = append(wrong, fmt.Sprintf("%s was acknowledged and is lost", key))
		case acked && have[0] != a.ID:
			wrong = append(wrong, fmt.Sprintf("%s was acknowledged as %s and is kept as %s", key, a.ID, have[0]))
		}
	}
	return wrong
}

// TestCheckerOfTheJournal is the control: a checker that finds nothing in these
// would find nothing after a crash either.
func TestCheckerOfTheJournal(t *testing.T) {
	for _, c := range []struct{ name, export, want string }{
		{"all there", `{"events": [{"id": "e1", "text": "one"}, {"id": "e2", "text": "two"}]}`, ""},
		{"one not acknowledged and not kept", `{"events": [{"id": "e1", "text": "one"}]}`, ""},
		{"lost", `{"events": [{"id": "e2", "text": "two"}]}`, "key-0 was acknowledged and is lost"},
		{"twice", `{"events": [{"id": "e1", "text": "one"}, {"id": "e9", "text": "one"}]}`, "key-0 is kept 2 times"},
		{"under another id", `{"events": [{"id": "e9", "text": "one"}]}`, "key-0 was acknowledged as e1 and is kept as e9"},
		{"garbage", `{"events": 1}`, "the export does not parse"},
	} {
		j := journal{texts: map[string]string{"key-0": "one", "key-1": "two"}, acked: map[string]ack{"key-0": {ID: "e1", Key: "key-0"}}}
		if got := strings.Join(j.check([]byte(c.export)), "; "); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	j := journal{acked: map[string]ack{}}
	j.got(ack{Key: "k", ID: "e1"})
	j.got(ack{Key: "k", ID: "e2"})
	if len(j.wrong) != 1 {
		t.Error("two different answers to one key pass")
	}
}

const crashCase = `format: tocsin-casefile/1
case: TOC-2026-0901
title: Crash (invented)
record: kept
tlp: AMBER
products:
  - {id: widget, name: Widget, provider: acme}
parties:
  - {id: acme, name: Acme Ltd, country: DE}
  - {id: finder, name: A finder, country: FR, roles: [finder]}
events:
  - {id: first, kind: reported, by: finder, to: [acme], of: widget, at: "2026-11-20T09:00Z"}
`

// TestKill kills the real program at random moments while events stream into
// it, and compares what it had acknowledged with what it kept.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("kills the program many times")
	}
	rounds := kills
	if s := os.Getenv("TOCSIN_KILLS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		rounds = n
	}
	seed := rand.Uint64() >> 1
	if s := os.Getenv("TOCSIN_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed = n
	}
	t.Logf("TOCSIN_SEED=%d chooses the same moments", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))

	dir := t.TempDir()
	file := filepath.Join(dir, "case.yaml")
	if err := os.WriteFile(file, []byte(crashCase), 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	run(t, "case", "import", file, "--data", data)

	j := &journal{texts: map[string]string{}, acked: map[string]ack{}}
	var receipts []string
	for n := range rounds {
		j.reopen()
		before := len(j.acked)
		stream(t, j, data, rnd)
		t.Logf("kill %d: %d acknowledged", n+1, len(j.acked)-before)
		if n%5 == 4 {
			out := filepath.Join(dir, fmt.Sprintf("head-%d.tlog-proof", n))
			run(t, "receipt", "TOC-2026-0901", "--data", data, "--output", out)
			receipts = append(receipts, out)
		}
	}
	if wrong := j.check(run(t, "case", "export", "TOC-2026-0901", "--format", "json", "--data", data)); len(wrong) > 0 {
		t.Errorf("of %d acknowledged events and %d sent:\n%s", len(j.acked), j.next, strings.Join(wrong, "\n"))
	}
	run(t, "ledger", "audit", "--data", data)
	for _, r := range receipts {
		run(t, "ledger", "check", r, "--data", data)
	}
	args := append([]string{"verify"}, receipts...)
	for _, key := range keys(t, data) {
		args = append(args, "--key", key)
	}
	run(t, args...)
	t.Logf("%d kills, %d events acknowledged of %d sent, %d checkpoints kept outside", rounds, len(j.acked), j.next, len(receipts))
	if len(j.acked) < rounds {
		t.Errorf("only %d events were acknowledged over %d kills; the test shows nothing", len(j.acked), rounds)
	}
}

// stream sends events to the program until it is killed.
func stream(t *testing.T, j *journal, data string, rnd *rand.Rand) {
	t.Helper()
	cmd := exec.Command(program, "case", "add-event", "TOC-2026-0901", "--from", "-", "--data", data, "--by", "crash test")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// The moment is the fault itself: now and then before the first answer,
	// mostly while answers come.
	after, upTo := 1+rnd.IntN(60), time.Duration(rnd.IntN(4_000))*time.Microsecond
	kill := func() { _ = cmd.Process.Kill() }
	if rnd.IntN(6) == 0 {
		defer time.AfterFunc(time.Duration(rnd.IntN(150))*time.Millisecond, kill).Stop()
	}
	send := rand.New(rand.NewPCG(rnd.Uint64(), 2))
	var sending sync.WaitGroup
	window := make(chan struct{}, 32) // sent and not answered yet: enough for group commit
	over := make(chan struct{})
	sending.Go(func() {
		for {
			select {
			case window <- struct{}{}:
			case <-over:
				return
			}
			key, text := j.take(send)
			line, err := json.Marshal(map[string]any{
				"key": key, "kind": "commented", "by": "acme", "to": []string{"finder"}, "of": "widget", "at": "2026-11-20T10:00:00Z", "text": text,
			})
			if err != nil {
				panic(err)
			}
			if _, err := in.Write(append(line, '\n')); err != nil {
				return
			}
		}
	})
	lines := bufio.NewScanner(out)
	for n := 1; lines.Scan(); n++ {
		var a ack
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			// The last line may be cut; any other must parse.
			if lines.Scan() {
				t.Errorf("%q is no acknowledgement: %v", lines.Text(), err)
			}
			break
		}
		j.got(a)
		<-window
		if n == after {
			defer time.AfterFunc(upTo, kill).Stop()
		}
	}
	_, _ = io.Copy(io.Discard, out)
	err = cmd.Wait()
	close(over)
	sending.Wait()
	if x, ok := err.(*exec.ExitError); !ok || x.Exited() {
		t.Fatalf("the program was not killed, it ended by itself: %v\n%s", err, stderr.String())
	}
}

// run runs the program, which must succeed, and gives what it printed.
func run(t *testing.T, args ...string) []byte {
	t.Helper()
	var stderr strings.Builder
	cmd := exec.Command(program, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tocsin %s: %v\n%s%s", strings.Join(args, " "), err, out, stderr.String())
	}
	return out
}

// keys are the log's own verifier keys.
func keys(t *testing.T, data string) []string {
	t.Helper()
	var status struct {
		Keys []string `json:"keys"`
	}
	out := run(t, "ledger", "status", "--format", "json", "--data", data)
	if err := json.Unmarshal(out, &status); err != nil || len(status.Keys) == 0 {
		t.Fatalf("ledger status names no keys: %v\n%s", err, out)
	}
	return status.Keys
}
