package script_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tocsin/receipt"
)

// jsVerdict is what verify.js answers.
type jsVerdict struct {
	Proved bool   `json:"proved"`
	Origin string `json:"origin"`
	Index  string `json:"index"`
	Size   string `json:"size"`
	Reason struct {
		Code string `json:"code"`
	} `json:"reason"`
	Records []struct {
		Commitment string                `json:"commitment"`
		LinkedBy   string                `json:"linkedBy"`
		Fields     []receipt.OpenedField `json:"fields"`
	} `json:"records"`
	LogKeys   []string `json:"logKeys"`
	Witnesses []struct {
		Name string `json:"name"`
		Time int64  `json:"time"`
	} `json:"witnesses"`
	NotLater      int64  `json:"notLater"`
	OperatorClock string `json:"operatorClock"`
	Unchecked     struct {
		MLDSA  int `json:"mldsa"`
		Stamps int `json:"stamps"`
	} `json:"unchecked"`
}

// browser is the script of the page, run outside a browser.
type browser struct {
	t   *testing.T
	in  io.WriteCloser
	out *bufio.Reader
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatalf("the script that checks receipts is run by Node: %v", err)
	}
	names, err := json.Marshal(receipt.FieldNames())
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, filepath.Join("testdata", "verify.mjs"), string(names))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the script ended: %v", err)
		}
	})
	return &browser{t, in, bufio.NewReaderSize(out, 1<<20)}
}

func (b *browser) verify(proof []byte, keys string) jsVerdict {
	b.t.Helper()
	line, err := json.Marshal(map[string]string{"receipt": base64.StdEncoding.EncodeToString(proof), "keys": keys})
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.in.Write(append(line, '\n')); err != nil {
		b.t.Fatal(err)
	}
	answer, err := b.out.ReadBytes('\n')
	if err != nil {
		b.t.Fatalf("no answer: %v", err)
	}
	var v jsVerdict
	if err := json.Unmarshal(answer, &v); err != nil {
		b.t.Fatalf("%v: %s", err, answer)
	}
	return v
}

