package interop

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
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
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		<-ended
	})
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

// witnessed is a log of ours with a foreign witness.
func witnessed(t *testing.T) (*ours, *foreign) {
	t.Helper()
	o := newLog(t)
	w := startWitness(t, o.key())
	log, path := o.key(), o.path
	o.close()
	o = openLog(t, path, w.clients(t, log))
	o.publisher.Policy = w.policy(t, log)
	return o, w
}

// A log of ours and a witness of somebody else: it cosigns as the log grows,
// and the receipt that we hand out has its time, by both of its keys.
func TestAForeignWitnessCosigns(t *testing.T) {
	o, w := witnessed(t)
	began := time.Now().Add(-time.Second)
	rec, index := o.keep(map[string]string{"entry": "event", "kind": "aware", "title": "not shown"})
	for _, size := range []int64{2, 300, 1000} {
		o.grow(size, 0)
		rel := o.publish()
		if !rel.QuorumMet || len(rel.Cosigned) != 2 || len(rel.Missing) != 0 {
			t.Fatalf("at %d leaves: quorum %v, cosigned by %q, missing %q\n%s", size, rel.QuorumMet, rel.Cosigned, rel.Missing, w.said)
		}
	}
	p := o.proof(index, receipt.Extra{Record: disclose(t, rec, "entry", "kind")})
	v := receipt.Verify(p, w.policy(t, o.key()), receipt.Options{})
	if !v.Proved || !v.QuorumMet || len(v.Witnesses) != 2 {
		t.Fatalf("the receipt does not verify: %+v", v)
	}
	if v.NotLater.Before(began) || v.NotLater.After(time.Now().Add(time.Second)) {
		t.Errorf("the witness's time is %v, which is not now", v.NotLater)
	}
	// Its own reading of its lines is that of the others' library, too.
	for _, vkey := range w.vkeys {
		k, err := fnote.NewVerifier(vkey)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := note.Open(p.Checkpoint, note.VerifierList(k)); err != nil {
			t.Errorf("%s: %v", vkey[:40], err)
		}
	}

	// The control: a policy that asks for a witness who has not signed.
	_, stranger := witnessKeys(t, "witness.example.org/w2")
	strict, err := receipt.ParsePolicy(fmt.Appendf(nil, "log %s\nwitness other %s\nquorum other\n", o.key(), stranger[1]))
	if err != nil {
		t.Fatal(err)
	}
	if v := receipt.Verify(p, strict, receipt.Options{}); v.Proved {
		t.Error("a receipt is proved although the witness that the policy asks for has not cosigned")
	}
}

// Signing again without new leaves asks it again, and gets a new time.
func TestAForeignWitnessCosignsTheSameSizeAgain(t *testing.T) {
	o, w := witnessed(t)
	o.grow(20, 0)
	first := o.publish()
	o.clock = o.clock.Add(time.Hour)
	again, err := o.publisher.Refresh(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !again.New || again.Size != first.Size || again.Root != first.Root || !again.QuorumMet {
		t.Errorf("signed again: new %v, %d leaves, quorum %v, missing %q\n%s", again.New, again.Size, again.QuorumMet, again.Missing, w.said)
	}
}

// The whole machine goes back to a snapshot, guard and all. Nothing here can
// tell, but the witness has seen more: the log finds that out before anything
// of it is released, and writes no more.
func TestASnapshotPutBackIsNoticedByAForeignWitness(t *testing.T) {
	o, w := witnessed(t)
	o.grow(100, 0)
	o.publish()
	log := o.key()
	o.close()
	snapshot := copyDir(t, o.path)
	o = openLog(t, o.path, w.clients(t, log))
	o.grow(300, 0)
	o.publish()
	o.close()

	for _, c := range []struct {
		name  string
		grown int64 // 0: as it was restored
	}{
		{"as it was restored", 0},
		{"grown, but less than the witness saw", 200},
		{"grown to the size that the witness saw", 300},
		{"grown past what the witness saw", 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			back := openLog(t, copyDir(t, snapshot), w.clients(t, log))
			back.publisher.Policy = w.policy(t, log)
			if c.grown > 0 {
				back.grow(c.grown, 1)
			}
			back.clock = back.clock.Add(time.Hour)
			act := back.publisher.Publish
			if c.grown == 0 {
				act = back.publisher.Refresh
			}
			rel, err := act(t.Context())
			if k := fault.KindOf(err); k != fault.Forbidden {
				t.Errorf("published %d leaves, missing %q, error %v (%v), want it refused", rel.Size, rel.Missing, err, k)
			}
			if reason, err := back.dir.Guard().Diverged(); reason == "" || err != nil {
				t.Errorf("the log does not call itself diverged (%v)\n%s", err, w.said)
			}
			if err := back.writable(); fault.KindOf(err) != fault.Forbidden {
				t.Errorf("writing after that: %v, want it refused", err)
			}
		})
	}
}

