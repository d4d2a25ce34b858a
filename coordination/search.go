package coordination

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"tocsin/access"
	"tocsin/escalation"
)

// Hit is a case that a search found, with the places in it.
type Hit struct {
	Listed
	Places []Place
}

// Place is where the words stand.
type Place struct {
	Entry string // case, product, party, source, event
	ID    string
	Text  string // a few words around
}

const (
	placesMost = 5
	around     = 48 // letters before and after
)

// Search finds cases that have all the words, among those the reader may see, in
// what the reader may see of them, in order of their handles. Of the cases that
// the reader sees all of, the database names those with the words; those that
// the reader sees a side of are all looked at, whatever the words are, so that a
// search costs and says the same whether the hidden rest has the words or not.
func (d *Desk) Search(ctx context.Context, who access.Reader, words string, p Page) (hits []Hit, next string, err error) {
	ask := escalation.Ask(words)
	list := "search\x00" + strings.Join(ask.Terms, "\x00")
	after, err := d.turned(who, list, p.After)
	if err != nil {
		return nil, "", err
	}
	if len(ask.Words) == 0 || who.Person == "" {
		return nil, "", nil
	}
	last := ""
	if after != nil {
		last = after.Handle
	}
	narrow, err := d.narrow(ctx, who)
	if err != nil {
		return nil, "", err
	}
	var handles []string
	texts := make(map[string][]text, len(narrow))
	for h, k := range narrow {
		got, err := d.textsOf(ctx, who, k)
		if err != nil {
			return nil, "", err
		}
		if texts[h] = got; got != nil && h > last {
			handles = append(handles, h)
		}
	}
	slices.Sort(handles)
	hashed := make([][32]byte, len(ask.Words))
	for i, w := range ask.Words {
		hashed[i] = d.keys.Word(w)
	}
	add := func(k *known, t []text) error {
		places := find(t, ask.Terms)
		if places == nil {
			return nil
		}
		l, ok, err := d.listed(ctx, who, k)
		if ok {
			hits = append(hits, Hit{l, places})
			d.read(who, "search", k.handle, k.see.View)
		}
		return err
	}
	size := p.limit()
	for range rounds {
		want := size - len(hits) + 1
		rows, err := d.o.Seats.CasesWith(ctx, d.hashes(who), level(who), hashed, last, want)
		if err != nil {
			return nil, "", err
		}
		fresh := slices.DeleteFunc(slices.Clone(rows), func(r escalation.CaseRow) bool { return narrow[r.Handle] != nil })
		got, err := d.know(ctx, who, fresh)
		if err != nil {
			return nil, "", err
		}
		for i := range rows {
			h := rows[i].Handle
			for len(handles) > 0 && handles[0] < h && len(hits) < size {
				if err := add(narrow[handles[0]], texts[handles[0]]); err != nil {
					return nil, "", err
				}
				last, handles = handles[0], handles[1:]
			}
			if len(hits) == size {
				break
			}
			if k := got[h]; k != nil {
				t, err := d.textsOf(ctx, who, k)
				if err != nil {
					return nil, "", err
				}
				if err := add(k, t); err != nil {
					return nil, "", err
				}
				last = h
			} else if len(handles) == 0 || handles[0] > h {
				last = h
			}
		}
		end := len(rows) < want
		for end && len(handles) > 0 && len(hits) < size {
			if err := add(narrow[handles[0]], texts[handles[0]]); err != nil {
				return nil, "", err
			}
			last, handles = handles[0], handles[1:]
		}
		if end && len(handles) == 0 && len(hits) < size {
			return hits, "", nil
		}
		if len(hits) == size {
			break
		}
	}
	next, err = d.turn(who, list, cursor{Handle: last})
	return hits, next, err
}

// text is a text of a case, and as the search compares it.
type text struct {
	escalation.Text
	folded string
}

// textsOf gives what of a case the search may look at for a reader; nil if the
// reader may not see it.
func (d *Desk) textsOf(ctx context.Context, who access.Reader, k *known) ([]text, error) {
	got, err := d.remembered(ctx, who, k, "texts ", func(_ context.Context, s *sitting) (made, error) {
		list := escalation.Texts(s.Case)
		out := make([]text, len(list))
		m := made{value: out, bytes: int64(len(list))*64 + 64}
		for i, t := range list {
			out[i] = text{t, escalation.Fold(t.Text)}
			m.bytes += 2 * int64(len(out[i].folded))
		}
		return m, nil
	})
	if got == nil || err != nil {
		return nil, err
	}
	return got.([]text), nil
}

// find gives the places where terms stand, those first that have the most of
// them; nil unless each of the terms stands somewhere.
func find(texts []text, terms []string) []Place {
	missing := map[string]bool{}
	for _, t := range terms {
		missing[t] = true
	}
	type found struct {
		n     int
		place Place
	}
	var all []found
	for i := range texts {
		t := &texts[i]
		n, first := 0, ""
		for _, term := range terms {
			if escalation.In(t.folded, term) >= 0 {
				delete(missing, term)
				if n++; first == "" {
					first = term
				}
			}
		}
		if n > 0 && len(all) < 64 {
			all = append(all, found{n, Place{t.Entry, t.ID, excerpt(t.Text.Text, first)}})
		}
		if len(missing) == 0 && len(all) >= 64 {
			break
		}
	}
	if len(missing) > 0 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b found) int { return b.n - a.n })
	out := make([]Place, 0, placesMost)
	for _, f := range all[:min(len(all), placesMost)] {
		out = append(out, f.place)
	}
	return out
}

// excerpt gives a few words around a term, as the text writes them.
func excerpt(text, term string) string {
	rs := []rune(text)
	at := 0
	var folded strings.Builder
	starts := make([]int, 0, len(rs)) // where each letter begins in what is folded
	for _, r := range rs {
		starts = append(starts, folded.Len())
		folded.WriteString(escalation.Fold(string(r)))
	}
	if i := escalation.In(folded.String(), term); i >= 0 {
		if at, _ = slices.BinarySearch(starts, i); at == len(starts) {
			at = 0
		}
	}
	from, to := max(0, at-around), min(len(rs), at+utf8.RuneCountInString(term)+around)
	out := strings.TrimSpace(string(rs[from:to]))
	if from > 0 {
		out = "… " + out
	}
	if to < len(rs) {
		out += " …"
	}
	return out
}
