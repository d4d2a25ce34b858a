package receipt

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What a person reads, in each of the ways in which time can be proved or not.
func TestLines(t *testing.T) {
	w := newWorld(t)
	text := func(s string) *string { return &s }
	for name, c := range map[string]struct {
		v    Verdict
		want []string
	}{
		"no outside time": {
			Verify(w.receipt(t, 2, []string{"kind", "recorded-at", "detail"}), must(KeysPolicy(w.logKeys())), Options{}),
			[]string{
				"Proved: this was recorded by this operator (acme.example/ledger/1) as entry 2 of a log of 7.",
				"  recorded-at: \"2026-11-22T11:02:00.000Z\"",
				"  kind: \"reported\"",
				"  detail: absent",
				"no outside time is proved; the operator's own clock says 2026-11-22T11:02:00.000Z; other views of the log are not excluded",
				"It is not proved that what was recorded is true, complete, or was read.",
			},
		},
		"nothing opened": {
			Verify(w.receipt(t, 2, []string{}), must(KeysPolicy(w.logKeys())), Options{}),
			[]string{
				"Proved: this was recorded by this operator (acme.example/ledger/1) as entry 2 of a log of 7.",
				"No field is opened.",
				"no outside time is proved; the operator's own clock says nothing, for recorded-at is not opened; other views of the log are not excluded",
				"It is not proved that what was recorded is true, complete, or was read.",
			},
		},
		"two witnesses": {
			Verify(w.receipt(t, 2, []string{"recorded-at"}), w.policy(t, "both"), Options{}),
			[]string{
				"Proved: this was recorded by this operator (acme.example/ledger/1) as entry 2 of a log of 7.",
				"  recorded-at: \"2026-11-22T11:02:00.000Z\"",
				"no later than 2026-11-22T12:00:01Z, says witness one",
				"no later than 2026-11-22T12:00:02Z, says witness two",
				"The operator's own clock says 2026-11-22T11:02:00.000Z; nobody outside vouches for that.",
				"Another view of the log would need the witnesses named here to have cosigned it too.",
				"It is not proved that what was recorded is true, complete, or was read.",
			},
		},
		"a linked event": {
			Verify(w.proof(t, 5, Extra{Record: must(w.records[5].Disclose([]string{"party", "number", "event"})), Linked: []Disclosure{must(w.records[4].Disclose([]string{"id"}))}}), w.policy(t, "both"), Options{}),
			[]string{
				"Proved: this was recorded by this operator (acme.example/ledger/1) as entry 5 of a log of 7.",
				"  party: \"example-soft\"",
				"  number: 1",
				"  event: \"" + hexOf(w.records[4]) + "\"",
				"The record that it names as its event:",
				"  id: \"e5\"",
				"no later than 2026-11-22T12:00:01Z, says witness one",
				"no later than 2026-11-22T12:00:02Z, says witness two",
				"Another view of the log would need the witnesses named here to have cosigned it too.",
				"It is not proved that what was recorded is true, complete, or was read.",
			},
		},
		"stamps alone, one of them false": {
			Verdict{Proved: true, Origin: "o", Size: 1, NotLater: noon, NotLaterBy: "x", Records: []OpenedRecord{{Fields: []OpenedField{{"kind", text("\"a\x1b[2Kb\u202ec\"")}}}},
				Stamps: []StampVerdict{{Authority: "Example TSA", Time: noon, Accuracy: time.Second}, {Authority: "Second", Time: noon.Add(time.Millisecond)}, {Note: "it was made over something else"}}},
			[]string{
				"Proved: this was recorded by this operator (o) as entry 0 of a log of 1.",
				"  kind: \"a[2Kbc\"",
				"no later than 2026-11-22T12:00:01Z, says time-stamp authority Example TSA (within 1s of 2026-11-22T12:00:00Z)",
				"no later than 2026-11-22T12:00:00.001Z, says time-stamp authority Second",
				"A time-stamp counts for nothing: it was made over something else.",
				"No witness has cosigned; other views of the log are not excluded.",
				"It is not proved that what was recorded is true, complete, or was read.",
			},
		},
		"a witness that states no time": {
			Verdict{Proved: true, Origin: "o", Size: 1, Witnesses: []WitnessTime{{Name: "w"}}, OperatorClock: "noon"},
			[]string{
				"Proved: this was recorded by this operator (o) as entry 0 of a log of 1.",
				"Cosigned by witness w, which states no time.",
				"no outside time is proved; the operator's own clock says noon",
				"It is not proved that what was recorded is true, complete, or was read.",
			},
		},
		"not proved": {
			Verify(w.receipt(t, 2, nil), must(KeysPolicy([]Key{must(ParseKey(specVKey))})), Options{}),
			[]string{
				"Not proved: no key of the log \"acme.example/ledger/1\" is given.",
				"Nothing that this file says may be relied on.",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.v.Lines()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Whoever is not a witness of the policy is not named, with or without a time.
func TestStrangersAreNotNamed(t *testing.T) {
	w := newWorld(t)
	lines := strings.Join(Verify(w.receipt(t, 2, nil), must(KeysPolicy(w.logKeys())), Options{}).Lines(), "\n")
	if strings.Contains(lines, "witness.example") || strings.Contains(lines, "no later than") || strings.Contains(lines, "12:00") {
		t.Errorf("a stranger's word is repeated:\n%s", lines)
	}
}

// Two receipts that agree say nothing; two that cannot both be true say which.
func TestCompare(t *testing.T) {
	w := newWorld(t)
	at := func(w *world, i int64, names ...string) Verdict {
		if names == nil {
			names = append(slices.Clone(usualFields), "party", "number", "event")
		}
		v := Verify(w.receipt(t, i, names), must(KeysPolicy(w.logKeys())), Options{})
		if !v.Proved {
			t.Fatal(v.Reason)
		}
		return v
	}
	// The operator's second story: the same keys and names, other records.
	fork := newWorldOf(t, testOrigin, "fork", 7)
	fork.ed, fork.pq = w.ed, w.pq
	fork.publish(t, noon)
	// A party's later receipts, of which the second is withheld.
	later := func(n int, at string) Verdict {
		r := must(NewRecord(map[string][]byte{
			"entry": []byte(`"receipt"`), "handle": []byte(`"c-7f3a"`), "sequence": []byte(itoa(int64(100 + n))), "party": []byte(`"example-soft"`),
			"number": []byte(itoa(int64(n))), "recorded-at": []byte(`"` + at + `"`), "event": []byte(`"` + strings.Repeat("ab", 32) + `"`),
		}, chance("later"+itoa(int64(n)))))
		w := newWorldOf(t, "acme.example/ledger/2", "second life", 2)
		w.add(r)
		w.publish(t, noon)
		return Verify(w.receipt(t, 2, []string{"handle", "sequence", "party", "number", "recorded-at"}), must(KeysPolicy(w.logKeys())), Options{})
	}
	for name, c := range map[string]struct {
		verdicts []Verdict
		found    []string
		notices  []string
	}{
		"nothing":          {nil, nil, nil},
		"one alone":        {[]Verdict{at(w, 3)}, nil, nil},
		"a whole chain":    {[]Verdict{at(w, 0), at(w, 1), at(w, 2), at(w, 3), at(w, 4), at(w, 5), at(w, 6)}, nil, nil},
		"the same twice":   {[]Verdict{at(w, 3), at(w, 3)}, nil, nil},
		"an unproved liar": {[]Verdict{at(w, 3), {Origin: testOrigin, Size: 7, Root: "x", Index: 3}}, nil, nil},
		"another operator": {[]Verdict{at(w, 3, "kind"), at(newWorldOf(t, "other.example", "o", 7), 3, "kind")}, nil, nil},
		"a split view":     {[]Verdict{at(w, 3, "kind"), at(fork, 2, "kind")}, []string{"receipts 1 and 2: the log acme.example/ledger/1 shows two different trees of 7 entries: a split view"}, nil},
		"two records in one place of the log": {[]Verdict{at(w, 3, "kind"), at(fork, 3, "kind")}, []string{
			"receipts 1 and 2: the log acme.example/ledger/1 shows two different trees of 7 entries: a split view",
			"receipts 1 and 2: entry 3 of the log acme.example/ledger/1 is two different records: a split view",
		}, nil},
		"a second story, a number given twice": {[]Verdict{at(w, 5), at(fork, 5)}, []string{
			"receipts 1 and 2: the log acme.example/ledger/1 shows two different trees of 7 entries: a split view",
			"receipts 1 and 2: entry 5 of the log acme.example/ledger/1 is two different records: a split view",
			"receipts 1 and 2: record 6 of the case c-7f3a is two different records: a second story",
			"receipts 1 and 2: record 6 of the case c-7f3a does not follow the record before it that the other names: the chain does not join",
			"receipts 1 and 2: receipt number 1 of example-soft in the case c-7f3a was given twice, for different events",
		}, nil},
		"a chain that does not join": {[]Verdict{at(w, 3, "handle", "sequence"), at(fork, 4, "handle", "sequence", "prev")}, []string{
			"receipts 1 and 2: the log acme.example/ledger/1 shows two different trees of 7 entries: a split view",
			"receipts 1 and 2: record 5 of the case c-7f3a does not follow the record before it that the other names: the chain does not join",
		}, nil},
		"receipts 2 and 4 to 6 missing": {[]Verdict{at(w, 5), later(7, "2026-11-23T00:00:00Z"), later(3, "2026-11-22T23:00:00Z")}, []string{
			"receipts 2 and 3: the log acme.example/ledger/2 shows two different trees of 3 entries: a split view",
			"receipts 2 and 3: entry 2 of the log acme.example/ledger/2 is two different records: a split view",
		}, []string{"of the receipts of example-soft in the case c-7f3a, number 2, 4 to 6 is not among these: ask for it"}},
		"a clock that went back": {[]Verdict{at(w, 5), later(2, "2026-11-22T11:04:59Z")}, []string{
			"receipts 1 and 2: record 102 of the case c-7f3a says that it was recorded before record 6 (the log was opened anew in between: its first entry has to explain this)",
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			found, notices := Compare(c.verdicts)
			if diff := cmp.Diff(c.found, found); diff != "" {
				t.Errorf("contradictions:\n%s", diff)
			}
			if diff := cmp.Diff(c.notices, notices); diff != "" {
				t.Errorf("notices:\n%s", diff)
			}
		})
	}
}

// The handle "log" is in every log: two operators do not contradict one another.
func TestCompareKeepsLogsApart(t *testing.T) {
	about := func(origin, seed string) Verdict {
		w := newWorldOf(t, origin, seed, 1)
		w.add(must(NewRecord(map[string][]byte{"handle": []byte(`"log"`), "sequence": []byte(`1`)}, chance(seed))))
		w.publish(t, noon)
		return Verify(w.receipt(t, 1, []string{"handle", "sequence"}), must(KeysPolicy(w.logKeys())), Options{})
	}
	if found, _ := Compare([]Verdict{about("a.example/1", "a"), about("b.example/1", "b")}); found != nil {
		t.Errorf("%q", found)
	}
	if found, _ := Compare([]Verdict{about("a.example/1", "a"), about("a.example/1", "b")}); len(found) != 3 {
		t.Errorf("the control finds %q", found)
	}
}
