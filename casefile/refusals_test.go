package casefile

import (
	"strings"
	"testing"

	"tocsin/internal/fault"
)

// good is a small case in which every list has entries; the tests below spoil
// one line of it at a time. Its lines are numbered by their place in this text.
const good = `format: tocsin-casefile/1
case: TOC-2026-0001
record: kept
tlp: AMBER
products:
  - {id: lib, provider: maker}
  - id: gw
    provider: vendor
    contains: [lib]
    source: S1
parties:
  - {id: maker, country: NL}
  - id: vendor
    country: DE
    markets: [EU, US-NY]
    operates: [gw]
    part-of: maker
sources:
  - {id: S1, kind: primary, published: 2026-05-01}
  - id: S2
    kind: press
    cites: [S1]
windows:
  - kind: major-event
    country: CN
    from: "2026-02-04T00:00:00+08:00"
    to: "2026-02-21T00:00:00+08:00"
events:
  - {id: e1, kind: aware, by: vendor, of: gw, at: "2026-05-04T09:00:00Z"}
  - id: e2
    kind: reported
    by: vendor
    to: [maker]
    of: lib
    at: {value: "2026-05-05T10:00", precision: minute, zone: Europe/Berlin}
    source: S1
    re: e1
  - id: e3
    kind: aware
    by: vendor
    of: gw
    at: "2026-05-03T09:00:00Z"
    disputes: [e1]
    claimed-by: S2
`

// The control: the good case is good.
func TestTheGoodCaseIsGood(t *testing.T) {
	if _, err := Parse("c.yaml", []byte(good)); err != nil {
		t.Fatal(err)
	}
}

