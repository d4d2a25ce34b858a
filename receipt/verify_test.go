package receipt

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// policyText is a policy of the world: its log, both witnesses, a quorum.
func (w *world) policyText(quorum string) string {
	return fmt.Sprintf("log %s\nlog %s\nwitness one %s\nwitness two %s\ngroup both all one two\n%s\n", w.ed.Key(), w.pq.Key(), w.w1.Key(), w.w2.Key(), quorum)
}

func (w *world) policy(t testing.TB, quorum string) *Policy {
	t.Helper()
	return must(ParsePolicy([]byte(w.policyText("quorum " + quorum))))
}

// A stranger with a receipt and a key can check the claim.
func TestReceiptProvesEachRecord(t *testing.T) {
	w := newWorld(t)
	for i := range w.size {
		p := must(ParseProof(w.receipt(t, i, nil).Bytes()))
		for name, policy := range map[string]*Policy{
			"the log's keys":   must(KeysPolicy(w.logKeys())),
			"one of them":      must(KeysPolicy(w.logKeys()[:1])),
			"the ML-DSA alone": must(KeysPolicy(w.logKeys()[1:])),
			"all keys":         must(KeysPolicy(w.allKeys())),
			"a policy":         w.policy(t, "both"),
		} {
			v := Verify(p, policy, Options{})
			if !v.Proved || v.Origin != w.origin || v.Index != i || v.Size != w.size || v.Root != encode64(w.cp.Root[:]) {
				t.Fatalf("entry %d with %s: %+v", i, name, v)
			}
			if seq, ok := v.Records[0].Value("sequence"); !ok || seq != itoa(i+1) {
				t.Errorf("entry %d opens sequence %s", i, seq)
			}
			if len(v.Records[0].Fields) != len(usualFields) {
				t.Errorf("entry %d opens %d fields", i, len(v.Records[0].Fields))
			}
		}
	}
}

// A time is named only from a verified witness; the log's own ML-DSA signature
// has a time too, and it is the operator's.
func TestTimeComesFromOutsideOnly(t *testing.T) {
	w := newWorld(t)
	p := w.receipt(t, 2, nil)
	v := Verify(p, must(KeysPolicy(w.logKeys())), Options{})
	if !v.Proved || !v.NotLater.IsZero() || v.NotLaterBy != "" || v.Witnesses != nil {
		t.Errorf("without witnesses, a time is named: %+v", v)
	}
	if v.OperatorClock != "2026-11-22T11:02:00.000Z" {
		t.Errorf("the operator's clock is %q", v.OperatorClock)
	}
	v = Verify(p, must(KeysPolicy(w.allKeys())), Options{})
	if want := noon.Add(time.Second); !v.NotLater.Equal(want) || v.NotLaterBy != "witness witness.example/w1" || len(v.Witnesses) != 2 {
		t.Errorf("the earliest witness is at %v: %v by %s", want, v.NotLater, v.NotLaterBy)
	}
	v = Verify(p, w.policy(t, "two"), Options{})
	if v.NotLaterBy != "witness one" || v.Quorum != "two" || !v.QuorumNeeded || !v.QuorumMet {
		t.Errorf("names are those of the policy: %+v", v)
	}
	if v := Verify(w.receipt(t, 2, []string{"kind"}), w.policy(t, "two"), Options{}); v.OperatorClock != "" {
		t.Errorf("the operator's clock is not opened, and is %q", v.OperatorClock)
	}
}

