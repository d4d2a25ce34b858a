package calendar

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// stamp is one written time: the wall time, how fine it is, and the offset if
// it carries one.
type stamp struct {
	text  string
	wall  time.Time // on the UTC axis
	grain Precision
	zone  *time.Location // nil when local
}

// stampShape keeps out what the layouts below would let pass, such as one-digit
// hours and a comma before the fraction.
var stampShape = regexp.MustCompile(`^\d{4}-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?)?$`)

var stampLayouts = map[int]struct {
	layout string
	grain  Precision
}{
	len("2006-01"):             {"2006-01", Month},
	len("2006-01-02"):          {"2006-01-02", Day},
	len("2006-01-02T15:04"):    {"2006-01-02T15:04", Minute},
	len("2006-01-02T15:04:05"): {"2006-01-02T15:04:05", Second},
}

func parseStamp(s string) (stamp, error) {
	if !stampShape.MatchString(s) {
		return stamp{}, fmt.Errorf("want RFC 3339, or a local YYYY-MM-DDTHH:MM[:SS], YYYY-MM-DD or YYYY-MM")
	}
	st := stamp{text: s}
	local := s
	if i := strings.IndexAny(s, "Z+"); i >= 0 {
		local = s[:i]
	} else if i := strings.LastIndexByte(s, '-'); i > len("2006-01-02") {
		local = s[:i]
	}
	if offset := s[len(local):]; offset != "" {
		loc, err := Zone(offset)
		if err != nil {
			return stamp{}, err
		}
		st.zone = loc
	}
	whole, _, _ := strings.Cut(local, ".")
	form := stampLayouts[len(whole)]
	t, err := time.Parse(form.layout, local) // accepts a fraction after the seconds
	if err != nil {
		return stamp{}, fmt.Errorf("is no real date and time")
	}
	if t.Year() < 1000 {
		return stamp{}, fmt.Errorf("lies before the year 1000, which must be a slip")
	}
	st.wall, st.grain = t, form.grain
	return st, nil
}

// coarser reads the stamp at a stated precision. One that is finer than the
// digits given would claim what nobody said.
func (st stamp) coarser(p Precision) (stamp, error) {
	order := map[Precision]int{Second: 0, Minute: 1, Hour: 2, Day: 3, Month: 4}
	if order[p] < order[st.grain] {
		return stamp{}, fmt.Errorf("precision %s is finer than the value %q", p, st.text)
	}
	st.grain = p
	return st, nil
}

// bounds is the stretch of wall time that the stamp stands for, half open; an
// instant (precision second) has both the same.
func (st stamp) bounds() (a, b time.Time) {
	w := st.wall
	switch st.grain {
	case Minute:
		a = w.Truncate(time.Minute)
		return a, a.Add(time.Minute)
	case Hour:
		a = w.Truncate(time.Hour)
		return a, a.Add(time.Hour)
	case Day:
		a = time.Date(w.Year(), w.Month(), w.Day(), 0, 0, 0, 0, time.UTC)
		return a, a.AddDate(0, 0, 1)
	case Month:
		a = time.Date(w.Year(), w.Month(), 1, 0, 0, 0, 0, time.UTC)
		return a, a.AddDate(0, 1, 0)
	}
	return w, w
}

// span is the closed interval of instants at which clocks in loc (or in the
// stamp's own offset) show the stamp. An hour that clocks showed twice gives
// the span over both; a time that they never showed is an error.
func (st stamp) span(loc *time.Location, zone string) (Span, error) {
	if st.zone != nil {
		loc = st.zone
	}
	a, b := st.bounds()
	end := time.Second
	if a.Equal(b) {
		b, end = a.Add(time.Nanosecond), time.Nanosecond
	}
	first, last, ok := wall(a, b, loc)
	if !ok {
		return Span{}, fmt.Errorf("%q does not exist in zone %s: the clocks were put forward over it", st.text, zone)
	}
	return Span{first, last.Add(-end)}, nil
}
