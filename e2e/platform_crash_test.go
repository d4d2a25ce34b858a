package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/app"
	"tocsin/internal/testkit/pgtest"
	"tocsin/partner"
)

// platformKills is how often TestKillPlatform kills on each engine;
// TOCSIN_KILLS asks for more.
const (
	platformKills = 8
	writers       = 16
	peak          = time.Minute // the longest that a round may take
)

// TestKillPlatform kills the real platform at random moments under writes over
// HTTP, on both engines, and the database server beside it. What was acknowledged
// is kept once under its id, a key sent again gets the same answer, and an outside
// monitor that never forgets a checkpoint is never contradicted.
func TestKillPlatform(t *testing.T) {
	if testing.Short() {
		t.Skip("kills the program many times")
	}
	t.Run("sqlite", func(t *testing.T) { killPlatform(t, "", func() {}) })
	t.Run("postgres", func(t *testing.T) {
		server := pgtest.Start(t)
		killPlatform(t, server.URL("platform"), func() {
			server.Kill()
			server.Restart()
		})
	})
}

func killPlatform(t *testing.T, database string, killDatabase func()) {
	rounds := platformKills
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
	rnd := rand.New(rand.NewPCG(seed, 2))
	w := &world{t: t, data: filepath.Join(t.TempDir(), "data"), database: database, addr: freeAddr(t)}
	w.prepare()

	ctx, stop := context.WithCancel(t.Context())
	var outside sync.WaitGroup
	m := newMonitor(t, w.keys)
	outside.Go(func() { m.watch(ctx, "http://"+w.addr) })
	defer outside.Wait()
	defer stop()

	j := &journal{texts: map[string]string{}, acked: map[string]ack{}}
	for n := range rounds {
		j.reopen()
		before := len(j.acked)
		w.round(j, rnd)
		t.Logf("kill %d: %d acknowledged", n+1, len(j.acked)-before)
		if n%3 == 2 {
			killDatabase()
		}
	}
	// Everything once more, in peace: each key that was sent is answered, those
	// that were answered before with the same words.
	for n := range j.next {
		j.open = append(j.open, fmt.Sprintf("key-%d", n))
	}
	w.peace(j)
	stop()
	outside.Wait()

	wrong := append(j.check(w.run("case", "export", w.handle, "--format", "json")), m.wrong...)
	if len(wrong) > 0 {
		t.Errorf("of %d acknowledged events and %d sent:\n%s", len(j.acked), j.next, strings.Join(wrong, "\n"))
	}
	if len(j.acked) != j.next {
		t.Errorf("%d keys were sent and %d answered, the last time in peace", j.next, len(j.acked))
	}
	w.run("ledger", "audit")
	t.Logf("%d kills, %d events acknowledged of %d sent, %d checkpoints seen from outside, the last over %d", rounds, len(j.acked), j.next, len(m.seen), m.last.Size)
	if len(j.acked) < 2*rounds || len(m.seen) < 3 {
		t.Errorf("%d events were acknowledged over %d kills and %d checkpoints seen; the test shows nothing", len(j.acked), rounds, len(m.seen))
	}
}

// world is a platform with one person, one token and one case.
type world struct {
	t              *testing.T
	data, database string
	addr           string
	handle, token  string
	keys           []string
	keyless        bool // for the control: writes without idempotency keys
}

// TestRetriesWithoutKeysDouble is the control: a client that was not answered and
// sends again without a key doubles its event, and the check sees it.
func TestRetriesWithoutKeysDouble(t *testing.T) {
	w := &world{t: t, data: filepath.Join(t.TempDir(), "data"), addr: freeAddr(t), keyless: true}
	w.prepare()
	j := &journal{texts: map[string]string{"key-0": "said once"}, acked: map[string]ack{}, open: []string{"key-0", "key-0"}}
	w.peace(j)
	wrong := strings.Join(j.check(w.run("case", "export", w.handle, "--format", "json")), "; ")
	if !strings.Contains(wrong, "key-0 is kept 2 times") || !strings.Contains(wrong, "was acknowledged as") {
		t.Errorf("the check finds %q", wrong)
	}
}

