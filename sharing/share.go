package sharing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// Report tells the authority of a platform something: Share, for it alone. A
// member that is suspended can do that too.
func (s *Service) Report(ctx context.Context, who access.Reader, platform string, d Draft, key string) (*Item, error) {
	p, _, err := s.o.Circles.Platform(ctx, platform)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return nil, err
	}
	d.To, d.Groups = []string{p.Authority}, nil
	return s.Share(ctx, who, platform, d, key)
}

// Share shares something on a platform: whoever acts for the authority with all
// members, with groups or with organisations by name; whoever acts for a member
// with all members, with groups that it is in, or with the authority alone. The
// same key of a person shares once.
//
// fault.Suspended: where the sharer's organisation stands, it may tell the
// authority alone, or nothing.
func (s *Service) Share(ctx context.Context, who access.Reader, platform string, d Draft, key string) (*Item, error) {
	if err := access.Scoped(who, access.Add); err != nil {
		return nil, err
	}
	c, err := s.circle(ctx, who, platform)
	if err != nil {
		return nil, err
	}
	now := s.o.Now().UTC()
	if err := s.mayShare(ctx, who, c, &d, now); err != nil {
		return nil, s.unless(who, c, err)
	}
	once := ""
	if key != "" {
		once = who.Person + " " + key
		var h head
		switch ref, err := s.o.Cabinet.One(ctx, kindHead, "once:"+once, &h); {
		case err == nil:
			h.version = ref.Version
			return s.whole(ctx, who, c, &h, 1)
		case fault.KindOf(err) != fault.NotFound:
			return nil, err
		}
	}
	h := &head{Platform: c.ID, Kind: d.Kind, From: d.Org, At: now, Once: once}
	if h.ID, err = s.draw(); err != nil {
		return nil, err
	}
	if err := s.put(ctx, who, h, d, now, ""); err != nil {
		if fault.KindOf(err) == fault.Conflict && once != "" { // the same word from another place
			if ref, oerr := s.o.Cabinet.One(ctx, kindHead, "once:"+once, h); oerr == nil {
				h.version = ref.Version
				return s.whole(ctx, who, c, h, 1)
			}
		}
		return nil, err
	}
	return s.whole(ctx, who, c, h, 1)
}

// Correct adds a version to something of the reader's own. Those who may read the
// new one read it from now on; who may not, finds nothing any more. The same key
// of a person corrects once; expected is the version that was seen, 0 for any.
func (s *Service) Correct(ctx context.Context, who access.Reader, id string, d Draft, expected int, key string) (*Item, error) {
	h, c, err := s.sent(ctx, who, id)
	if err != nil {
		return nil, err
	}
	once := ""
	if key != "" {
		once = who.Person + " " + key
		if i := slices.IndexFunc(h.Editions, func(e Edition) bool { return e.Once == once }); i >= 0 {
			return s.whole(ctx, who, c, h, h.Editions[i].N)
		}
	}
	now := s.o.Now().UTC()
	d.Kind, d.Org = h.Kind, h.From
	if err := s.mayShare(ctx, who, c, &d, now); err != nil {
		return nil, err
	}
	switch {
	case h.Withdrawn != nil:
		return nil, fault.New(fault.Conflict, "this was withdrawn; share it anew")
	case expected > 0 && expected != h.now().N:
		return nil, fault.New(fault.Conflict, "this was corrected meanwhile; read version %d first", h.now().N)
	case len(h.Editions) >= maxEditions:
		return nil, fault.New(fault.Conflict, "this was corrected %d times; share it anew", maxEditions)
	}
	if err := s.put(ctx, who, h, d, now, once); err != nil {
		return nil, err
	}
	return s.whole(ctx, who, c, h, h.now().N)
}

const maxEditions = 200

// Withdraw marks something of the reader's own as withdrawn. Whoever could read
// it still can, and sees the mark. Asked for again, it is done already.
func (s *Service) Withdraw(ctx context.Context, who access.Reader, id, reason string) error {
	h, _, err := s.sent(ctx, who, id)
	if err != nil {
		return err
	}
	if reason = line(reason); reason == "" {
		return bad("reason", "is missing: say why it does not hold any more")
	}
	if err := plain("reason", reason, maxShort, true); err != nil {
		return err
	}
	switch m := h.Withdrawn; {
	case m != nil && m.By == who.Person && m.Reason == reason:
		return nil // asked for again
	case m != nil:
		return fault.New(fault.Conflict, "this is withdrawn already")
	}
	h.Withdrawn = &Mark{At: s.o.Now().UTC(), By: who.Person, Reason: reason}
	if _, err := s.o.Log.Note(ctx, "shared", map[string]any{"what": "withdrawn", "platform": h.Platform, "item": h.ID, "version": h.now().N}, who.Person); err != nil {
		return err
	}
	if err := s.o.Cabinet.Change(ctx, []cabinet.Item{h.item()}, nil); err != nil {
		return err
	}
	s.hub.wake()
	return nil
}

// sent gives something to those who act for whoever shared it.
func (s *Service) sent(ctx context.Context, who access.Reader, id string) (*head, *circle, error) {
	if err := access.Scoped(who, access.Add); err != nil {
		return nil, nil, err
	}
	h, c, road, err := s.find(ctx, who, id)
	switch {
	case err != nil:
		return nil, nil, err
	case road != access.AsSender || !access.SpeaksFor(who, h.From):
		return nil, nil, fault.New(fault.Forbidden, "this is for those who act for whoever shared it")
	}
	return h, c, nil
}

