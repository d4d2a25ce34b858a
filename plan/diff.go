package plan

import (
	"encoding/json"
	"sort"
)

// Diff tells what changes from one plan to another: duties, prohibitions,
// conflicts and standing duties by their ids, with the fields that differ.
// Readings, reasons and the order are left out: they follow from these.
func Diff(before, after *Plan) *Difference {
	a, b := lines(before), lines(after)
	d := &Difference{Added: []Change{}, Removed: []Change{}, Changed: []Change{}}
	for _, id := range keys(b) {
		if _, ok := a[id]; !ok {
			d.Added = append(d.Added, Change{ID: id, After: b[id]})
			continue
		}
		was, is := map[string]any{}, map[string]any{}
		for k := range b[id] {
			if text(a[id][k]) != text(b[id][k]) {
				was[k], is[k] = a[id][k], b[id][k]
			}
		}
		if len(is) > 0 {
			d.Changed = append(d.Changed, Change{ID: id, Before: was, After: is})
		}
	}
	for _, id := range keys(a) {
		if _, ok := b[id]; !ok {
			d.Removed = append(d.Removed, Change{ID: id, Before: a[id]})
		}
	}
	return d
}

func text(v any) string {
	out, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(out)
}

func keys(m map[string]map[string]any) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// lines flattens a plan to what a person would notice.
func lines(p *Plan) map[string]map[string]any {
	out := map[string]map[string]any{}
	for _, d := range p.Duties {
		out[d.ID] = map[string]any{"state": d.State, "due": d.Due, "act_by": d.ActBy, "past_due": d.PastDue, "met_by": d.MetBy, "met_at": d.MetAt,
			"late_by": d.LateBy, "anchor": d.Anchor, "displaced_by": d.DisplacedBy, "recipient_heard": d.Heard, "assumes": d.Assumes,
			"to": d.To, "alternatives": d.Alternatives}
	}
	for _, x := range p.Prohibitions {
		id := "prohibition/" + x.Rule + "/" + x.Party + "/" + x.Of
		if x.Window != nil && x.Window.From != nil {
			id += "/" + x.Window.From.Format("2006-01-02")
		}
		out[id] = map[string]any{"state": x.State, "released_by": x.ReleasedBy, "breached_by": x.BreachedBy, "certainty": x.Certainty,
			"allowed": x.Allowed, "assumes": x.Assumes}
	}
	for _, c := range p.Conflicts {
		out["conflict/"+c.Between[0]+"/"+c.Between[1]+"/"+c.Party+"/"+c.Of] = map[string]any{"certainty": c.Certainty, "assumes": c.Assumes}
	}
	for _, s := range p.Standing {
		out["standing/"+s.Rule+"/"+s.Party] = map[string]any{"keep_until": s.KeepUntil, "assumes": s.Assumes}
	}
	return out
}
