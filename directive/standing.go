package directive

import (
	"slices"
	"time"

	"tocsin/internal/fault"
)

// stood is an act as it stands after corrections.
type stood struct {
	Act
	at   time.Time // when it had certainly happened
	when time.Time // of what it tells: as-of, or at
}

// standing reads the acts that had happened by an instant (zero: all of them),
// with corrections made in them and those taken back left out, in order of time;
// of one second, in order of record. denied lists, by act, who denies it.
func (d *Directive) standing(acts []Act, by time.Time) (list []*stood, denied map[string][]string, err error) {
	index := map[string]*stood{}
	all := make([]*stood, 0, len(acts))
	for i := range acts {
		a := &acts[i]
		at, err := instant(a.At)
		if err != nil {
			return nil, nil, fault.At(d.Name, a.Line, "acts["+a.ID+"].at", "%v", err)
		}
		if !by.IsZero() && at.After(by) {
			continue
		}
		s := &stood{Act: *a, at: at, when: at}
		all, index[a.ID] = append(all, s), s
	}
	slices.SortStableFunc(all, func(a, b *stood) int { return a.at.Compare(b.at) })
	gone := map[string]bool{}
	for _, s := range all {
		if re := index[s.Re]; s.Kind == Corrected && re != nil {
			if s.Withdrawn {
				gone[s.Re] = true
			}
			re.Act = corrected(re.Act, &s.Act)
		}
	}
	denied = map[string][]string{}
	for _, s := range all {
		switch {
		case gone[s.ID] || s.Kind == Corrected:
			continue
		case s.Kind == Denied:
			denied[s.Re] = append(denied[s.Re], s.By)
			continue
		}
		if s.AsOf != nil {
			if s.when, err = instant(*s.AsOf); err != nil {
				return nil, nil, fault.At(d.Name, s.Line, "acts["+s.ID+"].as-of", "%v", err)
			}
		}
		list = append(list, s)
	}
	return list, denied, nil
}

// corrected puts the values of a correction in the place of those of an act.
func corrected(a Act, c *Act) Act {
	if c.Done != nil {
		a.Done = c.Done
	}
	if c.Total != nil {
		a.Total = c.Total
	}
	if c.AsOf != nil {
		a.AsOf = c.AsOf
	}
	if c.Until != nil {
		a.Until = c.Until
	}
	if c.Measures != "" {
		a.Measures = c.Measures
	}
	if len(c.Evidence) > 0 {
		a.Evidence = c.Evidence
	}
	return a
}

// reachedBy lists the members that an act concerns; nil stands for all.
func (d *Directive) reachedBy(a *Act, by map[string]*Act) []string {
	switch {
	case len(a.For) > 0:
		return a.For
	case d.members[a.By] != nil:
		return []string{a.By}
	case a.Re != "" && by[a.Re] != nil && rules[a.Kind].re != nil:
		return d.reachedBy(by[a.Re], by)
	}
	return nil
}

// stepsOf lists the steps that an act concerns; nil stands for all.
func stepsOf(a *Act, by map[string]*Act) []string {
	if len(a.Steps) == 0 && a.Re != "" && by[a.Re] != nil && rules[a.Kind].re != nil {
		return stepsOf(by[a.Re], by)
	}
	return a.Steps
}

func holds(list []string, id string) bool { return list == nil || slices.Contains(list, id) }
