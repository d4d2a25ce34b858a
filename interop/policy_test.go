package interop

import (
	"fmt"
	"path/filepath"
	"testing"

	fnote "github.com/transparency-dev/formats/note"
	fwitness "github.com/transparency-dev/formats/witness"
	"golang.org/x/mod/sumdb/note"

	"tocsin/receipt"
	"tocsin/witness"
)

// The other way round: the witness is ours, and who reads its cosignatures and
// the policy that asks for them is the library of somebody else.
func TestOthersAreContentWithOurWitness(t *testing.T) {
	o := newLog(t)
	w, err := witness.Open(filepath.Join(t.TempDir(), "witness"), witness.Options{
		Create: true, Name: "witness.example.org/w3", Logs: keysOf(o.publisher.Signers),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	url := serveHandler(t, w)
	log, path := o.key(), o.path
	text := fmt.Appendf(nil, "log %s\n", log)
	for i, k := range w.Keys() {
		text = fmt.Appendf(text, "witness w%d %s %s\n", i, k, url)
	}
	if len(w.Keys()) != 2 {
		t.Fatalf("our witness has %d keys, want Ed25519 and ML-DSA-44", len(w.Keys()))
	}
	ours, err := receipt.ParsePolicy(append(text, "group both all w0 w1\nquorum both\n"...))
	if err != nil {
		t.Fatal(err)
	}
	clients, err := witness.Clients(ours, nil)
	if err != nil {
		t.Fatal(err)
	}
	o.close()
	o = openLog(t, path, clients)
	o.publisher.Policy = ours
	o.grow(10, 0)
	o.publish()
	o.grow(700, 0)
	rel := o.publish()
	if !rel.QuorumMet {
		t.Fatalf("our own witness: missing %q", rel.Missing)
	}

	for _, k := range w.Keys() {
		v, err := fnote.NewVerifier(k.String())
		if err != nil {
			t.Fatalf("%s: %v", k, err)
		}
		n, err := note.Open(rel.Note, note.VerifierList(v))
		if err != nil || len(n.Sigs) != 1 {
			t.Errorf("%v cosignature: %v", k.Type(), err)
		}
	}
	// That library knows Ed25519 witnesses only, and no log lines.
	for i, k := range w.Keys() {
		if k.Type() != receipt.Ed25519Cosignature {
			continue
		}
		theirs := func(vkey string) fwitness.Group {
			g, err := fwitness.ParsePolicy(fmt.Appendf(nil, "witness w%d %s %s\nquorum w%d\n", i, vkey, url, i))
			if err != nil {
				t.Fatal(err)
			}
			return g
		}
		if !theirs(k.String()).Satisfied(rel.Note) {
			t.Error("their policy is not satisfied with our witness")
		}
		_, stranger := witnessKeys(t, "witness.example.org/w4")
		if theirs(stranger[0]).Satisfied(rel.Note) {
			t.Error("their policy is satisfied without the witness that it asks for: it says nothing")
		}
	}
}