// Each way to spoil it gives one sentence with file, line and key.
func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"no format":                   {"format: tocsin-casefile/1\n", "", `c.yaml:1: format: is missing; write format: tocsin-casefile/1`},
		"a format of the future":      {"casefile/1", "casefile/2", `c.yaml:1: format: "tocsin-casefile/2" is not a format that is read here; known is tocsin-casefile/1`},
		"no case":                     {"case: TOC-2026-0001\n", "", `c.yaml:1: case: is missing`},
		"a record of another word":    {"record: kept", "record: mine", `c.yaml:3: record: "mine" is not sources or kept`},
		"a label of TLP 1":            {"tlp: AMBER", "tlp: WHITE", `c.yaml:4: tlp: "WHITE" is not CLEAR, GREEN, AMBER, AMBER+STRICT or RED`},
		"an unknown key":              {"record: kept", "recrod: kept", `c.yaml:3: recrod: unknown key; did you mean "record"?`},
		"an unknown key of a product": {"    contains: [lib]", "    contain: [lib]", `c.yaml:9: products[gw].contain: unknown key; did you mean "contains"?`},
		"an unknown key of an event":  {"    re: e1", "    ref: e1", `c.yaml:37: events[e2].ref: unknown key; did you mean "re"?`},
		"an unknown key of a time":    {"precision: minute", "presicion: minute", `c.yaml:35: events[e2].at: presicion: unknown key in a time; known are value, precision, zone, likely, from, to, not-before, not-after`},
		"an unknown key of a name":    {"contains: [lib]", "contains: [{id: lib, sure: true}]", `c.yaml:9: products[gw].contains[lib]: sure: unknown key; known are id, assumed`},

		"a bad date":                      {"2026-05-04T09:00:00Z", "2026-02-30T09:00:00Z", `c.yaml:29: events[e1].at: value "2026-02-30T09:00:00Z": …`},
		"a time without its zone":         {`"2026-05-04T09:00:00Z"`, "2026-05-04", `c.yaml:29: events[e1].at: zone is missing: "2026-05-04" has no offset…`},
		"a word for a time":               {`"2026-05-04T09:00:00Z"`, "yesterday", `c.yaml:29: events[e1].at: value "yesterday": want RFC 3339…`},
		"an unknown zone":                 {"Europe/Berlin", "Europe/Atlantis", `c.yaml:35: events[e2].at: zone: zone "Europe/Atlantis" is unknown…`},
		"a precision of another word":     {"precision: minute", "precision: week", `c.yaml:35: events[e2].at: precision "week": want second, minute, hour, day or month`},
		"no time":                         {`, at: "2026-05-04T09:00:00Z"`, "", `c.yaml:29: events[e1].at: is missing`},
		"an empty time":                   {`"2026-05-04T09:00:00Z"`, "~", `c.yaml:29: events[e1].at: is missing`},
		"a list for a time":               {`"2026-05-04T09:00:00Z"`, "[2026]", `c.yaml:29: events[e1].at: a time is needed here`},
		"a bad date of a source":          {"published: 2026-05-01", "published: 2026-05-32", `c.yaml:19: sources[S1].published: "2026-05-32" is not a date (YYYY-MM-DD, YYYY-MM or YYYY)`},
		"words for a date of a source":    {"published: 2026-05-01", "published: in May", `c.yaml:19: sources[S1].published: "in May" is not a date (YYYY-MM-DD, YYYY-MM or YYYY)`},
		"a bad date of a window":          {`from: "2026-02-04T00`, `from: "2026-13-04T00`, `c.yaml:26: windows[0].from: value "2026-13-04T00:00:00+08:00": …`},
		"a bad due date":                  {"    re: e1", "    due: soon", `c.yaml:37: events[e2].due: value "soon": want RFC 3339…`},
		"a bad time of recording":         {"    re: e1", "    recorded-at: 2026-05-05", `c.yaml:37: events[e2].recorded-at: "2026-05-05" is not an RFC 3339 time`},
		"a bad date of review":            {"    re: e1", "    review-on: next week", `c.yaml:37: events[e2].review-on: "next week" is not a date (YYYY-MM-DD)`},
		"a window that ends before it is": {`to: "2026-02-21`, `to: "2026-01-21`, `c.yaml:27: windows[0].to: the window ends before it begins`},

		"two products of one id": {"  - id: gw\n", "  - id: lib\n", `c.yaml:7: products[lib].id: the id stands twice in products`},
		"two parties of one id":  {"  - id: vendor\n", "  - id: maker\n", `c.yaml:13: parties[maker].id: the id stands twice in parties`},
		"two sources of one id":  {"  - id: S2\n", "  - id: S1\n", `c.yaml:20: sources[S1].id: the id stands twice in sources`},
		"two events of one id":   {"  - id: e3\n", "  - id: e1\n", `c.yaml:38: events[e1].id: the id stands twice in events`},
		"an event without an id": {"{id: e1, kind", "{kind", `c.yaml:29: events[0].id: is missing`},
		"a party without an id":  {"{id: maker, country", "{country", `c.yaml:12: parties[0].id: is missing`},
		"a blank in an id":       {"{id: maker,", "{id: the maker,", `c.yaml:12: parties[the maker].id: "the maker" holds a blank, a slash, a quote or a bracket`},
		"an id that hides":       {"{id: maker,", `{id: "mak\u200ber",`, `c.yaml:12: parties[mak` + "\u200b" + `er].id: "mak\u200ber" holds a character that cannot be seen`},
		"an id without end":      {"{id: maker,", "{id: " + strings.Repeat("m", 201) + ",", `c.yaml:12: parties[mmm…`},

		"no kind":                   {"kind: aware, by", "by", `c.yaml:29: events[e1].kind: is missing`},
		"an unknown kind":           {"kind: aware, by", "kind: became-aware, by", `c.yaml:29: events[e1].kind: "became-aware" is not a kind of event; docs/casefile.md lists them`},
		"a provider who is not":     {"provider: maker", "provider: makr", `c.yaml:6: products[lib].provider: "makr" is not a party of this case`},
		"a content that is not":     {"contains: [lib]", "contains: [lob]", `c.yaml:9: products[gw].contains: "lob" is not a product of this case`},
		"a system that is not":      {"operates: [gw]", "operates: [gateway]", `c.yaml:16: parties[vendor].operates: "gateway" is not a product of this case`},
		"a group that is not":       {"part-of: maker", "part-of: group", `c.yaml:17: parties[vendor].part-of: "group" is not a party of this case`},
		"an actor who is not":       {"by: vendor, of: gw", "by: vendr, of: gw", `c.yaml:29: events[e1].by: "vendr" is not a party of this case`},
		"a product that is not":     {"    of: lib", "    of: libs", `c.yaml:34: events[e2].of: "libs" is not a product of this case`},
		"a source that is not":      {"    source: S1\n    re", "    source: S9\n    re", `c.yaml:36: events[e2].source: "S9" is not a source of this case`},
		"a product's source":        {"    source: S1\nparties", "    source: S9\nparties", `c.yaml:10: products[gw].source: "S9" is not a source of this case`},
		"a cited source":            {"cites: [S1]", "cites: [S9]", `c.yaml:22: sources[S2].cites: "S9" is not a source of this case`},
		"a claimant who is not":     {"claimed-by: S2", "claimed-by: nobody", `c.yaml:44: events[e3].claimed-by: "nobody" is neither a party nor a source of this case`},
		"an event that is not":      {"re: e1", "re: e9", `c.yaml:37: events[e2].re: "e9" is not an event of this case`},
		"an event about itself":     {"disputes: [e1]", "disputes: [e3]", `c.yaml:43: events[e3].disputes: an event cannot point to itself`},
		"a country in words":        {"country: DE", "country: Germany", `c.yaml:14: parties[vendor].country: "Germany" is not a country code (ISO 3166-1 alpha-2) or EU`},
		"a market in lower case":    {"markets: [EU,", "markets: [eu,", `c.yaml:15: parties[vendor].markets: "eu" is not a country code (ISO 3166-1 alpha-2) or EU`},
		"a window's country":        {"    country: CN\n    from", "    country: China\n    from", `c.yaml:25: windows[0].country: "China" is not a country code (ISO 3166-1 alpha-2) or EU`},
		"a window without a kind":   {"  - kind: major-event\n    country", "  - country", `c.yaml:24: windows[0].kind: is missing`},
		"a window without an end":   {"    to: \"2026-02-21T00:00:00+08:00\"\n", "", `c.yaml:24: windows[0].to: is missing`},
		"a kind of source":          {"kind: press", "kind: rumour", `c.yaml:21: sources[S2].kind: "rumour" is not primary, press, anonymous or own`},
		"a basis of another word":   {"re: e1", "basis: hearsay", `c.yaml:37: events[e2].basis: "hearsay" is not own, on-behalf or claim`},
		"a how of another word":     {"re: e1", "how: guessed", `c.yaml:37: events[e2].how: "guessed" is not found or told`},
		"a detail of another word":  {"re: e1", "detail: blog", `c.yaml:37: events[e2].detail: "blog" is not metadata, advisory or exploit`},
		"an impact of another word": {"re: e1", "impact: grave", `c.yaml:37: events[e2].impact: "grave" is not partial or total`},
		"fewer persons than none":   {"re: e1", "persons: -1", `c.yaml:37: events[e2].persons: -1 is less than nobody`},
		"a list of an attribute":    {"re: e1", "attributes: {a: [1]}", `c.yaml:37: events[e2].attributes.a: an attribute is a single value`},
		"an attribute without a key": {"re: e1", `attributes: {"": 1}`,
			`c.yaml:37: events[e2].attributes: the key "" is empty or longer than 200 bytes`},

		"a product inside itself":      {"{id: lib, provider: maker}", "{id: lib, provider: maker, contains: [gw]}", `c.yaml:9: products[gw].contains: goes round in a circle: gw → lib → gw`},
		"a part of itself":             {"{id: maker, country: NL}", "{id: maker, country: NL, part-of: vendor}", `c.yaml:12: parties[maker].part-of: goes round in a circle: maker → vendor → maker`},
		"events that retire another":   {"    re: e1\n  - id: e3", "    supersedes: [e3]\n  - id: e3\n    supersedes: [e2]", `c.yaml:37: events[e2].supersedes: goes round in a circle: e2 → e3 → e2`},
		"an alias":                     {"part-of: maker", "part-of: *m", `c.yaml:17: not readable as YAML: unknown anchor 'm' referenced`},
		"an anchor":                    {"by: vendor, of: gw", "by: &v vendor, of: gw", `c.yaml:29: events[e1].by: anchors (&v) are not allowed; write the value out`},
		"a second document":            {"events:\n", "---\nevents:\n", `c.yaml:28: a second document begins here; one file holds one document`},
		"a byte that is no UTF-8":      {"by: vendor, of: gw", "by: vend\xf6r, of: gw", `c.yaml:29: byte 577 is not valid UTF-8`},
		"a name without an id":         {"operates: [gw]", "operates: [{assumed: true}]", `c.yaml:16: parties[vendor].operates[0]: id is missing`},
		"a nothing in a list of names": {"operates: [gw]", "operates: [gw, ]\n    roles: [~]", `c.yaml:17: parties[vendor].roles[0]: has no value`},
	} {
		t.Run(name, func(t *testing.T) {
			if strings.Count(good, c.old) != 1 {
				t.Fatalf("%q stands %d times in the good case", c.old, strings.Count(good, c.old))
			}
			_, err := Parse("c.yaml", []byte(strings.Replace(good, c.old, c.new, 1)))
			if err == nil {
				t.Fatal("it was read")
			}
			// what follows … is in the words of package calendar, which has tests of its own
			got, want := err.Error(), strings.TrimSuffix(c.want, "…")
			if c.want == "…" || !strings.HasPrefix(got, want) || want == c.want && got != want || strings.Contains(got, "\n") {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("the kind is %q", fault.KindOf(err))
			}
		})
	}
}

