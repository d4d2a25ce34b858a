package directive

import (
	"slices"
	"testing"
	"time"
)

func cellOf(t testing.TB, s *State, member, step string) Cell {
	t.Helper()
	i := slices.IndexFunc(s.Cells, func(c Cell) bool { return c.Member == member && c.Step == step })
	if i < 0 {
		t.Fatalf("there is no %s %s", member, step)
	}
	return s.Cells[i]
}

const cloud = "move-to-state-cloud.yaml"

// One directive from its issue to its end, with what is said of each member.
func TestTheMoveToTheStateCloud(t *testing.T) {
	d := example(t, cloud)
	for _, c := range []struct {
		at, member, step string
		want             Status
		modality         string
	}{
		{"2026-03-01T00:00:00Z", "meridian-water", "move", NotAsked, ""}, // not issued yet
		{"2026-03-02T08:00:00Z", "meridian-water", "move", NotStarted, Must},
		{"2026-03-03T00:00:00Z", "castor", "move", NotStarted, Asked},
		{"2026-03-03T00:00:00Z", "castor", "confirm", NotAsked, ""},
		{"2026-03-19T00:00:00Z", "orla", "move", NotStarted, Asked},
		{"2026-03-21T00:00:00Z", "orla", "move", NotStarted, Should}, // the Office decided on the condition
		{"2026-05-12T00:00:00Z", "meridian-water", "inventory", Claimed, Must},
		{"2026-05-19T00:00:00Z", "meridian-water", "inventory", Done, Must},
		{"2026-06-22T00:00:00Z", "halden-grid", "inventory", Claimed, Must}, // reported by the whole for its unit
		{"2026-06-24T00:00:00Z", "halden-grid", "inventory", NotStarted, Must},
		{"2026-06-30T21:59:59Z", "brightwell", "inventory", NotStarted, Must},
		{"2026-06-30T22:00:00Z", "brightwell", "inventory", Overdue, Must}, // 24:00 in Berlin
		{"2026-07-02T08:00:00Z", "brightwell", "inventory", Claimed, Must},
		{"2026-07-01T00:00:00Z", "tern", "inventory", NoAnswer, Asked}, // who was asked is never overdue
		{"2026-07-01T00:00:00Z", "castor", "inventory", NotStarted, Asked},
		{"2026-10-06T00:00:00Z", "halden-power", "move", InProgress, Must},
		{"2026-10-28T00:00:00Z", "halden-grid", "move", Excepted, Must},
		{"2027-04-01T00:00:00Z", "halden-power", "move", Overdue, Must},
		{"2027-04-01T00:00:00Z", "brightwell", "move", InProgress, Must}, // extended
		{"2027-04-01T00:00:00Z", "halden-grid", "move", Excepted, Must},
		{"2027-04-01T00:00:00Z", "orla", "move", NoAnswer, Should},
		{"2027-04-27T00:00:00Z", "halden-grid", "confirm", NotStarted, Must}, // due between the 26th and the 30th
		{"2027-05-01T00:00:00Z", "halden-grid", "confirm", Overdue, Must},
		{"2027-10-01T12:00:00Z", "halden-grid", "move", Overdue, Must}, // the exception is over
		{"2027-10-05T00:00:00Z", "halden-grid", "move", Over, Must},
		{"2027-10-05T00:00:00Z", "castor", "move", Claimed, Asked},
	} {
		got := cellOf(t, folded(t, d, c.at), c.member, c.step)
		if got.Status != c.want || got.Modality != c.modality {
			t.Errorf("%s %s at %s: %s (%s), want %s (%s)", c.member, c.step, c.at, got.Status, got.Modality, c.want, c.modality)
		}
	}
}

func TestFiguresAreThoseOfTheCorrection(t *testing.T) {
	d := example(t, cloud)
	before, after := folded(t, d, "2026-10-11T00:00:00Z"), folded(t, d, "2026-10-13T00:00:00Z")
	if c := cellOf(t, before, "halden-power", "move"); c.Done != 12 || c.Total != 21 || !c.AsOf.Equal(when(t, "2026-09-30T16:00:00Z")) {
		t.Errorf("before the correction: %d of %d as of %v", c.Done, c.Total, c.AsOf)
	}
	if c := cellOf(t, after, "halden-power", "move"); c.Done != 10 || c.Total != 21 {
		t.Errorf("after the correction: %d of %d", c.Done, c.Total)
	}
	// On the curve the figure stands where it was true, not where it was told.
	if p, ok := On(after.Steps[1].Burn, "2026-10-01"); !ok || p.Systems != 8+11 {
		t.Errorf("on 1 October %d systems were open", p.Systems)
	}
}

