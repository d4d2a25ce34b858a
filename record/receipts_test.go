package record_test

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
	"tocsin/record"
)

// press is a log's key, and what verifies by it.
type press struct {
	signer receipt.Signer
	policy *receipt.Policy
	seq    int64
}

func newPress(t testing.TB) *press {
	t.Helper()
	s, err := receipt.NewSigner("log.example/ledger/1", receipt.Ed25519, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p, err := receipt.KeysPolicy([]receipt.Key{s.Key()})
	if err != nil {
		t.Fatal(err)
	}
	return &press{signer: s, policy: p}
}

// publish signs the log as it stands.
func (d *desk) publish(p *press) {
	d.t.Helper()
	if err := d.store.Update(d.ctx(), func(tx record.Tx) error {
		head, err := tx.Head(d.ctx())
		if err != nil {
			return err
		}
		p.seq++
		cp := ledger.Signed{Seq: p.seq, Epoch: head.Epoch, Size: head.Size, Root: head.Root(), At: d.clock.Now()}
		if err := tx.PutIntent(d.ctx(), cp); err != nil {
			return err
		}
		if cp.Note, err = receipt.Sign(receipt.Checkpoint{Origin: "log.example/ledger/1", Size: cp.Size, Root: cp.Root}, []receipt.Signer{p.signer}, cp.At); err != nil {
			return err
		}
		cp.State = ledger.Published
		return tx.PutPublished(d.ctx(), cp)
	}); err != nil {
		d.t.Fatal(err)
	}
}

// proved gives what a receipt opens, read back from its file as a stranger would.
func (p *press) proved(t testing.TB, proof receipt.Proof) receipt.Verdict {
	t.Helper()
	back, err := receipt.ParseProof(proof.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	v := receipt.Verify(back, p.policy, receipt.Options{})
	if !v.Proved {
		t.Fatalf("not proved: %s", v.Reason)
	}
	return v
}

func names(r receipt.OpenedRecord) string {
	var out []string
	for _, f := range r.Fields {
		out = append(out, f.Name)
	}
	return strings.Join(out, " ")
}

// A receipt proves an event by the log's key alone, and opens what was chosen.
func TestReceipts(t *testing.T) {
	d, p := newDesk(t), newPress(t)
	h := d.keep(small).Handle
	d.add(h, `acknowledged by=maker to=[finder] re=e1 text="thank you"`)
	_, err := d.k.Receipt(d.ctx(), "TOC-1", "e2", "", nil)
	wants(t, err, fault.TooEarly, "no published checkpoint covers this entry yet")
	d.publish(p)
	d.add(h, "commented by=maker")
	for _, c := range []struct {
		event, party string
		disclose     []string
		first        string // fields of the record
		linked       string
	}{
		{event: "e2", first: "entry handle sequence recorded-at kind"},
		{event: "e2", disclose: []string{"text", "by", "kind"}, first: "entry handle sequence recorded-at kind by text"},
		{event: "e1", disclose: []string{"claimed-recorded-at", "where"}, first: "entry handle sequence recorded-at claimed-recorded-at kind where"},
		{event: "e2", party: "finder", first: "entry handle sequence prev recorded-at party number event", linked: "entry handle sequence recorded-at kind"},
		{event: "e2", party: "finder", disclose: []string{"text"}, first: "entry handle sequence prev recorded-at party number event", linked: "entry handle sequence recorded-at kind text"},
		{party: "finder", first: "entry handle sequence prev recorded-at party number event", linked: "entry handle sequence recorded-at kind"},
	} {
		t.Run(fmt.Sprintf("%s %s %v", c.event, c.party, c.disclose), func(t *testing.T) {
			proof, err := d.k.Receipt(d.ctx(), h, c.event, c.party, c.disclose)
			if err != nil {
				t.Fatal(err)
			}
			v := p.proved(t, proof)
			if got := names(v.Records[0]); got != c.first {
				t.Errorf("the record opens %q, want %q", got, c.first)
			}
			switch {
			case c.linked == "" && len(v.Records) != 1, c.linked != "" && (len(v.Records) != 2 || names(v.Records[1]) != c.linked):
				t.Errorf("%+v", v.Records)
			}
			if len(v.Records) == 2 && v.Records[1].LinkedBy != "event" {
				t.Errorf("linked by %q", v.Records[1].LinkedBy)
			}
		})
	}
	_, err = d.k.Receipt(d.ctx(), h, "", "", nil)
	wants(t, err, fault.TooEarly, "tocsin ledger publish signs it")
	d.publish(p)
	head, err := d.k.Receipt(d.ctx(), h, "", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	v := p.proved(t, head)
	if s, _ := v.Records[0].Value("sequence"); s != "12" || v.Records[0].Commitment != fmt.Sprintf("%x", d.load(h).Head) {
		t.Errorf("the head of the case: %+v", v.Records[0])
	}
	// It is maker's numbered receipt, which is nobody's business.
	if got := names(v.Records[0]); len(v.Records) != 1 || got != "entry handle sequence prev recorded-at" {
		t.Errorf("the head opens %q and %d more", got, len(v.Records)-1)
	}
	head, err = d.k.Receipt(d.ctx(), h, "", "", []string{"kind"})
	if err != nil {
		t.Fatal(err)
	}
	v = p.proved(t, head)
	if len(v.Records) != 2 || names(v.Records[0]) != "entry handle sequence prev recorded-at event" || names(v.Records[1]) != "entry handle sequence prev recorded-at kind" {
		t.Errorf("the head with a field of its event: %+v", v.Records)
	}
}

// What cannot be proved is refused in a sentence.
func TestReceiptsThatAreRefused(t *testing.T) {
	d, p := newDesk(t), newPress(t)
	h := d.keep(small).Handle
	d.add(h, "acknowledged by=maker")
	d.publish(p)
	for _, c := range []struct {
		id, event, party, disclose string
		kind                       fault.Kind
		words                      string
	}{
		{"TOC-9", "e1", "", "", fault.NotFound, `no case "TOC-9" is kept here`},
		{h, "e7", "", "", fault.NotFound, `the case has no event "e7"`},
		{h, "e1", "finder", "", fault.NotFound, "event e1 was imported"},
		{h, "e2", "finder", "", fault.NotFound, `event e2 names no party "finder"`},
		{h, "", "finder", "", fault.NotFound, "no numbered receipt was given"},
		{h, "e1", "", "txet", fault.Invalid, `no field is called "txet"`},
		{record.LogHandle, "", "", "", fault.NotFound, "no case"},
	} {
		var open []string
		if c.disclose != "" {
			open = []string{c.disclose}
		}
		_, err := d.k.Receipt(d.ctx(), c.id, c.event, c.party, open)
		wants(t, err, c.kind, c.words)
	}
}

// Nothing that was tampered with is handed out as a receipt.
func TestReceiptsOfADamagedDatabase(t *testing.T) {
	for name, harm := range map[string]func(*desk){
		"the record":     func(d *desk) { d.store.Tamper(1, 6, flip) },
		"its leaf":       func(d *desk) { d.store.Tamper(1, 6, func(_ *record.Row, e *receipt.Entry) { e[5] ^= 1 }) },
		"another leaf":   func(d *desk) { d.store.Tamper(1, 2, func(_ *record.Row, e *receipt.Entry) { e[5] ^= 1 }) },
		"the checkpoint": func(d *desk) { d.store.TamperCheckpoint(1, func(c *ledger.Signed) { c.Root[3] ^= 1 }) },
		"its size":       func(d *desk) { d.store.TamperCheckpoint(1, func(c *ledger.Signed) { c.Size-- }) },
		"its note": func(d *desk) {
			d.store.TamperCheckpoint(1, func(c *ledger.Signed) { c.Note = slices.Clone(c.Note); c.Note[25] ^= 1 })
		},
		"the row is gone": func(d *desk) { d.store.DropRow(1, 6) },
	} {
		t.Run(name, func(t *testing.T) {
			d, p := newDesk(t), newPress(t)
			h := d.keep(small).Handle
			d.publish(p)
			if _, err := d.k.Receipt(d.ctx(), h, "e1", "", nil); err != nil {
				t.Fatal(err)
			}
			harm(d)
			d.reopen()
			if proof, err := d.k.Receipt(d.ctx(), h, "e1", "", nil); err == nil {
				t.Errorf("a receipt: %s", proof.Bytes())
			} else if fault.KindOf(err) != fault.Internal && fault.KindOf(err) != fault.TooEarly {
				t.Errorf("%v (%s)", err, fault.KindOf(err))
			}
		})
	}
}

// After an erasure every receipt of before still verifies, with the words that
// its holder has; a new one cannot open them.
func TestOldReceiptsOutliveAnErasure(t *testing.T) {
	d, p := newDesk(t), newPress(t)
	h := d.keep(small).Handle
	d.add(h, `commented by=maker to=[finder] text="Jo Finder is right"`)
	d.publish(p)
	var old []receipt.Proof
	take := func(event, party string, disclose ...string) {
		t.Helper()
		proof, err := d.k.Receipt(d.ctx(), h, event, party, disclose)
		if err != nil {
			t.Fatal(err)
		}
		old = append(old, proof)
	}
	take("e1", "", "text", "by")
	take("e2", "", "text", "to")
	take("e2", "finder", "text")
	take("e2", "maker")
	take("", "")
	d.erase(record.Erasure{Handle: h, Person: "finder"})
	d.erase(record.Erasure{Handle: h, Event: "e1", Fields: []string{"text"}})
	d.reopen()
	d.clock.Pass(time.Minute)
	d.publish(p)
	for i, proof := range old {
		p.proved(t, proof)
		if i == 0 {
			v := p.proved(t, proof)
			if text, _ := v.Records[0].Value("text"); text != `"Jo Finder wrote"` {
				t.Errorf("the holder's receipt opens %q", text)
			}
		}
	}
	for _, c := range []struct{ event, party, disclose, words string }{
		{"e1", "", "text", "text of event e1 was erased"},
		{"e2", "", "to", "to of event e2 was erased"},
		{"e2", "erased-1", "", "whom this receipt was for was erased"},
		{"e2", "finder", "", `event e2 names no party "finder"`},
	} {
		var open []string
		if c.disclose != "" {
			open = []string{c.disclose}
		}
		_, err := d.k.Receipt(d.ctx(), h, c.event, c.party, open)
		wants(t, err, fault.NotFound, c.words)
	}
	for _, event := range []string{"e1", "e2", ""} {
		proof, err := d.k.Receipt(d.ctx(), h, event, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		p.proved(t, proof)
	}
	d.sound()
}