// Each thing that can be wrong with a receipt, and the reason that is given.
func TestReceiptThatProvesNothing(t *testing.T) {
	w := newWorld(t)
	other := newWorldOf(t, "other.example/ledger/1", "other", 7)
	fork := newWorldOf(t, testOrigin, "fork", 7) // same origin, other keys
	all := must(KeysPolicy(w.allKeys()))
	base := w.receipt(t, 3, nil)
	with := func(change func(p *Proof)) Proof {
		p := base
		p.Hashes = slices.Clone(base.Hashes)
		change(&p)
		return p
	}
	opened := func(change func(e *Extra)) Proof {
		e := must(base.Opened())
		change(&e)
		return must(NewProof(base.Index, base.Hashes, base.Checkpoint, e))
	}
	swap := func(old, with string) func(p *Proof) {
		return func(p *Proof) {
			if !bytes.Contains(p.Checkpoint, []byte(old)) {
				t.Fatalf("nothing to change: %q", old)
			}
			p.Checkpoint = bytes.Replace(p.Checkpoint, []byte(old), []byte(with), 1)
		}
	}
	aimed := func(i int, change func(f *Field)) Proof {
		return opened(func(e *Extra) { change(&e.Record.Fields[i]) })
	}
	text := func(s string) *string { return &s }
	for name, c := range map[string]struct {
		p      Proof
		policy *Policy
		reason string
	}{
		"no policy":                    {base, nil, "no keys are given"},
		"no extra":                     {with(func(p *Proof) { p.Extra = nil }), all, "carries no disclosure"},
		"a changed value":              {aimed(5, func(f *Field) { f.Value = text(`"published"`) }), all, "does not contain this record as entry 3"},
		"a changed salt":               {aimed(5, func(f *Field) { f.Salt[0] ^= 1 }), all, "does not contain this record"},
		"a changed name":               {aimed(5, func(f *Field) { f.Name = "by" }), all, "does not contain this record"},
		"an unknown field":             {aimed(5, func(f *Field) { f.Name = "colour" }), all, "no record has a field of this name"},
		"a changed hidden hash":        {opened(func(e *Extra) { e.Record.Hidden[2][5] ^= 1 }), all, "does not contain this record"},
		"another index":                {with(func(p *Proof) { p.Index = 2 }), all, "does not contain this record as entry 2"},
		"an index beyond the tree":     {with(func(p *Proof) { p.Index = 7 }), all, "entry 7 is not in the checkpoint"},
		"a hash less":                  {with(func(p *Proof) { p.Hashes = p.Hashes[1:] }), all, "does not contain this record"},
		"a hash more":                  {with(func(p *Proof) { p.Hashes = append(p.Hashes, tlog.Hash{}) }), all, "does not contain this record"},
		"a changed hash":               {with(func(p *Proof) { p.Hashes[1][0] ^= 1 }), all, "does not contain this record"},
		"another log":                  {other.receipt(t, 3, nil), all, "no key of the log \"other.example/ledger/1\" is given"},
		"the same origin, other keys":  {fork.receipt(t, 3, nil), must(KeysPolicy(w.logKeys())), "no signature of the log"},
		"a changed size":               {with(swap("\n7\n", "\n8\n")), all, "does not verify"},
		"a changed origin":             {with(swap(testOrigin+"\n", "acme.example/ledger/2\n")), all, "no key of the log"},
		"a checkpoint with extensions": {with(swap("=\n\n", "=\nmore\n\n")), all, "extension lines"},
		"a note that is none":          {with(func(p *Proof) { p.Checkpoint = []byte("junk") }), all, "no signatures"},
		"no log signature": {with(func(p *Proof) {
			n := must(ParseNote(p.Checkpoint))
			n.Signatures = n.Signatures[2:]
			p.Checkpoint = n.Bytes()
		}), all, "no signature of the log"},
		"one of the log's two signatures": {with(func(p *Proof) {
			n := must(ParseNote(p.Checkpoint))
			n.Signatures = n.Signatures[:1]
			p.Checkpoint = n.Bytes()
		}), must(KeysPolicy(w.logKeys())), "no signature by the given key"},
		"a false witness signature": {with(func(p *Proof) {
			n := must(ParseNote(p.Checkpoint))
			n.Signatures[2].Data[20] ^= 1
			p.Checkpoint = n.Bytes()
		}), all, "the signature of witness.example/w1"},
		"a quorum that is not met": {with(func(p *Proof) { p.Checkpoint = w.unsigned }), w.policy(t, "one"), "quorum \"one\" is not met: no witness"},
		"half a quorum": {with(func(p *Proof) {
			n := must(ParseNote(p.Checkpoint))
			n.Signatures = n.Signatures[:3]
			p.Checkpoint = n.Bytes()
		}), w.policy(t, "both"), "quorum \"both\" is not met: cosigned by one only"},
	} {
		t.Run(name, func(t *testing.T) {
			v := Verify(c.p, c.policy, Options{})
			if v.Proved || !strings.Contains(v.Reason, c.reason) {
				t.Fatalf("proved %t, reason %q; want %q", v.Proved, v.Reason, c.reason)
			}
			// Nothing of it is repeated as if it were proved.
			if diff := cmp.Diff(Verdict{Index: c.p.Index, Reason: v.Reason}, v); diff != "" {
				t.Error(diff)
			}
		})
	}
	if v := Verify(base, all, Options{}); !v.Proved {
		t.Fatalf("the control is not proved: %s", v.Reason)
	}
}

