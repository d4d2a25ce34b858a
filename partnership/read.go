package partnership

import (
	"context"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/letter"
	"tocsin/partner"
	"tocsin/partnership/letters"
)

// Written is an act as the letter that goes out, in the words of a language.
type Written struct {
	Kind    letter.Kind // "": acts of its kind go out as they stand in the record
	Lang    string
	Number  string
	Text    string   // "" where the letter lacks a part, or cannot be written
	Missing []string // the parts that it lacks (letter.Missing)
}

// Read opens a letter, which receives it as Open does, and gives its words.
func (s *Service) Read(ctx context.Context, who access.Reader, id, lang string) (Letter, casefile.Event, Written, error) {
	none := Written{}
	if err := access.Scoped(who, access.See); err != nil {
		return Letter{}, casefile.Event{}, none, err
	}
	_, m, p, _, e, err := s.letterFor(ctx, who, id)
	if err != nil {
		return Letter{}, casefile.Event{}, none, err
	}
	seen, err := s.o.Desk.See(ctx, who, m.Handle)
	if err != nil {
		return Letter{}, casefile.Event{}, none, err
	}
	if seen.Case.Event(e.ID) == nil { // what its reader does not see is not received unread
		return Letter{}, casefile.Event{}, none, fault.New(fault.NotFound, "there is no such letter")
	}
	now := s.o.Now().UTC()
	st, err := partner.Fold(seen.Case, authorityParty, memberParty, now)
	if err != nil {
		return Letter{}, casefile.Event{}, none, err
	}
	l, act, err := s.Open(ctx, who, id)
	if err != nil {
		return l, act, none, err
	}
	w := Written{Kind: letters.Of(act), Lang: base(lang), Number: attribute(&act, "number")}
	if w.Kind == "" {
		return l, act, w, nil
	}
	file := letters.File{Case: seen.Case, State: st, On: p, Book: s.o.Book, Names: map[string]string{memberParty: m.Name}}
	out := file.Compose(act, now, w.Lang)
	if w.Text, err = out.Plain(w.Lang); err != nil {
		w.Missing = out.Missing()
	}
	return l, act, w, nil
}
