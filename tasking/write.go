package tasking

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/directive"
	"tocsin/internal/document"
	"tocsin/internal/fault"
	"tocsin/partner"
)

const (
	maxWritten  = 1 << 20
	maxEditions = 200
)

// Draft keeps a directive (tocsin-directive/1, YAML or JSON) as a draft on a
// platform, as somebody who acts for its authority. Set here are: members, from
// the memberships of the platform; record, which is kept; issued, at the issue.
// The scope stays as it was written. The same key of a person drafts once.
//
// fault.Invalid names line and key of what cannot be issued, fault.Conflict a
// number or an id that another directive of the authority has.
func (s *Service) Draft(ctx context.Context, who access.Reader, platform string, text []byte, key string) (*View, error) {
	p, err := s.authority(ctx, who, platform)
	if err != nil {
		return nil, err
	}
	h := &head{Platform: p.ID, Authority: p.Authority, Status: Drafted, Once: once(who.Person, key, p.ID)}
	if h.Once != "" {
		var was head
		switch _, err := s.o.Cabinet.One(ctx, kindHead, onceKey(h.Once), &was); {
		case err == nil:
			return s.drafted(ctx, who, &was, text)
		case fault.KindOf(err) != fault.NotFound:
			return nil, err
		}
	}
	if h.ID, err = s.draw(); err != nil {
		return nil, err
	}
	return s.keepDraft(ctx, who, p, h, text, "")
}

// drafted answers again for a draft that was made under the same key.
func (s *Service) drafted(ctx context.Context, who access.Reader, h *head, text []byte) (*View, error) {
	k, _, err := s.edition(ctx, h, 1)
	if err != nil {
		return nil, err
	}
	if string(k.Written) != string(text) {
		return nil, used()
	}
	return s.answer(ctx, who, h.ID)
}

// Redraft saves another version of a draft. expected is View.Version as it was
// seen, negative for any; the same key of a person saves once.
func (s *Service) Redraft(ctx context.Context, who access.Reader, id string, text []byte, expected int, key string) (*View, error) {
	h, p, err := s.draft(ctx, who, id)
	if err != nil {
		return nil, err
	}
	o := once(who.Person, key, id)
	if o != "" && slices.ContainsFunc(h.Editions, func(e Edition) bool { return e.Once == o }) {
		return s.answer(ctx, who, id)
	}
	switch {
	case h.Status != Drafted:
		return nil, fault.New(fault.Conflict, "this directive was issued, and what was issued never changes; extend it, or let a later one supersede it")
	case expected >= 0 && expected != len(h.Editions):
		return nil, movedDraft()
	case len(h.Editions) >= maxEditions:
		return nil, fault.New(fault.Conflict, "this draft was saved %d times; begin another one", maxEditions)
	}
	return s.keepDraft(ctx, who, p, h, text, o)
}

func movedDraft() error {
	return fault.New(fault.Conflict, "somebody else has saved this draft since you looked; look at it again and decide anew")
}

func (s *Service) keepDraft(ctx context.Context, who access.Reader, p partner.Platform, h *head, text []byte, o string) (*View, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.written(ctx, who, p, text)
	if err != nil {
		return nil, err
	}
	h.name(f)
	if err := s.free(ctx, h); err != nil {
		return nil, err
	}
	if err := s.put(ctx, who, h, *f, text, o); err != nil {
		return nil, err
	}
	return s.answer(ctx, who, h.ID)
}