func golden(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", "v1", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// checkable are the keys that a browser can use: all but ML-DSA-44.
func checkable(t *testing.T, keys string) (string, *receipt.Policy) {
	t.Helper()
	var lines []string
	var parsed []receipt.Key
	for line := range strings.SplitSeq(strings.TrimSpace(keys), "\n") {
		k, err := receipt.ParseKey(line)
		if err != nil {
			t.Fatal(err)
		}
		// The kind of signature is the first byte of what follows the key's id.
		raw, err := base64.StdEncoding.DecodeString(strings.SplitN(line, "+", 3)[2])
		if err != nil {
			t.Fatal(err)
		}
		if receipt.Type(raw[0]) != receipt.MLDSA44Cosignature {
			lines, parsed = append(lines, line), append(parsed, k)
		}
	}
	p, err := receipt.KeysPolicy(parsed)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n"), p
}

func inGo(data []byte, p *receipt.Policy) receipt.Verdict {
	proof, err := receipt.ParseProof(data)
	if err != nil {
		return receipt.Verdict{}
	}
	return receipt.Verify(proof, p, receipt.Options{})
}

// The page says of a receipt what the program says.
func TestTheBrowserAgreesWithTheProgram(t *testing.T) {
	b := newBrowser(t)
	keys, policy := checkable(t, string(golden(t, "keys.txt")))
	for _, name := range []string{"event.tlog-proof", "numbered.tlog-proof"} {
		data := golden(t, name)
		js, want := b.verify(data, keys), inGo(data, policy)
		if !js.Proved || !want.Proved {
			t.Fatalf("%s: script %v (%s), program %v (%s)", name, js.Proved, js.Reason.Code, want.Proved, want.Reason)
		}
		if js.Origin != want.Origin || js.OperatorClock != want.OperatorClock || len(js.Records) != len(want.Records) || len(js.Witnesses) != len(want.Witnesses) {
			t.Errorf("%s: %+v\nprogram: %+v", name, js, want)
		}
		for i, r := range js.Records {
			w := want.Records[i]
			same := slices.EqualFunc(r.Fields, w.Fields, func(a, b receipt.OpenedField) bool {
				return a.Name == b.Name && (a.Value == nil) == (b.Value == nil) && (a.Value == nil || *a.Value == *b.Value)
			})
			if r.Commitment != w.Commitment || r.LinkedBy != w.LinkedBy || !same {
				t.Errorf("%s, record %d: %+v\nprogram: %+v", name, i, r, w)
			}
		}
		for i, w := range js.Witnesses {
			if w.Time != want.Witnesses[i].Time.Unix() {
				t.Errorf("%s: witness %s at %d, program: %v", name, w.Name, w.Time, want.Witnesses[i])
			}
		}
		// The time of the program may be that of a stamp, which the page leaves out.
		if js.Unchecked.Stamps != len(want.Stamps) {
			t.Errorf("%s: %d stamps left out, there are %d", name, js.Unchecked.Stamps, len(want.Stamps))
		}
	}
	// All keys given: the ML-DSA signatures are told to be left out.
	if v := b.verify(golden(t, "event.tlog-proof"), string(golden(t, "keys.txt"))); !v.Proved || v.Unchecked.MLDSA == 0 {
		t.Errorf("with every key: %+v", v)
	}
	if v := b.verify(golden(t, "event.tlog-proof"), string(golden(t, "policy.txt"))); !v.Proved || len(v.Witnesses) != 1 || v.Witnesses[0].Name != "one" {
		t.Errorf("with a policy: %+v", v)
	}
}

// A receipt that was changed in any way is proved by neither, or by both; what
// the page proves, the program proves.
func TestTheBrowserRefusesWhatTheProgramRefuses(t *testing.T) {
	b := newBrowser(t)
	keys, policy := checkable(t, string(golden(t, "keys.txt")))
	data := golden(t, "numbered.tlog-proof")
	head, note, _ := bytes.Cut(data, []byte("\n\n"))
	lines := bytes.Split(head, []byte("\n"))
	extra, err := base64.StdEncoding.DecodeString(string(bytes.TrimPrefix(lines[1], []byte("extra "))))
	if err != nil {
		t.Fatal(err)
	}
	rebuilt := func(extra []byte) []byte {
		all := slices.Clone(lines)
		all[1] = []byte("extra " + base64.StdEncoding.EncodeToString(extra))
		return slices.Concat(bytes.Join(all, []byte("\n")), []byte("\n\n"), note)
	}
	if !bytes.Equal(rebuilt(extra), data) {
		t.Fatal("the receipt was not taken apart well")
	}
	rng := rand.New(rand.NewPCG(4, 2026))
	refused, held := 0, 0
	for range 1500 {
		var changed []byte
		if rng.IntN(2) == 0 {
			changed = slices.Clone(data)
			changed[rng.IntN(len(changed))] ^= 1 << rng.IntN(8)
		} else {
			e := slices.Clone(extra)
			switch i := rng.IntN(len(e)); rng.IntN(3) {
			case 0:
				e[i] ^= 1 << rng.IntN(7)
			case 1:
				e = slices.Delete(e, i, i+1)
			default:
				e = slices.Insert(e, i, e[rng.IntN(len(e))])
			}
			changed = rebuilt(e)
		}
		js, want := b.verify(changed, keys), inGo(changed, policy)
		if js.Proved != want.Proved {
			t.Fatalf("script %v (%s), program %v (%s):\n%s", js.Proved, js.Reason.Code, want.Proved, want.Reason, changed)
		}
		if want.Proved {
			held++ // a line of somebody whose key was not given
		} else {
			refused++
		}
	}
	if refused < 1000 {
		t.Errorf("%d refused, %d held: the changes do not change enough", refused, held)
	}
	for _, c := range []struct{ name, receipt, keys, code string }{
		{"no keys", string(data), "", "no-keys"},
		{"another log", string(data), "other.example/ledger/1+00000000+AQ", "no-keys"},
		{"nothing", "", keys, "not-a-receipt"},
		{"a page", "<html>\n\n</html>", keys, "not-a-receipt"},
		{"too large", strings.Repeat("x", receipt.MaxProof+1), keys, "too-large"},
		{"a lone surrogate", string(rebuilt(bytes.Replace(extra, []byte(`"value":"\"`), []byte(`"value":"\"\ud800`), 1))), keys, "damaged"},
	} {
		if v := b.verify([]byte(c.receipt), c.keys); v.Proved || v.Reason.Code != c.code {
			t.Errorf("%s: %+v", c.name, v)
		}
	}
	// A control: the comparison above sees a script that proves everything.
	if b.verify(data, keys).Proved != inGo(data, policy).Proved {
		t.Error("the unchanged receipt is not proved by both")
	}
}