func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// prepare makes what the rounds need, within this process.
func (w *world) prepare() {
	w.t.Helper()
	ctx := w.t.Context()
	check := func(err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	a, err := app.Open(ctx, app.Options{DataDir: w.data, Database: w.database, Create: true})
	check(err)
	p, err := a.Platform(app.PlatformOptions{Addr: "127.0.0.1:0", Every: time.Hour, Pad: 8, Demo: true})
	check(err)
	check(p.Start(ctx))
	check(p.People().Seed(ctx,
		[]partner.Org{{ID: "acme", Name: "Acme Ltd", Kind: partner.Entity, Country: "DE", Standing: partner.Active}},
		[]partner.Person{{ID: "ada", Name: "Ada", Login: "ada", Place: "DE", Member: []partner.Membership{{Org: "acme", Roles: []partner.Role{partner.Responder}}}}}))
	readers, err := p.People().ReadersOf(ctx, "acme")
	check(err)
	res, err := p.Desk().Import(ctx, readers[0], "crash.yaml", []byte(crashCase), "")
	check(err)
	w.handle = res.Handle
	w.token, _, err = p.People().NewToken(ctx, "ada", "crash test", []string{"*"}, 24*time.Hour)
	check(err)
	status, err := a.Status(ctx)
	check(err)
	w.keys = status.Keys
	check(p.Stop())
	check(a.Close())
}

// run runs the program on the same record.
func (w *world) run(args ...string) []byte {
	w.t.Helper()
	w.t.Setenv("TOCSIN_DATABASE", w.database)
	return run(w.t, append(args, "--data", w.data)...)
}

// serve starts the platform and waits until it listens.
func (w *world) serve() (cmd *exec.Cmd, stderr *bytes.Buffer) {
	w.t.Helper()
	cmd = exec.Command(program, "serve", "--data", w.data, "--addr", w.addr, "--rate", "0", "--person-rate", "0", "--every", "1s", "--pad", "8")
	cmd.Env = append(os.Environ(), "TOCSIN_DATABASE="+w.database)
	stderr = &bytes.Buffer{}
	cmd.Stderr = stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || !strings.HasPrefix(lines.Text(), "serving on ") {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		w.t.Fatalf("it does not serve: %q %s", lines.Text(), stderr)
	}
	return cmd, stderr
}

// round lets the writers write until the program is killed.
func (w *world) round(j *journal, rnd *rand.Rand) {
	w.t.Helper()
	cmd, stderr := w.serve()
	ctx, stop := context.WithTimeout(w.t.Context(), peak)
	defer stop()
	// The moment is the fault itself: after so many answers and a little.
	var answers atomic.Int64
	after, wait := int64(1+rnd.IntN(150)), time.Duration(rnd.IntN(4000))*time.Microsecond
	enough := make(chan struct{})
	var once sync.Once
	var writing sync.WaitGroup
	for range writers {
		send := rand.New(rand.NewPCG(rnd.Uint64(), 3))
		writing.Go(func() {
			c := &http.Client{Transport: &http.Transport{}, Timeout: peak}
			defer c.CloseIdleConnections()
			for ctx.Err() == nil {
				key, text := j.take(send)
				a, err := w.write(ctx, c, key, text)
				if err != nil {
					return // it was killed
				}
				j.got(a)
				if answers.Add(1) == after {
					once.Do(func() { close(enough) })
				}
			}
		})
	}
	select {
	case <-enough:
		timer := time.NewTimer(wait)
		<-timer.C
	case <-ctx.Done():
	}
	_ = cmd.Process.Kill()
	err := cmd.Wait()
	writing.Wait()
	if x, ok := err.(*exec.ExitError); !ok || x.Exited() {
		w.t.Fatalf("the program was not killed, it ended by itself: %v\n%s", err, stderr)
	}
}

// peace sends what is open to a platform that nobody kills, and ends it well.
func (w *world) peace(j *journal) {
	w.t.Helper()
	cmd, stderr := w.serve()
	ctx, stop := context.WithTimeout(w.t.Context(), 5*time.Minute)
	defer stop()
	keys := make(chan string, len(j.open))
	for _, k := range j.open {
		keys <- k
	}
	close(keys)
	var writing sync.WaitGroup
	for range writers {
		writing.Go(func() {
			c := &http.Client{Transport: &http.Transport{}, Timeout: peak}
			defer c.CloseIdleConnections()
			for key := range keys {
				a, err := w.write(ctx, c, key, j.texts[key])
				if err != nil {
					w.t.Errorf("%s in peace: %v", key, err)
					return
				}
				j.got(a)
			}
		})
	}
	writing.Wait()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		w.t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		w.t.Errorf("ending: %v\n%s", err, stderr)
	}
}

// write sends an event under a key. An answer that refuses is a failure of the
// test: nothing here is wrong but the moment.
func (w *world) write(ctx context.Context, c *http.Client, key, text string) (ack, error) {
	body, err := json.Marshal(map[string]any{
		"kind": "commented", "by": "acme", "to": []string{"finder"}, "of": "widget", "at": "2026-11-20T10:00:00Z", "text": text,
	})
	if err != nil {
		return ack{}, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+w.addr+"/api/v1/cases/"+w.handle+"/events", bytes.NewReader(body))
	if err != nil {
		return ack{}, err
	}
	r.Header.Set("Authorization", "Bearer "+w.token)
	r.Header.Set("Content-Type", "application/json")
	if !w.keyless {
		r.Header.Set("Idempotency-Key", key)
	}
	res, err := c.Do(r)
	if err != nil {
		return ack{}, err
	}
	defer res.Body.Close()
	var kept struct {
		Handle   string `json:"handle"`
		ID       string `json:"id"`
		Index    int64  `json:"index"`
		Recorded string `json:"recorded-at"`
		Detail   string `json:"detail"`
	}
	if err := json.NewDecoder(res.Body).Decode(&kept); err != nil {
		return ack{}, err
	}
	if res.StatusCode != http.StatusCreated && res.StatusCode != http.StatusOK {
		w.t.Errorf("%s: %d %s", key, res.StatusCode, kept.Detail)
		return ack{}, fmt.Errorf("%d", res.StatusCode)
	}
	return ack{ID: kept.ID, Handle: kept.Handle, Index: kept.Index, Recorded: kept.Recorded, Key: key}, nil
}
