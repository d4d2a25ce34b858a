package receipt

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/transparency-dev/formats/witness"
	"pgregory.net/rapid"

	"tocsin/internal/fault"
)

// vkeys are keys to write policies with: l1 to l3 of logs, w1 to w9 of witnesses.
var vkeys = func() map[string]string {
	m, rand := map[string]string{}, chance("policy")
	for i := 1; i <= 9; i++ {
		w, typ := fmt.Sprintf("w%d", i), Ed25519Cosignature
		if i == 9 {
			typ = MLDSA44Cosignature
		}
		m[w] = must(NewSigner("witness.example/"+w, typ, rand)).Key().String()
	}
	for i := 1; i <= 3; i++ {
		l, typ := fmt.Sprintf("l%d", i), Ed25519
		if i == 3 {
			typ = MLDSA44Cosignature
		}
		m[l] = must(NewSigner("log.example/"+l, typ, rand)).Key().String()
	}
	return m
}()

// with replaces <w1> and the like by keys.
func with(text string) string {
	for name, vkey := range vkeys {
		text = strings.ReplaceAll(text, "<"+name+">", vkey)
	}
	return text
}

// The example of the specification.
const specPolicy = `log <l1>

witness X1 <w1>
witness X2 <w2>
witness X3 <w3>
group X-witnesses 2 X1 X2 X3

witness Y1 <w4>
witness Y2 <w5>
witness Y3 <w6>
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`

func TestPolicyExampleOfTheSpecification(t *testing.T) {
	p := must(ParsePolicy([]byte(with(specPolicy))))
	for list, want := range map[string]bool{
		"":               false,
		"X1 X2":          false,
		"X1 Y1":          false,
		"Y1 Y2 Y3":       false,
		"X1 X2 Y1":       true,
		"X2 X3 Y3":       true,
		"X1 X2 X3 Y1 Y2": true,
		// Names of groups are no witnesses, whoever claims them.
		"X-witnesses Y-witnesses": false,
		"X-and-Y":                 false,
		"none":                    false,
	} {
		if got := p.Met(named(list)); got != want {
			t.Errorf("cosigned by %q: met %t, want %t", list, got, want)
		}
	}
	if len(p.Logs()) != 1 || len(p.Witnesses()) != 6 || p.Quorum() != "X-and-Y" || p.Witnesses()[3].Name != "Y1" {
		t.Errorf("logs %v, witnesses %v, quorum %s", p.Logs(), p.Witnesses(), p.Quorum())
	}
}

func named(list string) map[string]bool {
	m := map[string]bool{}
	for name := range strings.FieldsSeq(list) {
		m[name] = true
	}
	return m
}

