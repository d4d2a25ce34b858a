package directive

import (
	"slices"
	"time"

	"tocsin/calendar"
)

// cell follows one member through one step, act by act.
type cell struct {
	d        *Directive
	m        *Member
	st       *Step
	modality string
	open     []string

	due      calendar.Span
	dated    bool
	heard    bool
	ack      bool
	known    bool
	done     int64
	total    int64
	asOf     time.Time
	before   [2]int64 // figures before the completion
	claimed  *stood
	late     bool
	accepted bool
	given    map[string]bool
	worked   bool // evidence is on record
	grant    *Exception
	plea     string
	offered  string // measures that the plea offers
	reminded time.Time
	end      *stood
	acts     []string
}

func (d *Directive) newCell(m *Member, st *Step, decided map[[2]string]reach) *cell {
	c := &cell{d: d, m: m, st: st, given: map[string]bool{}}
	c.modality, c.open = d.asked(st, m, decided)
	c.due, c.dated = d.DueOf(st.ID)
	return c
}

// follow takes the next act. What a later directive took over stays as it was.
func (c *cell) follow(s *stood) {
	if c.end != nil {
		return
	}
	c.acts = append(c.acts, s.ID)
	if rules[s.Kind].who == byMember {
		c.heard = true
	}
	switch s.Kind {
	case Acknowledged:
		c.ack = true
	case Progressed:
		c.figures(s)
		if c.done < c.total { // the member's own later word counts
			c.claimed, c.accepted = nil, false
		}
	case EvidenceGiven:
		c.evidence(s)
	case Completed:
		c.evidence(s)
		c.before = [2]int64{c.done, c.total}
		if s.Done != nil {
			c.figures(s)
		}
		c.done = c.total
		c.late = c.dated && past(c.due, s.at)
		c.claimed, c.accepted = s, false
	case ExceptionAsked:
		c.plea, c.offered = s.ID, s.Measures
	case Accepted:
		c.accepted = c.accepted || c.claimed != nil && c.claimed.ID == s.Re
	case Returned:
		if c.claimed != nil && c.claimed.ID == s.Re {
			c.claimed, c.accepted = nil, false
			c.done, c.total = c.before[0], max(c.before[1], c.total)
		}
	case ExceptionGranted:
		c.granted(s)
	case ExceptionRefused:
		if c.plea == s.Re {
			c.plea = ""
		}
	case Extended:
		c.extend(s)
	case Reminded:
		c.reminded = s.at
	case Superseded, Closed:
		c.end = s
	}
}

func (c *cell) figures(s *stood) {
	if s.Done != nil && s.Total != nil {
		c.known, c.done, c.total, c.asOf = true, max(0, min(*s.Done, *s.Total)), max(0, *s.Total), s.when
	}
}

func (c *cell) evidence(s *stood) {
	for _, it := range s.Evidence {
		c.worked = true
		c.given[it.As] = true
	}
}

// extend moves the limit on; what has no readable end, which Check refuses, moves nothing.
func (c *cell) extend(s *stood) {
	if s.Until == nil || !c.dated {
		return
	}
	if until, err := dueOf(*s.Until); err == nil {
		c.due = later(c.due, until)
	}
}

func (c *cell) granted(s *stood) {
	if s.Until == nil {
		return
	}
	until, err := dueOf(*s.Until)
	if err != nil {
		return
	}
	if s.Re == c.plea || s.Re == "" {
		c.plea = ""
	}
	measures := s.Measures
	if measures == "" && s.Re != "" {
		measures = c.offered
	}
	c.grant = &Exception{Member: c.m.ID, Step: c.st.ID, Until: until, Measures: measures, By: s.By, Act: s.ID, Asked: s.Re}
	if c.dated {
		c.due = later(c.due, until)
	}
}

// excepted tells whether an exception stands at an instant.
func (c *cell) excepted(at time.Time) bool { return c.grant != nil && !past(c.grant.Until, at) }

// pending tells whether something asked is not reported done and not excepted. An
// end of the directive does not do the work.
func (c *cell) pending(at time.Time) bool {
	return c.modality != "" && c.claimed == nil && !c.excepted(at)
}

// left is how many systems are open, as far as reported.
func (c *cell) left(at time.Time) int64 {
	if !c.known || !c.pending(at) {
		return 0
	}
	return c.total - c.done
}

func (c *cell) overdue(at time.Time) bool { return c.dated && past(c.due, at) && c.claimed == nil }

func (c *cell) status(at time.Time) Status {
	progress := c.worked || c.known && c.done > 0
	switch {
	case c.modality == "" && len(c.open) > 0:
		return Undecided
	case c.modality == "":
		return NotAsked
	case c.accepted:
		return Done
	case c.claimed != nil:
		return Claimed
	case c.end != nil:
		return Over
	case c.excepted(at):
		return Excepted
	case !c.d.Kept() && progress:
		return InProgress
	case !c.d.Kept():
		return NoRecord
	case c.overdue(at) && c.modality == Must:
		return Overdue
	case c.overdue(at) && !c.heard:
		return NoAnswer
	case progress:
		return InProgress
	}
	return NotStarted
}

// show is the cell as it is told.
func (c *cell) show(at time.Time, denied map[string][]string) Cell {
	out := Cell{Member: c.m.ID, Step: c.st.ID, Status: c.status(at), Modality: c.modality, Open: c.open, Acknowledged: c.ack,
		Known: c.known, Done: c.done, Total: c.total, AsOf: c.asOf, Exception: c.grant, Plea: c.plea, Acts: c.acts}
	if c.modality == "" {
		return out
	}
	if issued, ok := c.d.DueOf(c.st.ID); ok {
		due := c.due
		out.Issued, out.Due = &issued, &due
	}
	out.PastDue = c.overdue(at) && c.end == nil
	if c.claimed != nil {
		out.Completed, out.AfterDue = c.claimed.at, c.late
	}
	for _, e := range c.st.Evidence {
		if e.Required && !c.given[e.ID] {
			out.Missing = append(out.Missing, e.ID)
		}
	}
	for _, id := range c.acts {
		mine := func(by string) bool { return c.d.authorities[by] != nil || c.d.kin(by, c.m.ID) }
		if slices.ContainsFunc(denied[id], mine) && !slices.Contains(out.Denied, id) {
			out.Denied = append(out.Denied, id)
		}
	}
	return out
}
