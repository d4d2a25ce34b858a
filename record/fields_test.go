package record_test

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/receipt"
	"tocsin/record"
)

// withoutSlot lists the keys of the types of a case file that no slot has.
func withoutSlot(types ...any) []string {
	var out []string
	for _, v := range types {
		t := reflect.TypeOf(v)
		for i := range t.NumField() {
			key, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			if key == "" || key == "-" || t.Field(i).Type.Kind() == reflect.Slice && t.Field(i).Type.Elem().Kind() == reflect.Struct && t.Name() == "File" {
				continue // the lists of the file are records of their own
			}
			if _, ok := receipt.SlotOf(key); !ok {
				out = append(out, t.Name()+"."+key)
			}
		}
	}
	return out
}

// Every key of a case file has a slot, or it could not be kept.
func TestEveryKeyHasASlot(t *testing.T) {
	if got := withoutSlot(casefile.File{}, casefile.Product{}, casefile.Party{}, casefile.Source{}, casefile.Window{}, casefile.Event{}); got != nil {
		t.Errorf("keys without a slot: %v; add them at the end of receipt/slots.go", got)
	}
	type Event struct {
		ID string `json:"id"`
		No string `json:"made-up,omitempty"`
	}
	if got := withoutSlot(Event{}); !slices.Equal(got, []string{"Event.made-up"}) {
		t.Errorf("the control found %v", got)
	}
}

func foldedFile(t interface{ Fatal(...any) }, f casefile.File) casefile.File {
	records, err := record.FromFile(f)
	if err != nil {
		t.Fatal(err)
	}
	back, err := record.Fold(records)
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// Any case whatever comes back from its records as it went in.
func TestAnyCaseFoldsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFile(t)
		if diff := cmp.Diff(f, foldedFile(t, f), sameFile); diff != "" {
			t.Fatal(diff)
		}
	})
}

// And from the store, to the same document.
func TestAnyCaseIsKept(t *testing.T) {
	d := newDesk(t)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		f := anyFile(rt)
		n++
		f.Case += strings.Repeat("x", n)
		c, err := casefile.Build("any", f)
		if err != nil {
			rt.Fatalf("the generator made a bad case: %v", err)
		}
		want, err := c.YAML()
		if err != nil {
			rt.Fatal(err)
		}
		if _, err := d.k.Import(d.ctx(), c, "clerk", ""); err != nil {
			rt.Fatal(err)
		}
		k, err := d.k.Load(d.ctx(), f.Case)
		if err != nil {
			rt.Fatal(err)
		}
		got, err := k.Case.YAML()
		if err != nil {
			rt.Fatal(err)
		}
		if !bytes.Equal(want, got) {
			rt.Fatal(cmp.Diff(string(want), string(got)))
		}
	})
}

// Two windows that look alike stay two, and one that is corrected stays one.
func TestWindowsAreToldApart(t *testing.T) {
	c := parse(t, "format: tocsin-casefile/1\ncase: A\nwindows:\n"+strings.Repeat("  - {kind: x, from: \"2026-01-01T00:00:00Z\", to: \"2026-01-02T00:00:00Z\"}\n", 2))
	if got := foldedFile(t, c.File); len(got.Windows) != 2 {
		t.Errorf("%d windows", len(got.Windows))
	}
}

// A later entry takes the place of an earlier one of the same id.
func TestCorrectionsTakeThePlace(t *testing.T) {
	f := parse(t, small).File
	records, err := record.FromFile(f)
	if err != nil {
		t.Fatal(err)
	}
	f.Products[0].Name = "another name"
	later, err := record.FromFile(f)
	if err != nil {
		t.Fatal(err)
	}
	got, err := record.Fold(append(records, later[1]))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f, got, sameFile); diff != "" {
		t.Error(diff)
	}
}

// What cannot be written as it is, is not kept at all.
func TestWhatIsNotTextIsRefused(t *testing.T) {
	f := parse(t, small).File
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"bytes that are no UTF-8":      {"a\xffb", false},
		"the character that marks one": {"a\ufffdb", true},
		"an escape written out":        {`a\ufffdb`, true},
		"such an escape after a slash": {`a\\ufffdb`, true},
	} {
		t.Run(name, func(t *testing.T) {
			f.Note = c.text
			records, err := record.FromFile(f)
			if !c.ok {
				wants(t, err, fault.Invalid, "not valid UTF-8")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			back, err := record.Fold(records)
			if err != nil || back.Note != c.text {
				t.Errorf("%q came back as %q (%v)", c.text, back.Note, err)
			}
		})
	}
}

// A record of no known kind does not fold: a later version may know it, this one
// must not leave it out in silence.
func TestUnknownRecordsDoNotFold(t *testing.T) {
	_, err := record.Fold([]record.Values{{"entry": []byte(`"prophecy"`)}})
	wants(t, err, fault.Internal, "prophecy")
	_, err = record.Fold([]record.Values{{"entry": []byte(`"event"`), "id": []byte(`"e1"`), "at": []byte(`"soon"`)}})
	wants(t, err, fault.Internal, "record 1 does not fold")
}