// Checklist, tlog-proof: verify in this order — leaf, origin and log key,
// quorum, inclusion; here then what is linked. Of several faults the first in
// this order is told, and each step is reached.
func TestVerifyInTheOrderOfTheSpecification(t *testing.T) {
	w := newWorld(t)
	other := newWorldOf(t, "other.example/ledger/1", "other", 3)
	policy := w.policy(t, "both")
	e := must(w.receipt(t, 3, nil).Opened())
	e.Linked = []Disclosure{must(w.records[0].Disclose([]string{"kind"}))}
	hashes := must(tlog.ProveRecord(w.size, 3, w))
	broken := slices.Clone(hashes)
	broken[0][0] ^= 1
	salted := must(w.receipt(t, 3, nil).Opened())
	salted.Linked = e.Linked
	salted.Record.Fields[0].Salt = salted.Record.Fields[0].Salt[1:]
	for i, c := range []struct {
		hashes []tlog.Hash
		note   []byte
		e      Extra
		reason string
	}{
		{broken, other.unsigned, salted, "the salt has 31 bytes"},
		{broken, other.unsigned, e, "no key of the log"},
		{broken, w.unsigned, e, "quorum \"both\" is not met"},
		{broken, w.note, e, "does not contain this record"},
		{hashes, w.note, e, "linked record 1 is not named"},
	} {
		if v := Verify(must(NewProof(3, c.hashes, c.note, c.e)), policy, Options{}); v.Proved || !strings.Contains(v.Reason, c.reason) {
			t.Errorf("step %d: proved %t, %q; want %q", i+1, v.Proved, v.Reason, c.reason)
		}
	}
}

// Whoever holds a log's key could sign a size for which the tree functions never
// return: it is refused before they are asked.
func TestHugeTreeIsRefused(t *testing.T) {
	w := newWorld(t)
	for _, size := range []int64{1<<62 + 1, 1<<63 - 1} {
		text := Checkpoint{w.origin, size, w.cp.Root}.Text()
		p := w.receipt(t, 3, nil)
		p.Checkpoint = Note{Text: []byte(text), Signatures: []Signature{{w.origin, w.ed.Key().ID(), ed25519Sign(w.ed, []byte(text))}}}.Bytes()
		if v := Verify(p, must(KeysPolicy(w.logKeys()[:1])), Options{}); v.Proved || !strings.Contains(v.Reason, "at most 2^62") {
			t.Errorf("size %d: proved %t, %q", size, v.Proved, v.Reason)
		}
	}
	// The largest that is read comes back, and proves nothing of ours.
	p := w.receipt(t, 3, nil)
	p.Checkpoint = must(Sign(Checkpoint{w.origin, MaxSize, w.cp.Root}, []Signer{w.ed}, noon))
	if v := Verify(p, must(KeysPolicy(w.logKeys()[:1])), Options{}); v.Proved || !strings.Contains(v.Reason, "does not contain this record") {
		t.Errorf("proved %t, %q", v.Proved, v.Reason)
	}
}

