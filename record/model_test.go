package record_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/internal/fault"
	"tocsin/receipt"
	"tocsin/record"
)

// modelCase is what the model knows of a case: the texts of its events, in their
// order, and who is called what.
type modelCase struct {
	handle  string
	events  []modelEvent
	version int64
	numbers map[string]int64
	called  map[string]string // party → what it is called now
}

type modelEvent struct{ id, text string }

// model drives a desk and knows what must be there.
type model struct {
	d        *desk
	p        *press
	cases    map[string]*modelCase
	names    []string
	proofs   []receipt.Proof
	commands int
	answers  map[string]record.Result // by key
	sent     map[string]func() (record.Result, error)
}

func newModel(t testing.TB) *model {
	return &model{d: newDesk(t), p: newPress(t), cases: map[string]*modelCase{}, answers: map[string]record.Result{}, sent: map[string]func() (record.Result, error){}}
}

func (m *model) key() string {
	m.commands++
	return fmt.Sprint("key-", m.commands)
}

// trouble lets the database misbehave during one command. Every sort of it has
// to end in the truth: the command stands and is answered, or neither.
func (m *model) trouble(t *rapid.T) (off func()) {
	n, at := 0, rapid.IntRange(1, 12).Draw(t, "operation")
	switch rapid.SampledFrom([]string{"", "", "", "lost and stands", "lost and gone", "fails"}).Draw(t, "trouble") {
	case "lost and stands":
		m.d.store.Commit = func(int) (bool, error) {
			if n++; n == 1 {
				return true, errLost
			}
			return true, nil
		}
	case "lost and gone":
		m.d.store.Commit = func(int) (bool, error) {
			if n++; n == 1 {
				return false, errLost
			}
			return true, nil
		}
	case "fails":
		m.d.store.Before = func(int) error {
			if n++; n == at {
				return fault.New(fault.Unavailable, "the disk is full")
			}
			return nil
		}
	}
	return func() { m.d.store.Commit, m.d.store.Before = nil, nil }
}

func (m *model) keep(t *rapid.T) {
	id := fmt.Sprint("CASE-", len(m.names)+1)
	c, key := parse(m.d.t, strings.ReplaceAll(small, "TOC-1", id)), m.key()
	send := func() (record.Result, error) { return m.d.k.Import(m.d.ctx(), c, "clerk", key) }
	off := m.trouble(t)
	r, err := send()
	off()
	if err != nil {
		if fault.KindOf(err) != fault.Unavailable {
			t.Fatal(err)
		}
		return
	}
	m.names = append(m.names, id)
	m.cases[id] = &modelCase{handle: r.Handle, version: 7, events: []modelEvent{{"e1", "Jo Finder wrote"}}, numbers: map[string]int64{}, called: map[string]string{"maker": "maker", "finder": "finder"}}
	m.answers[key], m.sent[key] = r, send
}

func (m *model) any(t *rapid.T) *modelCase {
	if len(m.names) == 0 {
		t.Skip("no case yet")
	}
	return m.cases[rapid.SampledFrom(m.names).Draw(t, "case")]
}

func (m *model) event(t *rapid.T) {
	c := m.any(t)
	by, key := rapid.SampledFrom([]string{"maker", "finder"}).Draw(t, "by"), m.key()
	words := rapid.SampledFrom([]string{"plain words", "about Jo Finder", "by Example Makers"}).Draw(t, "text")
	e := event(fmt.Sprintf("commented by=%s text=%q", c.called[by], words))
	expected := rapid.SampledFrom([]int64{record.AnyVersion, c.version, c.version - 1}).Draw(t, "expected")
	send := func() (record.Result, error) {
		return m.d.k.AddEvent(m.d.ctx(), c.handle, e, expected, "clerk", key)
	}
	off := m.trouble(t)
	r, err := send()
	off()
	switch {
	case err != nil && fault.KindOf(err) == fault.Unavailable:
		return
	case expected == c.version-1:
		if err == nil || fault.KindOf(err) != fault.Conflict {
			t.Fatalf("an old version: %v", err)
		}
		return
	case err != nil:
		t.Fatal(err)
	}
	c.version += 2
	c.numbers[by]++
	c.events = append(c.events, modelEvent{r.ID, words})
	if r.Version != c.version {
		t.Fatalf("version %d, want %d", r.Version, c.version)
	}
	m.answers[key], m.sent[key] = r, send
}

