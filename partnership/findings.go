package partnership

import (
	"cmp"
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
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/earlier"
	"tocsin/internal/fault"
)

// Limb is which side of the agreement a lateness finding concerns.
type Limb string

// The limbs of an agreement.
const (
	ReportLimb  Limb = "report"  // tell in time
	SupportLimb Limb = "support" // help when called on
)

// Finding is a lateness finding: evidence that a member may have known before the
// authority was told, what speaks for it, and what is uncertain. It is no
// verdict, has no consequence by itself, and can be contested once it was served.
type Finding struct {
	ID       string         `json:"id"`
	Platform string         `json:"platform"`
	Member   string         `json:"member"` // membership
	Limb     Limb           `json:"limb"`
	Report   earlier.Report `json:"report"`   // what arrived
	Evidence earlier.Member `json:"evidence"` // as the authority saw it then
	Words    string         `json:"words,omitempty"`
	By       string         `json:"by"`
	Made     time.Time      `json:"made"`
	Act      string         `json:"act,omitempty"` // the act by which it was served
	Hash     string         `json:"hash"`          // SHA-256 of report and evidence, which the act names

	Unseen  int          `json:"-"` // rows of cases that the reader does not see, left out
	Less    int          `json:"-"` // rows that the reader sees a part of
	State   FindingState `json:"-"`
	Replies Replies      `json:"-"`
	version int64
}

const kindFinding = "lateness"

// Candidate is somebody who may have known before, with their membership of the
// platform; nil for whoever is no member.
type Candidate struct {
	earlier.Member
	Membership *Member
}