// A policy file is content with any one of a log's keys, so that keys can be
// rotated (tlog-policy).
func TestPolicyFileTakesOneLogKey(t *testing.T) {
	w := newWorld(t)
	p := w.receipt(t, 0, nil)
	n := must(ParseNote(p.Checkpoint))
	n.Signatures = n.Signatures[:1]
	p.Checkpoint = n.Bytes()
	if v := Verify(p, w.policy(t, "none"), Options{}); !v.Proved || len(v.LogKeys) != 1 {
		t.Errorf("%+v", v)
	}
}

// The log's own name on a cosignature is not a witness's, whatever the policy.
func TestLogIsNoWitnessOfItself(t *testing.T) {
	w := newWorld(t)
	own := must(NewSigner(w.origin, MLDSA44Cosignature, chance("own witness")))
	p := w.receipt(t, 0, nil)
	sig := must(own.sign([]byte(w.cp.Text()), noon))
	p.Checkpoint = must(AddSignatures(p.Checkpoint, Signature{w.origin, own.Key().ID(), sig}.Line()))
	policy := must(ParsePolicy(fmt.Appendf(nil, "log %s\nwitness w %s\nquorum w\n", w.ed.Key(), own.Key())))
	if v := Verify(p, policy, Options{}); v.Proved || !strings.Contains(v.Reason, "is not met") {
		t.Errorf("%+v", v)
	}
}

// A chain can be opened as far as a reader may see it; each record must be named
// by a field that is opened.
func TestLinkedRecords(t *testing.T) {
	w := newWorld(t)
	open := func(i int, names ...string) Disclosure { return must(w.records[i].Disclose(names)) }
	all := must(KeysPolicy(w.allKeys()))
	// Record 5 is the receipt number 1 for the event in record 4.
	p := w.proof(t, 5, Extra{
		Record: open(5, "entry", "handle", "sequence", "prev", "party", "number", "event"),
		Linked: []Disclosure{open(4, "kind", "id", "prev"), open(3, "kind", "prev"), open(2)},
	})
	v := Verify(must(ParseProof(p.Bytes())), all, Options{})
	if !v.Proved {
		t.Fatal(v.Reason)
	}
	var by []string
	for _, r := range v.Records {
		by = append(by, r.LinkedBy)
	}
	if !slices.Equal(by, []string{"", "event", "prev", "prev"}) {
		t.Errorf("linked by %q", by)
	}
	if id, _ := v.Records[1].Value("id"); id != `"e5"` {
		t.Errorf("the event is %s", id)
	}
	for name, c := range map[string]struct {
		record Disclosure
		linked []Disclosure
		reason string
	}{
		"a record that nothing names":       {open(5, "prev"), []Disclosure{open(1, "kind")}, "linked record 1 is not named"},
		"one that is named but not opened":  {open(5, "party"), []Disclosure{open(4, "kind")}, "linked record 1 is not named"},
		"one named by a later one only":     {open(5, "prev"), []Disclosure{open(3), open(4, "prev")}, "linked record 1 is not named"},
		"the same twice":                    {open(5, "prev"), []Disclosure{open(4), open(4)}, "linked record 2 is in the receipt already"},
		"one named by a field of no weight": {must(w.records[0].Disclose([]string{"text"})), []Disclosure{open(1)}, "is not named"},
		"a changed one": {open(5, "prev"), []Disclosure{func() Disclosure {
			d := open(4, "kind")
			s := `"published"`
			d.Fields[0].Value = &s
			return d
		}()}, "is not named"},
	} {
		index := int64(5)
		if name == "one named by a field of no weight" {
			index = 0
		}
		v := Verify(w.proof(t, index, Extra{Record: c.record, Linked: c.linked}), all, Options{})
		if v.Proved || !strings.Contains(v.Reason, c.reason) {
			t.Errorf("%s: proved %t, %q", name, v.Proved, v.Reason)
		}
	}
}

