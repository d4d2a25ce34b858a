package receipt

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/receipt/rfc3161/tsatest"
)

// Every release leaves a folder vN under testdata: records, disclosures and
// receipts as it made them, with the keys to check them and the words that were
// said of them. Later releases read them all; nothing there is ever written anew.
// A change of the commitments would be vN+1, with the reader of vN kept.

// firstRelease is what this release makes, from chance that is always the same.
func firstRelease(t *testing.T) map[string][]byte {
	t.Helper()
	w := newWorldOf(t, testOrigin, "golden v1", 7)
	tsa := must(tsatest.New(chance("golden authority"), noon.AddDate(-1, 0, 0), noon.AddDate(1, 0, 0)))
	stampOf := func(at time.Time) []byte { return must(tsa.Token([]byte(w.cp.Text()), at)) }
	all := map[string][]byte{}
	for _, s := range []Signer{w.ed, w.pq, w.w1, w.w2} {
		all["keys.txt"] = fmt.Appendf(all["keys.txt"], "%s\n", s.Key())
	}
	all["policy.txt"] = []byte(w.policyText("quorum both"))
	all["tsa-root.pem"] = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: tsa.Root.Raw})
	all["checkpoint.txt"] = w.note

	erased := must(NewRecord(map[string][]byte{
		"entry": []byte(`"event"`), "kind": []byte(`"published"`), "detail": []byte(`"advisory"`), "text": []byte(`"words \u003cand\u003e <signs> 漏洞 \"quoted\""`),
		"to": []byte(`["example-soft", "acme"]`), "from": []byte(`"2026-11-22T00:00:00+08:00"`), "claimed-by": []byte(`"somebody"`),
	}, chance("golden record")))
	if err := erased.Erase("claimed-by"); err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]*Record{"event": w.records[4], "receipt": w.records[5], "erased": erased, "filler": must(NewRecord(map[string][]byte{"entry": []byte(`"filler"`)}, chance("golden filler")))} {
		all[name+".record"] = must(r.MarshalBinary())
		all[name+".commitment"] = []byte(hexOf(r) + "\n")
	}
	all["erased.disclosure.json"] = append(must(json.Marshal(must(erased.Disclose([]string{"kind", "text", "reveals", "from"})))), '\n')

	event := w.proof(t, 4, Extra{Record: must(w.records[4].Disclose([]string{"entry", "handle", "sequence", "recorded-at", "kind", "detail"})), Stamps: [][]byte{stampOf(noon.Add(-time.Minute))}})
	numbered := w.proof(t, 5, Extra{
		Record: must(w.records[5].Disclose([]string{"entry", "handle", "sequence", "prev", "party", "number", "event"})),
		Linked: []Disclosure{must(w.records[4].Disclose([]string{"kind", "id", "text"}))},
	})
	for name, p := range map[string]Proof{"event": event, "numbered": numbered} {
		all[name+".tlog-proof"] = p.Bytes()
		all[name+".txt"] = []byte(strings.Join(Verify(p, w.policy(t, "both"), Options{Roots: tsa.Roots()}).Lines(), "\n") + "\n")
	}
	return all
}

// What this release makes is what it has made before, byte for byte.
func TestGoldenOfThisRelease(t *testing.T) {
	for name, data := range firstRelease(t) {
		golden(t, "v1/"+name, data)
	}
}