// A contradiction between events is a competing claim, not an error.
func TestContradictionsAreClaimsNotErrors(t *testing.T) {
	for name, add := range map[string]string{
		"two times for one fact":       `  - {id: x, kind: aware, by: vendor, of: gw, at: "2020-01-01T00:00:00Z"}`,
		"a denial":                     `  - {id: x, kind: aware, by: vendor, of: gw, at: "2026-05-04T09:00:00Z", denies: true, disputes: [e1]}`,
		"disputes both ways":           "  - {id: x, kind: aware, by: vendor, at: \"2026-05-04T09:00:00Z\", disputes: [y]}\n  - {id: y, kind: aware, by: vendor, at: \"2026-05-06T09:00:00Z\", disputes: [x]}",
		"a report before the finding":  `  - {id: x, kind: reported, by: vendor, to: [maker], of: gw, at: "1999-01-01T00:00:00Z"}`,
		"a reply before what it is to": `  - {id: x, kind: acknowledged, by: maker, re: e2, at: "1999-01-01T00:00:00Z"}`,
		"a claim retired twice":        "  - {id: x, kind: aware, by: vendor, at: \"2026-05-04T09:00:00Z\", supersedes: [e1]}\n  - {id: y, kind: aware, by: vendor, at: \"2026-05-06T09:00:00Z\", supersedes: [e1]}",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Parse("c.yaml", []byte(good+add+"\n")); err != nil {
				t.Error(err)
			}
		})
	}
}

