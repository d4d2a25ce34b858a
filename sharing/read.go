package sharing

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// Filter narrows a list.
type Filter struct {
	Platform   string // of one platform
	Kind       Kind
	Concerning bool // by what the reader's organisations want to be told about
	Waiting    bool // wants the word of an organisation of the reader's, which has not given it
}

// Page is a part of a list.
type Page struct {
	After string // the cursor of the page before
	Limit int    // 50 if 0, at most 200
}

const (
	usualPage   = 50
	largestPage = 200
	maxMonth    = 100_000 // items of a platform in one month
)

func textID(id string, n int) string { return fmt.Sprintf("%s/%d", id, n) }

func month(t time.Time) string { return t.UTC().Format("2006-01") }

// shelf says in which month a platform first shared something.
type shelf struct {
	First string `json:"first"`
}

// shelve remembers the first month of a platform.
func (s *Service) shelve(ctx context.Context, platform string, at time.Time) error {
	for range 5 {
		var x shelf
		version, err := s.o.Cabinet.Get(ctx, kindShelf, platform, &x)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if err == nil && x.First <= month(at) {
			return nil
		}
		if err != nil {
			version = 0
		}
		err = s.o.Cabinet.Change(ctx, []cabinet.Item{{Ref: cabinet.Ref{Kind: kindShelf, ID: platform, Version: version}, Value: shelf{month(at)}}}, nil)
		if err == nil || fault.KindOf(err) != fault.Conflict {
			return err
		}
	}
	return fault.New(fault.Conflict, "somebody else shares at this very moment; please try again")
}

// Get gives the newest version of an item: fault.NotFound for what is not there
// and for what the reader does not receive.
func (s *Service) Get(ctx context.Context, who access.Reader, id string) (*Item, error) {
	return s.GetVersion(ctx, who, id, 0)
}

// GetVersion gives one version of an item; 0 is the newest. An older one is read
// by whoever may read both it and the newest.
func (s *Service) GetVersion(ctx context.Context, who access.Reader, id string, n int) (*Item, error) {
	if err := access.Scoped(who, access.See); err != nil {
		return nil, err
	}
	h, c, road, err := s.find(ctx, who, id)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		n = h.now().N
	}
	it, err := s.whole(ctx, who, c, h, n)
	if err == nil && road != access.AsSender {
		s.brake.read(ctx, s, who, h.ID)
		if s.o.Reads != nil {
			s.o.Reads.Looked(who, "shared", h.ID, road == access.AsAuthority)
		}
	}
	return it, err
}

// find reads what is kept of an item for a reader who receives it.
func (s *Service) find(ctx context.Context, who access.Reader, id string) (*head, *circle, access.Road, error) {
	if id == "" || len(id) > 100 {
		id = nowhere
	}
	h := &head{}
	version, err := s.o.Cabinet.Get(ctx, kindHead, id, h)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return nil, nil, "", err
	}
	h.version = version
	there := err == nil && len(h.Editions) > 0
	c, err := s.circle(ctx, who, h.Platform) // asked in either case
	if err != nil {
		return nil, nil, "", err
	}
	if !there {
		return nil, nil, "", missing()
	}
	road := access.Receives(who, h.matter(h.now()), c.Circle)
	if road == "" {
		return nil, nil, "", missing()
	}
	return h, c, road, nil
}

// whole reads a version with its words.
func (s *Service) whole(ctx context.Context, who access.Reader, c *circle, h *head, n int) (*Item, error) {
	if n < 1 || n > len(h.Editions) {
		return nil, missing()
	}
	out := &Item{Row: s.row(who, c, h)}
	if out.Road == "" || access.Receives(who, h.matter(&h.Editions[n-1]), c.Circle) == "" {
		return nil, missing()
	}
	for i := range slices.Backward(h.Editions) {
		if access.Receives(who, h.matter(&h.Editions[i]), c.Circle) != "" {
			out.Editions = append(out.Editions, h.Editions[i])
		}
	}
	out.Edition = h.Editions[n-1]
	var raw []byte
	if _, err := s.o.Cabinet.Get(ctx, kindText, textID(h.ID, n), &raw); err != nil {
		return nil, fault.New(fault.Internal, "a version of what was shared is not there: %s", fault.KindOf(err))
	}
	var t text
	if err := json.Unmarshal(raw, &t); err != nil {
		return nil, fault.New(fault.Internal, "a version of what was shared does not have its shape")
	}
	out.Words, out.Signs, out.Sightings, out.Sealed = t.Words, t.Signs, t.Sightings, raw
	var err error
	out.Acked, err = s.acked(ctx, who, h)
	return out, err
}

// row is an item as a reader receives it; without a road they do not.
func (s *Service) row(who access.Reader, c *circle, h *head) Row {
	r := Row{ID: h.ID, Platform: h.Platform, Kind: h.Kind, From: h.From, At: h.At, Withdrawn: h.Withdrawn, Edition: *h.now()}
	if r.Road = access.Receives(who, h.matter(h.now()), c.Circle); r.Road == "" {
		return r
	}
	about := partner.Facts(r.About)
	for _, a := range c.own {
		for _, why := range partner.Concerns(a, about) {
			if !slices.Contains(r.Concerns, why) {
				r.Concerns = append(r.Concerns, why)
			}
		}
	}
	return r
}

