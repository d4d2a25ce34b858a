package casefile

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/fault"
)

// An event that is typed is an event like any other: nothing of it is assumed,
// and its id may be left to the record.
func TestEventFrom(t *testing.T) {
	for name, c := range map[string]struct {
		spec string
		want func(e Event) bool
	}{
		"it happens now":         {"aware by=maker of=lib", func(e Event) bool { return e.At.Value == "2026-05-06T12:00:00Z" && e.By == "maker" && e.ID == "" }},
		"or when it is said to":  {"aware at=2026-05-07T08:00:00Z id=mine", func(e Event) bool { return e.At.Value == "2026-05-07T08:00:00Z" && e.ID == "mine" }},
		"with a list":            {"notified to=[maker,eu-srp] rule=X", func(e Event) bool { return cmp.Equal(e.To, []string{"maker", "eu-srp"}) && e.Rule == "X" }},
		"with an uncertain time": {`aware at={value: "2026-05-07T08:00", zone: unknown}`, func(e Event) bool { return e.At.Zone[0] == "unknown" }},
		"with words in quotes":   {`commented text="a b = c"`, func(e Event) bool { return e.Text == "a b = c" }},
		"with attributes":        {`commented attributes={n: 1, t: "1"}`, func(e Event) bool { return e.Attributes["n"].V == int64(1) && e.Attributes["t"].V == "1" }},
		"it can say it assumes":  {"aware assumed=true", func(e Event) bool { return e.Assumed }},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := EventFrom(c.spec, now)
			if err != nil {
				t.Fatal(err)
			}
			if !c.want(e) || e.Line != 0 || e.Assumed != (name == "it can say it assumes") {
				t.Errorf("%+v", e)
			}
		})
	}
}

// What is no event is refused in one sentence.
func TestEventFromRefuses(t *testing.T) {
	for spec, want := range map[string]string{
		"":                    `"": a kind of event is needed, then key=value`,
		"knew by=maker":       `"knew by=maker": "knew" is not a kind of event`,
		"aware maker":         `"aware maker": "maker" is not key=value`,
		"aware persns=1":      `persns: unknown key; did you mean "persons"?`,
		"aware text='x":       `"aware text='x": a quote is not closed`,
		"aware at=soon":       `at: value "soon": want RFC 3339, or a local YYYY-MM-DDTHH:MM[:SS], YYYY-MM-DD or YYYY-MM`,
		"aware persons=many":  `persons: "many" is not a whole number`,
		"aware attributes=[]": `attributes: keys with values are needed here, not a list`,
	} {
		_, err := EventFrom(spec, now)
		if err == nil || fault.KindOf(err) != fault.Invalid || err.Error() != want {
			t.Errorf("%q: %v\nwant %s", spec, err, want)
		}
	}
}

// One event, as a line of JSON or as YAML, is read as strictly as a whole file.
func TestParseEvent(t *testing.T) {
	want := Event{ID: "e1", Kind: "aware", By: "maker", Attributes: map[string]Scalar{"f": {1.0}}}
	want.At.Value = "2026-05-04T09:00:00Z"
	for _, text := range []string{
		`{"id": "e1", "kind": "aware", "by": "maker", "at": "2026-05-04T09:00:00Z", "attributes": {"f": 1.0}}`,
		"id: e1\nkind: aware\nby: maker\nat: 2026-05-04T09:00:00Z\nattributes: {f: 1.0}\n",
	} {
		got, err := ParseEvent("events.jsonl", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, same); diff != "" {
			t.Error(diff)
		}
	}
	for text, want := range map[string]string{
		``:                               "events.jsonl:1: the file is empty",
		`{"kind": "aware", "kind": "x"}`: "events.jsonl:1: kind: the key stands twice; it stood on line 1 already",
		`{"persns": 1}`:                  `events.jsonl:1: persns: unknown key; did you mean "persons"?`,
		`["aware"]`:                      "events.jsonl:1: the document must be a list of keys with values, not a list",
		`{"kind": "aware"`:               "events.jsonl:1: not readable as JSON: the file ends in the middle",
		`{"at": {"zone": 1, "x": 2}}`:    "events.jsonl:1: at: x: unknown key in a time; known are value, precision, zone, likely, from, to, not-before, not-after",
	} {
		if _, err := ParseEvent("events.jsonl", []byte(text)); err == nil || err.Error() != want {
			t.Errorf("%s\n got %v\nwant %s", text, err, want)
		}
	}
	var other struct{}
	if err := ParseEntry("x", []byte("a: b"), &other); fault.KindOf(err) != fault.Internal {
		t.Errorf("something that is no entry: %v", err)
	}
}

// FuzzEventFrom: nothing typed makes the reader panic, and what it takes is
// written and read back.
func FuzzEventFrom(f *testing.F) {
	f.Add(`aware by=maker at={value: "2026-05-07T08:00", zone: unknown} text="x y"`)
	f.Fuzz(func(t *testing.T, spec string) {
		e, err := EventFrom(spec, now)
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Fatalf("%q: %v (%s)", spec, err, fault.KindOf(err))
		}
		if err == nil && !e.Kind.Known() {
			t.Fatalf("%q gave %+v", spec, e)
		}
	})
}
