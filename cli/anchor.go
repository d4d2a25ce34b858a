package cli

import (
	"slices"
	"strings"

	"tocsin/casefile"
	"tocsin/rulebook"
)

// anchorPlain says what an anchor waits for as a person says it, without the
// conditions that `rules show` prints.
func anchorPlain(b *rulebook.Book, a *rulebook.Anchor) string {
	list, between := a.Any, " or "
	if len(a.All) > 0 {
		list, between = a.All, " and "
	}
	var out []string
	for i := range list {
		m := &list[i]
		s := casefile.Kind(m.Event).Words()
		switch {
		case m.Fact != "":
			s = m.Fact
			if f := b.Fact(m.Fact); f != nil {
				s = rulebook.T(f.Title, "en")
			}
		case m.Met != "":
			s = m.Met + " is met"
		case m.Due != "":
			s = m.Due + " is due"
		}
		if s = "“" + s + "”"; !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return strings.Join(out, between)
}