// List gives what a reader receives on all their platforms, or on one, the newest
// first, with why it concerns them.
func (s *Service) List(ctx context.Context, who access.Reader, f Filter, p Page) (rows []Row, next string, err error) {
	if err := access.Scoped(who, access.See); err != nil {
		return nil, "", err
	}
	if f.Kind != "" && !slices.Contains(Kinds(), f.Kind) {
		return nil, "", bad("kind", "%q is not report, indicator, sighting or risk-notice", string(f.Kind))
	}
	limit := min(p.Limit, largestPage)
	if limit <= 0 {
		limit = usualPage
	}
	place := fmt.Sprintf("%s\x00%+v", who.Person, f)
	from, err := s.turned(place, p.After)
	if err != nil {
		return nil, "", err
	}
	circles, err := s.circles(ctx, who, f.Platform)
	if err != nil {
		return nil, "", err
	}
	if f.Platform != "" && len(circles) == 0 {
		return nil, "", noPlatform()
	}
	err = s.walk(ctx, circles, from, func(c *circle, h *head) (bool, error) {
		r := s.row(who, c, h)
		if r.Road == "" || f.Kind != "" && r.Kind != f.Kind || f.Concerning && len(r.Concerns) == 0 {
			return true, nil
		}
		var err error
		if r.Acked, err = s.acked(ctx, who, h); err != nil {
			return false, err
		}
		if f.Waiting && !r.Waits() {
			return true, nil
		}
		rows = append(rows, r)
		return len(rows) <= limit, nil
	})
	if err != nil {
		return nil, "", err
	}
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		next, err = s.turn(place, spot{last.At, last.ID})
	}
	return rows, next, err
}

// Waits tells whether an organisation of the reader's is asked for its word, and has
// not given it.
func (r *Row) Waits() bool {
	return r.Road == access.AsMember && r.AckBy != nil && r.Withdrawn == nil && len(r.Acked) == 0
}

// walk goes through the items of platforms, the newest first, month by month,
// until fn has enough. What it asks for depends on the months alone.
func (s *Service) walk(ctx context.Context, circles []*circle, from *spot, fn func(*circle, *head) (bool, error)) error {
	first := map[string]string{}
	last, at := "", s.o.Now().Add(time.Hour)
	for _, c := range circles {
		var x shelf
		if _, err := s.o.Cabinet.Get(ctx, kindShelf, c.ID, &x); err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if x.First == "" {
			x.First = month(at) // as if something were: it is looked for alike
		}
		if first[c.ID] = x.First; last == "" || x.First < last {
			last = x.First
		}
	}
	if from != nil {
		at = from.At
	}
	for m := month(at); last != "" && m >= last; m = before(m) {
		type one struct {
			c *circle
			h *head
		}
		var all []one
		for _, c := range circles {
			if m < first[c.ID] {
				continue
			}
			found, err := s.o.Cabinet.Find(ctx, kindHead, "month:"+c.ID+"/"+m, "", maxMonth)
			if err != nil {
				return err
			}
			for _, e := range found {
				h := &head{version: e.Version}
				if err := e.Into(h); err != nil {
					return err
				}
				if len(h.Editions) > 0 && (from == nil || from.after(h)) {
					all = append(all, one{c, h})
				}
			}
		}
		slices.SortFunc(all, func(a, b one) int {
			if n := b.h.At.Compare(a.h.At); n != 0 {
				return n
			}
			return strings.Compare(b.h.ID, a.h.ID)
		})
		for _, x := range all {
			if more, err := fn(x.c, x.h); err != nil || !more {
				return err
			}
		}
	}
	return nil
}

// before is the month before.
func before(m string) string {
	t, err := time.Parse("2006-01", m)
	if err != nil {
		return ""
	}
	return month(t.AddDate(0, -1, 0))
}

// spot is where a page ended.
type spot struct {
	At time.Time `json:"t"`
	ID string    `json:"i"`
}

// after tells that an item comes later in the list.
func (p *spot) after(h *head) bool {
	return h.At.Before(p.At) || h.At.Equal(p.At) && h.ID < p.ID
}

// turn seals a cursor for one reader and one list: it tells nothing, and is worth
// nothing to anybody else.
func (s *Service) turn(place string, p spot) (string, error) {
	raw, err := json.Marshal(p)
	if err != nil {
		return "", fault.New(fault.Internal, "the cursor cannot be written: %v", err)
	}
	sealed, err := s.o.Cabinet.Seal("shared-cursor\x00"+place, raw)
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

func (s *Service) turned(place, after string) (*spot, error) {
	if after == "" {
		return nil, nil
	}
	none := bad("after", "this is no place in this list; begin with its first page")
	raw, err := base64.RawURLEncoding.Strict().DecodeString(after)
	if err != nil || len(after) > 1024 {
		return nil, none
	}
	plain, err := s.o.Cabinet.Open("shared-cursor\x00"+place, raw)
	if err != nil {
		return nil, none
	}
	var p spot
	if json.Unmarshal(plain, &p) != nil {
		return nil, none
	}
	return &p, nil
}
