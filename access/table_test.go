package access_test

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/partner"
)

// The control: a table in which one cell is wider than it should be does not pass
// what the golden table says.
func TestABrokenTableIsFound(t *testing.T) {
	want, err := os.ReadFile("testdata/cells.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ what, from, to string }{
		{"a party sees all", "see        all    all          side   all       all     anybody  own       -     -      -", "see all all all all all anybody own - - -"},
		{"an observer adds", "add        all    all          side   -         -       acting   own       -     -      -", "add all all side all - acting own - - -"},
		{"a suspended partner sees its side", "see        all    all          side   all       all     anybody  own       -     -      -", "see all all side all all anybody side - - -"},
		{"an export without a second person", "acting   -         -     yes    all", "acting - - yes -"},
		{"whoever left reads on", "see        all    all          side   all       all     anybody  own       -     -      -", "see all all side all all anybody own own - -"},
		{"nobody's seat adds", "add        all    all          side   -         -", "add all all side - all"},
	} {
		broken := strings.Replace(access.Law, c.from, c.to, 1)
		if broken == access.Law {
			t.Fatalf("%s: the table has no such line", c.what)
		}
		restore, err := access.WithLaw(broken)
		if err != nil {
			t.Fatal(err)
		}
		got := table(cell{member: "responder"}, dimensions)
		restore()
		if got == string(want) {
			t.Errorf("%s, and no cell is different", c.what)
		}
	}
	if got := table(cell{member: "responder"}, dimensions); got != string(want) {
		t.Error("the table itself does not say what the golden table says")
	}
}

func TestATableThatCannotBeReadIsRefused(t *testing.T) {
	for what, text := range map[string]string{
		"another heading":         "act owner\nsee all\n",
		"a missing cell":          strings.Replace(access.Law, "see        all ", "see ", 1),
		"a word that is no cell":  strings.Replace(access.Law, "see        all ", "see some ", 1),
		"a group that is not":     strings.Replace(access.Law, "anybody", "everybody", 1),
		"an act twice":            strings.Replace(access.Law, "\nadopt ", "\nadd ", 1),
		"a step-up that is not":   strings.Replace(access.Law, "yes    all", "perhaps all", 1),
		"a reach that is no word": strings.Replace(access.Law, "own       own", "own       theirs", 1),
	} {
		if restore, err := access.WithLaw(text); err == nil {
			restore()
			t.Errorf("%s was taken", what)
		}
	}
}

func TestEveryActStandsInTheTable(t *testing.T) {
	every := []access.Act{access.See, access.Add, access.Adopt, access.Describe, access.Invite, access.Export, access.Prove, access.Rely, access.Erase, access.Close, access.Approve, access.Open, access.Administer, access.BreakGlass}
	listed := append(access.Acts(), access.Offices()...)
	for _, act := range every {
		if !slices.Contains(listed, act) {
			t.Errorf("%s stands nowhere", act)
		}
	}
	for _, act := range access.Acts() {
		if !strings.Contains(access.Law, "\n"+string(act)+" ") {
			t.Errorf("%s is not in the table", act)
		}
	}
	r := access.Reader{Person: "p", Fresh: true, Acting: []access.Acting{of("acme", "CN", partner.Active)}}
	if d := access.Decide("conquer", r, matter("CLEAR", seat(access.Owner, "acme", "acme"))); d.Allowed || d.Code != access.CodeNotFound {
		t.Errorf("an act that is not in the list: %+v", d)
	}
	codes := access.Codes()
	slices.Sort(codes)
	if len(slices.Compact(codes)) != len(access.Codes()) {
		t.Error("a code stands twice in the list")
	}
}

// The desk keeps what the table needs to know beside its lines.
func TestAMatterComesBackFromJSONAsItWas(t *testing.T) {
	m := access.Matter{TLP: "AMBER", Embargo: true, Consented: map[string]bool{"acme": true}, PartOf: map[string]string{"lab": "acme"},
		Seats: []access.Seat{seat(access.Owner, "acme", "acme")}, Bars: []access.Bar{bar}, On: calendar.Date{Year: 2026, Month: 11, Day: 20},
		Orgs: map[string]access.SeatOrg{"acme": {Above: []string{"top"}, Standing: partner.Active}}}
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var back access.Matter
	if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(m, back) {
		t.Errorf("came back as %+v (%v)", back, err)
	}
}

func TestJoin(t *testing.T) {
	type v = access.Viewpoint
	for _, c := range []struct {
		what string
		from []v
		want v
	}{
		{"nothing", nil, v{}},
		{"all wins", []v{{Parties: []string{"a"}}, {All: true}}, v{All: true}},
		{"two sides", []v{{Parties: []string{"b"}}, {Parties: []string{"a", "c"}}}, v{Parties: []string{"a", "b", "c"}}},
		{"two of one's own", []v{{Own: true, Parties: []string{"b"}}, {Own: true, Parties: []string{"a"}, Embargo: true}}, v{Own: true, Parties: []string{"a", "b"}, Embargo: true}},
		{"a side and one's own", []v{{Parties: []string{"b"}}, {Own: true, Parties: []string{"a"}, Embargo: true}}, v{Parties: []string{"a", "b"}, Limited: []string{"a"}}},
		{"the same party, whole on one seat", []v{{Own: true, Parties: []string{"a"}}, {Parties: []string{"a"}}}, v{Parties: []string{"a"}}},
		{"of no party", []v{{Own: true}}, v{Own: true}},
	} {
		if got := access.Join(c.from...); !same(got, c.want) {
			t.Errorf("%s: %+v, want %+v", c.what, got, c.want)
		}
		if got := access.Join(access.Join(c.from...)); !same(got, access.Join(c.from...)) {
			t.Errorf("%s: joined again it is %+v", c.what, got)
		}
	}
}