func TestLimitsAfterExtensionsAndExceptions(t *testing.T) {
	d := example(t, cloud)
	s := folded(t, d, "2027-04-05T00:00:00Z")
	for member, want := range map[string]string{
		"halden-power": "2027-03-31T23:59:59+02:00", "brightwell": "2027-06-30T23:59:59+02:00", "halden-grid": "2027-09-30T23:59:59+02:00",
	} {
		c := cellOf(t, s, member, "move")
		if got := c.Due.Latest.Format(time.RFC3339); got != want {
			t.Errorf("%s has until %s, want %s", member, got, want)
		}
		if got := c.Issued.Latest.Format(time.RFC3339); got != "2027-03-31T23:59:59+02:00" {
			t.Errorf("%s: the limit as issued is no longer visible: %s", member, got)
		}
	}
	grid := cellOf(t, s, "halden-grid", "move")
	if x := grid.Exception; x == nil || x.By != "board" || x.Measures != "Encrypted copies every night, keys with the operator" || x.Asked != "a20" {
		t.Errorf("the exception: %+v", x)
	}
	if len(s.Exceptions) != 1 || s.Exceptions[0].Member != "halden-grid" {
		t.Errorf("exceptions that stand: %+v", s.Exceptions)
	}
	if got := folded(t, d, "2026-10-20T00:00:00Z"); cellOf(t, got, "halden-grid", "move").Plea != "a20" {
		t.Error("that an exception is asked for does not show")
	}
	if confirm := cellOf(t, s, "halden-grid", "confirm"); !confirm.Due.Earliest.Equal(when(t, "2027-04-26T21:59:59Z")) {
		t.Errorf("the strict reading of an interval is %v", confirm.Due.Earliest)
	}
}

func TestWhatIsMissingAndWhatIsDenied(t *testing.T) {
	d := example(t, cloud)
	s := folded(t, d, "2027-03-25T00:00:00Z")
	if c := cellOf(t, s, "castor", "move"); !slices.Equal(c.Missing, []string{"transfer"}) || c.Status != Claimed {
		t.Errorf("done without its evidence: %+v", c)
	}
	if c := cellOf(t, s, "castor", "inventory"); !slices.Equal(c.Denied, []string{"a11"}) {
		t.Errorf("the denied reminder: %v", c.Denied)
	}
	if c := cellOf(t, s, "tern", "inventory"); len(c.Denied) != 0 {
		t.Errorf("one member denies for another: %v", c.Denied)
	}
	if c := cellOf(t, s, "brightwell", "inventory"); !c.AfterDue {
		t.Error("a report after the date does not say so")
	}
	if !slices.Equal(s.Unacknowledged, []string{"orla", "tern"}) {
		t.Errorf("nothing heard from %v", s.Unacknowledged)
	}
}

// Whoever works for others is decided on by a person; until then it is open.
func TestAConditionInWordsIsNeverGuessed(t *testing.T) {
	d := example(t, cloud)
	if c := cellOf(t, folded(t, d, "2026-03-10T00:00:00Z"), "orla", "move"); !slices.Equal(c.Open, []string{"processors"}) || c.Modality != Asked {
		t.Errorf("before the decision: %+v", c)
	}
	if c := cellOf(t, folded(t, d, "2026-03-10T00:00:00Z"), "meridian-water", "move"); len(c.Open) != 0 {
		t.Errorf("who must anyway need not be decided on: %v", c.Open)
	}
	f := d.File
	f.Acts, f.Steps = nil, slices.Clone(f.Steps)
	f.Steps[1].Asks = []Ask{{Of: []string{"processors"}, Modality: Must}}
	made, err := Build("made", f)
	if err != nil {
		t.Fatal(err)
	}
	s := folded(t, made, "2027-04-05T00:00:00Z")
	for _, m := range f.Members {
		if c := cellOf(t, s, m.ID, "move"); c.Status != Undecided || c.Due != nil || c.PastDue {
			t.Errorf("%s: %+v", m.ID, c)
		}
	}
}

