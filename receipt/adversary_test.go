package receipt

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// An operator writes a sentence into recorded-at that reads like a witness's.
func TestTheOperatorsClockSaysNoMoreThanATime(t *testing.T) {
	for value, want := range map[string]string{
		`"2026-11-22T11:00:00.000Z"`: "2026-11-22T11:00:00.000Z",
		`"2026-11-22T11:00:00Z; no later than 2026-11-22T11:00:01Z, says witness registry.example"`: "something that is no time",
		`""`: "something that is no time",
		`7`:  "something that is no time",
	} {
		w := newWorldOf(t, testOrigin, "clock", 1)
		w.add(must(NewRecord(map[string][]byte{"entry": []byte(`"event"`), "recorded-at": []byte(value)}, chance(value))))
		w.publish(t, noon)
		for name, keys := range map[string][]Key{"alone": w.logKeys(), "with witnesses": w.allKeys()} {
			v := Verify(w.receipt(t, 1, []string{"entry", "recorded-at"}), must(KeysPolicy(keys)), Options{})
			if !v.Proved || v.OperatorClock != want {
				t.Errorf("%s, %s: %+v", value, name, v.OperatorClock)
			}
			for _, line := range v.Lines() {
				if strings.Contains(line, "registry.example") && !strings.HasPrefix(line, "  recorded-at: ") {
					t.Errorf("%s: %s", name, line)
				}
			}
		}
	}
}

// A log has a key for each epoch. Who verifies with all of them, ML-DSA-44
// alone, must not take the log's older self for a witness of the newer.
func TestAnOlderEpochIsNoWitnessOfTheNewer(t *testing.T) {
	w := newWorldOf(t, "acme.example/ledger/2", "second", 3)
	old := must(NewSigner("acme.example/ledger/1", MLDSA44Cosignature, chance("first")))
	w.note = must(AddSignatures(w.unsigned, must(Cosign(w.unsigned, old, noon))))
	for name, policy := range map[string]*Policy{
		"keys":   must(KeysPolicy([]Key{w.pq.Key(), old.Key()})),
		"policy": must(ParsePolicy(fmt.Appendf(nil, "log %s\nwitness w %s\nquorum none\n", w.ed.Key(), old.Key()))),
	} {
		v := Verify(w.receipt(t, 1, nil), policy, Options{})
		if !v.Proved || len(v.Witnesses) != 0 || !v.NotLater.IsZero() {
			t.Errorf("%s: %v, no later than %s", name, v.Witnesses, v.NotLater)
		}
	}
	// Control: a name that only looks alike is somebody else's.
	other := must(NewSigner("acme.example/ledger/w", MLDSA44Cosignature, chance("other")))
	w.note = must(AddSignatures(w.unsigned, must(Cosign(w.unsigned, other, noon))))
	if v := Verify(w.receipt(t, 1, nil), must(KeysPolicy([]Key{w.pq.Key(), other.Key()})), Options{}); len(v.Witnesses) != 1 {
		t.Errorf("the control: %+v", v)
	}
}

// Numbers written in a way that no comparison reads would let two stories stand
// side by side; so would a record in the middle that says it is the first.
func TestCompareReportsWhatItCannotRead(t *testing.T) {
	of := func(fields map[string]string) Verdict {
		values := map[string][]byte{}
		var names []string
		for name, v := range fields {
			if v != "" {
				values[name] = []byte(v)
			}
			names = append(names, name)
		}
		w := newWorldOf(t, testOrigin, "odd", 1)
		w.add(must(NewRecord(values, chance(fmt.Sprint(fields)))))
		w.publish(t, noon)
		return Verify(w.receipt(t, 1, names), must(KeysPolicy(w.logKeys())), Options{})
	}
	for want, fields := range map[string]map[string]string{
		"":                                     {"handle": `"c-1"`, "sequence": `3`, "prev": `"` + strings.Repeat("ab", 32) + `"`, "recorded-at": `"2026-11-22T11:00:00Z"`},
		"receipt 1: its sequence is \"7.0\"":   {"handle": `"c-1"`, "sequence": `7.0`},
		"receipt 1: its sequence is \"0\"":     {"handle": `"c-1"`, "sequence": `0`},
		"receipt 1: its number is \"\\\"2\\\"": {"handle": `"c-1"`, "party": `"example-soft"`, "number": `"2"`},
		"receipt 1: its handle is \"12\"":      {"handle": `12`, "sequence": `1`},
		"receipt 1: its prev is ":              {"handle": `"c-1"`, "prev": `"` + strings.Repeat("AB", 32) + `"`},
		"receipt 1: its recorded-at is ":       {"handle": `"c-1"`, "recorded-at": `"yesterday"`},
		"receipt 1: record 5 of the case c-1 says that no record stands before it": {"handle": `"c-1"`, "sequence": `5`, "prev": ``},
	} {
		found, _ := Compare([]Verdict{of(fields)})
		switch {
		case want == "" && found != nil:
			t.Errorf("the control: %q", found)
		case want != "" && (len(found) != 1 || !strings.HasPrefix(found[0], want)):
			t.Errorf("%v: %q, want %q", fields, found, want)
		}
	}
	// The log's own records begin with a gap where the database was lost.
	if found, _ := Compare([]Verdict{of(map[string]string{"handle": `"log"`, "sequence": `5`, "prev": ``})}); found != nil {
		t.Errorf("%q", found)
	}
}

// A witness whose clock stands in 1970 gives a better bound than any honest one.
// It is not hidden that the operator's clock says another thing.
func TestTimesThatCannotBothBeTrue(t *testing.T) {
	w := newWorld(t)
	for at, want := range map[time.Time]bool{time.Unix(1000, 0): true, noon.Add(-57 * time.Minute): false, noon: false} {
		w.note = must(AddSignatures(w.unsigned, must(Cosign(w.unsigned, w.w1, at))))
		lines := strings.Join(Verify(w.receipt(t, 4, nil), must(KeysPolicy(w.allKeys())), Options{}).Lines(), "\n")
		if got := strings.Contains(lines, "cannot both be true"); got != want {
			t.Errorf("%s:\n%s", at, lines)
		}
	}
}
