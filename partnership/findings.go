package partnership

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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

	Unseen  int `json:"-"` // rows of cases that the reader does not see, left out
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
// that the authority sees.
func (s *Service) Find(ctx context.Context, who access.Reader, member string, limb Limb, words string, a coordination.EarlierAsked) (Finding, error) {
	m, p, side, err := s.member(ctx, who, member)
	if err != nil {
		return Finding{}, err
	}
	if side == OfMember || !acts(who, p.Authority) {
		return Finding{}, fault.New(fault.Forbidden, "this is for those who act for the authority")
	}
	if side == OfBoth {
		return Finding{}, fault.New(fault.Forbidden, "nobody decides on an organisation of their own; somebody else does")
	}
	if limb != ReportLimb && limb != SupportLimb {
		return Finding{}, fault.At("", 0, "limb", "%q is neither report nor support", string(limb))
	}
	all, _, err := s.Look(ctx, who, m.Platform, a)
	if err != nil {
		return Finding{}, err
	}
	i := slices.IndexFunc(all, func(c Candidate) bool { return c.Membership != nil && c.Membership.ID == m.ID })
	if i < 0 {
		return Finding{}, fault.New(fault.Conflict, "nothing that you may see tells of earlier knowledge of %s", m.Name)
	}
	f := Finding{Platform: m.Platform, Member: m.ID, Limb: limb, Report: a.Report, Evidence: all[i].Member, Words: strings.TrimSpace(words), By: who.Person, Made: s.o.Now().UTC()}
	if f.ID, err = s.draw(); err != nil {
		return Finding{}, err
	}
	if f.Hash, err = f.hash(); err != nil {
		return Finding{}, err
	}
	if err := s.keepFinding(ctx, f); err != nil {
		return Finding{}, err
	}
	f.version++
	return f, nil
}

func (f *Finding) hash() (string, error) {
	text, err := json.Marshal(map[string]any{"report": f.Report, "evidence": f.Evidence})
	if err != nil {
		return "", fault.New(fault.Internal, "a finding cannot be written: %v", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

func (s *Service) keepFinding(ctx context.Context, f Finding) error {
	return s.o.Cabinet.Change(ctx, []cabinet.Item{{Ref: cabinet.Ref{Kind: kindFinding, ID: f.ID, Version: f.version},
		Keys: []string{"member:" + f.Member, "platform:" + f.Platform}, Value: f}}, nil)
}

// ServeFinding puts a finding to the member: an act like any other (Do), which
// names the hash of the evidence. From then on the member reads it, and can
// contest it.
func (s *Service) ServeFinding(ctx context.Context, who access.Reader, id string, e casefile.Event, expected int64, key string) (Asked, error) {
	f, side, err := s.finding(ctx, who, id)
	if err != nil {
		return Asked{}, err
	}
	if side != OfAuthority {
		return Asked{}, fault.New(fault.Forbidden, "this is for those who act for the authority")
	}
	if f.Act != "" {
		return Asked{}, fault.New(fault.Conflict, "this finding was served already")
	}
	e.Kind = "finding-served"
	attributes := map[string]casefile.Scalar{"finding": {V: f.ID}, "limb": {V: string(f.Limb)}, "evidence": {V: f.Hash}}
	for k, v := range e.Attributes {
		if _, set := attributes[k]; !set {
			attributes[k] = v
		}
	}
	e.Attributes = attributes
	if e.Text == "" {
		e.Text = f.Words
	}
	a, err := s.Do(ctx, who, f.Member, e, expected, key)
	if err != nil || a.State != Done {
		return a, err
	}
	f.Act = a.Event.ID
	return a, s.keepFinding(ctx, f)
}

// finding gives a finding to whoever may read it.
func (s *Service) finding(ctx context.Context, who access.Reader, id string) (Finding, Side, error) {
	none := fault.New(fault.NotFound, "there is no such finding")
	var f Finding
	version, err := s.o.Cabinet.Get(ctx, kindFinding, id, &f)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return f, "", err
	}
	f.version = version
	_, _, side, merr := s.member(ctx, who, asID(f.Member))
	switch {
	case merr != nil && fault.KindOf(merr) != fault.NotFound:
		return f, "", merr
	case err != nil || merr != nil || side == OfMember && f.Act == "":
		return Finding{}, "", none
	}
	return f, side, nil
}

// Finding gives a finding; to a member without what stands in cases that the
// member does not see (Finding.Unseen counts it).
func (s *Service) Finding(ctx context.Context, who access.Reader, id string) (Finding, error) {
	f, side, err := s.finding(ctx, who, id)
	if err != nil {
		return f, err
	}
	return s.shown(ctx, who, f, side)
}

// Findings lists the findings about a membership, the newest first.
func (s *Service) Findings(ctx context.Context, who access.Reader, member string) ([]Finding, error) {
	_, _, side, err := s.member(ctx, who, member)
	if err != nil {
		return nil, err
	}
	var out []Finding
	err = s.o.Cabinet.All(ctx, kindFinding, "member:"+member, func(e cabinet.Entry) error {
		var f Finding
		if err := e.Into(&f); err != nil {
			return err
		}
		f.version = e.Version
		if side == OfMember && f.Act == "" {
			return nil
		}
		f, err := s.shown(ctx, who, f, side)
		out = append(out, f)
		return err
	})
	slices.SortFunc(out, func(a, b Finding) int { return b.Made.Compare(a.Made) })
	return out, err
}

// shown leaves out what the reader does not see: a finding is no way into a case.
func (s *Service) shown(ctx context.Context, who access.Reader, f Finding, side Side) (Finding, error) {
	var rows []earlier.Row
	for _, r := range f.Evidence.Rows {
		_, err := s.o.Desk.See(ctx, who, r.Handle)
		switch fault.KindOf(err) {
		case fault.NotFound, fault.Forbidden, fault.Suspended:
			if err != nil {
				f.Unseen++
				continue
			}
		}
		if err != nil {
			return f, err
		}
		rows = append(rows, r)
	}
	f.Evidence.Rows = rows
	if side != OfAuthority && f.Unseen > 0 {
		f.Report.By = "" // who brought it is another's to tell
	}
	return f, nil
}