func TestPolicyIsReadAsWritten(t *testing.T) {
	for name, text := range map[string]string{
		"no log, no witness":             "quorum none\n",
		"comments, blanks and tabs":      "# c\n \t\n  # d \xff\n\tquorum \t none  \n",
		"one witness is the quorum":      "witness w <w1>\nquorum w\n",
		"quorum before other lines":      "witness w <w1>\nquorum w\nlog <l1>\nwitness v <w2>\n",
		"URLs":                           "log <l1> https://log.example/\nwitness w <w1> https://w.example/\nquorum w\n",
		"names that are no ASCII":        "witness K <w1>\nwitness \u212a <w2>\nwitness \xff\xfe <w3>\ngroup g all K \u212a \xff\xfe\nquorum g\n",
		"names like keywords":            "witness all <w1>\nwitness log <w2>\ngroup any all all log\nquorum any\n",
		"a # inside a name is no remark": "witness w#1 <w1>\nquorum w#1\n",
		"the ML-DSA key of a log":        "log <l3>\nquorum none\n",
		"the ML-DSA key of a witness":    "witness w <w9>\nquorum w\n",
		"a group inside the quorum's":    "witness a <w1>\nwitness b <w2>\ngroup g 1 a\ngroup h 2 g b\nquorum h\n",
		"a member is the quorum":         "witness a <w1>\nwitness b <w2>\ngroup g any a b\nquorum a\n",
	} {
		if _, err := ParsePolicy([]byte(with(text))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	p := must(ParsePolicy([]byte(with("log <l1> https://log.example/\nwitness w <w1> https://w.example/\nquorum w\n"))))
	if p.Logs()[0].URL != "https://log.example/" || p.Witnesses()[0].URL != "https://w.example/" || p.Witnesses()[0].Key.String() != vkeys["w1"] {
		t.Errorf("logs %v, witnesses %v", p.Logs(), p.Witnesses())
	}
}

// tlog-policy, each rule: a line that breaks it, and the number of that line.
func TestPolicyRules(t *testing.T) {
	sameKey := func(vkey, name string) string { // the same public key under another name
		k := must(ParseKey(vkey))
		return must(NewKey(name, k.Type(), k.Public())).String()
	}
	asCosigner := func(vkey string) string { // a log's Ed25519 key as a witness's
		k := must(ParseKey(vkey))
		return must(NewKey("own.example", Ed25519Cosignature, k.Public())).String()
	}
	for name, c := range map[string]struct{ text, piece string }{
		"nothing":                          {"", "no quorum line"},
		"no quorum":                        {"log <l1>\nwitness w <w1>\n", "no quorum line"},
		"two quorums":                      {"quorum none\nquorum none\n", "line 2: this is the second quorum"},
		"a quorum of nothing":              {"quorum\n", "line 1: a quorum line is"},
		"a quorum of two":                  {"witness w <w1>\nquorum w none\n", "line 2: a quorum line is"},
		"a quorum defined later":           {"quorum w\nwitness w <w1>\n", "line 1: no line before defines"},
		"no newline at the end":            {"witness w <w1>\nquorum w", "line 2: does not end"},
		"an unknown keyword":               {"logs <l1>\nquorum none\n", "line 1: \"logs\" is none of"},
		"a keyword in capitals":            {"LOG <l1>\nquorum none\n", "line 1"},
		"a log without key":                {"log\nquorum none\n", "line 1: a log line is"},
		"a log with too much":              {"log <l1> u v\nquorum none\n", "line 1: a log line is"},
		"a remark behind a line":           {"log <l1> u # v\nquorum none\n", "line 1: a log line is"},
		"a log with a broken key":          {"log abc\nquorum none\n", "line 1: \"abc\" is no verifier key"},
		"a log with a cosignature key":     {"log <w1>\nquorum none\n", "line 1: a key of type Ed25519 cosignature does not fit a log"},
		"a witness without key":            {"witness w\nquorum none\n", "line 1: a witness line is"},
		"a witness with too much":          {"witness w <w1> u v\nquorum none\n", "line 1: a witness line is"},
		"a witness with a log's key":       {"witness w <l1>\nquorum none\n", "line 1: a key of type Ed25519 does not fit a witness"},
		"a log twice":                      {"log <l1>\nlog <l1>\nquorum none\n", "line 2: the key of a log is that of a log"},
		"a log's key under another name":   {"log <l1>\nlog " + sameKey(vkeys["l1"], "x.example") + "\nquorum none\n", "line 2: the key of a log"},
		"a witness's key under two names":  {"witness w <w1>\nwitness v " + sameKey(vkeys["w1"], "x.example") + "\nquorum none\n", "line 2: the key of a witness"},
		"a log that is its own witness":    {"log <l3>\nwitness w <l3>\nquorum w\n", "line 2: the key of a witness is that of a log"},
		"one Ed25519 key for two types":    {"log <l1>\nwitness w " + asCosigner(vkeys["l1"]) + "\nquorum w\n", "line 2: the key of a witness is that of a log"},
		"a name twice":                     {"witness w <w1>\nwitness w <w2>\nquorum none\n", "line 2: the name \"w\" is taken"},
		"a group with a witness's name":    {"witness w <w1>\ngroup w any w\nquorum none\n", "line 2: the name \"w\" is taken"},
		"a witness called none":            {"witness none <w1>\nquorum none\n", "line 1: the name \"none\" is taken"},
		"a group called none":              {"witness w <w1>\ngroup none any w\nquorum none\n", "line 2: the name \"none\" is taken"},
		"none as a member":                 {"witness w <w1>\ngroup g any none\nquorum g\n", "line 2: no line before defines the member \"none\""},
		"a member defined later":           {"group g any w\nwitness w <w1>\nquorum g\n", "line 1: no line before defines the member"},
		"a group that is its own member":   {"witness w <w1>\ngroup g any g\nquorum g\n", "line 2: no line before defines the member"},
		"a member twice in one group":      {"witness w <w1>\ngroup g 2 w w\nquorum g\n", "line 2: \"w\" is a member already"},
		"a member in two groups":           {"witness w <w1>\ngroup g any w\ngroup h any w\nquorum h\n", "line 3: \"w\" is a member already"},
		"a group in two groups":            {"witness w <w1>\ngroup g any w\ngroup h any g\ngroup i any g\nquorum h\n", "line 4: \"g\" is a member already"},
		"a group without members":          {"group g all\nquorum g\n", "line 1: a group line is"},
		"any of no members":                {"group g any\nquorum g\n", "line 1: a group line is"},
		"a threshold of zero":              {"witness w <w1>\ngroup g 0 w\nquorum g\n", "line 2: the threshold \"0\""},
		"a threshold over the members":     {"witness w <w1>\ngroup g 2 w\nquorum g\n", "line 2: the threshold \"2\""},
		"a negative threshold":             {"witness w <w1>\ngroup g -1 w\nquorum g\n", "line 2: the threshold"},
		"a threshold with a sign":          {"witness w <w1>\ngroup g +1 w\nquorum g\n", "line 2: the threshold"},
		"a threshold with a zero before":   {"witness w <w1>\ngroup g 01 w\nquorum g\n", "line 2: the threshold"},
		"a threshold too large to be read": {"witness w <w1>\ngroup g 99999999999999999999 w\nquorum g\n", "line 2: the threshold"},
		"a carriage return":                {"quorum none\r\n", "line 1: holds the control character 0x0d"},
		"a zero byte, in a remark":         {"# \x00\nquorum none\n", "line 1: holds the control character 0x00"},
		"a delete sign":                    {"# \x7f\nquorum none\n", "line 1: holds the control character 0x7f"},
		"a form feed":                      {"quorum\fnone\n", "line 1: holds the control character 0x0c"},
		"a Unicode space parts nothing":    {"quorum\u00a0none\n", "line 1: \"quorum"},
		"too large":                        {"#" + strings.Repeat("x", MaxPolicy) + "\nquorum none\n", "at most 1048576"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParsePolicy([]byte(with(c.text)))
			wantInvalid(t, err, c.piece)
		})
	}
}

// tlog-policy: "at least up to 32 logs, 32 witnesses, and 32 groups".
func TestPolicyOfManyIsRead(t *testing.T) {
	var b strings.Builder
	rand := chance("many")
	for i := range 40 {
		fmt.Fprintf(&b, "log %s\n", must(NewSigner(fmt.Sprintf("l%d.example", i), Ed25519, rand)).Key())
		fmt.Fprintf(&b, "witness w%d %s\n", i, must(NewSigner(fmt.Sprintf("w%d.example", i), Ed25519Cosignature, rand)).Key())
		if i == 0 {
			b.WriteString("group g0 all w0\n")
		} else {
			fmt.Fprintf(&b, "group g%d all g%d w%d\n", i, i-1, i)
		}
	}
	b.WriteString("quorum g39\n")
	p := must(ParsePolicy([]byte(b.String())))
	all := map[string]bool{}
	for _, w := range p.Witnesses() {
		all[w.Name] = true
	}
	if !p.Met(all) {
		t.Error("all of them are not enough")
	}
	delete(all, "w0")
	if p.Met(all) {
		t.Error("the deepest one is not needed")
	}
}

// More witnesses never make a quorum fail, and "any" and "all" are what they
// say against counting by hand.
func TestQuorumIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "witnesses")
		var b strings.Builder
		var names []string
		for i := 1; i <= n; i++ {
			fmt.Fprintf(&b, "witness w%d <w%d>\n", i, i)
			names = append(names, fmt.Sprintf("w%d", i))
		}
		need := rapid.IntRange(1, n).Draw(t, "need")
		word := rapid.SampledFrom([]string{fmt.Sprint(need), "any", "all"}).Draw(t, "word")
		switch word {
		case "any":
			need = 1
		case "all":
			need = n
		}
		fmt.Fprintf(&b, "group g %s %s\nquorum g\n", word, strings.Join(names, " "))
		p, err := ParsePolicy([]byte(with(b.String())))
		if err != nil {
			t.Fatal(err)
		}
		some := named(strings.Join(rapid.SliceOfDistinct(rapid.SampledFrom(names), func(s string) string { return s }).Draw(t, "cosigned"), " "))
		if got := p.Met(some); got != (len(some) >= need) {
			t.Fatalf("%d of %d, need %d: met %t", len(some), n, need, got)
		}
		more := maps.Clone(some)
		more[rapid.SampledFrom(names).Draw(t, "one more")] = true
		if p.Met(some) && !p.Met(more) {
			t.Fatal("one witness more and the quorum fails")
		}
	})
}

