package partnership

import (
	"context"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// PutPlatform makes (version 0) or changes a sharing platform and its terms, as an
// administrator who stepped up. Who runs it does not change.
func (s *Service) PutPlatform(ctx context.Context, who access.Reader, p partner.Platform, version int64) error {
	if !slices.Contains(who.Platform, partner.Administrator) {
		return fault.New(fault.Forbidden, "this is for administrators of the platform")
	}
	if err := access.Scoped(who, access.Administer); err != nil {
		return err
	}
	if err := access.Fresh(who); err != nil {
		return err
	}
	if err := p.Check(); err != nil {
		return err
	}
	org, _, err := s.o.Directory.Org(ctx, p.Authority)
	if err != nil {
		return err
	}
	if org.Kind != partner.Authority {
		return fault.At("", 0, "authority", "%q is no authority; a sharing platform is run by one", org.Name)
	}
	if version > 0 {
		was, _, err := s.Platform(ctx, p.ID)
		if err != nil {
			return err
		}
		if was.Authority != p.Authority {
			return fault.At("", 0, "authority", "a platform stays with the authority that its members signed with; end it and open another one")
		}
	}
	what := "made"
	if version > 0 {
		what = "changed"
	}
	if _, err := s.o.Files.Note(ctx, "platform", map[string]any{"what": what, "platform": p.ID, "org": p.Authority}, who.Person); err != nil {
		return err
	}
	return s.o.Cabinet.Change(ctx, []cabinet.Item{{Ref: cabinet.Ref{Kind: kindPlatform, ID: p.ID, Version: version},
		Keys: []string{"authority:" + p.Authority}, Value: p}}, nil)
}

// Platform gives a sharing platform and its version; fault.NotFound.
func (s *Service) Platform(ctx context.Context, id string) (partner.Platform, int64, error) {
	var p partner.Platform
	version, err := s.o.Cabinet.Get(ctx, kindPlatform, id, &p)
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return p, 0, fault.New(fault.NotFound, "there is no such platform")
	}
	return p, version, err
}

// Platforms lists the sharing platforms that a reader has to do with: those of
// an authority that they belong to, and those that an organisation of theirs is
// a member of; for administrators all.
func (s *Service) Platforms(ctx context.Context, who access.Reader) ([]partner.Platform, error) {
	var out []partner.Platform
	err := s.o.Cabinet.All(ctx, kindPlatform, "", func(e cabinet.Entry) error {
		var p partner.Platform
		if err := e.Into(&p); err != nil {
			return err
		}
		mine := slices.Contains(who.Platform, partner.Administrator) || reads(who, p.Authority) ||
			slices.ContainsFunc(who.Acting, func(a access.Acting) bool { _, ok := a.On[p.ID]; return ok })
		if mine && who.Person != "" {
			out = append(out, p)
		}
		return nil
	})
	slices.SortFunc(out, func(a, b partner.Platform) int { return strings.Compare(a.Name+"\x00"+a.ID, b.Name+"\x00"+b.ID) })
	return out, err
}

// RunBy lists the ids of the platforms that an organisation runs.
func (s *Service) RunBy(ctx context.Context, org string) ([]string, error) {
	var out []string
	err := s.o.Cabinet.All(ctx, kindPlatform, "authority:"+org, func(e cabinet.Entry) error {
		out = append(out, e.ID)
		return nil
	})
	slices.Sort(out)
	return out, err
}