// erase forgets a person, or the text of an event.
func (m *model) erase(t *rapid.T) {
	c := m.any(t)
	order := record.Erasure{Handle: c.handle, Ground: ground, By: "Ada", With: "Bob"}
	if rapid.Bool().Draw(t, "person") {
		who := rapid.SampledFrom([]string{"maker", "finder"}).Draw(t, "who")
		if c.called[who] != who {
			t.Skip("erased already")
		}
		order.Person = who
		out, err := m.d.k.Erase(m.d.ctx(), order)
		if err != nil {
			t.Fatal(err)
		}
		name := map[string]string{"maker": "Example Makers", "finder": "Jo Finder"}[who]
		for i := range c.events {
			c.events[i].text = strings.ReplaceAll(c.events[i].text, name, out.Pseudonym)
		}
		c.called[who] = out.Pseudonym
		c.version++
		return
	}
	i := rapid.IntRange(0, len(c.events)-1).Draw(t, "event")
	order.Event, order.Fields = c.events[i].id, []string{"text"}
	out, err := m.d.k.Erase(m.d.ctx(), order)
	if err != nil {
		t.Fatal(err)
	}
	c.version += out.Count
	c.events[i].text = ""
}

// replay sends a command again: the answer is the same, and nothing is added.
func (m *model) replay(t *rapid.T) {
	if len(m.answers) == 0 {
		t.Skip("nothing to repeat")
	}
	keys := make([]string, 0, len(m.answers))
	for k := range m.answers {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	key := rapid.SampledFrom(keys).Draw(t, "key")
	got, err := m.sent[key]()
	want := m.answers[key]
	if err != nil || !got.Replayed || got.First != want.First || got.Version != want.Version || got.ID != want.ID || !got.Recorded.Equal(want.Recorded) {
		t.Fatalf("%+v %v, want %+v", got, err, want)
	}
}

func (m *model) publish(t *rapid.T) {
	m.d.publish(m.p)
	for _, id := range m.names {
		proof, err := m.d.k.Receipt(m.d.ctx(), id, "", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		m.proofs = append(m.proofs, proof)
		c := m.cases[id]
		proof, err = m.d.k.Receipt(m.d.ctx(), id, c.events[len(c.events)-1].id, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		m.proofs = append(m.proofs, proof)
	}
}

// check compares everything with the model.
func (m *model) check(t *rapid.T) {
	list, err := m.d.k.List(m.d.ctx())
	if err != nil || len(list) != len(m.names) {
		t.Fatalf("%d cases listed, want %d (%v)", len(list), len(m.names), err)
	}
	for _, id := range m.names {
		c := m.cases[id]
		k, err := m.d.k.Load(m.d.ctx(), id)
		if err != nil {
			t.Fatal(err)
		}
		if k.Version != c.version || k.Handle != c.handle || len(k.Case.Events) != len(c.events) {
			t.Fatalf("%s is at version %d with %d events, want %d with %d", id, k.Version, len(k.Case.Events), c.version, len(c.events))
		}
		for i, e := range k.Case.Events {
			if e.ID != c.events[i].id || e.Text != c.events[i].text {
				t.Fatalf("%s: event %d is %s %q, want %+v", id, i, e.ID, e.Text, c.events[i])
			}
		}
		numbers := map[string]int64{}
		for _, r := range k.Records {
			if r.Entry == "receipt" {
				numbers[r.Party]++
				if r.Number != numbers[r.Party] {
					t.Fatalf("%s: receipt %d of %s, want %d", id, r.Number, r.Party, numbers[r.Party])
				}
			}
		}
		for who, n := range c.numbers {
			if numbers[c.called[who]] != n {
				t.Fatalf("%s: %s has %d receipts, want %d", id, who, numbers[c.called[who]], n)
			}
		}
	}
}

// Whatever happens in whatever order, what was acknowledged is there and nothing
// else, the log is sound, and every receipt ever given still verifies.
func TestModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := newModel(t)
		rt.Repeat(map[string]func(*rapid.T){
			"keep":    m.keep,
			"event":   m.event,
			"event2":  m.event,
			"event3":  m.event,
			"erase":   m.erase,
			"replay":  m.replay,
			"publish": m.publish,
			"restart": func(*rapid.T) { m.d.reopen() },
			"time":    func(*rapid.T) { m.d.clock.Pass(time.Minute) },
			"fill": func(t *rapid.T) {
				if err := m.d.k.Fillers(m.d.ctx(), rapid.Int64Range(0, 5).Draw(t, "fillers")); err != nil {
					t.Fatal(err)
				}
			},
			"rebuild": func(t *rapid.T) {
				if err := m.d.k.Rebuild(m.d.ctx()); err != nil {
					t.Fatal(err)
				}
			},
			"": m.check,
		})
		m.d.reopen()
		m.check(rt)
		m.d.sound()
		for _, proof := range m.proofs {
			m.p.proved(m.d.t, proof)
		}
		if m.d.wraps.Generations() != 1 {
			rt.Fatal("an old wrapping key is still there")
		}
	})
}
