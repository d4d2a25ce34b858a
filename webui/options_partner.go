package webui

import (
	"context"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/partner"
	"tocsin/partnership"
)

// Circles is what the pages need of *partnership.Service.
type Circles interface {
	Memberships
	PartnerActs
	Calling
	Letterbox
	LatenessFindings
}

// Memberships are the sharing platforms and who is in them.
type Memberships interface {
	Platforms(ctx context.Context, who access.Reader) ([]partner.Platform, error)
	Platform(ctx context.Context, id string) (partner.Platform, int64, error)
	RunBy(ctx context.Context, org string) ([]string, error)
	Members(ctx context.Context, who access.Reader, platform string) ([]partnership.Standing, error)
	Member(ctx context.Context, who access.Reader, id string) (partnership.Standing, error)
	Dossier(ctx context.Context, who access.Reader, id string, a partnership.DossierAsked) (*coordination.DossierMade, error)
	SetProfile(ctx context.Context, who access.Reader, id string, p partnership.Profile, edition int64) error
	At(ctx context.Context, handle string) (string, error)
}

// PartnerActs are what the sides of a partnership do.
type PartnerActs interface {
	Invite(ctx context.Context, who access.Reader, a partnership.InviteAsked, key string) (partnership.Standing, error)
	Preview(ctx context.Context, who access.Reader, id string, e casefile.Event) (*partnership.Preview, error)
	Do(ctx context.Context, who access.Reader, id string, e casefile.Event, expected int64, key string) (partnership.Asked, error)
	Asked(ctx context.Context, who access.Reader) ([]partnership.Asked, error)
	Decide(ctx context.Context, who access.Reader, id string, approve bool, reason string) (partnership.Asked, error)
}

// Calling is how an authority calls on several members at once.
type Calling interface {
	Concerned(ctx context.Context, who access.Reader, platform string, f partner.Facts) ([]partnership.Concerned, error)
	CallOn(ctx context.Context, who access.Reader, a partnership.CallAsked, key string) (round string, done []partnership.Called, err error)
	Rounds(ctx context.Context, who access.Reader, platform string) ([]partnership.Round, error)
}

// Letterbox is where the letters are that acts send to the other side.
type Letterbox interface {
	Inbox(ctx context.Context, who access.Reader) ([]partnership.Letter, error)
	Open(ctx context.Context, who access.Reader, id string) (partnership.Letter, casefile.Event, error)
}

// LatenessFindings are evidence that a member may have known earlier.
type LatenessFindings interface {
	Look(ctx context.Context, who access.Reader, platform string, a coordination.EarlierAsked) ([]partnership.Candidate, *coordination.Earlier, error)
	Find(ctx context.Context, who access.Reader, member string, limb partnership.Limb, words string, a coordination.EarlierAsked) (partnership.Finding, error)
	Finding(ctx context.Context, who access.Reader, id string) (partnership.Finding, error)
	AllFindings(ctx context.Context, who access.Reader, member string) ([]partnership.FindingLine, error)
	ServeFinding(ctx context.Context, who access.Reader, id string, e casefile.Event, expected int64, key string) (partnership.Asked, error)
}

var _ Circles = (*partnership.Service)(nil)