// Issue issues a draft as it was last saved, with the members that the platform
// has now: from then on it never changes. It wants a fresh sign-in; no terms of a
// platform ask for a second person here. expected and key are Redraft's.
func (s *Service) Issue(ctx context.Context, who access.Reader, id string, expected int, key string) (*View, error) {
	h, p, err := s.draft(ctx, who, id)
	if err != nil {
		return nil, err
	}
	o := once(who.Person, key, id)
	if h.Status != Drafted {
		if o != "" && h.now().Once == o {
			return s.answer(ctx, who, id)
		}
		return nil, fault.New(fault.Conflict, "this directive was issued already")
	}
	if err := access.Fresh(who); err != nil {
		return nil, err
	}
	if expected >= 0 && expected != len(h.Editions) {
		return nil, movedDraft()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k, _, err := s.edition(ctx, h, h.now().N)
	if err != nil {
		return nil, err
	}
	f, d, err := s.written(ctx, who, p, k.Written)
	if err != nil {
		return nil, err
	}
	if err := s.bind(h, d, who.Person); err != nil {
		return nil, err
	}
	if err := s.put(ctx, who, h, *f, nil, o); err != nil {
		if fault.KindOf(err) == fault.Conflict {
			err = movedDraft()
		}
		return nil, err
	}
	return s.answer(ctx, who, h.ID)
}

// bind notes whom a directive reaches, or may reach, as it is issued.
func (s *Service) bind(h *head, d *directive.Directive, person string) error {
	h.Status, h.Issued, h.By, h.Up = Issued, d.IssuedSpan().Earliest.UTC(), person, map[string]string{}
	st, err := directive.Fold(d, nil, h.Issued)
	if err != nil {
		return err
	}
	for _, c := range st.Cells {
		if c.Status != directive.NotAsked && !slices.Contains(h.To, c.Member) {
			h.To = append(h.To, c.Member)
			if up := d.Member(c.Member).PartOf; up != "" {
				h.Up[c.Member] = up
			}
		}
	}
	h.All = slices.ContainsFunc(d.Scope, func(l directive.Scope) bool { return l.All && len(l.Except) == 0 })
	return nil
}

// Discard drops a draft; the log keeps that there was one. What was issued stays.
func (s *Service) Discard(ctx context.Context, who access.Reader, id string) error {
	h, _, err := s.draft(ctx, who, id)
	if err != nil {
		return err
	}
	if h.Status != Drafted {
		return fault.New(fault.Conflict, "this directive was issued, and what was issued stays; it can be closed")
	}
	if _, err := s.o.Log.Note(ctx, "directive", map[string]any{"what": "discarded", "platform": h.Platform, "directive": h.ID}, who.Person); err != nil {
		return err
	}
	drop := []cabinet.Ref{{Kind: kindHead, ID: h.ID, Version: h.version}}
	for i := range h.Editions {
		drop = append(drop, cabinet.Ref{Kind: kindText, ID: textID(h.ID, i+1)})
	}
	return s.o.Cabinet.Change(ctx, nil, drop)
}

// authority gives a platform to somebody who acts for its authority.
func (s *Service) authority(ctx context.Context, who access.Reader, platform string) (partner.Platform, error) {
	if err := access.Scoped(who, access.Add); err != nil {
		return partner.Platform{}, err
	}
	p, c, err := s.circle(ctx, platform)
	switch {
	case err != nil:
		return p, err
	case p.ID == "" || !access.Runs(who, c) && !joined(who, p.ID):
		return p, noPlatform()
	case !access.Runs(who, c) || !access.SpeaksFor(who, p.Authority):
		return p, fault.New(fault.Forbidden, "this is for those who act for the authority")
	}
	return p, nil
}

// draft gives a draft, or what became of it, to somebody who acts for the authority.
func (s *Service) draft(ctx context.Context, who access.Reader, id string) (*head, partner.Platform, error) {
	if err := access.Scoped(who, access.Add); err != nil {
		return nil, partner.Platform{}, err
	}
	h, v, p, err := s.find(ctx, who, id)
	switch {
	case err != nil:
		return nil, p, err
	case v.side == OfMember || !access.SpeaksFor(who, p.Authority):
		return nil, p, fault.New(fault.Forbidden, "this is for those who act for the authority")
	}
	return h, p, nil
}

// written reads a text as it would be issued now.
func (s *Service) written(ctx context.Context, who access.Reader, p partner.Platform, text []byte) (*directive.File, *directive.Directive, error) {
	if len(text) > maxWritten {
		return nil, nil, bad("directive", "the document has %d bytes; at most %d fit", len(text), maxWritten)
	}
	root, err := document.Parse("", text, document.Limits{})
	if err != nil {
		return nil, nil, err
	}
	var f directive.File
	if err := document.Decode("", root, &f); err != nil {
		return nil, nil, err
	}
	switch {
	case len(f.Acts) > 0:
		return nil, nil, document.Locate(bad("acts", "a directive is issued without acts; what is done about it is put on record here"), root)
	case f.TLP == "RED":
		return nil, nil, document.Locate(bad("tlp", "RED is for people, each by name, and a directive is for organisations; AMBER+STRICT keeps it in each of them"), root)
	}
	if err := s.known(ctx, who, p, &f); err != nil {
		return nil, nil, document.Locate(err, root)
	}
	if f.Members, err = s.members(ctx, who, p); err != nil {
		return nil, nil, err
	}
	f.Record = "kept"
	if f.Zone == "" {
		f.Zone = p.Terms.Zone
	}
	f.Issued.Value = s.now().Format(time.RFC3339)
	f.Issued.Moment.From, f.Issued.Moment.To = "", ""
	d, err := directive.Build("", f)
	if err != nil {
		return nil, nil, document.Locate(err, root)
	}
	return &d.File, d, nil
}

// now is the second that it is.
func (s *Service) now() time.Time { return s.o.Now().UTC().Truncate(time.Second) }

// name takes what lists show.
func (h *head) name(f *directive.File) {
	h.Doc, h.Number, h.Title, h.TLP = f.ID, line(f.Number), f.Title, f.TLP
	if h.TLP == "" {
		h.TLP = "AMBER"
	}
	h.Issuer = f.IssuedBy
	for _, a := range f.Authorities {
		if a.ID == f.IssuedBy && a.Name != "" {
			h.Issuer = a.Name
		}
	}
}

// free refuses a number or an id that another directive of the authority has.
func (s *Service) free(ctx context.Context, h *head) error {
	for _, k := range [][3]string{{numberKey(h.Authority, h.Number), "number", h.Number}, {docKey(h.Authority, h.Doc), "directive", h.Doc}} {
		var other head
		switch _, err := s.o.Cabinet.One(ctx, kindHead, k[0], &other); {
		case err == nil && other.ID != h.ID:
			return fault.New(fault.Conflict, "%s: another directive of this authority has %q already", k[1], k[2])
		case err != nil && fault.KindOf(err) != fault.NotFound:
			return err
		}
	}
	return nil
}

// put commits to an edition and keeps it: first the commitment, then what it
// commits to, so that nothing is kept which could not be proved.
func (s *Service) put(ctx context.Context, who access.Reader, h *head, f directive.File, written []byte, o string) error {
	salt, err := s.draw()
	if err != nil {
		return err
	}
	k := keptEdition{Written: written}
	issued := h.Status == Issued
	if issued {
		second, err := s.draw()
		if err != nil {
			return err
		}
		if k.Members, err = json.Marshal(membersText{Members: f.Members, Salt: second}); err != nil {
			return fault.New(fault.Internal, "the members cannot be written: %v", err)
		}
	}
	f.Members = nil
	file, err := json.Marshal(f)
	if err != nil {
		return fault.New(fault.Internal, "the directive cannot be written: %v", err)
	}
	n := len(h.Editions) + 1
	t := editionText{Directive: h.ID, Platform: h.Platform, N: n, At: s.now(), By: who.Person, Issued: issued, File: file, Salt: salt}
	if issued {
		t.Members = sum(k.Members)
	}
	if k.Raw, err = json.Marshal(t); err != nil {
		return fault.New(fault.Internal, "the directive cannot be written: %v", err)
	}
	e := Edition{N: n, At: t.At, By: who.Person, Issued: issued, Proof: Proof{Hash: sum(k.Raw)}, Once: o}
	what := "drafted"
	if issued {
		what = "issued"
	}
	res, err := s.o.Log.Note(ctx, "directive", map[string]any{"what": what, "platform": h.Platform, "directive": h.ID, "version": n, "hash": e.Proof.Hash}, who.Person)
	if err != nil {
		return err
	}
	e.Proof.Epoch, e.Proof.Index = res.Epoch, res.First
	h.Editions = append(slices.Clip(h.Editions), e)
	items := []cabinet.Item{h.item(), {Ref: cabinet.Ref{Kind: kindText, ID: textID(h.ID, n)}, Value: k}}
	if err := s.o.Cabinet.Change(ctx, items, nil); err != nil {
		if fault.KindOf(err) != fault.Conflict {
			return err
		}
		if ferr := s.free(ctx, h); ferr != nil { // another process, at the same moment
			return ferr
		}
		return movedDraft()
	}
	h.version++
	return nil
}

func sum(raw []byte) string {
	x := sha256.Sum256(raw)
	return hex.EncodeToString(x[:])
}
