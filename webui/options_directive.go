package webui

import (
	"context"
	"time"

	"tocsin/access"
	"tocsin/directive"
	"tocsin/tasking"
)

// Directives is what the pages need of *tasking.Service.
type Directives interface {
	DirectiveReads
	DirectiveDrafts
	Act(ctx context.Context, who access.Reader, id string, a directive.Act, expected int, key string) (*tasking.View, error)
}

// DirectiveReads are the directives of a reader, and what waits for them.
type DirectiveReads interface {
	List(ctx context.Context, who access.Reader, f tasking.Filter) ([]tasking.Row, error)
	Waiting(ctx context.Context, who access.Reader) ([]tasking.Wait, error)
	Get(ctx context.Context, who access.Reader, id string, at time.Time) (*tasking.View, error)
	Report(ctx context.Context, who access.Reader, id string, at time.Time) (*directive.Closing, error)
	File(ctx context.Context, who access.Reader, id string) (*directive.Directive, error)
}

// DirectiveDrafts are directives that nobody but the authority sees yet.
type DirectiveDrafts interface {
	Draft(ctx context.Context, who access.Reader, platform string, text []byte, key string) (*tasking.View, error)
	Redraft(ctx context.Context, who access.Reader, id string, text []byte, expected int, key string) (*tasking.View, error)
	Issue(ctx context.Context, who access.Reader, id string, expected int, key string) (*tasking.View, error)
	Discard(ctx context.Context, who access.Reader, id string) error
}

var _ Directives = (*tasking.Service)(nil)
