package interop

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"

	"tocsin/ledger"
	"tocsin/receipt"
	"tocsin/witness"
)

// foreign is a running witness that we did not write: omniwitness of
// transparency-dev, with an Ed25519 and an ML-DSA-44 key.
type foreign struct {
	url   string
	vkeys []string // Ed25519 cosignature key, ML-DSA-44 key
	said  *output
}

// startWitness runs it on loopback for one log. It takes checkpoints that are
// brought to it and asks nobody for any: it has neither a distributor nor a
// list of logs to fetch.
func startWitness(t *testing.T, log receipt.Key) *foreign {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	private, public := witnessKeys(t, "witness.example.org/w1")
	w := &foreign{vkeys: public}
	args := []string{
		"-logtostderr", "-metrics_listen", "",
		"-private_key_path", write("ed25519.key", private[0]), "-private_key_path", write("mldsa.key", private[1]),
		"-additional_logs", write("logs.yaml", fmt.Sprintf("Logs:\n  - Origin: %s\n    PublicKey: %s\n", log.Name(), log)),
		"-db_file", filepath.Join(dir, "witness.db"),
	}
	path := program(t, "omniwitness")
	for range 5 {
		addr := freePort(t)
		if w.said = run(t, path, "HTTP server goroutine started", append(args, "-listen", addr)...); w.said != nil {
			w.url = "http://" + addr + "/"
			return w
		}
	}
	t.Fatal("the witness did not start on any of five ports")
	return nil
}

// witnessKeys makes an Ed25519 and an ML-DSA-44 key by others' code.
func witnessKeys(t *testing.T, name string) (private, public []string) {
	t.Helper()
	sk, vk, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		t.Fatal(err)
	}
	if vk, err = fnote.VKeyToCosignatureV1(vk); err != nil {
		t.Fatal(err)
	}
	skPQ, vkPQ, err := fnote.GenerateMLDSAKey(name)
	if err != nil {
		t.Fatal(err)
	}
	return []string{sk, skPQ}, []string{vk, vkPQ}
}

// run starts a program for the length of the test and waits until it says the
// mark; nil if it ended before.
func run(t *testing.T, path, mark string, args ...string) *output {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), path, args...)
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said, seen, ended := &output{}, make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		said.until(pipe, mark, seen)
		_ = cmd.Wait() // it is killed at the end; its status says nothing
	}()
	said.kill = func() {
		_ = cmd.Process.Kill() // it may have ended
		<-ended
	}
	t.Cleanup(said.kill)
	select {
	case <-seen:
		return said
	case <-ended:
		t.Logf("%s ended at once:\n%s", filepath.Base(path), said)
		return nil
	case <-time.After(time.Minute):
		t.Fatalf("%s does not say %q:\n%s", filepath.Base(path), mark, said)
		return nil
	}
}

// policy is ours for this witness; both of its keys are asked for.
func (w *foreign) policy(t *testing.T, log receipt.Key) *receipt.Policy {
	t.Helper()
	text := fmt.Sprintf("log %s\nwitness ed %s %s\nwitness pq %s %s\ngroup both all ed pq\nquorum both\n",
		log, w.vkeys[0], w.url, w.vkeys[1], w.url)
	p, err := receipt.ParsePolicy([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// clients are ours for this witness, one for each key.
func (w *foreign) clients(t *testing.T, log receipt.Key) []ledger.Witness {
	t.Helper()
	c, err := witness.Clients(w.policy(t, log), &http.Client{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
