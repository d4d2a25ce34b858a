package earlier_test

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/calendar"
	"tocsin/earlier"
)

// The public record's case, told without a word on anybody.
func TestThePublicRecordIsNoVerdict(t *testing.T) {
	data, err := os.ReadFile("../examples/log4shell.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f := of(t, string(data))
	report := earlier.Report{Flaws: []string{"CVE-2021-44228"}, Received: calendar.Instant(time.Date(2021, 12, 9, 12, 0, 0, 0, time.UTC))}
	rows := f.Look(report)
	if len(rows) == 0 {
		t.Fatal("nobody knew before 9 December, and the record says otherwise")
	}
	for _, r := range rows {
		if has(r.Uncertain, earlier.KeptNowhere) == nil {
			t.Errorf("%s: what is missing from sources shows nothing, and that is not said", r.Party)
		}
	}
	out, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var again earlier.Facts
	if err := json.Unmarshal(out, &again); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again.Look(report), rows) {
		t.Error("facts that were kept as JSON say something else")
	}
	t.Logf("%d bytes of facts", len(out))
}

// None of the codes is a judgement; the control is a word that is one.
func TestNoCodeIsAVerdict(t *testing.T) {
	judges := func(code string) bool {
		for _, w := range []string{"breach", "violat", "guilt", "fault", "fail", "offen", "blame", "conceal", "late-", "culpab", "liab"} {
			if strings.Contains(code, w) {
				return true
			}
		}
		return false
	}
	all := append(earlier.ForCodes(), earlier.UncertainCodes()...)
	for _, w := range earlier.Words() {
		all = append(all, string(w))
	}
	for _, w := range earlier.Whens() {
		all = append(all, string(w))
	}
	for i, code := range all {
		if judges(code) {
			t.Errorf("%q is a verdict", code)
		}
		if slices.Contains(all[:i], code) && code != "signal" {
			t.Errorf("%q stands for two things", code)
		}
	}
	if !judges("breached") {
		t.Error("the control was not caught")
	}
}
