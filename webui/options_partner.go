package webui

import (
	"context"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/partner"
	"tocsin/partnership"
)

// Circles is what the pages need of *partnership.Service.
type Circles interface {
	Memberships
	PartnerActs
	Letterbox
}

// Memberships are the sharing platforms and who is in them.
type Memberships interface {
	Platforms(ctx context.Context, who access.Reader) ([]partner.Platform, error)
	Platform(ctx context.Context, id string) (partner.Platform, int64, error)
	RunBy(ctx context.Context, org string) ([]string, error)
	Members(ctx context.Context, who access.Reader, platform string) ([]partnership.Standing, error)
	Member(ctx context.Context, who access.Reader, id string) (partnership.Standing, error)
}

// PartnerActs are what the sides of a partnership do.
type PartnerActs interface {
	Invite(ctx context.Context, who access.Reader, a partnership.InviteAsked, key string) (partnership.Standing, error)
	Preview(ctx context.Context, who access.Reader, id string, e casefile.Event) (*partnership.Preview, error)
	Do(ctx context.Context, who access.Reader, id string, e casefile.Event, expected int64, key string) (partnership.Asked, error)
	Asked(ctx context.Context, who access.Reader) ([]partnership.Asked, error)
	Decide(ctx context.Context, who access.Reader, id string, approve bool, reason string) (partnership.Asked, error)
}

// Letterbox is where the letters are that acts send to the other side.
type Letterbox interface {
	Inbox(ctx context.Context, who access.Reader) ([]partnership.Letter, error)
	Open(ctx context.Context, who access.Reader, id string) (partnership.Letter, casefile.Event, error)
}

var _ Circles = (*partnership.Service)(nil)
