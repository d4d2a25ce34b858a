package webui

import (
	"context"
	"time"

	"tocsin/access"
	"tocsin/sharing"
)

// Shares is what the pages need of *sharing.Service.
type Shares interface {
	SharedReads
	SharedActs
	SharedGroups
}

// SharedReads are what goes round on the platforms of a reader.
type SharedReads interface {
	List(ctx context.Context, who access.Reader, f sharing.Filter, p sharing.Page) ([]sharing.Row, string, error)
	GetVersion(ctx context.Context, who access.Reader, id string, n int) (*sharing.Item, error)
	Words(ctx context.Context, who access.Reader, id string) ([]sharing.Word, error)
	Digest(ctx context.Context, who access.Reader, since time.Time) (sharing.Digest, error)
}

// SharedActs share something, and answer what was shared.
type SharedActs interface {
	Audience(ctx context.Context, who access.Reader, platform string, d sharing.Draft) (sharing.Audience, error)
	Share(ctx context.Context, who access.Reader, platform string, d sharing.Draft, key string) (*sharing.Item, error)
	Correct(ctx context.Context, who access.Reader, id string, d sharing.Draft, expected int, key string) (*sharing.Item, error)
	Withdraw(ctx context.Context, who access.Reader, id, reason string) error
	Acknowledge(ctx context.Context, who access.Reader, id, org, words string) (sharing.Acknowledgement, error)
}

// SharedGroups are the groups of members that an authority shares with.
type SharedGroups interface {
	Groups(ctx context.Context, who access.Reader, platform string) ([]sharing.Group, error)
	PutGroup(ctx context.Context, who access.Reader, g sharing.Group) (sharing.Group, error)
	DropGroup(ctx context.Context, who access.Reader, platform, id string, version int64) error
}

var _ Shares = (*sharing.Service)(nil)
