package httpapi

import (
	"context"
	"net/http"

	"tocsin/access"
	"tocsin/internal/fault"
	"tocsin/sharing"
)

// Shares is what goes round on sharing platforms (sharing.Service).
type Shares interface {
	List(ctx context.Context, who access.Reader, f sharing.Filter, p sharing.Page) ([]sharing.Row, string, error)
	GetVersion(ctx context.Context, who access.Reader, id string, n int) (*sharing.Item, error)
	Groups(ctx context.Context, who access.Reader, platform string) ([]sharing.Group, error)
	Share(ctx context.Context, who access.Reader, platform string, d sharing.Draft, key string) (*sharing.Item, error)
	Report(ctx context.Context, who access.Reader, platform string, d sharing.Draft, key string) (*sharing.Item, error)
	Correct(ctx context.Context, who access.Reader, id string, d sharing.Draft, expected int, key string) (*sharing.Item, error)
	Withdraw(ctx context.Context, who access.Reader, id, reason string) error
	Acknowledge(ctx context.Context, who access.Reader, id, org, words string) (sharing.Acknowledgement, error)
	Words(ctx context.Context, who access.Reader, id string) ([]sharing.Word, error)
	Watch(ctx context.Context, again func(context.Context) (access.Reader, error), platform string) (<-chan sharing.Change, error)
}

// InShared names something that was shared.
type InShared struct {
	ID string `path:"id" maxLength:"100"`
}

func (a *api) addShared() {
	if a.o.Shares == nil {
		return
	}
	type getIn struct {
		InShared
		Version int `query:"version" minimum:"0" doc:"Which version; the newest without it."`
	}
	add(a, operation{
		id: "shared-item", method: http.MethodGet, path: "/shared/{id}", tag: "sharing", act: access.See, summary: "Something that was shared, whole",
		about: "An older version is read by whoever may read both it and the newest.", fails: []fault.Kind{fault.NotFound}, gives: map[int]*content{200: {of: SharedItem{}}},
	}, func(ctx context.Context, c *call, in *getIn) (*reply, error) {
		it, err := a.o.Shares.GetVersion(ctx, c.reader, in.ID, in.Version)
		if err != nil {
			return nil, err
		}
		return sends(http.StatusOK, sharedItem(it))
	})
	type correctIn struct {
		InShared
		Keyed
		Seen int `query:"seen" minimum:"0" doc:"The version that you saw: if there is another since, nothing is done."`
	}
	add(a, operation{
		id: "correct-shared", method: http.MethodPost, path: "/shared/{id}/versions", tag: "sharing", act: access.Add, summary: "Correct what you shared",
		about: "By another version, as a whole; kind and org stay. Who may not read the new one finds nothing any more.",
		fails: []fault.Kind{fault.NotFound, fault.Conflict, fault.Suspended}, takes: &content{of: NewShared{}, example: exampleShared}, gives: map[int]*content{201: {of: SharedItem{}}},
	}, func(ctx context.Context, c *call, in *correctIn) (*reply, error) {
		var b NewShared
		if err := c.decode(&b); err != nil {
			return nil, err
		}
		if b.Report {
			return nil, fault.At(bodyName, 0, "report", "is said when something is shared; a correction names whom it is for in to and groups")
		}
		it, err := a.o.Shares.Correct(ctx, c.reader, in.ID, b.draft(), in.Seen, in.Key)
		if err != nil {
			return nil, err
		}
		return sends(http.StatusCreated, sharedItem(it))
	})
	add(a, operation{
		id: "withdraw-shared", method: http.MethodPost, path: "/shared/{id}/withdrawal", tag: "sharing", act: access.Add, summary: "Withdraw what you shared",
		about: "By a mark with its reason; whoever could read it still can.", fails: []fault.Kind{fault.NotFound, fault.Conflict},
		takes: &content{of: Withdrawal{}, example: map[string]any{"reason": "the address was another's"}}, gives: map[int]*content{204: nil},
	}, func(ctx context.Context, c *call, in *InShared) (*reply, error) {
		var b Withdrawal
		if err := c.decode(&b); err != nil {
			return nil, err
		}
		if err := a.o.Shares.Withdraw(ctx, c.reader, in.ID, b.Reason); err != nil {
			return nil, err
		}
		return &reply{status: http.StatusNoContent}, nil
	})
	add(a, operation{
		id: "acknowledge-shared", method: http.MethodPost, path: "/shared/{id}/acknowledgement", tag: "sharing", act: access.Add, summary: "Acknowledge a notice",
		about: "The own word of your organisation that it has it. Once given, it stands; sent again, it is answered again.",
		fails: []fault.Kind{fault.NotFound, fault.Conflict}, takes: &content{of: NewWord{}, example: map[string]any{"words": "we are on it"}}, gives: map[int]*content{200: {of: SharedWord{}}},
	}, func(ctx context.Context, c *call, in *InShared) (*reply, error) {
		var b NewWord
		if err := c.option(&b); err != nil {
			return nil, err
		}
		word, err := a.o.Shares.Acknowledge(ctx, c.reader, in.ID, b.Org, b.Words)
		if err != nil {
			return nil, err
		}
		return sends(http.StatusOK, wordOf(word))
	})
	add(a, operation{
		id: "acknowledgements", method: http.MethodGet, path: "/shared/{id}/acknowledgements", tag: "sharing", act: access.See, summary: "Who has acknowledged, and who has not",
		about: "For the authority of the platform: each member that it is for.", fails: []fault.Kind{fault.NotFound}, gives: map[int]*content{200: {of: SharedWords{}}},
	}, func(ctx context.Context, c *call, in *InShared) (*reply, error) {
		all, err := a.o.Shares.Words(ctx, c.reader, in.ID)
		if err != nil {
			return nil, err
		}
		out := SharedWords{Members: []MemberWord{}}
		for _, w := range all {
			m := MemberWord{Membership: w.Member, Org: w.Org, Name: w.Name, Standing: w.Standing, Receives: w.Receives}
			if w.Given != nil {
				given := wordOf(*w.Given)
				m.Acknowledged = &given
			}
			out.Members = append(out.Members, m)
		}
		return sends(http.StatusOK, out)
	})
	a.addSharedStream()
}
