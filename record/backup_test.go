package record_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
	"tocsin/record"
	"tocsin/record/recordtest"
)

// busy is a desk with something of everything: two cases, a receipt, fillers, a
// request, a published checkpoint and an intent.
func busy(t testing.TB) *desk {
	t.Helper()
	d := newDesk(t)
	for _, file := range []string{small, strings.ReplaceAll(small, "TOC-1", "TOC-2")} {
		c, err := casefile.Parse("small.yaml", []byte(file))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.k.Import(d.ctx(), c, "desk", "import "+c.File.Case); err != nil {
			t.Fatal(err)
		}
	}
	e, err := casefile.EventFrom("notified by=maker to=finder of=lib", start)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := d.k.Load(d.ctx(), "TOC-2")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.k.AddEvent(d.ctx(), kept.Handle, e, record.AnyVersion, "desk", ""); err != nil {
		t.Fatal(err)
	}
	if err := d.k.Fillers(d.ctx(), 3); err != nil {
		t.Fatal(err)
	}
	err = d.store.Update(d.ctx(), func(tx record.Tx) error {
		for seq, size := range []int64{9, 12} {
			root, err := ledger.RootAt(d.ctx(), tx, 1, size)
			if err != nil {
				return err
			}
			s := ledger.Signed{Seq: int64(seq) + 1, Epoch: 1, Size: size, Root: root, State: ledger.Intent, At: start}
			if err := tx.PutIntent(d.ctx(), s); err != nil {
				return err
			}
			if seq == 0 {
				s.State, s.Note, s.Stamps, s.Timed = ledger.Published, []byte("a note\n"), [][]byte{{1, 2}}, true
				if err := tx.PutPublished(d.ctx(), s); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func saved(t testing.TB, k *record.Keeper) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := k.Backup(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// restore reads a backup as another machine would: other keys of its own.
func restore(t testing.TB, stream []byte) (*recordtest.Store, record.Options, record.BackupReport, error) {
	t.Helper()
	store := recordtest.New()
	wraps := recordtest.NewWraps()
	if _, _, err := wraps.Rotate(); err != nil {
		t.Fatal(err)
	}
	o := record.Options{Wraps: wraps, LookupKey: [32]byte{9}, Erasures: &recordtest.Erasures{}, Now: recordtest.NewClock(start).Now}
	report, err := record.Restore(context.Background(), bytes.NewReader(stream), store, o)
	return store, o, report, err
}

// A restored store says what the first one said: a backup of it is the same to
// the byte, its cases export the same, and it can be written to.
func TestBackupAndRestore(t *testing.T) {
	d := busy(t)
	stream := saved(t, d.k)
	store, o, report, err := restore(t, stream)
	if err != nil {
		t.Fatal(err)
	}
	if report.Records == 0 || report.Records != report.Leaves || report.Checkpoints != 2 || report.Epochs != 1 || report.Requests != 2 {
		t.Errorf("%+v", report)
	}
	k, err := record.New(store, o)
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	if !bytes.Equal(saved(t, k), stream) {
		t.Error("a backup of the restored store is another one")
	}
	for _, id := range []string{"TOC-1", "TOC-2"} {
		was, err := d.k.Load(d.ctx(), id)
		if err != nil {
			t.Fatal(err)
		}
		is, err := k.Load(d.ctx(), id)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(was.Case.File, is.Case.File); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(was.Records, is.Records); diff != "" {
			t.Error(diff)
		}
	}
	if bytes.Equal(store.Bytes(), d.store.Bytes()) {
		t.Error("the restored cases have the keys of the first machine")
	}
	if err := k.Fillers(d.ctx(), 1); err != nil {
		t.Error(err)
	}
}

// The stream holds contents and salts, which is why it is encrypted, and none of
// the keys.
func TestBackupHoldsNoKey(t *testing.T) {
	d := busy(t)
	stream := saved(t, d.k)
	if !bytes.Contains(stream, []byte("Jo Finder wrote")) {
		t.Error("the control: what is kept is not found in it")
	}
	_, wrap, err := d.wraps.Current()
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string][32]byte{"wrapping key": wrap, "look-up key": d.o.LookupKey} {
		for _, form := range [][]byte{key[:], []byte(hex.EncodeToString(key[:])), []byte(base64.StdEncoding.EncodeToString(key[:]))} {
			if bytes.Contains(stream, form) {
				t.Errorf("the %s is in the backup", name)
			}
		}
	}
	err = d.store.View(d.ctx(), func(r record.Reader) error {
		return r.EachKey(d.ctx(), func(k record.Key) error {
			if bytes.Contains(stream, k.Wrapped) {
				t.Errorf("the wrapped key of %q is in the backup", k.Handle)
			}
			return nil
		})
	})
	if err != nil {
		t.Error(err)
	}
}

// Wherever a backup is cut off, or a bit of it flips, nothing of it is restored.
func TestDamagedBackups(t *testing.T) {
	d := busy(t)
	stream := saved(t, d.k)
	refused := func(name string, damaged []byte) {
		t.Helper()
		store, _, _, err := restore(t, damaged)
		if err == nil {
			t.Fatalf("%s: it was restored", name)
		}
		if k := fault.KindOf(err); k == fault.Internal && !strings.Contains(err.Error(), "hash") {
			t.Errorf("%s: kind %s: %v", name, k, err)
		}
		if err := store.View(d.ctx(), func(r record.Reader) error {
			if e, err := r.Epochs(d.ctx()); err != nil || len(e) > 0 {
				t.Errorf("%s: something of it stands: %v", name, err)
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
	}
	step := 1
	if testing.Short() {
		step = 37
	}
	for n := 0; n < len(stream); n += 101 * step {
		refused("cut off", stream[:n])
	}
	refused("cut off", stream[:len(stream)-1])
	refused("something behind it", append(bytes.Clone(stream), 0))
	for at := 0; at < len(stream); at += 13 * step {
		damaged := bytes.Clone(stream)
		damaged[at] ^= 1 << (at % 8)
		refused("flipped", damaged)
	}
	if _, _, _, err := restore(t, stream); err != nil {
		t.Errorf("the control: %v", err)
	}
}

// Somebody who can write a digest too still cannot make a record, a root or a
// count pass that the rest contradicts.
func TestForgedBackups(t *testing.T) {
	d := busy(t)
	stream := saved(t, d.k)
	for name, c := range map[string]struct {
		from, to, why string
	}{
		"another text":          {"Jo Finder wrote", "Jo Finder lied!", "not the one that the log committed to"},
		"another epoch's size":  {`"size":20`, `"size":19`, "more than the 19 leaves"},
		"a checkpoint's size":   {`"size":9`, `"size":8`, "is not over the first 8 leaves"},
		"an unknown state":      {`"state":"intent"`, `"state":"intend"`, "unknown state"},
		"an unknown key":        {`"opened":`, `"closed":`, "unknown field"},
		"another count":         {`"requests":2`, `"requests":3`, "counts other things"},
		"another backup format": {"tocsin-backup/1", "tocsin-backup/3", "does not begin with"},
	} {
		forged := bytes.Replace(stream, []byte(c.from), []byte(c.to), 1)
		if name == "another count" { // the trailer is the last frame
			at := bytes.LastIndex(stream, []byte(c.from))
			forged = append(append(bytes.Clone(stream[:at]), c.to...), stream[at+len(c.from):]...)
		}
		if bytes.Equal(forged, stream) {
			t.Errorf("%s: %q is not in the stream", name, c.from)
			continue
		}
		_, _, _, err := restore(t, resealed(t, forged))
		if err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %v, want %q", name, err, c.why)
		}
	}
	if _, _, _, err := restore(t, resealed(t, stream)); err != nil {
		t.Errorf("the control: %v", err)
	}
}

// resealed writes the digest of a stream anew, as a forger would.
func resealed(t testing.TB, stream []byte) []byte {
	t.Helper()
	at := bytes.LastIndex(stream, []byte(`{"epochs":`))
	if at < 5 {
		t.Fatal("the stream has no trailer")
	}
	var end map[string]any
	if err := json.Unmarshal(stream[at:], &end); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(stream[:at-5])
	body := bytes.Replace(bytes.Clone(stream[at:]), []byte(end["sha256"].(string)), []byte(hex.EncodeToString(sum[:])), 1)
	out := bytes.Clone(stream[:at-5])
	out = binary.BigEndian.AppendUint32(append(out, 'Z'), uint32(len(body)))
	return append(out, body...)
}

// A backup is never poured over something.
func TestRestoreIntoAnEmptyStoreOnly(t *testing.T) {
	d := busy(t)
	stream := saved(t, d.k)
	_, err := record.Restore(d.ctx(), bytes.NewReader(stream), d.store, d.o)
	if fault.KindOf(err) != fault.Conflict {
		t.Errorf("%v", err)
	}
}

// A record that the log did not commit to is found when the backup is made, not
// on the day when it is needed.
func TestBackupRefusesWhatCouldNotBeRestored(t *testing.T) {
	d := busy(t)
	d.store.Tamper(1, 5, func(r *record.Row, e *receipt.Entry) { e[7] ^= 1 })
	_, err := d.k.Backup(d.ctx(), &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "epoch 1, index 5") {
		t.Errorf("%v", err)
	}
}

func FuzzRestore(f *testing.F) {
	stream := saved(f, busy(f).k)
	f.Add(stream)
	f.Add(stream[:len(stream)/2])
	f.Add(annexed(f, [2]string{"document/1", "{}"}))
	f.Add([]byte("tocsin-backup/1\nE\x00\x00\x00\x02{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		store, _, _, err := restore(t, data)
		if err == nil {
			return
		}
		_ = store.View(context.Background(), func(r record.Reader) error {
			if e, _ := r.Epochs(context.Background()); len(e) > 0 {
				t.Errorf("refused (%v), and something stands", err)
			}
			return nil
		})
	})
}
