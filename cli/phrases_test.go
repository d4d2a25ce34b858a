package cli

import (
	"testing"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/plan"
	"tocsin/rulebook"
)

// A time is said as its source states it: never moved to another zone, never
// made more precise.
func TestMomentWords(t *testing.T) {
	for _, tc := range []struct {
		m    calendar.Moment
		want string
	}{
		{calendar.Moment{Value: "2021-11-24T14:51", Zone: []string{"unknown"}}, "24 Nov 2021 14:51, zone not stated"},
		{calendar.Moment{NotAfter: "2021-11-24T14:51", Zone: []string{"unknown"}}, "no later than 24 Nov 2021 14:51, zone not stated"},
		{calendar.Moment{From: "2021-12-17", To: "2021-12-22", Zone: []string{"Asia/Shanghai"}}, "between 17 Dec 2021 and 22 Dec 2021 Asia/Shanghai"},
		{calendar.Moment{Value: "2021-12-08", Zone: []string{"Asia/Shanghai", "America/New_York"}}, "8 Dec 2021, zone one of Asia/Shanghai, America/New_York"},
		{calendar.Moment{Value: "2021-11-26T00:00:00Z", Precision: calendar.Day}, "26 Nov 2021"},
		{calendar.Moment{Value: "2021-12-01T04:36:50Z"}, "1 Dec 2021 04:36 UTC"},
		{calendar.Moment{NotBefore: "2021-12-01T00:00:00+08:00"}, "not before 1 Dec 2021 00:00 +08:00"},
		{calendar.Moment{Value: "2013-07", Zone: []string{"UTC"}}, "July 2013 UTC"},
	} {
		if got := moment(tc.m); got != tc.want {
			t.Errorf("moment(%+v) = %q, want %q", tc.m, got, tc.want)
		}
	}
}

// An end of day is said as 24:00 of that day, an instant as itself.
func TestEndOfDayWords(t *testing.T) {
	cn := time.FixedZone("", 8*3600)
	midnight := time.Date(2021, 11, 27, 0, 0, 0, 0, cn)
	if got := end(midnight, true); got != "26 Nov 2021 24:00 +08:00" {
		t.Errorf("exclusive midnight: %q", got)
	}
	if got := end(midnight, false); got != "27 Nov 2021 00:00 +08:00" {
		t.Errorf("an instant at midnight: %q", got)
	}
}

func TestDurationWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 min", 59 * time.Minute: "59 min", time.Hour: "1 h", 90 * time.Minute: "1 h 30 min",
		25 * time.Hour: "1 d 1 h", 48 * time.Hour: "2 d", 90 * 24 * time.Hour: "90 days", -time.Hour: "1 h",
	} {
		if got := words(d); got != want {
			t.Errorf("words(%s) = %q, want %q", d, got, want)
		}
	}
}

// No state of a duty is said with a word that passes judgement, and a case from
// outside sources never hears that nothing was done.
func TestStatesPassNoJudgement(t *testing.T) {
	all := []plan.State{plan.Awaiting, plan.Open, plan.Running, plan.NoRecord, plan.Missed, plan.Met, plan.MetLate, plan.MetOrLate, plan.Disputed, plan.NotScheduled, plan.Displaced, plan.Waived}
	for _, record := range []string{"sources", "kept"} {
		f := phrases{c: &casefile.Case{File: casefile.File{Record: record}}, b: &rulebook.Book{}}
		for _, s := range all {
			for _, kind := range []string{"notify-authority", "verify"} {
				got, _ := f.state(&plan.Duty{State: s, Duty: kind, Readings: []*plan.Reading{{}}})
				if got == "" || got == string(s) && s != plan.Open && s != plan.Running {
					t.Errorf("%s has no words: %q", s, got)
				}
				for _, bad := range []string{"breach", "violat", "complian", "missed", "failed", "safe"} {
					if contains(got, bad) {
						t.Errorf("%s is said as %q", s, got)
					}
				}
			}
		}
	}
}

// A limit of which only the beginning is known may be past; it is not said to be.
func TestALimitThatMayBePastIsNotSaidToBe(t *testing.T) {
	running := plan.Reading{Basis: "law", State: plan.Running}
	over := plan.Reading{Basis: "law", State: plan.NoRecord}
	for name, tc := range map[string]struct {
		readings []*plan.Reading
		want     bool
	}{
		"the earliest bound alone":           {[]*plan.Reading{&running, &running}, true},
		"one reading wholly gone by":         {[]*plan.Reading{&over, &running}, false},
		"a platform's date is no law":        {[]*plan.Reading{{Basis: "platform", State: plan.Missed}, &running}, true},
		"one zone of several is not certain": {[]*plan.Reading{{Basis: "law", Variant: "zone=Asia/Shanghai", State: plan.Missed}, &running}, true},
	} {
		d := &plan.Duty{State: plan.Running, PastDue: true, Ground: "statute", Readings: tc.readings}
		if got := perhapsPast(d); got != tc.want {
			t.Errorf("%s: perhaps past %v, want %v", name, got, tc.want)
		}
	}
	if perhapsPast(&plan.Duty{State: plan.Missed, PastDue: true}) {
		t.Error("control: what is missed is past")
	}
}

func contains(s, sub string) bool {
	for i := 0; i+len(sub) <= len(s); i++ {
		if s[i:i+len(sub)] == sub {
			return true
		}
	}
	return false
}

// A permission whose number has passed is open, and is not said to have none.
func TestOpenWithANumberIsNotSaidToHaveNone(t *testing.T) {
	for _, record := range []string{"sources", "kept"} {
		f := phrases{c: &casefile.Case{File: casefile.File{Record: record}}, b: &rulebook.Book{}}
		got, _ := f.state(&plan.Duty{State: plan.Open, Modality: "may", Duty: "publish", Readings: []*plan.Reading{{}}})
		if contains(got, "no number") || !contains(got, "permitted") {
			t.Errorf("%s: a permission with a number is said as %q", record, got)
		}
	}
	f := phrases{c: &casefile.Case{File: casefile.File{Record: "sources"}}, b: &rulebook.Book{}}
	if got, _ := f.state(&plan.Duty{State: plan.Open, Modality: "must", Duty: "publish"}); !contains(got, "no number") {
		t.Errorf("a demand without a number is said as %q", got) // the control
	}
}
