package timeline

import (
	"strings"
	"testing"
)

// lane builds a sheet of one lane and gives its plan.
func lane(s Sheet) *lanePlan {
	s.Lanes = []Lane{{ID: "a", Title: "A"}}
	return &newPlan(s, Options{}).lanes[0]
}

// frame keeps the axis of the band tests the same.
var frame = []Mark{{ID: "l", Lane: "a", At: exactly("2026-01-01")}, {ID: "r", Lane: "a", At: exactly("2026-01-31")}}

func TestBandEdges(t *testing.T) {
	one := func(from, to Span) bandPlan {
		return lane(Sheet{Marks: frame, Bands: []Band{{ID: "b", Lane: "a", Kind: Embargo, From: from, To: to}}}).bands[0]
	}
	p := newPlan(Sheet{Lanes: []Lane{{ID: "a", Title: "A"}}, Marks: frame}, Options{})
	x := func(s string) float64 { return p.ax.x(utc(s)) }
	near := func(a, b float64) bool { return a-b < 0.5 && b-a < 0.5 }

	exact := one(exactly("2026-01-10"), exactly("2026-01-20"))
	if !near(exact.x0, x("2026-01-10")) || !near(exact.x1, x("2026-01-20")) || !exact.straight || exact.open || exact.openL {
		t.Errorf("exact edges: %+v", exact)
	}
	soft := one(between("2026-01-08", "2026-01-10"), between("2026-01-20", "2026-01-25"))
	if !near(soft.x0, x("2026-01-08")) || !near(soft.s0, x("2026-01-10")) || !near(soft.s1, x("2026-01-20")) || !near(soft.x1, x("2026-01-25")) || soft.straight {
		t.Errorf("uncertain edges: certain from %v to %v, possible from %v to %v", soft.s0, soft.s1, soft.x0, soft.x1)
	}
	unsure := one(between("2026-01-08", "2026-01-20"), between("2026-01-10", "2026-01-25"))
	if unsure.s0 != unsure.s1 || unsure.x0 >= unsure.s0 || unsure.s1 >= unsure.x1 {
		t.Errorf("edges that may have crossed leave nothing certain: %+v", unsure)
	}
	on := one(exactly("2026-01-10"), Span{})
	if !on.open || on.x1 != p.ax.x1 {
		t.Errorf("a band without an end goes on: %+v", on)
	}
	before := one(Span{}, exactly("2026-01-10"))
	if !before.openL || before.x0 != p.ax.x0 {
		t.Errorf("a band without a beginning was already running: %+v", before)
	}
	half := one(Span{To: utc("2026-01-10")}, Span{From: utc("2026-01-20")})
	if half.open || half.openL || half.s0 <= half.x0 || half.s1 >= half.x1 || !near(half.s0, x("2026-01-10")) || !near(half.s1, x("2026-01-20")) {
		t.Errorf("edges known on one side fade out on the other: %+v", half)
	}
}

func TestBandsAtOneTimeStack(t *testing.T) {
	var s Sheet
	s.Marks = frame
	for i := range 5 {
		s.Bands = append(s.Bands, Band{ID: itoa(i), Lane: "a", Kind: Window, From: exactly("2026-01-05"), To: exactly("2026-01-25"), Label: "window"})
	}
	l := lane(s)
	for i := 1; i < 5; i++ {
		if l.bands[i].y < l.bands[i-1].y+bandHigh+lineNormal {
			t.Errorf("band %d at %v, the one before at %v", i, l.bands[i].y, l.bands[i-1].y)
		}
	}
	s.Bands = []Band{{ID: "x", Lane: "a", Kind: Window, From: exactly("2026-01-02"), To: exactly("2026-01-08")}, {ID: "y", Lane: "a", Kind: Window, From: exactly("2026-01-20"), To: exactly("2026-01-25")}}
	if l = lane(s); l.bands[0].y != l.bands[1].y {
		t.Error("bands that do not meet take two rows")
	}
}

func TestTheKindsOfBandsLookDifferentWithoutColour(t *testing.T) {
	look := map[string]string{}
	for _, kind := range []string{Prohibition, Embargo, Suspension, Window} {
		d := pen{prefix: "t", used: map[string]bool{}}
		d.bar(kind, 0, 50, 0, false, false)
		look[kind] = d.b.String()
	}
	if !strings.Contains(look[Prohibition], "hatch") || strings.Contains(look[Embargo], "hatch") || strings.Contains(look[Window], "tint") || strings.Contains(look[Window], "hatch") {
		t.Errorf("%v", look)
	}
	d := pen{prefix: "t", used: map[string]bool{}}
	if d.bar(Window, 0, 50, 0, true, false); !strings.Contains(d.b.String(), "tl-dash") {
		t.Error("a conditional band is not dashed")
	}
}

// The five states of a flag have five shapes.
func TestTheStatesOfFlagsLookDifferentWithoutColour(t *testing.T) {
	seen := map[string]string{}
	for _, state := range []string{Due, Met, Late, Uncertain, Past} {
		d := pen{}
		d.flag(state, 10, 10, false, false)
		if was := seen[d.b.String()]; was != "" {
			t.Errorf("%s looks like %s", state, was)
		}
		seen[d.b.String()] = state
	}
}