func TestRemindersThatAreDue(t *testing.T) {
	d := example(t, cloud)
	type due struct {
		step, at string
		now      bool
		members  int
	}
	for at, want := range map[string][]due{
		"2026-03-05T00:00:00Z": {{"inventory", "2026-05-30T23:59:59+02:00", false, 7}, {"move", "2026-12-31T23:59:59+01:00", false, 7}, {"confirm", "2027-03-26T23:59:59+01:00", false, 4}},
		// the week before: the last of those that have come, not both
		"2026-06-24T12:00:00Z": {{"inventory", "2026-06-23T23:59:59+02:00", true, 6}, {"move", "2026-12-31T23:59:59+01:00", false, 7}, {"confirm", "2027-03-26T23:59:59+01:00", false, 4}},
		// reminded by hand on the 1st; Brightwell is next by its new date, Halden Grid by its exception
		"2027-03-02T00:00:00Z": {{"move", "2027-03-24T23:59:59+01:00", false, 4}, {"confirm", "2027-03-26T23:59:59+01:00", false, 4},
			{"move", "2027-03-30T23:59:59+02:00", false, 1}, {"move", "2027-06-30T23:59:59+02:00", false, 1}},
	} {
		got := folded(t, d, at).Reminders
		if len(got) != len(want) {
			t.Errorf("%s: %+v", at, got)
			continue
		}
		for i, w := range want {
			g := got[i]
			if g.Step != w.step || g.At.Format(time.RFC3339) != w.at || g.Now != w.now || len(g.Members) != w.members {
				t.Errorf("%s: %+v, want %+v", at, g, w)
			}
		}
	}
	if got := folded(t, d, "2027-11-01T00:00:00Z").Reminders; len(got) != 0 {
		t.Errorf("reminders after the end: %+v", got)
	}
}

func TestTheClosingReport(t *testing.T) {
	d := example(t, cloud)
	r, err := Report(d, d.Acts, when(t, "2027-12-01T00:00:00Z"))
	if err != nil {
		t.Fatal(err)
	}
	if r.End == nil || r.End.Kind != Closed || r.GoesOnIn == nil || r.GoesOnIn.Number != "OSD 2027/2" {
		t.Errorf("the end: %+v in %+v", r.End, r.GoesOnIn)
	}
	move := r.Steps[1]
	if r.Members != 7 || r.Open != 6 || move.Done != 49 || move.Total != 59 || move.Silent != 2 || move.AfterDue != 1 || r.Unproven != 1 {
		t.Errorf("figures: %d members, %d open, move %+v, %d unproven", r.Members, r.Open, move, r.Unproven)
	}
	if !slices.Equal(r.Extensions, []string{"a26"}) || !slices.Equal(r.Denied, []string{"a11"}) {
		t.Errorf("extensions %v, denied %v", r.Extensions, r.Denied)
	}
	// The end does no work: what was open stays open on the curve.
	last := r.Steps[1].Burn[len(r.Steps[1].Burn)-1]
	if last.Day != "2027-10-04" || last.Members != 3 || last.Systems != 10 {
		t.Errorf("the last day of the curve: %+v", last)
	}
}

func TestTheBurnDown(t *testing.T) {
	s := folded(t, example(t, cloud), "2027-12-01T00:00:00Z")
	burn := s.Steps[1].Burn
	for day, want := range map[string]Point{
		"2026-03-02": {"2026-03-02", 7, 0, 7},
		"2026-08-31": {"2026-03-02", 7, 0, 7},
		"2026-10-05": {"2026-10-05", 7, 8 + 11 + 10, 4},
		"2026-10-27": {"2026-10-27", 6, 8 + 11, 4}, // excepted: not open as long as that stands
		"2027-04-09": {"2027-04-09", 3, 7, 2},
		"2027-10-01": {"2027-10-01", 3, 10, 2}, // the exception is over: it is open again
	} {
		if got, ok := On(burn, day); !ok || got != want {
			t.Errorf("%s: %+v, want %+v", day, got, want)
		}
	}
	if _, ok := On(burn, "2026-03-01"); ok {
		t.Error("there is a figure before the issue")
	}
}