// A case that is built in memory has no lines, and says so by leaving them out.
func TestRefusalsInMemory(t *testing.T) {
	for name, c := range map[string]struct {
		file File
		want string
	}{
		"no format": {File{Case: "x"}, "mem: format: is missing; write format: tocsin-casefile/1"},
		"an attribute of no kind": {File{Format: Format, Case: "x", Parties: []Party{{ID: "a", Attributes: map[string]Scalar{"n": {V: []int{1}}}}}},
			"mem: parties[a].attributes.n: an attribute is a text, a number, true or false"},
		"an empty attribute": {File{Format: Format, Case: "x", Parties: []Party{{ID: "a", Attributes: map[string]Scalar{"n": {}}}}},
			"mem: parties[a].attributes.n: an attribute is a text, a number, true or false"},
		"an event without a time": {File{Format: Format, Case: "x", Events: []Event{{ID: "e", Kind: "aware"}}}, "mem: events[e].at: is missing"},
	} {
		if _, err := Build("mem", c.file); err == nil || err.Error() != c.want {
			t.Errorf("%s:\n got %v\nwant %s", name, err, c.want)
		}
	}
	c, err := Build("mem", File{Format: Format, Case: "x"})
	if err != nil || c.LineOf("case") != 0 || c.Kept() {
		t.Errorf("%v, line %d, kept %v", err, c.LineOf("case"), c.Kept())
	}
}
