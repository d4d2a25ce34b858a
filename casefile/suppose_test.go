package casefile

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/fault"
)

var now = time.Date(2026, 5, 6, 12, 0, 0, 0, time.UTC)

func suppose(whatIf, assume []string) (*Case, error) {
	return Suppose("c.yaml", []byte(good), whatIf, assume, now)
}

// A hypothetical event is an event of the case like any other, marked assumed.
func TestWhatIf(t *testing.T) {
	for name, c := range map[string]struct {
		spec string
		want func(e *Event) bool
	}{
		"it happens now":         {"aware by=maker of=lib", func(e *Event) bool { return e.At.Value == "2026-05-06T12:00:00Z" && e.By == "maker" }},
		"or when it is said to":  {"aware by=maker at=2026-05-07T08:00:00Z", func(e *Event) bool { return e.At.Value == "2026-05-07T08:00:00Z" }},
		"with a list":            {"notified by=vendor to=[maker,eu-srp] rule=X", func(e *Event) bool { return cmp.Equal(e.To, []string{"maker", "eu-srp"}) && e.Rule == "X" }},
		"one name for a list":    {"notified by=vendor to=maker", func(e *Event) bool { return cmp.Equal(e.To, []string{"maker"}) }},
		"with an uncertain time": {`aware by=maker at={value: "2026-05-07T08:00", zone: unknown}`, func(e *Event) bool { return e.At.Zone[0] == "unknown" }},
		"with words in quotes":   {`commented text="a b = c" by=maker`, func(e *Event) bool { return e.Text == "a b = c" }},
		"with other quotes":      {`commented text='it is "so"'`, func(e *Event) bool { return e.Text == `it is "so"` }},
		"with truths":            {"detected by=vendor exposed=true persons=12", func(e *Event) bool { return e.Exposed && e.Persons == 12 }},
		"it has a name":          {"aware by=maker", func(e *Event) bool { return e.ID == "what-if-1" }},
		"or one of its own":      {"aware by=maker id=mine", func(e *Event) bool { return e.ID == "mine" }},
		"it can dispute":         {"aware by=vendor disputes=[e1] denies=true", func(e *Event) bool { return e.Denies && e.Disputes[0] == "e1" }},
		"a blank is no word":     {"  aware   by=maker\t", func(e *Event) bool { return e.By == "maker" }},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := suppose([]string{c.spec}, nil)
			if err != nil {
				t.Fatal(err)
			}
			e := &got.Events[len(got.Events)-1]
			if !e.Assumed || !c.want(e) {
				t.Errorf("%+v", *e)
			}
			if len(got.Events) != 4 || got.Events[0].Assumed {
				t.Error("another event was touched")
			}
		})
	}
}

// An assumed fact goes where its path says, and what it touches says so.
func TestAssume(t *testing.T) {
	for name, c := range map[string]struct {
		spec string
		want func(c *Case) bool
	}{
		"a role is assumed by itself": {"parties.vendor.roles=[cna]", func(c *Case) bool {
			p := c.Party("vendor")
			return !p.Assumed && cmp.Equal(p.Roles, []Ref{{"cna", true}})
		}},
		"a role that is taken away is not": {`parties.vendor.roles=["-vendor"]`, func(c *Case) bool { return cmp.Equal(c.Party("vendor").Roles, []Ref{{"-vendor", false}}) }},
		"so is containment":                {"products.lib.contains=[]", func(c *Case) bool { return len(c.Product("lib").Contains) == 0 }},
		"anything else is, for the entry":  {"parties.vendor.country=US", func(c *Case) bool { return c.Party("vendor").Country == "US" && c.Party("vendor").Assumed }},
		"an attribute": {"parties.vendor.attributes.employees=60", func(c *Case) bool {
			p := c.Party("vendor")
			return p.Assumed && p.Attributes["employees"].V == int64(60)
		}},
		"a new product":      {"products.new.provider=vendor", func(c *Case) bool { return c.Product("new").Provider == "vendor" && c.Product("new").Assumed }},
		"a key of an event":  {"events.e1.at=2026-05-01T00:00:00Z", func(c *Case) bool { return c.Event("e1").At.Value == "2026-05-01T00:00:00Z" && c.Event("e1").Assumed }},
		"a word with a dash": {"parties.vendor.name=A-B", func(c *Case) bool { return c.Party("vendor").Name == "A-B" }},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := suppose(nil, []string{c.spec})
			if err != nil {
				t.Fatal(err)
			}
			if !c.want(got) {
				t.Errorf("%+v", got.File)
			}
		})
	}
}

