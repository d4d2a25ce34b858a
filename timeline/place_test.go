package timeline

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A field with one text in it, from 100 to 200, next to the line.
func oneText() *field {
	return &field{gap: 3, patches: []patch{{100, 200, 10, 25}}}
}

func TestFieldKnowsWhatIsFree(t *testing.T) {
	f := oneText()
	f.beads = []patch{{300, 311, 10, 21}}
	for _, c := range []struct {
		name string
		p    patch
		want bool
	}{
		{"the same place", patch{100, 200, 10, 25}, false},
		{"a corner inside", patch{190, 260, 20, 40}, false},
		{"right behind it, without a gap", patch{201, 260, 10, 25}, false},
		{"behind it with a gap", patch{207, 260, 10, 25}, true},
		{"the next row, without a gap", patch{100, 200, 26, 40}, false},
		{"the next row", patch{100, 200, 28, 43}, true},
		{"over a bead", patch{290, 340, 10, 25}, false},
	} {
		if got := f.free(c.p); got != c.want {
			t.Errorf("%s: free is %v", c.name, got)
		}
	}
}

func TestWallsAreDearAndNotForbidden(t *testing.T) {
	f := &field{walls: []wall{{150, 0, 1e7, priceShaft}, {180, 0, 20, pricePole}}}
	for _, c := range []struct {
		name string
		p    patch
		want float64
	}{
		{"across both", patch{100, 200, 10, 25}, priceShaft + pricePole},
		{"beyond the end of the shorter", patch{100, 200, 22, 40}, priceShaft},
		{"between them", patch{156, 174, 10, 25}, 0},
		{"so close that they touch", patch{153, 174, 10, 25}, priceShaft},
	} {
		if got := f.crossed(c.p); got != c.want {
			t.Errorf("%s costs %v, want %v", c.name, got, c.want)
		}
	}
}

func TestALeaderPiercesWhatLiesBetween(t *testing.T) {
	f := oneText()
	for _, c := range []struct {
		x, d float64
		want int
	}{{150, 40, 1}, {150, 10, 0}, {99, 40, 1}, {90, 40, 0}, {203, 40, 0}} {
		if got := f.pierced(c.x, c.d); got != c.want {
			t.Errorf("a leader at %v out to %v pierces %d, want %d", c.x, c.d, got, c.want)
		}
	}
}

func TestDepthsAreTheNearestAndThoseBeyondObstacles(t *testing.T) {
	f := oneText()
	f.walls = []wall{{150, 0, 40, priceLeader}, {160, 0, 1e7, priceShaft}}
	if got := f.depths(120, 180, 10); !slices.Equal(got, []float64{10, 28, 41}) {
		t.Errorf("depths are %v", got)
	}
	if got := f.depths(400, 480, 10); !slices.Equal(got, []float64{10}) {
		t.Errorf("nothing in the way, but depths are %v", got)
	}
}

func TestATextGoesBelowItsMarkFirst(t *testing.T) {
	var l lanePlan
	s := l.seat(500, 100, 15, 0, 1000, false)
	if s.up || s.anchor != middle || s.x0 != 450 || s.d != nearest {
		t.Errorf("an empty lane seats a text at %+v", s)
	}
}

func TestASecondTextGoesAbove(t *testing.T) {
	var l lanePlan
	l.below.patches = []patch{{400, 600, 10, 25}}
	if s := l.seat(500, 100, 15, 0, 1000, false); !s.up || s.d != nearest {
		t.Errorf("below is taken, and the text sits at %+v", s)
	}
}

func TestATextMakesWayForAShaft(t *testing.T) {
	var l lanePlan
	l.below.walls = []wall{{520, 0, 1e7, priceShaft}}
	l.above.walls = []wall{{520, 0, 1e7, priceShaft}}
	s := l.seat(500, 100, 15, 0, 1000, false)
	if s.x0+100 > 516 {
		t.Errorf("the text lies over the shaft at 520: %+v", s)
	}
}

func TestATextStaysOnTheSheet(t *testing.T) {
	for _, x := range []float64{2, 500, 998} {
		var l lanePlan
		if s := l.seat(x, 180, 15, 0, 1000, false); s.x0 < 0 || s.x0+180 > 1000 {
			t.Errorf("at %v the text runs from %v to %v", x, s.x0, s.x0+180)
		}
	}
}

// A text keeps touch with its mark: it lies over or beside the point.
func TestChoicesKeepTouch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, w := rapid.Float64Range(0, 1000).Draw(t, "x"), rapid.Float64Range(1, 400).Draw(t, "w")
		bead := rapid.Bool().Draw(t, "bead")
		all := choices(x, w, 0, 1000, bead)
		if len(all) == 0 && !bead {
			t.Fatal("no choice for a mark on the line")
		}
		for _, c := range all {
			if c.x0 < -1e-9 || c.x0+w > 1000+1e-9 {
				t.Fatalf("%+v leaves the sheet", c)
			}
			if x < c.x0-16 || x > c.x0+w+16 {
				t.Fatalf("%+v has lost its mark at %v", c, x)
			}
			if bead && x > c.x0-radius-1 && x < c.x0+w+radius+1 {
				t.Fatalf("%+v covers the bead at %v", c, x)
			}
		}
	})
}

func TestTheLineOfNowIsAnObstacle(t *testing.T) {
	p := newPlan(small3(), Options{})
	if !slices.ContainsFunc(p.cuts(), func(w wall) bool { return w.x == p.nowX }) {
		t.Error("texts do not avoid the line of now")
	}
	if got := len(newPlan(eras(), Options{}).cuts()); got != 3 {
		t.Errorf("%d walls for three breaks of the axis", got)
	}
}

// Above the line, a bead sits at the first line of its text, which is the far
// one: no earlier text may lie there.
func TestABeadAboveLooksAtItsOwnLine(t *testing.T) {
	var l lanePlan
	l.below.patches = []patch{{0, 1000, 10, 900}}
	l.above.patches = []patch{{470, 504, 36, 51}}
	s := l.seat(500, 100, 45, 0, 1000, true)
	far := s.d + 45 - lineNormal/2
	if !s.up || far+radius > 36 && far-radius < 51 {
		t.Errorf("the bead at %v out lies under the text from 36 to 51: %+v", far, s)
	}
}
