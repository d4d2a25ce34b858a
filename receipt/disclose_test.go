package receipt

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tocsin/internal/fault"
)

// Whatever is opened, present or absent, it proves the same record.
func TestAnyDisclosureProvesTheRecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := someValues(t)
		r, err := NewRecord(values, chance("x"))
		if err != nil {
			t.Fatal(err)
		}
		names := rapid.SliceOfDistinct(rapid.SampledFrom(slots[:]), func(s string) string { return s }).Draw(t, "open")
		d, err := r.Disclose(names)
		if err != nil {
			t.Fatal(err)
		}
		// Through JSON, as it travels.
		var back Disclosure
		if err := json.Unmarshal(must(json.Marshal(d)), &back); err != nil {
			t.Fatal(err)
		}
		got, err := back.Commitment()
		if err != nil || got != r.Commitment() {
			t.Fatalf("the disclosure of %v gives %x, %v", names, got, err)
		}
		for _, name := range names {
			value, ok := back.Value(name)
			if want, present := values[name]; ok != present || value != string(want) {
				t.Fatalf("%s opens as %q, %t; want %q, %t", name, value, ok, want, present)
			}
		}
		if len(back.Fields) != len(names) {
			t.Fatalf("%d fields are opened, not %d", len(back.Fields), len(names))
		}
	})
}

// A disclosure holds neither a value nor a salt of what it does not open, and
// not the seed, from which absence could be told.
func TestDisclosureHidesTheRest(t *testing.T) {
	values := map[string][]byte{
		"kind": []byte(`"reported"`), "text": []byte(`"secret words"`), "by": []byte(`"acme"`), "at": []byte(`"2026-11-22T06:40:00Z"`),
	}
	r := must(NewRecord(values, chance("hide")))
	seed, salts := saltsOf(values, "hide")
	for _, open := range [][]string{nil, {"kind"}, {"kind", "at"}, {"detail"}, {"kind", "by", "at"}} {
		d := must(r.Disclose(open))
		var all []byte
		for _, h := range d.Hidden {
			all = append(all, h...)
		}
		for _, f := range d.Fields {
			all = append(all, f.Salt...)
			if f.Value != nil {
				all = append(all, *f.Value...)
			}
		}
		if bytes.Contains(all, seed) {
			t.Errorf("the disclosure of %v holds the seed", open)
		}
		for name, value := range values {
			if hidden := !slices.Contains(open, name); bytes.Contains(all, salts[name]) == hidden || bytes.Contains(all, value) == hidden {
				t.Errorf("the disclosure of %v: %s is hidden %t, and its salt or value says otherwise", open, name, hidden)
			}
		}
	}
}

// How many hashes a disclosure has depends on which fields are opened, never on
// which are present: the count tells nothing of the kind of record.
func TestDisclosureTellsNothingByItsSize(t *testing.T) {
	open := []string{"entry", "handle", "sequence"}
	full := map[string][]byte{}
	for _, name := range slots {
		full[name] = []byte(`1`)
	}
	var sizes []int
	for _, values := range []map[string][]byte{nil, {"entry": []byte(`1`)}, full} {
		sizes = append(sizes, len(must(must(NewRecord(values, chance("x"))).Disclose(open)).Hidden))
	}
	if sizes[0] != sizes[1] || sizes[1] != sizes[2] {
		t.Errorf("the disclosures of three kinds of record have %v hashes", sizes)
	}
}