// Look looks for earlier knowledge of a report among the cases that the reader may
// see, and tells whose members they are. It keeps nothing.
func (s *Service) Look(ctx context.Context, who access.Reader, platform string, a coordination.EarlierAsked) ([]Candidate, *coordination.Earlier, error) {
	if _, err := s.authority(ctx, who, platform); err != nil {
		return nil, nil, err
	}
	found, err := s.o.Desk.Earlier(ctx, who, a)
	if err != nil {
		return nil, nil, err
	}
	members := map[string]*Member{}
	err = s.o.Cabinet.All(ctx, kindMember, "platform:"+platform, func(e cabinet.Entry) error {
		var m Member
		if err := e.Into(&m); err != nil {
			return err
		}
		m.version = e.Version
		members[m.Org] = &m
		for unit := range m.Units {
			members[unit] = &m
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	out := make([]Candidate, 0, len(found.Members))
	for _, m := range found.Members {
		c := Candidate{Member: m}
		for _, org := range m.Orgs {
			if x := members[org]; x != nil && (c.Membership == nil || c.Membership.ID == x.ID) {
				c.Membership = x
			} else if x != nil {
				c.Membership = nil // of two members: a person has to tell them apart
				break
			}
		}
		out = append(out, c)
	}
	return out, found, nil
}

// Find keeps a lateness finding about a member, from a search made anew: a draft
// that the authority sees. The same again gives the draft that is there.
func (s *Service) Find(ctx context.Context, who access.Reader, member string, limb Limb, words string, a coordination.EarlierAsked) (Finding, error) {
	m, p, side, err := s.member(ctx, who, member)
	if err != nil {
		return Finding{}, err
	}
	if side == OfMember || !access.SpeaksFor(who, p.Authority) {
		return Finding{}, fault.New(fault.Forbidden, "this is for those who act for the authority")
	}
	if side == OfBoth {
		return Finding{}, fault.New(fault.Forbidden, "nobody decides on an organisation of their own; somebody else does")
	}
	if limb != ReportLimb && limb != SupportLimb {
		return Finding{}, fault.At("", 0, "limb", "%q is neither report nor support", string(limb))
	}
	evidence, err := s.gathered(ctx, who, m, a)
	if err != nil {
		return Finding{}, err
	}
	f := Finding{Platform: m.Platform, Member: m.ID, Limb: limb, Report: a.Report, Evidence: evidence, Words: strings.TrimSpace(words), By: who.Person, Made: s.o.Now().UTC(), State: FindingDraft}
	if f.ID, err = s.draw(); err != nil {
		return Finding{}, err
	}
	if f.Hash, err = f.hash(); err != nil {
		return Finding{}, err
	}
	if was, err := s.sameDraft(ctx, f); err != nil || was.ID != "" {
		return was, err
	}
	if err := s.keepFinding(ctx, f); err != nil {
		return Finding{}, err
	}
	f.version++
	return f, nil
}

// sameDraft is the draft of the same evidence that somebody made before, if there
// is one: sent twice is made once.
func (s *Service) sameDraft(ctx context.Context, f Finding) (Finding, error) {
	var out Finding
	err := s.o.Cabinet.All(ctx, kindFinding, "member:"+f.Member, func(e cabinet.Entry) error {
		var was Finding
		if err := e.Into(&was); err != nil {
			return err
		}
		if was.Act == "" && was.Limb == f.Limb && was.Hash == f.Hash && was.Words == f.Words {
			was.version, was.State = e.Version, FindingDraft
			out = was
		}
		return nil
	})
	return out, err
}

// bytes is what the hash of a finding is of.
func (f *Finding) bytes() ([]byte, error) {
	text, err := json.Marshal(map[string]any{"report": f.Report, "evidence": f.Evidence})
	if err != nil {
		return nil, fault.New(fault.Internal, "a finding cannot be written: %v", err)
	}
	return text, nil
}

func (f *Finding) hash() (string, error) {
	text, err := f.bytes()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

func (s *Service) keepFinding(ctx context.Context, f Finding) error {
	return s.o.Cabinet.Change(ctx, []cabinet.Item{findingItem(f)}, nil)
}

func findingItem(f Finding) cabinet.Item {
	return cabinet.Item{Ref: cabinet.Ref{Kind: kindFinding, ID: f.ID, Version: f.version}, Keys: []string{"member:" + f.Member, "platform:" + f.Platform}, Value: f}
}

// lookMost bounds how often one finding asks for further cases, or for the duties
// of further ones: some thousands of cases.
const lookMost = 10

// gathered is all that a search tells of a member, from all its cases, each with
// what was owed there.
func (s *Service) gathered(ctx context.Context, who access.Reader, m Member, a coordination.EarlierAsked) (earlier.Member, error) {
	a.After, a.Skip = "", 0
	var rows []earlier.Row
	out, known := earlier.Member{}, false
	for range lookMost {
		all, found, err := s.Look(ctx, who, m.Platform, a)
		if err != nil {
			return out, err
		}
		for _, c := range all {
			if c.Membership == nil || c.Membership.ID != m.ID {
				continue
			}
			if !known {
				out, known = c.Member, true
			}
			for _, r := range c.Rows {
				same := func(x earlier.Row) bool { return x.Handle == r.Handle && x.Party == r.Party }
				switch i := slices.IndexFunc(rows, same); {
				case i < 0:
					rows = append(rows, r)
				case r.Weighed:
					rows[i] = r
				}
			}
		}
		waits := slices.ContainsFunc(rows, func(r earlier.Row) bool { return !r.Weighed })
		switch {
		case found.Skip > 0 && waits:
			a.Skip = found.Skip
			continue
		case found.Next != "":
			a.After, a.Skip = found.Next, 0
			continue
		}
		break
	}
	if !known {
		return out, fault.New(fault.Conflict, "nothing that you may see tells of earlier knowledge of %s", m.Name)
	}
	earlier.Order(rows)
	return out.Of(rows), nil
}

// ServeFinding puts a finding to the member: an act like any other (Do), which
// names the hash of the evidence. From then on the member reads it, and can
// contest it. Where the terms want a second person, it is served when they agree.
func (s *Service) ServeFinding(ctx context.Context, who access.Reader, id string, e casefile.Event, expected int64, key string) (Asked, error) {
	f, m, side, err := s.finding(ctx, who, id)
	if err != nil {
		return Asked{}, err
	}
	if side != OfAuthority {
		return Asked{}, fault.New(fault.Forbidden, "this is for those who act for the authority")
	}
	e = f.Serving(e)
	if key != "" { // the same request once more
		if id, err := s.named(who, m, key); err == nil {
			if was, err := s.asked(ctx, id); err == nil && attributeOf(was.Event, "finding") == f.ID {
				return was, nil
			}
		}
	}
	k, err := s.o.Files.Load(ctx, m.Handle)
	if err != nil {
		return Asked{}, err
	}
	if expected >= 0 && expected != k.Version {
		return Asked{}, moved()
	}
	if f.servedIn(k.Case) != "" {
		return Asked{}, fault.New(fault.Conflict, "this finding was served already")
	}
	if waits, err := s.waits(ctx, f); err != nil || waits {
		return Asked{}, cmp.Or(err, fault.New(fault.Conflict, "this finding waits for another person's agreement already"))
	}
	return s.Do(ctx, who, f.Member, e, k.Version, key)
}

// Serving is the act that puts a finding to the member, with what somebody wrote
// in e: it names the finding, the limb, and the hash of the evidence.
func (f *Finding) Serving(e casefile.Event) casefile.Event {
	e.Kind = "finding-served"
	attributes := maps.Clone(e.Attributes)
	if attributes == nil {
		attributes = map[string]casefile.Scalar{}
	}
	attributes["finding"], attributes["limb"], attributes["evidence"] = casefile.Scalar{V: f.ID}, casefile.Scalar{V: string(f.Limb)}, casefile.Scalar{V: f.Hash}
	e.Attributes = attributes
	if e.Text == "" {
		e.Text = f.Words
	}
	return e
}

func attributeOf(e casefile.Event, key string) string {
	if x, ok := e.Attributes[key]; ok {
		return x.String()
	}
	return ""
}

// names tells that an act puts this finding, with this evidence, to the member.
func (f *Finding) names(e casefile.Event) bool {
	return e.Kind == "finding-served" && attributeOf(e, "finding") == f.ID && attributeOf(e, "evidence") == f.Hash
}

// servedIn is the act of a partnership file by which the finding was served; "" for none.
func (f *Finding) servedIn(c *casefile.Case) string {
	for i := range c.Events {
		if f.names(c.Events[i]) {
			return c.Events[i].ID
		}
	}
	return ""
}

// waits tells whether serving a finding waits for a second person, or is under way.
func (s *Service) waits(ctx context.Context, f Finding) (bool, error) {
	found := false
	err := s.o.Cabinet.All(ctx, kindAsked, "waits:"+f.Platform, func(e cabinet.Entry) error {
		var a Asked
		if err := e.Into(&a); err != nil {
			return err
		}
		found = found || s.current(a).State == Waiting && a.Member == f.Member && f.names(a.Event)
		return nil
	})
	return found, err
}

// servedItem is the finding that an act served, to be kept with the act: only the
// act itself makes a draft the member's to read.
func (s *Service) servedItem(ctx context.Context, a Asked) ([]cabinet.Item, error) {
	id := attributeOf(a.Event, "finding")
	if a.Event.Kind != "finding-served" || id == "" {
		return nil, nil
	}
	var f Finding
	version, err := s.o.Cabinet.Get(ctx, kindFinding, id, &f)
	switch {
	case err != nil && (fault.KindOf(err) == fault.NotFound || fault.KindOf(err) == fault.Invalid):
		return nil, nil // an act that names no finding of ours
	case err != nil:
		return nil, err
	}
	if f.Member != a.Member || f.Act != "" || !f.names(a.Event) {
		return nil, nil
	}
	f.Act, f.version = a.Event.ID, version
	return []cabinet.Item{findingItem(f)}, nil
}