func TestKeysPolicy(t *testing.T) {
	w := newWorld(t)
	p := must(KeysPolicy(append(w.allKeys(), w.ed.Key())))
	var logs, ws []Key
	for _, l := range p.Logs() {
		logs = append(logs, l.Key)
	}
	for _, x := range p.Witnesses() {
		ws = append(ws, x.Key)
	}
	if !slices.Equal(logs, []Key{w.ed.Key(), w.pq.Key(), w.w2.Key()}) || !slices.Equal(ws, []Key{w.w1.Key(), w.w2.Key()}) || p.Quorum() != "none" || !p.Met(nil) {
		t.Errorf("logs %v, witnesses %v, quorum %s", logs, ws, p.Quorum())
	}
	for name, keys := range map[string][]Key{"nothing": nil, "a witness alone": {w.w1.Key()}, "an empty key": {{}}} {
		if _, err := KeysPolicy(keys); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What ours accepts, another's reader accepts, as far as it goes: it asks for
// URLs, knows no names like keywords and ends a line at any # sign. The quorum
// is met for nobody by both or by neither.
func FuzzPolicy(f *testing.F) {
	f.Add(with(specPolicy))
	f.Add(with("log <l1> https://log.example/\nwitness w <w1> https://w.example/\nquorum w\n"))
	f.Add(with("witness a <w1> https://a.example/\nwitness b <w9> https://b.example/\ngroup g 1 a\ngroup h 2 g b\nquorum h\n"))
	f.Add("quorum none\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePolicy([]byte(text))
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatal(err)
			}
			return
		}
		p.Met(nil)
		for _, w := range p.witnesses {
			if w.URL == "" || strings.ContainsAny(w.URL, "%:?") && !strings.HasPrefix(w.URL, "https://") || badURL(w.URL) {
				return
			}
		}
		for item := range strings.FieldsSeq(text) {
			if slices.Contains([]string{"any", "all", "none", "log", "witness", "group", "quorum"}, item) && strings.Count(text, item) > 1 && item != "witness" && item != "log" && item != "group" {
				return
			}
		}
		if strings.Contains(text, "#") || strings.ContainsFunc(text, func(r rune) bool { return r > 0x7e }) || namesLikeKeywords(p) || largeThreshold(p) {
			return
		}
		g, err := witness.ParsePolicy([]byte(text))
		if err != nil {
			t.Fatalf("another's reader refuses what ours takes: %v", err)
		}
		if got, want := p.Met(nil), g.Satisfied(nil); got != want {
			t.Fatalf("met by nobody: %t, another's reader says %t", got, want)
		}
		if len(g.Endpoints()) > len(p.witnesses) {
			t.Fatalf("another's reader finds %d witnesses, ours %d", len(g.Endpoints()), len(p.witnesses))
		}
	})
}

func badURL(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("/:.-", r))
	})
}

// largeThreshold: another's reader keeps thresholds in eight bits.
func largeThreshold(p *Policy) bool {
	return slices.ContainsFunc(p.groups, func(g group) bool { return g.need > 255 })
}

func namesLikeKeywords(p *Policy) bool {
	like := func(s string) bool {
		return slices.Contains([]string{"any", "all", "none", "log", "witness", "group", "quorum"}, s)
	}
	return slices.ContainsFunc(p.witnesses, func(w Witness) bool { return like(w.Name) }) ||
		slices.ContainsFunc(p.groups, func(g group) bool { return like(g.name) })
}
