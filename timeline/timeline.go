// Package timeline draws the picture "who knew what, when": a lane a party,
// arrows where someone told someone, bands for what was forbidden or held
// back, flags where something falls due, on a time axis that may be broken.
//
// It promises that no label lies over another, that the same sheet always
// gives the same bytes, that what is uncertain or disputed looks so, and that
// the text form says everything that the picture says.
// It never judges (colours, states and words come from the caller), never
// reads a clock, and never writes anything into the picture that a reader
// cannot see or hear.
package timeline

import "time"

// Span is a closed interval of time in which something happened. A zero From
// means "no later than To", a zero To means "not before From", and From equal
// to To is an exact instant. A day's precision is a span of that day.
type Span struct{ From, To time.Time }

// Instant is the span of one exact instant.
func Instant(t time.Time) Span { return Span{From: t, To: t} }

// Tone says what kind of thing a sign stands for. Each tone also has its own
// shape, so that no meaning rests on colour alone.
type Tone string

const (
	Fact  Tone = "fact"  // an ordinary fact; dark
	Told  Tone = "told"  // somebody was told; blue
	Good  Tone = "good"  // a fix, a publication; green
	Bad   Tone = "bad"   // a leak, exploitation, a suspension; red
	Muted Tone = "muted" // background; grey
)

// Kinds of Band.
const (
	Prohibition = "prohibition" // hatched
	Embargo     = "embargo"     // tinted
	Suspension  = "suspension"  // tinted towards red
	Window      = "window"      // outlined
)

// States of Flag.
const (
	Due       = "due"
	Met       = "met"
	Late      = "late"
	Uncertain = "uncertain"
	Past      = "past" // its date is gone by; nothing is said about whether it was kept
)

// Lane is one party. Note is a second, quieter line under its title.
type Lane struct{ ID, Title, Note string }

// Mark is something that happened in a lane.
type Mark struct {
	ID, Lane string
	At       Span
	Label    string
	Tone     Tone
	Hollow   bool   // disputed, or only a claim
	Assumed  bool   // an assumption, stated as such
	Tip      string // shown on hover
}

// Arrow is one lane telling another.
type Arrow struct {
	ID, From, To string // lanes
	At           Span
	Label        string
	Tone         Tone
	Dashed       bool // disputed
	Tip          string
}

// Band is a stretch of time with edges that may be uncertain. A zero To goes
// on; a zero From was already running.
type Band struct {
	ID, Lane    string
	From, To    Span
	Kind        string // Prohibition, Embargo, Suspension, Window
	Label       string
	Conditional bool // holds only if a stated assumption is true
	Tip         string
}

// Flag is an instant at which something falls due. When the instant is a span,
// its pole stands at the earliest one: the cautious reading.
type Flag struct {
	ID, Lane    string
	At          Span
	Label       string
	State       string // Due, Met, Late, Uncertain, Past
	Conditional bool
	Tip         string
}

// Run is the time from due to done. Red is for the caller's own record only;
// outside sources and disputed times get grey hatching. A zero To is not done.
type Run struct {
	ID, Lane string
	From, To time.Time
	Red      bool
	Tip      string
}

// Sheet is the whole picture.
type Sheet struct {
	Title, Subtitle, Footer string
	Lang                    string         // BCP 47, for the reader's software; default "en"
	Zone                    *time.Location // the axis' zone; default UTC
	Lanes                   []Lane
	Marks                   []Mark
	Arrows                  []Arrow
	Bands                   []Band
	Flags                   []Flag
	Runs                    []Run
	Now                     time.Time // zero: no line at now
	Words                   Words     // empty fields are filled from WordsFor(Lang)
}

// Options are the wishes of one rendering. The zero value is good.
type Options struct {
	Width    int       // in CSS pixels; default 1440, at least 640
	From, To time.Time // zoom: only what touches [From, To]; zero is open
	Prefix   string    // of every id in the SVG, letters and digits; default "tl"
	Theme    string    // "" follows the reader's system, "light" or "dark" is fixed
	// BareStyle leaves the style sheet out, for pages that forbid inline
	// styles and serve Stylesheet() as a file.
	BareStyle bool
	// Link gives the address that a sign leads to: kind is "mark", "arrow",
	// "band", "flag" or "run". Only "#fragment" and "/path" are used; anything
	// else, and nil, gives no link.
	Link func(kind, id string) string
}
