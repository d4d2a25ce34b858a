package sharing

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/internal/fault"
)

// notice is a risk notice that wants an acknowledgement in a day.
func notice(title string, to ...string) Draft {
	by := monday.Add(24 * time.Hour)
	words := func(lang string) Words {
		return Words{Title: title + " " + lang, Text: "What it is.", Concerns: "Whoever runs pumps.", First: "Cut the network."}
	}
	return Draft{Kind: RiskNotice, TLP: "CLEAR", To: to, AckBy: &by, About: About{Purls: []string{"pkg:maven/org.example/pump@1.0"}},
		Words: map[string]Words{"en": words("en"), "zh": words("zh"), "fr": words("fr"), "de": words("de")}}
}

// A notice waits for each member's own word; the authority sees who has given it.
func TestAcknowledgement(t *testing.T) {
	w := newWorld(t)
	it := w.shares("karin", notice("pumps"))
	if len(it.Titles) != 4 || it.Words["zh"].First == "" {
		t.Errorf("%+v", it.Titles)
	}
	said := func() string {
		t.Helper()
		all, err := w.Words(t.Context(), w.who("karin"), it.ID)
		w.must(err)
		var out []string
		for _, x := range all {
			out = append(out, fmt.Sprintf("%s %s %t %t", x.Org, x.Standing, x.Receives, x.Given != nil))
		}
		return strings.Join(out, "; ")
	}
	if got := said(); got != "acme active true false; borel active true false" {
		t.Errorf("before anybody said a word: %s", got)
	}
	if got := w.titles("ada", Filter{Waiting: true}); got != "pumps en" {
		t.Errorf("what waits for ada: %q", got)
	}
	d, err := w.Digest(t.Context(), w.who("ada"), monday)
	w.must(err)
	if d.Waiting != 1 || d.Overdue != 0 || d.New[RiskNotice] != 1 || d.Concerning != 1 {
		t.Errorf("%+v", d)
	}
	w.suspended("acme") // which takes no duty away, nor the notice that is CLEAR
	a, err := w.Acknowledge(t.Context(), w.who("ada"), it.ID, "", "on it")
	w.must(err)
	again, err := w.Acknowledge(t.Context(), w.who("ada"), it.ID, "acme", "other words")
	w.must(err)
	if a.Org != "acme" || a.N != 1 || again.Words != "on it" || again.At != a.At {
		t.Errorf("%+v, %+v", a, again)
	}
	if got := said(); got != "borel active true false; acme suspended true true" {
		t.Errorf("after acme's word: %s", got)
	}
	if got := w.titles("ada", Filter{Waiting: true}); got != "" {
		t.Errorf("what waits for ada: %q", got)
	}
	w.clock.Pass(48 * time.Hour)
	if d, err := w.Digest(t.Context(), w.who("cleo"), w.clock.Now()); err != nil || d.Overdue != 1 || len(d.New) != 0 {
		t.Errorf("%+v %v", d, err)
	}
	for person, want := range map[string]fault.Kind{"karin": fault.Forbidden, "anton": fault.Forbidden, "dora": fault.NotFound} {
		_, err := w.Acknowledge(t.Context(), w.who(person), it.ID, "", "")
		w.wants(err, want, "")
	}
	_, err = w.Words(t.Context(), w.who("ada"), it.ID)
	w.wants(err, fault.Forbidden, "authority")
	_, err = w.Acknowledge(t.Context(), w.who("cleo"), w.shares("karin", report("CLEAR", "x")).ID, "", "")
	w.wants(err, fault.Conflict, "nobody asked")
	only := w.shares("karin", notice2("acme"))
	if all, err := w.Words(t.Context(), w.who("karin"), only.ID); err != nil || len(all) != 1 || all[0].Receives {
		t.Errorf("of AMBER for a suspended member: %+v %v", all, err)
	}
}

func notice2(to string) Draft {
	d := notice("only", to)
	d.TLP, d.AckBy = "AMBER", nil
	return d
}

