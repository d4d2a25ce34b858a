package webui

import (
	"slices"
	"strings"

	"tocsin/sharing"
)

// signRow is one sign of a form or of a page.
type signRow struct {
	Type, Value, Note string
}

// Safe is the sign as a page shows it.
func (r signRow) Safe() string { return sharing.Defang(r.Type, r.Value) }

// sightRow is one sighting of a form.
type sightRow struct {
	Type, Value, Count, First, Last string
}

// mostRows is how many signs a form shows one by one; more stay in the field of
// many lines.
const mostRows = 100

// signsSent reads the signs of a form: those that it listed one by one, and the
// lines of the field of many lines, whose types are looked for. A line may say its
// type before a bar, as the form writes it where there are very many.
func (v *visit) signsSent() []signRow {
	var out []signRow
	types, values, notes := v.Form["sign-type"], v.Form["sign-value"], v.Form["sign-note"]
	at := func(list []string, i int) string {
		if i < len(list) {
			return strings.TrimSpace(list[i])
		}
		return ""
	}
	add := func(r signRow) {
		if r.Value != "" && !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	for i := range values {
		r := signRow{at(types, i), at(values, i), at(notes, i)}
		if !slices.Contains(sharing.SignTypes(), r.Type) {
			r.Type, r.Value = sharing.DetectSign(r.Value)
		}
		add(r)
	}
	for line := range strings.Lines(v.Form.Get("signs")) {
		if kind, rest, ok := strings.Cut(strings.TrimSpace(line), " | "); ok && slices.Contains(sharing.SignTypes(), kind) {
			add(signRow{Type: kind, Value: strings.TrimSpace(rest)})
			continue
		}
		kind, value := sharing.DetectSign(line)
		add(signRow{Type: kind, Value: value})
	}
	return out
}

// signLines writes signs as lines of a field.
func signLines(rows []signRow) string {
	var b strings.Builder
	for _, r := range rows {
		b.WriteString(r.Type + " | " + r.Value + "\n")
	}
	return b.String()
}