// A database that came back from a backup may not be written to until somebody
// outside vouches for it. A witness of somebody else does, if the backup is the
// newest state that it knows, and does not if it has seen more.
func TestAForeignWitnessVouchesForARestoredDatabase(t *testing.T) {
	o, w := witnessed(t)
	o.grow(100, 0)
	o.publish()
	log := o.key()
	o.close()
	old := copyDir(t, o.path)
	o = openLog(t, o.path, w.clients(t, log))
	o.grow(150, 0)
	o.publish()
	o.close()

	restored := func(path string) *ours {
		back := openLog(t, copyDir(t, path), w.clients(t, log))
		guard := back.dir.Guard()
		water, err := guard.Water()
		if err != nil {
			t.Fatal(err)
		}
		water.Restored = true
		if err := guard.Raise(water); err != nil {
			t.Fatal(err)
		}
		if err := back.writable(); fault.KindOf(err) != fault.Forbidden {
			t.Fatalf("before anybody vouched: %v, want writing refused", err)
		}
		return back
	}
	newest := restored(o.path)
	if err := newest.publisher.Outside(t.Context()); err != nil {
		t.Errorf("the witness does not vouch for what it saw last: %v\n%s", err, w.said)
	}
	if err := newest.writable(); err != nil {
		t.Errorf("after the witness vouched: %v", err)
	}
	older := restored(old)
	if err := older.publisher.Outside(t.Context()); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("the witness vouches for less than it saw: %v\n%s", err, w.said)
	}
	if err := older.writable(); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("an older backup: %v, want writing refused", err)
	}
}

// What the client says of each refusal of a foreign witness. The forks are
// signed with the log's own key, as a thief of it would.
func TestRefusalsOfAForeignWitness(t *testing.T) {
	o, w := witnessed(t)
	o.grow(100, 0)
	o.publish()
	client := w.clients(t, o.key())[0]
	fork := newFork(t, o, 300)
	ctx := t.Context()

	t.Run("409 with its size", func(t *testing.T) {
		_, err := client.AddCheckpoint(ctx, 0, nil, fork.note(t, 300))
		var ahead *ledger.WitnessAhead
		if !errors.As(err, &ahead) || ahead.Size != 100 {
			t.Errorf("got %v, want that it has the log at 100", err)
		}
	})
	t.Run("422 for a fork that has grown", func(t *testing.T) {
		lines, err := client.AddCheckpoint(ctx, 100, fork.proof(t, 100, 300), fork.note(t, 300))
		refused(t, lines, err, http.StatusUnprocessableEntity)
	})
	// Its version of July 2026 says 409 without a size here, where the protocol
	// has 422; whatever it says, no line may come of it.
	t.Run("another root at the same size", func(t *testing.T) {
		lines, err := client.AddCheckpoint(ctx, 100, nil, fork.note(t, 100))
		if err == nil || len(lines) > 0 {
			t.Errorf("a fork at the same size was cosigned: %s", lines)
		}
	})
	// Nor here, where the protocol has 404 and its version of July 2026 says 500.
	t.Run("a log that it does not know", func(t *testing.T) {
		s, err := receipt.NewSigner("other.acme.example/ledger/1", receipt.Ed25519, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		n, err := receipt.Sign(receipt.Checkpoint{Origin: s.Key().Name(), Size: 1, Root: tlog.RecordHash([]byte("x"))}, []receipt.Signer{s}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		lines, err := client.AddCheckpoint(ctx, 0, nil, n)
		if err == nil || len(lines) > 0 {
			t.Errorf("a log that it does not know was cosigned: %s", lines)
		}
	})
	// The control: the honest log is still cosigned after all that.
	o.grow(120, 0)
	if rel := o.publish(); !rel.QuorumMet {
		t.Errorf("the honest log is not cosigned any more: %q\n%s", rel.Missing, w.said)
	}
}

func refused(t *testing.T, lines []byte, err error, status int) {
	t.Helper()
	var no *ledger.WitnessRefused
	if !errors.As(err, &no) || no.Status != status || len(lines) > 0 {
		t.Errorf("got lines %q, error %v, want a refusal with status %d", lines, err, status)
	}
}

// fork is another story under the same origin and keys.
type fork struct {
	signers []receipt.Signer
	hashes  []tlog.Hash // as tlog stores them
}

func newFork(t *testing.T, o *ours, size int64) *fork {
	t.Helper()
	f := &fork{signers: o.publisher.Signers}
	for i := range size {
		e := receipt.EntryOf(sha256.Sum256(fmt.Append(nil, "another story ", i)))
		hashes, err := tlog.StoredHashes(i, e[:], f)
		if err != nil {
			t.Fatal(err)
		}
		f.hashes = append(f.hashes, hashes...)
	}
	return f
}

// ReadHashes makes it a tlog.HashReader.
func (f *fork) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		out[i] = f.hashes[at]
	}
	return out, nil
}

func (f *fork) note(t *testing.T, size int64) []byte {
	t.Helper()
	root, err := tlog.TreeHash(size, f)
	if err != nil {
		t.Fatal(err)
	}
	n, err := receipt.Sign(receipt.Checkpoint{Origin: f.signers[0].Key().Name(), Size: size, Root: root}, f.signers, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (f *fork) proof(t *testing.T, old, size int64) []tlog.Hash {
	t.Helper()
	p, err := tlog.ProveTree(size, old, f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A witness that is gone is no reason to stop: the checkpoint is published, and
// says that it lacks the quorum.
func TestAForeignWitnessThatIsGone(t *testing.T) {
	o := newLog(t)
	dead := &foreign{url: "http://" + freePort(t) + "/"}
	_, dead.vkeys = witnessKeys(t, "witness.example.org/w1")
	log, path := o.key(), o.path
	o.close()
	o = openLog(t, path, dead.clients(t, log))
	o.publisher.Policy = dead.policy(t, log)
	o.grow(10, 0)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	rel, err := o.publisher.Publish(ctx)
	if err != nil || rel.QuorumMet || len(rel.Missing) == 0 {
		t.Errorf("published, quorum %v, missing %q: %v, want it without a quorum and a sentence on who is missing", rel.QuorumMet, rel.Missing, err)
	}
	if said := strings.Join(rel.Missing, "\n"); !strings.Contains(said, "witness.example.org/w1") {
		t.Errorf("who is missing is not named: %q", said)
	}
}