var anyText = rapid.OneOf(
	rapid.SampledFrom([]string{"", "", "", "no", "1.5", "2021-12-10", "a: b", "#", "a\nb", "漏洞信息", "\u200b", "~", "null", "{", "\"", "\\", "<b>&</b>", " x ", "\u2028"}),
	rapid.String().Filter(func(s string) bool { return !strings.ContainsRune(s, 0) }),
)

func anyTime(t *rapid.T) casefile.Time {
	switch rapid.IntRange(0, 2).Draw(t, "form of time") {
	case 0:
		return casefile.Time{Moment: calendar.Moment{Value: rapid.SampledFrom([]string{"2026-05-04T09:00:00Z", "2026-05-04T09:00:00.25+08:00", "2026-05-04T09:00-05:00"}).Draw(t, "instant")}}
	case 1:
		return casefile.Time{Moment: calendar.Moment{Value: "2026-05-04T09:00", Precision: calendar.Minute, Zone: []string{"unknown"}, Likely: []string{"Asia/Shanghai", "UTC"}}}
	}
	return casefile.Time{Moment: calendar.Moment{NotAfter: "2026-05-04T09:00", Zone: []string{"Europe/Berlin", "America/New_York"}}}
}

// anyFile makes a case file that builds.
func anyFile(t *rapid.T) casefile.File {
	word := func() string { return anyText.Draw(t, "text") }
	words := func() []string { return rapid.SliceOfN(anyText, 0, 3).Draw(t, "words") }
	flag := func() bool { return rapid.Bool().Draw(t, "flag") }
	pick := func(of ...string) string { return rapid.SampledFrom(of).Draw(t, "pick") }
	attrs := func() map[string]casefile.Scalar {
		m := map[string]casefile.Scalar{}
		for _, k := range rapid.SliceOfN(anyText.Filter(func(s string) bool { return s != "" && len(s) <= 200 }), 0, 3).Draw(t, "keys") {
			m[k] = rapid.SampledFrom([]casefile.Scalar{{V: true}, {V: int64(-7)}, {V: 1.0}, {V: 0.25}, {V: "1"}, {V: "x"}, {V: int64(1) << 62}}).Draw(t, "value")
		}
		return m
	}
	f := casefile.File{Format: casefile.Format, Case: "TOC/1", Title: word(), Record: pick("sources", "kept"), TLP: pick("", "AMBER+STRICT"),
		Vulnerabilities: words(), Adopts: words(), Note: word(),
		Products: []casefile.Product{{ID: "lib", Name: word(), Purl: word(), Attributes: attrs(), Assumed: flag()},
			{ID: "漏洞-1", Provider: "p", Contains: []casefile.Ref{{ID: "lib", Assumed: flag()}}, Note: word(), Source: "S"}},
		Parties: []casefile.Party{{ID: "p", Name: word(), Country: pick("", "DE"), Markets: []string{"EU", "US-NY"}, Roles: []casefile.Ref{{ID: "r" + word(), Assumed: flag()}, {ID: "-vendor"}},
			Is: words(), Operates: []casefile.Ref{{ID: "lib", Assumed: flag()}}, Adopts: words(), Attributes: attrs(), Note: word()}, {ID: "q", PartOf: "p", Assumed: flag()}},
		Sources: []casefile.Source{{ID: "S", Publisher: word(), Title: word(), Published: pick("", "2021-12"), Language: word(), Kind: pick("", "press"), Cites: []string{"S"},
			Original: word(), Translation: word(), URL: word(), Note: word()}},
		Windows: []casefile.Window{{Kind: "x" + word(), Name: word(), Country: "CN", From: casefile.Time{Moment: calendar.Moment{Value: "2020-01-01T00:00:00Z"}}, To: anyTime(t), Source: "S"}},
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "events") {
		due := anyTime(t)
		e := casefile.Event{ID: string(rune('a' + i)), Kind: rapid.SampledFrom(casefile.Kinds()).Draw(t, "kind"), By: pick("", "p", "q"), To: words(), Of: pick("", "lib"), At: anyTime(t),
			Via: word(), Rule: word(), Stage: word(), Covers: words(), How: pick("", "found"), Result: word(), Reason: word(), ReviewOn: pick("", "2026-06-01"),
			Detail: pick("", "exploit"), With: words(), Where: word(), Form: word(), UserAction: flag(), Reveals: flag(), Exploited: flag(), Incident: word(), Nature: words(),
			Persons: rapid.Int64Min(0).Draw(t, "persons"), Exposed: flag(), Automatable: flag(), Impact: pick("", "total"), Until: &due, Scope: word(),
			Label: word(), Text: word(), Original: word(), Source: pick("", "S"), Assumed: flag(), Denies: flag(), ClaimedBy: pick("", "S", "p"),
			Basis: pick("", "claim"), Mandate: word(), RecordedBy: pick("", "p"), RecordedAt: pick("", "2026-05-05T10:00:00.5Z"), Attributes: attrs()}
		if i > 0 {
			e.Re, e.Disputes, e.Supersedes, e.Due = "a", []string{"a"}, []string{"a"}, &due
		}
		f.Events = append(f.Events, e)
	}
	return f
}
