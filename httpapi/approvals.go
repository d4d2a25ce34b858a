package httpapi

import (
	"context"
	"net/http"
	"time"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/internal/fault"
)

// Approvals is the second person's side (coordination.Desk).
type Approvals interface {
	Approvals(ctx context.Context, who access.Reader, p coordination.Page) ([]coordination.Approval, string, error)
	Decide(ctx context.Context, who access.Reader, id string, approve bool, reason string) (coordination.Approval, error)
}

// ApprovalList is a page of approvals.
type ApprovalList struct {
	Approvals []Approval `json:"approvals"`
	Next      string     `json:"next,omitempty"`
}

// Approval is an act that waits for a second person.
type Approval struct {
	ID      string            `json:"id"`
	Act     access.Act        `json:"act" example:"erase"`
	Case    string            `json:"case,omitempty"`
	Args    map[string]string `json:"args" doc:"What exactly; it cannot change."`
	By      string            `json:"by"`
	Asked   time.Time         `json:"asked"`
	Expires time.Time         `json:"expires"`
	State   string            `json:"state" doc:"asked, done, declined, expired."`
	With    string            `json:"with,omitempty" doc:"Who decided."`
	Decided *time.Time        `json:"decided,omitempty"`
	Reason  string            `json:"reason,omitempty"`
}

// Decision is the body of a decision.
type Decision struct {
	Approve bool   `json:"approve" yaml:"approve"`
	Reason  string `json:"reason,omitempty" yaml:"reason"`
}

func approvalOf(p coordination.Approval) Approval {
	a := Approval(p)
	if a.Args == nil {
		a.Args = map[string]string{}
	}
	return a
}

func (a *api) addApprovals() {
	if a.o.Approvals == nil {
		return
	}
	add(a, operation{
		id: "approvals", method: http.MethodGet, path: "/approvals", tag: "acts", act: access.See, summary: "Acts that wait for a second person",
		about: "Those that you asked for or may decide.", gives: map[int]*content{200: {of: ApprovalList{}}},
	}, func(ctx context.Context, c *call, in *Paged) (*reply, error) {
		list, next, err := a.o.Approvals.Approvals(ctx, c.reader, page(*in))
		if err != nil {
			return nil, err
		}
		out := ApprovalList{Approvals: []Approval{}, Next: next}
		for _, p := range list {
			out.Approvals = append(out.Approvals, approvalOf(p))
		}
		return sends(http.StatusOK, out)
	})
	type in struct {
		ID string `path:"id" maxLength:"100"`
	}
	add(a, operation{
		id: "decide", method: http.MethodPost, path: "/approvals/{id}", tag: "acts", act: access.Approve, summary: "Approve or decline",
		about: "As another person than the one who asked. What is approved is done at once; an export may then be fetched once.",
		fails: []fault.Kind{fault.NotFound, fault.Conflict, fault.Suspended}, takes: &content{of: Decision{}, example: map[string]any{"approve": true, "reason": "checked with counsel"}},
		gives: map[int]*content{200: {of: Approval{}}},
	}, func(ctx context.Context, c *call, in *in) (*reply, error) {
		// A decision that was left out must not read as "declined".
		var b struct {
			Approve *bool  `yaml:"approve"`
			Reason  string `yaml:"reason"`
		}
		if err := c.decode(&b); err != nil {
			return nil, err
		}
		if b.Approve == nil {
			return nil, fault.At(bodyName, 0, "approve", "is missing")
		}
		p, err := a.o.Approvals.Decide(ctx, c.reader, in.ID, *b.Approve, b.Reason)
		if err != nil {
			return nil, err
		}
		return sends(http.StatusOK, approvalOf(p))
	})
}