// Golden receipts of every release verify for ever.
func TestGoldenOfEveryReleaseVerifies(t *testing.T) {
	dirs := must(filepath.Glob(filepath.Join("testdata", "v*")))
	if len(dirs) == 0 {
		t.Fatal("there is no release to look at")
	}
	for _, dir := range dirs {
		read := func(name string) []byte { t.Helper(); return must(os.ReadFile(filepath.Join(dir, name))) }
		policy := must(ParsePolicy(read("policy.txt")))
		var keys []Key
		for line := range strings.FieldsSeq(string(read("keys.txt"))) {
			keys = append(keys, must(ParseKey(line)))
		}
		block, _ := pem.Decode(read("tsa-root.pem"))
		roots := x509.NewCertPool()
		roots.AddCert(must(x509.ParseCertificate(block.Bytes)))

		proofs := must(filepath.Glob(filepath.Join(dir, "*.tlog-proof")))
		if len(proofs) < 2 {
			t.Errorf("%s holds %d receipts", dir, len(proofs))
		}
		var verdicts []Verdict
		for _, file := range proofs {
			data := must(os.ReadFile(file))
			p, err := ParseProof(data)
			if err != nil {
				t.Errorf("%s: %v", file, err)
				continue
			}
			v := Verify(p, policy, Options{Roots: roots})
			verdicts = append(verdicts, v)
			if got, want := strings.Join(v.Lines(), "\n")+"\n", string(must(os.ReadFile(strings.TrimSuffix(file, ".tlog-proof")+".txt"))); got != want {
				t.Errorf("%s: it now reads\n%s\nand read\n%s", file, got, want)
			}
			if v := Verify(p, must(KeysPolicy(keys)), Options{}); !v.Proved {
				t.Errorf("%s, by keys alone: %s", file, v.Reason)
			}
			// The control: in another case of the same letters, it proves nothing.
			p.Extra = bytes.Replace(p.Extra, []byte("event"), []byte("Event"), 1)
			if v := Verify(p, policy, Options{Roots: roots}); v.Proved {
				t.Errorf("%s: a changed receipt is proved", file)
			}
		}
		if found, notices := Compare(verdicts); found != nil || notices != nil {
			t.Errorf("%s: %q, %q", dir, found, notices)
		}
		for _, file := range must(filepath.Glob(filepath.Join(dir, "*.record"))) {
			var r Record
			if err := r.UnmarshalBinary(must(os.ReadFile(file))); err != nil {
				t.Errorf("%s: %v", file, err)
			} else if want := strings.TrimSpace(string(must(os.ReadFile(strings.TrimSuffix(file, ".record") + ".commitment")))); hexOf(&r) != want {
				t.Errorf("%s has the commitment %s, not %s", file, hexOf(&r), want)
			}
		}
		for _, file := range must(filepath.Glob(filepath.Join(dir, "*.disclosure.json"))) {
			var d Disclosure
			if err := json.Unmarshal(must(os.ReadFile(file)), &d); err != nil {
				t.Fatal(err)
			}
			c, err := d.Commitment()
			if want := strings.TrimSpace(string(must(os.ReadFile(strings.TrimSuffix(file, ".disclosure.json") + ".commitment")))); err != nil || hex.EncodeToString(c[:]) != want {
				t.Errorf("%s opens %x, not %s (%v)", file, c, want, err)
			}
		}
	}
}

// A time-stamp is a time from outside, as late as its accuracy allows; one over
// another checkpoint is none.
func TestStampsInAVerdict(t *testing.T) {
	w := newWorld(t)
	tsa := must(tsatest.New(chance("tsa"), noon.Add(-time.Hour), noon.Add(time.Hour)))
	stampOf := func(text string, at time.Time) []byte { return must(tsa.Token([]byte(text), at)) }
	open := must(w.records[1].Disclose([]string{"kind"}))
	for name, c := range map[string]struct {
		stamps [][]byte
		policy *Policy
		want   time.Time
		by     string
	}{
		"a stamp alone":                      {[][]byte{stampOf(w.cp.Text(), noon)}, must(KeysPolicy(w.logKeys())), noon.Add(time.Second), "time-stamp authority Example TSA"},
		"the earlier of two":                 {[][]byte{stampOf(w.cp.Text(), noon), stampOf(w.cp.Text(), noon.Add(-time.Minute))}, must(KeysPolicy(w.logKeys())), noon.Add(-59 * time.Second), "time-stamp authority Example TSA"},
		"before the witnesses":               {[][]byte{stampOf(w.cp.Text(), noon.Add(-time.Minute))}, must(KeysPolicy(w.allKeys())), noon.Add(-59 * time.Second), "time-stamp authority Example TSA"},
		"after them":                         {[][]byte{stampOf(w.cp.Text(), noon.Add(time.Minute))}, must(KeysPolicy(w.allKeys())), noon.Add(time.Second), "witness witness.example/w1"},
		"over another checkpoint":            {[][]byte{stampOf(w.cp.Text()+"x", noon)}, must(KeysPolicy(w.logKeys())), time.Time{}, ""},
		"over the signed note, not its text": {[][]byte{stampOf(string(w.note), noon)}, must(KeysPolicy(w.logKeys())), time.Time{}, ""},
		"after its certificate had ended":    {[][]byte{stampOf(w.cp.Text(), noon.Add(2*time.Hour))}, must(KeysPolicy(w.logKeys())), time.Time{}, ""},
	} {
		v := Verify(w.proof(t, 1, Extra{Record: open, Stamps: c.stamps}), c.policy, Options{Roots: tsa.Roots()})
		if !v.Proved || !v.NotLater.Equal(c.want) || v.NotLaterBy != c.by || len(v.Stamps) != len(c.stamps) {
			t.Errorf("%s: not later than %v by %q; want %v by %q (%+v)", name, v.NotLater, v.NotLaterBy, c.want, c.by, v.Stamps)
		}
		if c.want.IsZero() == (v.Stamps[0].Note == "") {
			t.Errorf("%s: %+v", name, v.Stamps[0])
		}
		// Without roots the same stamp says nothing.
		if v := Verify(w.proof(t, 1, Extra{Record: open, Stamps: c.stamps}), must(KeysPolicy(w.logKeys())), Options{}); !v.NotLater.IsZero() {
			t.Errorf("%s: a time without roots", name)
		}
	}
}