// mayShare refuses a draft, or sharing as a whole: by its form, by who it is for,
// and by where the sharer's organisation stands.
func (s *Service) mayShare(ctx context.Context, who access.Reader, c *circle, d *Draft, now time.Time) error {
	var of []*access.Acting
	for i := range who.Acting {
		a := &who.Acting[i]
		alone := access.Reader{Person: who.Person, Acting: who.Acting[i : i+1]}
		_, joined := a.Stands(c.ID)
		if a.Speaks() && (d.Org == "" || d.Org == a.Org) && (joined || a.Org == c.Authority && access.Runs(alone, c.Circle)) {
			of = append(of, a)
		}
	}
	switch {
	case len(of) == 0 && !c.mine(who):
		return noPlatform()
	case len(of) == 0:
		return fault.New(fault.Forbidden, "this is for those who act for a member or for the authority")
	case len(of) > 1:
		return bad("org", "you act for several members of this platform: say for which one")
	}
	a := of[0]
	d.Org = a.Org
	tidy(d)
	if err := d.check(now); err != nil {
		return err
	}
	for _, p := range d.People {
		if s.o.People.PersonName(ctx, p) == "" {
			return bad("people", "%q is nobody here", p)
		}
	}
	if a.Org == c.Authority {
		for _, g := range d.Groups {
			if !known(c, g) {
				return bad("groups", "%q is no group of this platform", g)
			}
		}
		return s.members(ctx, c, "to", d.To)
	}
	alone := len(d.To) == 1 && d.To[0] == c.Authority && len(d.Groups) == 0
	switch standing, _ := a.Stands(c.ID); {
	case standing == partner.Suspended && !alone:
		return fault.New(fault.Suspended, "while a member is suspended it tells the authority alone; send it as a report")
	case standing == partner.Left:
		return fault.New(fault.Suspended, "who has left a platform shares nothing on it")
	case standing == partner.Invited:
		return fault.New(fault.Conflict, "the agreement is not signed yet; until then nothing is shared")
	case d.AckBy != nil:
		return bad("acknowledge-by", "only the authority asks the members for their word")
	case len(d.To) > 0 && !alone:
		return bad("to", "a member shares with all members, with groups that it is in, or with the authority alone")
	}
	for _, g := range d.Groups {
		if !in(*a, c.Groups[g]) {
			return bad("groups", "%q is no group that you are in", g)
		}
	}
	return nil
}

// tidy makes a draft as it is kept.
func tidy(d *Draft) {
	for _, l := range []*[]string{&d.To, &d.Groups, &d.People, &d.About.Vulnerabilities, &d.About.Purls, &d.About.Products, &d.About.Keywords} {
		var out []string
		for _, x := range *l {
			if x = strings.TrimSpace(x); x != "" && !slices.Contains(out, x) {
				out = append(out, x)
			}
		}
		*l = out
	}
	words := map[string]Words{}
	for lang, w := range d.Words {
		w = Words{strings.TrimSpace(w.Title), strings.TrimSpace(w.Text), strings.TrimSpace(w.Concerns), strings.TrimSpace(w.First)}
		if w != (Words{}) {
			words[lang] = w
		}
	}
	d.Words = words
	if d.AckBy != nil {
		by := d.AckBy.UTC()
		d.AckBy = &by
	}
}

// put commits to a version and keeps it: first the commitment, then what it
// commits to, so that nothing is shared which could not be proved.
func (s *Service) put(ctx context.Context, who access.Reader, h *head, d Draft, now time.Time, once string) error {
	salt, err := s.draw()
	if err != nil {
		return err
	}
	n := len(h.Editions) + 1
	raw, err := json.Marshal(text{Item: h.ID, Platform: h.Platform, Kind: h.Kind, From: h.From, N: n, At: now, By: who.Person, TLP: d.TLP, To: d.To, Groups: d.Groups, People: d.People,
		Words: d.Words, Signs: d.Signs, Sightings: d.Sightings, About: d.About, AckBy: d.AckBy, Salt: salt})
	if err != nil {
		return fault.New(fault.Internal, "what is shared cannot be written: %v", err)
	}
	sum := sha256.Sum256(raw)
	e := Edition{N: n, At: now, By: who.Person, TLP: d.TLP, To: d.To, Groups: d.Groups, People: d.People, Titles: map[string]string{}, About: d.About, AckBy: d.AckBy,
		Proof: Proof{Hash: hex.EncodeToString(sum[:])}, Once: once}
	for _, lang := range slices.Sorted(maps.Keys(d.Words)) {
		e.Titles[lang] = d.Words[lang].Title
	}
	what := "shared"
	if n > 1 {
		what = "corrected"
	}
	res, err := s.o.Log.Note(ctx, "shared", map[string]any{"what": what, "platform": h.Platform, "item": h.ID, "version": n, "hash": e.Proof.Hash}, who.Person)
	if err != nil {
		return err
	}
	e.Proof.Epoch, e.Proof.Index = res.Epoch, res.First
	h.Editions = append(slices.Clip(h.Editions), e)
	if err := s.shelve(ctx, h.Platform, h.At); err != nil {
		return err
	}
	items := []cabinet.Item{h.item(), {Ref: cabinet.Ref{Kind: kindText, ID: textID(h.ID, n)}, Value: raw}}
	if err := s.o.Cabinet.Change(ctx, items, nil); err != nil {
		return err
	}
	h.version++
	s.hub.wake()
	return nil
}

// item is the head as it is kept.
func (h *head) item() cabinet.Item {
	it := cabinet.Item{Ref: cabinet.Ref{Kind: kindHead, ID: h.ID, Version: h.version}, Value: h, Keys: []string{"month:" + h.Platform + "/" + month(h.At)}}
	if h.Once != "" {
		it.Unique = []string{"once:" + h.Once}
	}
	return it
}
