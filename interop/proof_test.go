package interop

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	flog "github.com/transparency-dev/formats/log"
	fnote "github.com/transparency-dev/formats/note"
	fproof "github.com/transparency-dev/formats/proof"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"tocsin/receipt"
)

// A stranger has a receipt, the log's vkey and libraries of other people, and
// nothing of ours. What is written here is what docs/receipts.md tells them.
type stranger struct {
	Format string          `json:"format"`
	Record openedRecord    `json:"record"`
	Linked json.RawMessage `json:"linked"`
	Stamps [][]byte        `json:"stamps"`
}

type openedRecord struct {
	Schema uint16 `json:"schema"`
	Fields []struct {
		Name  string  `json:"name"`
		Value *string `json:"value"`
		Salt  []byte  `json:"salt"`
	} `json:"fields"`
	Hidden [][]byte `json:"hidden"`
}

// leaf computes the log entry of a record of which some fields are opened.
func (r openedRecord) leaf() ([]byte, error) {
	opened := map[int]tlog.Hash{}
	for _, f := range r.Fields {
		slot, ok := receipt.SlotOf(f.Name) // the frozen table
		if !ok {
			return nil, fmt.Errorf("%s has no slot", f.Name)
		}
		mac := hmac.New(sha256.New, f.Salt)
		if f.Value == nil {
			mac.Write([]byte{byte(slot), 0, 0, 0})
		} else {
			mac.Write([]byte{byte(slot)})
			mac.Write(binary.BigEndian.AppendUint16(nil, uint16(len(f.Name))))
			mac.Write([]byte(f.Name + "\x01" + *f.Value))
		}
		opened[slot] = tlog.RecordHash(mac.Sum(nil))
	}
	hidden := r.Hidden
	var walk func(lo, hi int) (tlog.Hash, error)
	walk = func(lo, hi int) (h tlog.Hash, err error) {
		any := false
		for slot := range opened {
			any = any || lo <= slot && slot < hi
		}
		switch {
		case !any:
			if len(hidden) == 0 || len(hidden[0]) != tlog.HashSize {
				return h, errors.New("a hash of a hidden subtree is missing")
			}
			copy(h[:], hidden[0])
			hidden = hidden[1:]
			return h, nil
		case hi-lo == 1:
			return opened[lo], nil
		}
		left, err := walk(lo, (lo+hi)/2)
		if err != nil {
			return h, err
		}
		right, err := walk((lo+hi)/2, hi)
		return tlog.NodeHash(left, right), err
	}
	root, err := walk(0, 128)
	if err != nil || len(hidden) > 0 {
		return nil, fmt.Errorf("%d hashes are left over, %v", len(hidden), err)
	}
	text := binary.BigEndian.AppendUint16([]byte("tocsin.record/1\n"), r.Schema)
	text = append(binary.BigEndian.AppendUint16(text, 128), root[:]...)
	commitment := sha256.Sum256(text)
	return append([]byte{1}, commitment[:]...), nil
}

// check verifies a receipt from its bytes and the log's keys.
func check(file []byte, vkeys ...string) (opened openedRecord, err error) {
	var p fproof.TLogProof
	if err := p.Unmarshal(file); err != nil {
		return opened, err
	}
	var s stranger
	if err := json.Unmarshal(p.ExtraData, &s); err != nil {
		return opened, err
	}
	if s.Format != "tocsin-receipt/1" {
		return opened, fmt.Errorf("the format is %q", s.Format)
	}
	entry, err := s.Record.leaf()
	if err != nil {
		return opened, err
	}
	for _, vkey := range vkeys {
		verifier, err := fnote.NewVerifier(vkey)
		if err != nil {
			return opened, err
		}
		cp, rest, _, err := flog.ParseCheckpoint(p.Checkpoint, verifier.Name(), verifier)
		if err != nil || len(rest) > 0 {
			return opened, fmt.Errorf("the checkpoint is not signed by the log, or has %d more bytes: %v", len(rest), err)
		}
		hashes := make(tlog.RecordProof, len(p.Hashes))
		for i, h := range p.Hashes {
			hashes[i] = h
		}
		if err := tlog.CheckRecord(hashes, int64(cp.Size), tlog.Hash(cp.Hash), int64(p.Index), tlog.RecordHash(entry)); err != nil {
			return opened, err
		}
	}
	return s.Record, nil
}

func TestAStrangerVerifiesAReceiptWithoutUs(t *testing.T) {
	o := newLog(t)
	o.grow(77, 0)
	rec, index := o.keep(map[string]string{"entry": "event", "kind": "reported", "by": "acme", "title": "not shown"})
	o.grow(1000, 0)
	rel := o.publish()
	keys := keysOf(o.publisher.Signers)
	if len(keys) != 2 {
		t.Fatalf("the log signs with %d keys, want Ed25519 and ML-DSA-44", len(keys))
	}
	for _, names := range [][]string{{"entry"}, {"entry", "kind", "by"}, {"kind", "rule"}, {"from"}} {
		p := o.proof(index, receipt.Extra{Record: disclose(t, rec, names...)})
		file := p.Bytes()
		opened, err := check(file, keys[0].String(), keys[1].String())
		if err != nil {
			t.Fatalf("%v: %v", names, err)
		}
		if len(opened.Fields) != len(names) || bytes.Contains(file, []byte("not shown")) {
			t.Errorf("%v: %d fields are opened", names, len(opened.Fields))
		}

		// The controls: another word, another place, another log.
		bent := p
		bent.Extra = bytes.Replace(p.Extra, []byte(`"reported\"`), []byte(`"acquired\"`), 1)
		if !bytes.Equal(bent.Extra, p.Extra) {
			if _, err := check(bent.Bytes(), keys[0].String()); err == nil {
				t.Errorf("%v: verifies with another value", names)
			}
		} else if names[0] == "kind" {
			t.Error("the control did not change the value")
		}
		bent = p
		bent.Index++
		if _, err := check(bent.Bytes(), keys[0].String()); err == nil {
			t.Errorf("%v: verifies at another index", names)
		}
		other := newLog(t)
		if _, err := check(file, other.key().String()); err == nil {
			t.Errorf("%v: verifies with another log's key", names)
		}
	}

	// The note by the code that invented it.
	verifier, err := note.NewVerifier(o.key().String())
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open(rel.Note, note.VerifierList(verifier))
	if err != nil || len(n.Sigs) != 1 || len(n.UnverifiedSigs) != 1 {
		t.Errorf("note.Open: %v, %+v", err, n)
	}
}

// What others write, we read, and the other way round.
func TestProofFilesAreWrittenAlike(t *testing.T) {
	o := newLog(t)
	rec, index := o.keep(map[string]string{"entry": "event"})
	o.grow(300, 0)
	o.publish()
	ours := o.proof(index, receipt.Extra{Record: disclose(t, rec, "entry")})
	theirs := fproof.TLogProof{Index: uint64(ours.Index), Checkpoint: ours.Checkpoint, ExtraData: ours.Extra}
	for _, h := range ours.Hashes {
		theirs.Hashes = append(theirs.Hashes, h)
	}
	if !bytes.Equal(ours.Bytes(), theirs.Marshal()) {
		t.Errorf("we write\n%s\nthey write\n%s", ours.Bytes(), theirs.Marshal())
	}
	back, err := receipt.ParseProof(theirs.Marshal())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(back.Bytes(), ours.Bytes()) {
		t.Error("what they write is another file once we have read it")
	}
}
