package crashsim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"tocsin/casefile"
	"tocsin/record"
)

// journal is what was acknowledged, kept where no power cut reaches it.
type journal struct {
	mu     sync.Mutex
	next   int
	handle string                   // of the case, once its import is acknowledged
	texts  map[string]string        // what was sent under each idempotency key
	acked  map[string]record.Result // the answer to each key
	erased map[string]bool          // keys whose text was to be forgotten; true once that was acknowledged
	wrong  []string                 // answers that contradict an earlier one
}

func newJournal() *journal {
	return &journal{texts: map[string]string{}, acked: map[string]record.Result{}, erased: map[string]bool{}}
}

// fresh gives a new key and its text; or, now and then, an old key again.
func (j *journal) fresh(rnd *rand.Rand) (key, text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.next > 0 && rnd.IntN(8) == 0 {
		key = fmt.Sprintf("key-%d", rnd.IntN(j.next))
		return key, j.texts[key]
	}
	key = fmt.Sprintf("key-%d", j.next)
	j.texts[key] = fmt.Sprintf("word %d, %x", j.next, rnd.Uint64())
	j.next++
	return key, j.texts[key]
}

// open lists the keys without an answer, oldest first.
func (j *journal) open() (out []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for n := range j.next {
		key := fmt.Sprintf("key-%d", n)
		if _, ok := j.acked[key]; !ok {
			out = append(out, key)
		}
	}
	return out
}

// got enters an answer. A second answer to a key must be the first one again.
func (j *journal) got(key string, r record.Result) {
	j.mu.Lock()
	defer j.mu.Unlock()
	before, ok := j.acked[key]
	if ok && (before.First != r.First || before.ID != r.ID || before.Version != r.Version || before.Epoch != r.Epoch) {
		j.wrong = append(j.wrong, fmt.Sprintf("%s was answered with %+v and then with %+v", key, before, r))
		return
	}
	j.acked[key] = r
}

// compare says how many acknowledged events the kept case lacks, and what else
// is wrong with it: an event kept twice, or elsewhere than was answered, or with
// words that were to be forgotten.
func (j *journal) compare(kept *record.Kept) (lost int, wrong []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	wrong = slices.Clone(j.wrong)
	texts, times := map[string]string{}, map[string]int{}
	for _, e := range kept.Case.Events {
		texts[e.ID] = e.Text
		times[e.Text]++
	}
	for key, text := range j.texts {
		if times[text] > 1 {
			wrong = append(wrong, fmt.Sprintf("%s is kept %d times", key, times[text]))
		}
		a, acked := j.acked[key]
		if !acked {
			continue
		}
		at := slices.IndexFunc(kept.Records, func(m record.Meta) bool { return m.Entry == "event" && m.ID == a.ID })
		if at < 0 || kept.Records[at].Index != a.First || kept.Records[at].Epoch != a.Epoch {
			lost++
			delete(j.acked, key)
			delete(j.texts, key)
			continue
		}
		forgotten := slices.Contains(kept.Records[at].Erased, "text")
		done, asked := j.erased[key]
		switch {
		case forgotten && !asked:
			wrong = append(wrong, fmt.Sprintf("%s was erased and nobody asked for it", key))
		case done && (!forgotten || times[text] > 0):
			wrong = append(wrong, fmt.Sprintf("%s was erased and its words are back", key))
		case !forgotten && texts[a.ID] != text:
			lost++
			delete(j.acked, key)
			delete(j.texts, key)
		}
	}
	return lost, wrong
}

// TestJournalNotices is the control of the comparison.
func TestJournalNotices(t *testing.T) {
	kept := func(events ...casefile.Event) *record.Kept {
		k := &record.Kept{Case: &casefile.Case{File: casefile.File{Events: events}}}
		for i, e := range events {
			k.Records = append(k.Records, record.Meta{Epoch: 1, Index: int64(10 + i), Entry: "event", ID: e.ID})
		}
		return k
	}
	erased := func(k *record.Kept) *record.Kept {
		k.Records[0].Erased = []string{"text"}
		return k
	}
	for _, c := range []struct {
		name        string
		kept        *record.Kept
		lost, wrong int
	}{
		{"all there", kept(casefile.Event{ID: "e1", Text: "one"}, casefile.Event{ID: "e2", Text: "two"}), 0, 0},
		{"lost", kept(), 1, 0},
		{"under another id", kept(casefile.Event{ID: "e9", Text: "one"}), 1, 0},
		{"at another index", kept(casefile.Event{ID: "e2", Text: "two"}, casefile.Event{ID: "e1", Text: "one"}), 1, 0},
		{"changed", kept(casefile.Event{ID: "e1", Text: "won"}), 1, 0},
		{"twice", kept(casefile.Event{ID: "e1", Text: "one"}, casefile.Event{ID: "e2", Text: "one"}), 0, 1},
		{"erased unasked", erased(kept(casefile.Event{ID: "e1"})), 0, 1},
	} {
		j := &journal{
			texts: map[string]string{"key-0": "one", "key-1": "two"},
			acked: map[string]record.Result{"key-0": {ID: "e1", Epoch: 1, First: 10}},
		}
		if lost, wrong := j.compare(c.kept); lost != c.lost || len(wrong) != c.wrong {
			t.Errorf("%s: %d lost and %q, want %d and %d", c.name, lost, wrong, c.lost, c.wrong)
		}
	}
	j := newJournal()
	j.texts["key-0"], j.acked["key-0"] = "one", record.Result{ID: "e1", Epoch: 1, First: 10}
	for _, c := range []struct {
		done  bool
		kept  *record.Kept
		wrong int
	}{
		{true, erased(kept(casefile.Event{ID: "e1"})), 0},
		{true, kept(casefile.Event{ID: "e1", Text: "one"}), 1},
		{false, kept(casefile.Event{ID: "e1", Text: "one"}), 0},
		{false, erased(kept(casefile.Event{ID: "e1"})), 0},
	} {
		j.erased["key-0"] = c.done
		if lost, wrong := j.compare(c.kept); lost != 0 || len(wrong) != c.wrong {
			t.Errorf("erasure acknowledged %t: %d lost and %q, want %d wrong", c.done, lost, wrong, c.wrong)
		}
	}
	j = newJournal()
	j.got("k", record.Result{First: 1})
	j.got("k", record.Result{First: 2})
	if len(j.wrong) != 1 {
		t.Error("two answers to one key pass")
	}
}