// What cannot be supposed is refused in one sentence that names the flag.
func TestSupposeRefuses(t *testing.T) {
	for _, c := range []struct{ whatIf, assume, want string }{
		{"", "nothing", `--assume "nothing": PATH=VALUE is needed, for example products.gateway.contains=[log4j]`},
		{"", "products.a=b", `--assume "products.a=b": a path is products.ID.KEY, parties.ID.KEY or events.ID.KEY`},
		{"", "a.b.c=d", `--assume "a.b.c=d": a path is products.ID.KEY, parties.ID.KEY or events.ID.KEY; keys of the case itself cannot be assumed`},
		{"", "record=kept", `--assume "record=kept": a path is products.ID.KEY, parties.ID.KEY or events.ID.KEY; keys of the case itself cannot be assumed`},
		{"", "record=[", `--assume "record=[": "[" is not a value as a case file holds it`},
		{"", "products.lib.porvider=maker", `c.yaml: products[lib].porvider: unknown key; did you mean "provider"?`},
		{"", "products.lib.contains=[gw]", `c.yaml:9: products[gw].contains: goes round in a circle: gw → lib → gw`},
		{"", "parties.vendor.roles=&a x", `--assume "parties.vendor.roles=&a x": "&a x" is not a value as a case file holds it`},
		{"", "parties.vendor.attributes.x=[1]", `c.yaml: parties[vendor].attributes.x: an attribute is a single value`},
		{" ", "", `--what-if " ": a kind of event is needed, then key=value`},
		{"knew by=maker", "", `--what-if "knew by=maker": "knew" is not a kind of event`},
		{"aware maker", "", `--what-if "aware maker": "maker" is not key=value`},
		{"aware by=maker text='x", "", `--what-if "aware by=maker text='x": a quote is not closed`},
		{"aware by=nobody", "", `c.yaml: events[what-if-1].by: "nobody" is not a party of this case`},
		{"aware by=maker at=soon", "", `c.yaml: events[what-if-1].at: value "soon": want RFC 3339, or a local YYYY-MM-DDTHH:MM[:SS], YYYY-MM-DD or YYYY-MM`},
		{"aware by=maker id=e1", "", `c.yaml:29: events[e1].id: the id stands twice in events`},
		{"aware by=maker where=a\x00b", "", `--what-if "aware by=maker where=a\x00b": where: "a\x00b" is not a value as a case file holds it`},
	} {
		var w, a []string
		if c.whatIf != "" {
			w = []string{c.whatIf}
		}
		if c.assume != "" {
			a = []string{c.assume}
		}
		_, err := suppose(w, a)
		if err == nil || err.Error() != c.want {
			t.Errorf("--what-if %q --assume %q\n got %v\nwant %s", c.whatIf, c.assume, err, c.want)
		}
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%v is of kind %s", err, fault.KindOf(err))
		}
	}
}

// Lists that are not there yet are made; a case of nothing can be supposed about.
func TestSupposeMakesLists(t *testing.T) {
	c, err := Suppose("c.yaml", []byte("format: tocsin-casefile/1\ncase: A\n"), []string{"aware by=p of=a"}, []string{"parties.p.country=DE", "products.a.provider=p"}, now)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Events) != 1 || len(c.Grants(c.Party("p"))) != 2 {
		t.Errorf("%+v", c.File)
	}
}

// FuzzSuppose: nothing typed on a command line makes the reader panic, and what
// it takes is a case that can be written and read back.
func FuzzSuppose(f *testing.F) {
	for _, s := range [][2]string{{"aware by=maker", "record=kept"}, {`commented text="a b"`, "parties.vendor.roles=[a,b]"}, {"notified to=[a, {b: c}]", "events.e1.at={from: 2026-01-01, to: 2026-01-02, zone: UTC}"}, {"'", "a.b.c.attributes.d=1"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, whatIf, assume string) {
		c, err := suppose([]string{whatIf}, []string{assume})
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\x1b") {
				t.Fatalf("a message of several lines: %q", err)
			}
			return
		}
		lossless(t, c)
	})
}

// FuzzParse: no bytes make the reader panic; a case that it takes is lossless.
func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(`{"format": "tocsin-casefile/1", "case": "A", "events": [{"id": "e", "kind": "aware", "at": {"not-after": "2021-11", "zone": "unknown"}}]}`))
	f.Add([]byte("format: tocsin-casefile/1\ncase: A\nparties: [{id: p, attributes: {a: 0x1F, b: 1e3, c: .inf, d: 2021-01-01, e: 99999999999999999999}}]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("c.yaml", data)
		if err != nil {
			if msg := err.Error(); !strings.HasPrefix(msg, "c.yaml:") || strings.Contains(msg, "\n") {
				t.Fatalf("a message without its place: %q", msg)
			}
			return
		}
		lossless(t, c)
	})
}
