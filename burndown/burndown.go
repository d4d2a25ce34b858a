// Package burndown draws what was still open over time: a panel a figure, each a
// curve of steps, with poles where something was due.
//
// It promises that no label lies over another, that the same chart always gives
// the same bytes, and that the text form says everything that the picture says.
// It never judges (what is counted and what is due come from the caller), never
// reads a clock, and writes nothing into the picture that a reader cannot see or
// hear.
package burndown

import (
	"errors"
	"fmt"
	"time"
)

// Point is a figure from an instant on, until the next one.
type Point struct {
	At   time.Time
	Open int64
}

// Panel is one curve. It ends at the last of its points.
type Panel struct {
	Title  string
	Points []Point // in order of time
}

// Pole is an instant at which something was due or happened; with a To after its
// At it is somewhere between. Hollow is one that holds for some only.
type Pole struct {
	At, To time.Time
	Label  string
	Tip    string // said on hover and in the text form; the label if empty
	Hollow bool
	End    bool // nothing was asked any more from here on
}

// Chart is the whole picture.
type Chart struct {
	Title, Subtitle, Footer string
	Lang                    string         // BCP 47; default "en"
	Zone                    *time.Location // of the axis; default UTC
	Panels                  []Panel
	Poles                   []Pole
	Now                     time.Time // zero: no line at now
}

// Options are the wishes of one rendering. The zero value is good.
type Options struct {
	Width  int    // in CSS pixels; default 960, at least 340: a phone
	Prefix string // of every id in the SVG, letters and digits; default "bd"
	Theme  string // "" follows the reader's system, "light" or "dark" is fixed
	// BareStyle leaves the style sheet out, for pages that forbid inline styles
	// and serve Stylesheet() as a file.
	BareStyle bool
}

// Bounds of one chart, far above anything legible.
const (
	maxPanels = 20
	maxPoints = 20_000
	maxPoles  = 200
)

// Validate says what is wrong with the chart, in one sentence that names the place.
func (c Chart) Validate() error {
	if len(c.Panels) == 0 {
		return errors.New("burndown: there is no panel")
	}
	if len(c.Panels) > maxPanels || len(c.Poles) > maxPoles {
		return fmt.Errorf("burndown: %d panels and %d poles are too many, the limits are %d and %d", len(c.Panels), len(c.Poles), maxPanels, maxPoles)
	}
	for i, p := range c.Panels {
		if len(p.Points) > maxPoints {
			return fmt.Errorf("burndown: panel %d has %d points, the limit is %d", i+1, len(p.Points), maxPoints)
		}
		for j, pt := range p.Points {
			switch {
			case pt.At.IsZero() || far(pt.At):
				return fmt.Errorf("burndown: panel %d, point %d has no time that could be drawn", i+1, j+1)
			case pt.Open < 0:
				return fmt.Errorf("burndown: panel %d, point %d is below zero", i+1, j+1)
			case j > 0 && !pt.At.After(p.Points[j-1].At):
				return fmt.Errorf("burndown: panel %d, point %d is not after the one before it", i+1, j+1)
			}
		}
	}
	for i, p := range c.Poles {
		switch {
		case p.At.IsZero() || far(p.At) || far(p.To):
			return fmt.Errorf("burndown: pole %d has no time that could be drawn", i+1)
		case !p.To.IsZero() && p.To.Before(p.At):
			return fmt.Errorf("burndown: pole %d ends before it begins", i+1)
		}
	}
	if far(c.Now) {
		return errors.New("burndown: now lies too far away to be drawn")
	}
	return nil
}

// far tells the years in which a calendar of four digits ends.
func far(t time.Time) bool { return !t.IsZero() && (t.Year() < 1000 || t.Year() > 9000) }