// Nothing that a file carries makes a stamp hold, and a stamp that does not hold
// takes nothing away.
func TestStampsThatDoNotHoldCountForNothing(t *testing.T) {
	w := newWorld(t)
	e := Extra{Record: must(w.records[0].Disclose(usualFields)), Stamps: [][]byte{[]byte("junk"), nil}}
	p := w.proof(t, 0, e)
	for name, o := range map[string]Options{"no roots": {}, "no root fits": {Roots: x509.NewCertPool()}} {
		v := Verify(p, must(KeysPolicy(w.logKeys())), o)
		if !v.Proved || len(v.Stamps) != 2 || !v.NotLater.IsZero() {
			t.Fatalf("%s: %+v", name, v)
		}
		for _, s := range v.Stamps {
			if !s.Time.IsZero() || s.Note == "" {
				t.Errorf("%s: %+v", name, s)
			}
		}
	}
}

// An inclusion proof of any size is right; with one bit changed it is not.
func TestInclusionOfAnySize(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(rt, "size")
		w := newWorldOf(t, testOrigin, "any", n)
		i := rapid.Int64Range(0, int64(n)-1).Draw(rt, "index")
		p := w.receipt(t, i, []string{"sequence"})
		keys := must(KeysPolicy(w.logKeys()[:1]))
		if v := Verify(p, keys, Options{}); !v.Proved {
			rt.Fatal(v.Reason)
		}
		if len(p.Hashes) == 0 {
			return
		}
		k := rapid.IntRange(0, len(p.Hashes)-1).Draw(rt, "hash")
		p.Hashes = slices.Clone(p.Hashes)
		p.Hashes[k][rapid.IntRange(0, 31).Draw(rt, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
		if v := Verify(p, keys, Options{}); v.Proved {
			rt.Fatal("a changed hash proves the same")
		}
	})
}

// The verdict as JSON: what is not there is left out, times are RFC 3339.
func TestVerdictAsJSON(t *testing.T) {
	w := newWorld(t)
	data := string(must(json.Marshal(Verify(w.receipt(t, 0, []string{"kind", "detail"}), w.policy(t, "one"), Options{}))))
	for _, piece := range []string{`"proved":true`, `"index":0`, `"fields":[{"name":"kind","value":"\"reported\""},{"name":"detail","value":null}]`,
		`"not_later":"2026-11-22T12:00:01Z","not_later_by":"witness one"`, `"quorum_met":true`} {
		if !strings.Contains(data, piece) {
			t.Errorf("%s is not in %s", piece, data)
		}
	}
	data = string(must(json.Marshal(Verify(w.receipt(t, 0, nil), must(KeysPolicy(w.logKeys())), Options{}))))
	if strings.Contains(data, "not_later") || strings.Contains(data, "0001-01-01") {
		t.Errorf("a time is named without any: %s", data)
	}
}

// No bytes make the verifier fall over, and none of them make it name a time
// that no witness signed.
func FuzzVerify(f *testing.F) {
	w := newWorld(f)
	f.Add(w.receipt(f, 3, nil).Bytes())
	f.Add(w.proof(f, 5, Extra{Record: must(w.records[5].Disclose([]string{"prev", "event"})), Linked: []Disclosure{must(w.records[4].Disclose([]string{"kind"}))}}).Bytes())
	policy := must(KeysPolicy(w.allKeys()))
	times := map[string]bool{noon.Add(time.Second).String(): true, noon.Add(2 * time.Second).String(): true}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ParseProof(data)
		if err != nil {
			return
		}
		v := Verify(p, policy, Options{Roots: x509.NewCertPool()})
		v.Lines()
		if v.Proved == (v.Reason != "") {
			t.Fatalf("proved %t for the reason %q", v.Proved, v.Reason)
		}
		if v.Proved && (v.Root != encode64(w.cp.Root[:]) || v.Size != w.size) {
			t.Fatal("a tree that nobody signed is proved")
		}
		if !v.NotLater.IsZero() && !times[v.NotLater.String()] {
			t.Fatalf("the time %v is named, which nobody signed", v.NotLater)
		}
		Compare([]Verdict{v, v})
	})
}
