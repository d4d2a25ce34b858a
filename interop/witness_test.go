package interop

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
)

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

// A witness that goes away is no reason to stop: the checkpoint is published, and
// says that it lacks the quorum. A process that it never answered signs nothing
// new, since its machine may have been put back to an earlier state.
func TestAForeignWitnessThatIsGone(t *testing.T) {
	o, w := witnessed(t)
	o.grow(10, 0)
	o.publish()
	w.said.kill()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	o.grow(20, 0)
	rel, err := o.publisher.Publish(ctx)
	if err != nil || rel.QuorumMet || len(rel.Missing) == 0 {
		t.Errorf("published, quorum %v, missing %q: %v, want it without a quorum and a sentence on who is missing", rel.QuorumMet, rel.Missing, err)
	}
	if said := strings.Join(rel.Missing, "\n"); !strings.Contains(said, "witness.example.org/w1") {
		t.Errorf("who is missing is not named: %q", said)
	}
	log, path, clock := o.key(), o.path, o.clock
	o.close()
	o = openLog(t, path, w.clients(t, log))
	o.publisher.Policy, o.clock = w.policy(t, log), clock
	o.grow(30, 0)
	_, err = o.publisher.Publish(ctx)
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "witness.example.org/w1") {
		t.Errorf("a process that no witness answered: %v, want it unavailable and who is missing", err)
	}
}