// The control of every receipt: nothing of a disclosure can be changed without
// another commitment or a refusal.
func TestChangedDisclosureProvesNothing(t *testing.T) {
	r := must(NewRecord(map[string][]byte{
		"kind": []byte(`"reported"`), "by": []byte(`"acme"`), "text": []byte(`"words"`), "sequence": []byte(`3`),
	}, chance("x")))
	want := r.Commitment()
	fresh := func() Disclosure { return must(r.Disclose([]string{"kind", "by", "sequence", "detail"})) }
	if got, err := fresh().Commitment(); err != nil || got != want {
		t.Fatalf("the unchanged disclosure: %x, %v", got, err)
	}
	text := func(s string) *string { return &s }
	changes := map[string]func(d *Disclosure){
		"the value":                        func(d *Disclosure) { d.Fields[1].Value = text(`"example-soft"`) },
		"the value, by its space":          func(d *Disclosure) { d.Fields[0].Value = text(`3.0`) },
		"a value made absent":              func(d *Disclosure) { d.Fields[1].Value = nil },
		"an absent one made a value":       func(d *Disclosure) { d.Fields[3].Value = text(`""`) },
		"the name":                         func(d *Disclosure) { d.Fields[2].Name = "to" },
		"a name without slot":              func(d *Disclosure) { d.Fields[2].Name = "colour" },
		"two values exchanged":             func(d *Disclosure) { d.Fields[1].Value, d.Fields[2].Value = d.Fields[2].Value, d.Fields[1].Value },
		"two fields exchanged":             func(d *Disclosure) { d.Fields[1], d.Fields[2] = d.Fields[2], d.Fields[1] },
		"a field twice":                    func(d *Disclosure) { d.Fields = append(d.Fields, d.Fields[3]) },
		"a field left out":                 func(d *Disclosure) { d.Fields = d.Fields[:3] },
		"the schema":                       func(d *Disclosure) { d.Schema = 2 },
		"no schema":                        func(d *Disclosure) { d.Schema = 0 },
		"a hash less":                      func(d *Disclosure) { d.Hidden = d.Hidden[1:] },
		"a hash more":                      func(d *Disclosure) { d.Hidden = append(d.Hidden, make([]byte, 32)) },
		"two hashes exchanged":             func(d *Disclosure) { d.Hidden[0], d.Hidden[1] = d.Hidden[1], d.Hidden[0] },
		"a hash too short":                 func(d *Disclosure) { d.Hidden[0] = d.Hidden[0][:31] },
		"a hash too long":                  func(d *Disclosure) { d.Hidden[0] = append(d.Hidden[0], 0) },
		"a salt too short":                 func(d *Disclosure) { d.Fields[1].Salt = d.Fields[1].Salt[:31] },
		"a salt with a zero, as HMAC pads": func(d *Disclosure) { d.Fields[1].Salt = append(d.Fields[1].Salt, 0) },
		"no salt":                          func(d *Disclosure) { d.Fields[1].Salt = nil },
		"a value that is no JSON":          func(d *Disclosure) { d.Fields[1].Value = text(`acme`) },
		"a value that is null":             func(d *Disclosure) { d.Fields[1].Value = text(`null`) },
	}
	for i := range fresh().Hidden {
		changes["hash "+itoa(int64(i))] = func(d *Disclosure) { d.Hidden[i] = bytes.Clone(d.Hidden[i]); d.Hidden[i][i%32] ^= 0x80 }
	}
	for i := range fresh().Fields {
		changes["salt "+itoa(int64(i))] = func(d *Disclosure) { d.Fields[i].Salt[31] ^= 1 }
	}
	for name, change := range changes {
		d := fresh()
		change(&d)
		got, err := d.Commitment()
		if err == nil && got == want {
			t.Errorf("%s was changed, and the commitment is the same", name)
		}
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A name that a spare slot gets later does not change what was committed: its
// absence can be opened in the oldest records.
func TestSpareSlotsAreAbsentWithoutName(t *testing.T) {
	var scratch []byte
	salt := [32]byte{1}
	if commitAbsent(100, &salt, &scratch) != hmac256(&salt, &scratch, []byte{100, 0, 0, 0}) {
		t.Error("an absent field's commitment holds more than its slot")
	}
}

func TestDiscloseRefuses(t *testing.T) {
	r := must(NewRecord(map[string][]byte{"kind": []byte(`"aware"`)}, chance("x")))
	_, err := r.Disclose([]string{"kind", "colour"})
	wantInvalid(t, err, "colour: no record has a field of this name")
	_, err = r.Disclose([]string{"kind", "kind"})
	wantInvalid(t, err, "kind: the field is to be opened twice")
}

func FuzzDisclosure(f *testing.F) {
	r := must(NewRecord(map[string][]byte{"kind": []byte(`"aware"`), "text": []byte(`"x"`)}, chance("x")))
	want := r.Commitment()
	f.Add(must(json.Marshal(must(r.Disclose([]string{"kind"})))))
	f.Add(must(json.Marshal(must(r.Disclose(nil)))))
	f.Add([]byte(`{"schema":1,"fields":[{"name":"kind","value":null,"salt":""}],"hidden":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var d Disclosure
		if json.Unmarshal(data, &d) != nil {
			return
		}
		got, err := d.Commitment()
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatal(err)
			}
			return
		}
		// Nobody makes a value of this record out of other bytes.
		if value, ok := d.Value("kind"); ok && got == want && value != `"aware"` {
			t.Fatalf("kind opens as %s", strings.ToValidUTF8(value, "?"))
		}
	})
}