// The five tones of a mark have five shapes, and hollow is never filled.
func TestTheTonesOfMarksLookDifferentWithoutColour(t *testing.T) {
	seen := map[string]Tone{}
	for _, tone := range []Tone{Fact, Told, Good, Bad, Muted} {
		d, h := pen{}, pen{}
		d.shape(tone, false, false, 10, 10)
		if was := seen[d.b.String()]; was != "" {
			t.Errorf("%s looks like %s", tone, was)
		}
		seen[d.b.String()] = tone
		if h.shape(tone, true, true, 10, 10); !strings.Contains(h.b.String(), "tl-hollow") || !strings.Contains(h.b.String(), "tl-ring") {
			t.Errorf("%s: a disputed and assumed mark does not look so", tone)
		}
	}
}

func TestFlagsFlyRightAndTurnLeftAtTheEdge(t *testing.T) {
	l := lane(Sheet{Marks: frame, Flags: []Flag{
		{ID: "1", Lane: "a", At: exactly("2026-01-10"), Label: "early", State: Due},
		{ID: "2", Lane: "a", At: exactly("2026-01-31"), Label: "a label too long for the little room at the edge", State: Due}}})
	if l.flags[0].left || !l.flags[1].left {
		t.Errorf("left: %v, %v", l.flags[0].left, l.flags[1].left)
	}
}

// A flag stands above the flags to its right, so that its pole does not run
// through their texts nor theirs through its own.
func TestPolesDoNotRunThroughTexts(t *testing.T) {
	var s Sheet
	s.Marks = frame
	for _, d := range []string{"2026-01-04", "2026-01-05", "2026-01-06", "2026-01-08"} {
		s.Flags = append(s.Flags, Flag{ID: d, Lane: "a", At: exactly(d), Label: "notification to the authority", State: Due})
	}
	l := lane(s)
	for _, pole := range l.flags {
		for _, other := range l.flags {
			b := other.text.box()
			if pole.x > b.X && pole.x < b.X+b.W && b.Y > l.line+pole.y+flagHigh {
				t.Errorf("the pole of %s runs through the text of %s", pole.ID, other.ID)
			}
		}
	}
}

func TestRunsEndWhereTheyEnd(t *testing.T) {
	s := Sheet{Lanes: []Lane{{ID: "a"}}, Marks: frame, Now: utc("2026-01-20"), Runs: []Run{
		{ID: "1", Lane: "a", From: utc("2026-01-05"), To: utc("2026-01-10"), Red: true},
		{ID: "2", Lane: "a", From: utc("2026-01-06")},
		{ID: "3", Lane: "a", From: utc("2026-01-12"), To: utc("2026-01-12")}}}
	p := newPlan(s, Options{})
	r := p.lanes[0].runs
	if r[0].x1 != p.ax.x(utc("2026-01-10")) {
		t.Errorf("a run that ended: %+v", r[0])
	}
	if r[1].x1 != p.ax.x(utc("2026-01-20")) || !r[1].open {
		t.Errorf("a run that goes on ends at now: %+v", r[1])
	}
	if r[2].x1-r[2].x0 < 3 {
		t.Errorf("a run of no length must still be seen: %+v", r[2])
	}
	if r[0].y == r[1].y {
		t.Error("two runs at one time share a row")
	}
	s.Now = s.Now.AddDate(-1, 0, 0)
	s.Now = utc("2026-01-02")
	if p = newPlan(s, Options{}); p.lanes[0].runs[1].x1 != p.ax.x1 {
		t.Error("a run that begins after now and has no end runs to the edge")
	}
}

func TestALaneIsAsHighAsItsTitle(t *testing.T) {
	p := newPlan(Sheet{Lanes: []Lane{{ID: "a", Title: "A very long name of an institution that wraps to several lines", Note: "with a note, and a long one at that, of several lines too"}}}, Options{Width: 800})
	l := p.lanes[0]
	if need := l.title[0].height() + l.title[1].height(); l.high() < need {
		t.Errorf("the lane is %v high, its title %v", l.high(), need)
	}
	complain(t, p.layout())
}

func TestTheAxisNamesItsZone(t *testing.T) {
	s := chinese5()
	for _, b := range newPlan(s, Options{}).layout().Boxes {
		if b.Text == "UTC+8" {
			return
		}
	}
	t.Error("the zone of the times is not on the sheet")
}

// Every language fits: its words are longer, and nothing collides.
func TestEveryLanguageFits(t *testing.T) {
	for _, lang := range []string{"en", "zh", "fr", "de"} {
		for name, s := range sheets() {
			s.Lang = lang
			for _, width := range []int{800, 1440} {
				l, err := s.Layout(Options{Width: width})
				if err != nil {
					t.Fatal(name, err)
				}
				complain(t, l)
			}
		}
	}
}
