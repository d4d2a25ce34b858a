package record_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/fault"
	"tocsin/record"
)

var ground = "Art. 17(1)(a) GDPR"

func (d *desk) erase(e record.Erasure) record.Erasing {
	d.t.Helper()
	if e.Ground == "" {
		e.Ground = ground
	}
	if e.By == "" {
		e.By, e.With = "Ada Clerk", "Bob Counsel"
	}
	out, err := d.k.Erase(d.ctx(), e)
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

// A field that is erased is gone from the export and from the rows; what it
// committed to stands, and the old key is destroyed.
func TestAFieldIsErased(t *testing.T) {
	d := newDesk(t)
	r := d.keep(small)
	before := d.load("TOC-1")
	old := d.store.Copy()
	out := d.erase(record.Erasure{Handle: "TOC-1", Event: "e1", Fields: []string{"text"}})
	if out.Fields != 1 || out.Count != 1 {
		t.Errorf("%+v", out)
	}
	d.reopen()
	k := d.load("TOC-1")
	if k.Case.Event("e1").Text != "" || k.Case.Event("e1").By != "finder" {
		t.Errorf("%+v", *k.Case.Event("e1"))
	}
	for i, m := range before.Records {
		if k.Records[i].Commitment != m.Commitment {
			t.Errorf("record %d has another commitment", i+1)
		}
	}
	if diff := cmp.Diff([]string{"text"}, k.Records[6].Erased); diff != "" {
		t.Error(diff)
	}
	if d.wraps.Generations() != 1 || d.store.Scrubs == 0 {
		t.Error("the old key is still there, or the database was not scrubbed")
	}
	if k, err := record.New(old, d.o); err != nil {
		t.Fatal(err)
	} else if _, err := k.Load(d.ctx(), r.Handle); err == nil || !strings.Contains(err.Error(), "not in the folder of keys") {
		t.Errorf("a copy of the database from before can be read: %v", err)
	}
	if _, err := d.k.Receipt(d.ctx(), "TOC-1", "e1", "", []string{"text"}); err == nil || !strings.Contains(err.Error(), "was erased") {
		t.Errorf("a receipt that opens it: %v", err)
	}
}

// A person becomes a pseudonym wherever the case names them; the case still
// holds together, and the words stand nowhere.
func TestAPersonIsErased(t *testing.T) {
	d := newDesk(t)
	h := d.keep(small).Handle
	if _, err := d.k.AddEvent(d.ctx(), h, event(`commented by=maker to=[finder] text="JO FINDER called; finders do" attributes={who: "Jo Finder"}`), record.AnyVersion, "finder", ""); err != nil {
		t.Fatal(err)
	}
	out := d.erase(record.Erasure{Handle: h, Person: "finder"})
	if out.Pseudonym != "erased-1" || len(out.Left) != 0 {
		t.Errorf("%+v", out)
	}
	d.reopen()
	k := d.load(h)
	data, err := k.Case.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if low := bytes.ToLower(data); bytes.Contains(low, []byte("jo finder")) || bytes.Contains(low, []byte(`"finder"`+",")) {
		t.Errorf("the person is still there:\n%s", data)
	}
	if e := k.Case.Event("e2"); e.Text != "erased-1 called; finders do" || e.To[0] != "erased-1" || e.RecordedBy != "erased-1" || e.Attributes["who"].V != "erased-1" {
		t.Errorf("%+v", *e)
	}
	if p := k.Case.Party("erased-1"); p == nil || p.Name != "" || len(p.Roles) != 1 {
		t.Errorf("%+v", p)
	}
	// The next receipt goes on with the numbers of the one that is called so now.
	d.add(h, "commented by=erased-1")
	k = d.load(h)
	if m := k.Records[len(k.Records)-1]; m.Party != "erased-1" || m.Number != 2 {
		t.Errorf("%+v", m)
	}
}

// What is no erasure is refused with the reason, and nothing happens.
func TestErasureIsRefused(t *testing.T) {
	d := newDesk(t)
	h := d.keep(small).Handle
	for name, c := range map[string]struct {
		e     record.Erasure
		kind  fault.Kind
		words string
	}{
		"one person":                {record.Erasure{Event: "e1", Fields: []string{"text"}, Ground: ground, By: "Ada", With: " ada "}, fault.Forbidden, "two different people"},
		"nobody":                    {record.Erasure{Event: "e1", Fields: []string{"text"}, Ground: ground}, fault.Forbidden, "two different people"},
		"no ground":                 {record.Erasure{Event: "e1", Fields: []string{"text"}, By: "A", With: "B"}, fault.Forbidden, "a ground"},
		"a ground without citation": {record.Erasure{Event: "e1", Fields: []string{"text"}, Ground: "they asked", By: "A", With: "B"}, fault.Forbidden, "cites its clause"},
		"the time of an event":      {record.Erasure{Event: "e1", Fields: []string{"at"}, Ground: ground, By: "A", With: "B"}, fault.Forbidden, "says what happened when"},
		"what a rule counts":        {record.Erasure{Event: "e1", Fields: []string{"of"}, Ground: ground, By: "A", With: "B"}, fault.Forbidden, "rules count it"},
		"a name alone":              {record.Erasure{Event: "e1", Fields: []string{"by"}, Ground: ground, By: "A", With: "B"}, fault.Forbidden, "erased as a person"},
		"the envelope":              {record.Erasure{Event: "e1", Fields: []string{"prev"}, Ground: ground, By: "A", With: "B"}, fault.Forbidden, "the record itself"},
		"what is not there":         {record.Erasure{Event: "e1", Fields: []string{"reason"}, Ground: ground, By: "A", With: "B"}, fault.NotFound, "e1 has no reason"},
		"no such event":             {record.Erasure{Event: "e9", Fields: []string{"text"}, Ground: ground, By: "A", With: "B"}, fault.NotFound, "no \"e9\""},
		"no such party":             {record.Erasure{Person: "nobody", Ground: ground, By: "A", With: "B"}, fault.NotFound, "no party"},
		"both":                      {record.Erasure{Person: "finder", Event: "e1", Ground: ground, By: "A", With: "B"}, fault.Invalid, "either"},
		"the name in the ground":    {record.Erasure{Person: "finder", Ground: "Art. 17, asked by Jo Finder", By: "A", With: "B"}, fault.Forbidden, "the ground names"},
		"no such case":              {record.Erasure{Handle: "TOC-9", Person: "finder", Ground: ground, By: "A", With: "B"}, fault.NotFound, "TOC-9"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.e.Handle == "" {
				c.e.Handle = h
			}
			_, err := d.k.Erase(d.ctx(), c.e)
			wants(t, err, c.kind, c.words)
		})
	}
	if k := d.load(h); k.Version != 7 || d.wraps.Generations() != 1 || d.store.Scrubs != 0 {
		t.Error("something happened")
	}
}
