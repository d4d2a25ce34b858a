package webui

import (
	"encoding/json"
	"strings"
	"time"

	"tocsin/coordination"
	"tocsin/plan"
)

// changeRow is one line of what a supposed event changes.
type changeRow struct {
	Code, Tone, Words, Who string
	Fields                 []fieldChange
}

// fieldChange is one field before and after, in words; Before is "" where the
// line is new.
type fieldChange struct{ Name, Before, After string }

// mostChanges bounds a difference: the rest is counted.
const mostChanges = 40

// changeRows puts a difference into words: what is new, gone or otherwise, and
// how many lines there are beyond those shown.
func (v *visit) changeRows(p *coordination.Planned, diff *plan.Difference) (rows []changeRow, more int) {
	byID := map[string]*plan.Duty{}
	for _, d := range p.Plan.Duties {
		byID[d.ID] = d
	}
	add := func(code, tone string, list []plan.Change) {
		for _, c := range list {
			row := changeRow{Code: code, Tone: tone, Words: c.ID, Fields: v.changed(p, c)}
			if code == "changed" && len(row.Fields) == 0 {
				continue // nothing that people look at
			}
			if len(rows) == mostChanges {
				more++
				continue
			}
			if d := byID[c.ID]; d != nil {
				row.Words, row.Who = v.ruleTitle(p.Book, d.Rule, d.Title), partyName(p.Of, d.Obliged)
			} else {
				row.Words, row.Who = v.lineWords(p, c.ID)
			}
			rows = append(rows, row)
		}
	}
	add("added", "accent", diff.Added)
	add("changed", "warn", diff.Changed)
	add("removed", "plain", diff.Removed)
	return rows, more
}

// lineWords says which line of a plan an id of a difference stands for: a duty
// that is gone, a prohibition, a conflict, a standing duty.
func (v *visit) lineWords(p *coordination.Planned, id string) (words, who string) {
	parts := strings.Split(id, "/")
	title := func(i int) string {
		if i < len(parts) {
			return v.ruleTitle(p.Book, parts[i], parts[i])
		}
		return id
	}
	name := func(i int) string {
		if i < len(parts) && p.Of.Party(parts[i]) != nil {
			return partyName(p.Of, parts[i])
		}
		return ""
	}
	switch parts[0] {
	case "conflict":
		return v.t("case.conflict-of", "a", title(1), "b", title(2)), name(3)
	case "prohibition", "standing":
		return title(1), name(2)
	}
	return title(0), name(2)
}

// changed lists the fields that people look at: state, due, and what meets it.
func (v *visit) changed(p *coordination.Planned, c plan.Change) []fieldChange {
	var out []fieldChange
	for _, name := range []string{"state", "due", "met_by", "certainty"} {
		after, ok := c.After[name]
		before, had := c.Before[name]
		was, is := v.changeWord(p, name, before), v.changeWord(p, name, after)
		switch {
		case ok && had && was != is:
			out = append(out, fieldChange{v.t("case.field." + name), was, is})
		case ok && !had && c.Before == nil && is != v.t("common.none"):
			out = append(out, fieldChange{v.t("case.field." + name), "", is})
		}
	}
	return out
}

// changeWord says one value of a field.
func (v *visit) changeWord(p *coordination.Planned, name string, x any) string {
	// Values are of the plan's own types: what they say is their JSON.
	var text string
	if data, err := json.Marshal(x); err != nil || json.Unmarshal(data, &text) != nil || text == "" {
		return v.t("common.none")
	}
	switch name {
	case "state":
		if key := "case.lock." + text; v.words.has(key) {
			return v.t(key)
		}
		return v.codeWords("case.state.", text)
	case "certainty":
		return v.codeWords("case.certainty.", text)
	case "met_by":
		if p.Of.Event(text) == nil {
			return v.t("case.this-event")
		}
		return v.eventWords(p.Of, text)
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		here := t.In(v.Zone)
		// A due at 00:00 where it was counted is the end of the day before.
		if m, err := newMoment(v.words, &page{visit: v}, t, t.Format("15:04:05") == "00:00:00", t.Format("-07:00")); err == nil {
			if m.Also != "" {
				return m.Text + " " + m.Zone + " (" + m.Also + " " + m.Where + ")"
			}
			return m.Text + " " + m.Zone
		}
		return written(v.words, v.Lang, here, false) + " " + offset(here)
	}
	return text
}
