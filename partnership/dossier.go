package partnership

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/dossier"
	"tocsin/internal/fault"
	"tocsin/letter"
	"tocsin/partner"
	"tocsin/partnership/letters"
)

// DossierAsked is what a dossier of a partnership is made with.
type DossierAsked struct {
	Act      string // event of the file that it is about; "" is the whole partnership
	Lang     string // en, zh, fr, de
	Zone     *time.Location
	By       string // who makes it: the platform
	Keys     string // verifier keys of the log, one a line
	KeysFrom string // where they are published
}

// Dossier makes one file, to be checked offline, of an act of a partnership with
// what led to it and what followed, or of the whole partnership: as the reader's
// own side sees it, with its letters, where the member stood, and the evidence
// that was served. Taking it away is an export of the partnership file.
func (s *Service) Dossier(ctx context.Context, who access.Reader, id string, a DossierAsked) (*coordination.DossierMade, error) {
	m, p, side, err := s.member(ctx, who, id)
	if err != nil {
		return nil, err
	}
	seen, err := s.o.Desk.See(ctx, who, m.Handle)
	if err != nil {
		return nil, err
	}
	c := seen.Case
	e := c.Event(a.Act)
	if a.Act != "" && (e == nil || !slices.Contains(partner.Acts(), e.Kind)) {
		return nil, fault.New(fault.NotFound, "there is no such act in this partnership")
	}
	a.Lang = base(a.Lang)
	now := s.o.Now().UTC()
	st, err := partner.Fold(c, authorityParty, memberParty, now)
	if err != nil {
		return nil, err
	}
	zone := a.Zone
	if loc, err := calendar.Zone(p.Terms.Zone); p.Terms.Zone != "" && err == nil {
		zone = loc // of the terms, in which days begin and end
	}
	in := thread(c, &st, a.Act)
	x := coordination.DossierAsked{Lang: a.Lang, Zone: zone, By: a.By, Keys: a.Keys, KeysFrom: a.KeysFrom, Style: letter.Stylesheet(), Events: in, Path: steps(c, &st, in, a.Act)}
	if x.Title = say(a.Lang, "title", "member", m.Name, "platform", p.Name); e != nil {
		x.Title = strings.TrimSpace(e.Kind.In(a.Lang)+" "+attribute(e, "number")) + " · " + x.Title
	}
	if len(st.History) > 0 {
		if x.Standing, err = coordination.Drawn(picture(c, &st, m.Name, a.Lang, zone)); err != nil {
			return nil, err
		}
	}
	sealed, err := s.unopened(ctx, m, p, side)
	if err != nil {
		return nil, err
	}
	x.Letters = s.written(letters.File{Case: c, State: st, On: p, Book: s.o.Book, Names: map[string]string{memberParty: m.Name}}, in, sealed, now, a.Lang)
	if x.Papers, err = s.papers(ctx, who, c, in); err != nil {
		return nil, err
	}
	return s.o.Desk.Dossier(ctx, who, m.Handle, x)
}

// base is a language that dossiers are written in; English for any other.
func base(lang string) string {
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	if slices.Contains(dossier.Languages(), lang) {
		return lang
	}
	return "en"
}

// unopened are the acts whose letters nobody of the reader's side has opened: to
// open one is to receive it, and a dossier receives nothing.
func (s *Service) unopened(ctx context.Context, m Member, p partner.Platform, side Side) (map[string]bool, error) {
	out := map[string]bool{}
	err := s.o.Cabinet.All(ctx, kindLetter, "member:"+m.ID, func(e cabinet.Entry) error {
		var l Letter
		if err := e.Into(&l); err != nil {
			return err
		}
		if ours := side == OfMember && l.Org == m.Org || side == OfAuthority && l.Org == p.Authority; ours && l.Served == nil {
			out[l.Event] = true
		}
		return nil
	})
	return out, err
}

// written are the letters of the acts that have one and do not lack a part of it;
// of those that are sealed it is only said that they are. The acts themselves
// stand in the record in either case.
func (s *Service) written(f letters.File, in, sealed map[string]bool, now time.Time, lang string) []dossier.Letter {
	var out []dossier.Letter
	for _, e := range f.Case.Events {
		if letters.Of(e) == "" || in != nil && !in[e.ID] {
			continue
		}
		if sealed[e.ID] {
			words := say(lang, "sealed")
			out = append(out, dossier.Letter{Name: cmp.Or(attribute(&e, "number"), e.ID) + " · " + e.Kind.In(lang), Body: "<p>" + words + "</p>", Text: words})
			continue
		}
		l := f.Compose(e, now, lang)
		body, err := l.Body(lang)
		if err != nil {
			continue
		}
		text, err := l.Plain(lang)
		if err != nil {
			continue
		}
		out = append(out, dossier.Letter{Name: cmp.Or(l.Number, e.ID) + " · " + e.Kind.In(lang), Body: body, Text: text})
	}
	return out
}

// papers are the findings that were served, as far as the reader sees them: whole
// with the bytes that the act names by their hash, else without.
func (s *Service) papers(ctx context.Context, who access.Reader, c *casefile.Case, in map[string]bool) ([]dossier.Paper, error) {
	var out []dossier.Paper
	for i := range c.Events {
		e := &c.Events[i]
		id := attribute(e, "finding")
		if e.Kind != "finding-served" || id == "" || in != nil && !in[e.ID] {
			continue
		}
		f, err := s.Finding(ctx, who, id)
		switch kind := fault.KindOf(err); {
		case err != nil && kind == fault.NotFound:
			continue
		case err != nil:
			return nil, err
		}
		data, err := f.bytes()
		if err != nil {
			return nil, err
		}
		shown, err := json.MarshalIndent(json.RawMessage(data), "", "  ")
		if err != nil {
			return nil, fault.New(fault.Internal, "a finding cannot be written: %v", err)
		}
		p := dossier.Paper{Name: e.ID + " · " + string(f.Limb), Text: string(shown), Data: data}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != f.Hash {
			p.Data = nil // the reader sees a part of it
		}
		out = append(out, p)
	}
	return out, nil
}