// What is not there and what is not the reader's are one error, with as many
// statements; a list is the same with and without what is hidden.
func TestExistenceIsNotTold(t *testing.T) {
	w := newWorld(t)
	w.shares("karin", report("CLEAR", "known"))
	type asked struct {
		calls int
		err   string
	}
	ask := func(person string, fn func(access.Reader) error) asked {
		who := w.who(person)
		_ = fn(who) // whatever is remembered from now on is remembered
		before := w.calls()
		err := fn(who)
		return asked{w.calls() - before, fmt.Sprint(err)}
	}
	lists := func(person string) (out []asked) {
		for _, f := range []Filter{{}, {Platform: "circle"}, {Kind: Report}, {Concerning: true}, {Waiting: true}, {Platform: "nowhere"}} {
			out = append(out, ask(person, func(r access.Reader) error {
				rows, next, err := w.List(t.Context(), r, f, Page{})
				return fmt.Errorf("%d %q %w", len(rows), next, err)
			}))
		}
		return out
	}
	people := []string{"ada", "ben", "dora", "cleo"}
	before := map[string][]asked{}
	for _, p := range people {
		before[p] = lists(p)
	}
	d := notice("hidden", "borel")
	d.TLP = "AMBER"
	hidden := w.shares("karin", d)
	for _, p := range people {
		if got := lists(p); slices.Equal(got, before[p]) == (p == "cleo") {
			t.Errorf("%s's lists were %v and are %v", p, before[p], got)
		}
	}
	for _, p := range people[:3] {
		for what, fn := range map[string]func(access.Reader, string) error{
			"read":       func(r access.Reader, id string) error { _, err := w.Get(t.Context(), r, id); return err },
			"read a 1st": func(r access.Reader, id string) error { _, err := w.GetVersion(t.Context(), r, id, 1); return err },
			"acknowledge": func(r access.Reader, id string) error {
				_, err := w.Acknowledge(t.Context(), r, id, "", "")
				return err
			},
			"correct":  func(r access.Reader, id string) error { _, err := w.Correct(t.Context(), r, id, d, 0, ""); return err },
			"withdraw": func(r access.Reader, id string) error { return w.Withdraw(t.Context(), r, id, "x") },
			"who said": func(r access.Reader, id string) error { _, err := w.Words(t.Context(), r, id); return err },
		} {
			there := ask(p, func(r access.Reader) error { return fn(r, hidden.ID) })
			none := ask(p, func(r access.Reader) error { return fn(r, strings.Repeat("a", len(hidden.ID))) })
			if there != none || there.err != missing().Error() {
				t.Errorf("%s: %s of what is hidden: %+v, of what is not there: %+v", p, what, there, none)
			}
		}
	}
	// The control: whoever receives it hears otherwise.
	if got := ask("cleo", func(r access.Reader) error { _, err := w.Get(t.Context(), r, hidden.ID); return err }); got.err != "<nil>" {
		t.Error(got)
	}
}

// Pages are all of it, once, over months, and a cursor is its reader's alone.
func TestPages(t *testing.T) {
	w := newWorld(t)
	var want []string
	for i := range 12 {
		w.shares("karin", report("GREEN", fmt.Sprint("n", i)))
		want = append([]string{fmt.Sprint("n", i)}, want...)
		w.clock.Pass(9 * 24 * time.Hour)
	}
	var got []string
	after := ""
	for range 20 {
		rows, next, err := w.List(t.Context(), w.who("ada"), Filter{}, Page{Limit: 5, After: after})
		w.must(err)
		for _, r := range rows {
			got = append(got, r.Titles["en"])
		}
		if after = next; after == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	_, next, err := w.List(t.Context(), w.who("ada"), Filter{}, Page{Limit: 5})
	w.must(err)
	for _, p := range []Page{{After: next + "x"}, {After: "x"}, {After: strings.Repeat("A", 2000)}} {
		_, _, err := w.List(t.Context(), w.who("ada"), Filter{}, p)
		w.wants(err, fault.Invalid, "first page")
	}
	_, _, err = w.List(t.Context(), w.who("cleo"), Filter{}, Page{After: next})
	w.wants(err, fault.Invalid, "first page")
	_, _, err = w.List(t.Context(), w.who("ada"), Filter{Kind: Report}, Page{After: next})
	w.wants(err, fault.Invalid, "first page")
}

// Whoever reads more items in an hour than anybody does is stopped, once.
func TestBulkReadingIsBraked(t *testing.T) {
	w := newWorld(t)
	var ids []string
	for i := range 8 {
		ids = append(ids, w.shares("karin", report("GREEN", fmt.Sprint(i))).ID)
	}
	for range 3 {
		for _, id := range ids[:5] {
			w.sees("ada", id)
		}
	}
	if len(w.frozen) > 0 {
		t.Error("frozen for reading the same again")
	}
	for _, id := range ids {
		w.sees("ada", id)
		w.sees("karin", id) // her own
	}
	if !slices.Equal(w.frozen, []string{"s-ada"}) {
		t.Errorf("%v", w.frozen)
	}
}

// Who is put into a group reads what is there, and who is taken out does not.
func TestGroups(t *testing.T) {
	w := newWorld(t)
	g, err := w.PutGroup(t.Context(), w.who("karin"), Group{Platform: "circle", Name: " Energy  firms ", Orgs: []string{"borel", "borel"}})
	w.must(err)
	d := report("AMBER", "x")
	d.Groups = []string{g.ID}
	it := w.shares("cleo", d)
	_, err = w.Share(t.Context(), w.who("ada"), "circle", d, "")
	w.wants(err, fault.Invalid, "no group that you are in")
	for person, want := range map[string]string{"karin": "Energy firms [borel]", "cleo": "Energy firms []", "ada": ""} {
		list, err := w.Groups(t.Context(), w.who(person), "circle")
		w.must(err)
		got := ""
		for _, x := range list {
			got += fmt.Sprint(x.Name, " ", x.Orgs)
		}
		if got != want {
			t.Errorf("%s sees the groups %q", person, got)
		}
	}
	g.Orgs = []string{"acme"}
	g, err = w.PutGroup(t.Context(), w.who("otto"), g)
	w.must(err)
	if got := w.seers(it.ID); got != "[karin anton ada ben cleo]" { // cleo sent it
		t.Errorf("read by %s", got)
	}
	g.Orgs = nil
	if _, err = w.PutGroup(t.Context(), w.who("otto"), g); err != nil {
		t.Fatal(err)
	}
	if got := w.seers(it.ID); got != "[karin anton cleo]" {
		t.Errorf("of a group without members: read by %s", got)
	}
	_, err = w.PutGroup(t.Context(), w.who("karin"), g)
	w.wants(err, fault.Conflict, "")
	_, err = w.PutGroup(t.Context(), w.who("ada"), Group{Platform: "circle", Name: "x"})
	w.wants(err, fault.Forbidden, "authority")
	_, err = w.PutGroup(t.Context(), w.who("dora"), Group{Platform: "circle", Name: "x"})
	w.wants(err, fault.NotFound, "no such platform")
	_, err = w.Groups(t.Context(), w.who("dora"), "circle")
	w.wants(err, fault.NotFound, "no such platform")
}

// heard waits until a channel says something or is closed.
func heard(t *testing.T, ch <-chan Change) (open bool) {
	t.Helper()
	select {
	case _, open = <-ch:
		return open
	case <-time.After(20 * time.Second):
		t.Fatal("nothing is heard")
		return false
	}
}

// ticks lets the poller of a service look so often. It takes a tick when it has
// worked off the one before.
func ticks(t *testing.T, tick chan<- time.Time, n int) {
	t.Helper()
	for range n {
		select {
		case tick <- monday:
		case <-time.After(20 * time.Second):
			t.Fatal("nobody looks for changes")
		}
	}
}

// A stream tells of what its reader would see differently, and of nothing else; it
// ends with the tick after the reader's right did, in any process.
func TestWatch(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	tick := make(chan time.Time)
	elsewhere := w.another(w.o.Cabinet, tick) // whose poller has to find out
	var gone atomic.Bool
	ada, err := elsewhere.Watch(ctx, w.again("ada"), "")
	w.must(err)
	cleo, err := elsewhere.Watch(ctx, func(ctx context.Context) (access.Reader, error) {
		if gone.Load() {
			return access.Reader{}, fault.New(fault.Forbidden, "the session has ended")
		}
		return w.again("cleo")(ctx)
	}, "circle")
	w.must(err)
	ticks(t, tick, 1)
	d := report("AMBER", "for borel")
	d.To = []string{"borel"}
	w.shares("karin", d)
	ticks(t, tick, 1)
	if !heard(t, cleo) {
		t.Fatal("the stream of the recipient ended")
	}
	w.shares("karin", report("GREEN", "for all"))
	ticks(t, tick, 1)
	if !heard(t, cleo) || !heard(t, ada) {
		t.Fatal("a stream ended")
	}
	ticks(t, tick, 2)
	select {
	case <-ada:
		t.Error("ada heard of what is not hers")
	default:
	}
	w.suspended("acme")
	ticks(t, tick, 1)
	if heard(t, ada) {
		t.Error("the stream of a suspended member goes on")
	}
	anew, err := elsewhere.Watch(ctx, w.again("ada"), "")
	w.must(err)
	gone.Store(true)
	ticks(t, tick, askAgain) // nothing has changed; time alone has it asked again
	if heard(t, cleo) {
		t.Error("the stream of a session that ended goes on")
	}
	cancel()
	if heard(t, anew) {
		t.Error("it goes on after its request ended")
	}
	if _, err := w.Watch(t.Context(), w.again("dora"), "circle"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("%v", err)
	}
}

// While the database is away, nobody can be looked for: streams end.
func TestWatchWithoutADatabase(t *testing.T) {
	w := newWorld(t)
	who := w.who("cleo") // a session that is remembered, as it were
	ch, err := w.Watch(t.Context(), func(context.Context) (access.Reader, error) { return who, nil }, "")
	w.must(err)
	w.store.Fail(fault.New(fault.Unavailable, "away"))
	defer w.store.Fail(nil)
	select {
	case w.tick <- monday:
	case _, open := <-ch: // it had looked by itself, just now
		if open {
			t.Error("it says something while nobody can be looked for")
		}
		return
	}
	if heard(t, ch) {
		t.Error("a stream goes on while nobody can be looked for")
	}
}

// One person has so many streams and no more.
func TestStreamsAreBounded(t *testing.T) {
	w := newWorld(t)
	for range usualListeners {
		if _, err := w.Watch(t.Context(), w.again("ada"), ""); err != nil {
			t.Fatal(err)
		}
	}
	_, err := w.Watch(t.Context(), w.again("ada"), "")
	w.wants(err, fault.Unavailable, "too many")
	if _, err := w.Watch(t.Context(), w.again("cleo"), ""); err != nil {
		t.Error(err)
	}
}
