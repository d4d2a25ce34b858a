package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"tocsin/internal/fault"
	"tocsin/partner"
)

// SharingPlatform is a sharing platform that the token's person has to do with.
type SharingPlatform struct {
	ID        string          `json:"id"`
	Name      string          `json:"name"`
	Authority string          `json:"authority"`
	Runs      bool            `json:"runs"` // they belong to the authority
	Yours     []PlatformStand `json:"yours"`
}

// PlatformStand is where an organisation of theirs stands on it.
type PlatformStand struct {
	Org      string           `json:"org"`
	Standing partner.Standing `json:"standing"`
	Ceiling  string           `json:"ceiling"` // the most that it receives; "" is nothing
}

// Shared is something that was shared, as it stands in a list.
type Shared struct {
	ID       string            `json:"id"`
	Platform string            `json:"platform"`
	Kind     string            `json:"kind"`
	From     string            `json:"from"`
	At       time.Time         `json:"at"`
	Received string            `json:"received-as"`
	Version  SharedVersion     `json:"version"`
	Concerns []partner.Concern `json:"concerns"`
	Mark     *struct {
		At     time.Time `json:"at"`
		Reason string    `json:"reason"`
	} `json:"withdrawn,omitempty"`
}

// SharedVersion is a version of it.
type SharedVersion struct {
	N      int               `json:"n"`
	At     time.Time         `json:"at"`
	TLP    string            `json:"tlp"`
	Titles map[string]string `json:"titles"`
	About  SharedAbout       `json:"about"`
	AckBy  *time.Time        `json:"acknowledge-by,omitempty"`
	Hash   string            `json:"hash"` // SHA-256 of SharedItem.Sealed, as the log has it
	Epoch  int               `json:"epoch"`
	Index  int64             `json:"index"`
}

// SharedText is its words in one language.
type SharedText struct {
	Title    string `json:"title" yaml:"title"`
	Text     string `json:"text,omitempty" yaml:"text"`
	Concerns string `json:"concerns,omitempty" yaml:"concerns"`
	First    string `json:"first,omitempty" yaml:"first"`
}

// SharedSign is an indicator. It is text; nothing looks up what it names.
type SharedSign struct {
	Type  string `json:"type" yaml:"type"`
	Value string `json:"value" yaml:"value"`
	Note  string `json:"note,omitempty" yaml:"note"`
}

// SharedItem is something that was shared, whole.
type SharedItem struct {
	Shared
	Words  map[string]SharedText `json:"words"`
	Signs  []SharedSign          `json:"signs"`
	Seen   []SharedSeen          `json:"sightings"`
	Sealed string                `json:"sealed"`
}

// NewShared is something to be shared. Report is for the authority alone, which a
// suspended member may tell too.
type NewShared struct {
	Kind   string                `json:"kind" yaml:"kind"`
	TLP    string                `json:"tlp" yaml:"tlp"`
	Report bool                  `json:"report,omitempty" yaml:"report"`
	Org    string                `json:"org,omitempty" yaml:"org"`
	To     []string              `json:"to,omitempty" yaml:"to"`
	Groups []string              `json:"groups,omitempty" yaml:"groups"`
	People []string              `json:"people,omitempty" yaml:"people"`
	Words  map[string]SharedText `json:"words" yaml:"words"`
	Signs  []SharedSign          `json:"signs,omitempty" yaml:"signs"`
	Seen   []SharedSeen          `json:"sightings,omitempty" yaml:"sightings"`
	About  *SharedAbout          `json:"about,omitempty" yaml:"about"`
	AckBy  *time.Time            `json:"acknowledge-by,omitempty" yaml:"acknowledge-by"`
}

// Membership is a membership with where it stands.
type Membership struct {
	ID       string           `json:"id"`
	Platform string           `json:"platform"`
	Org      string           `json:"org"`
	Name     string           `json:"name"`
	Handle   string           `json:"handle"` // of the partnership file
	Side     string           `json:"side"`
	Standing partner.Standing `json:"standing"`
	Version  int64            `json:"version"`
	State    partner.State    `json:"state"`
}

// Letter is an act of the other side in the inbox of an organisation.
type Letter struct {
	ID         string     `json:"id"`
	Membership string     `json:"membership"`
	Org        string     `json:"org"`
	Event      string     `json:"event"`
	Kind       string     `json:"kind"`
	Sent       time.Time  `json:"sent"`
	Received   *time.Time `json:"received,omitempty"`
}

// Act is an act in a partnership that was asked for; State says whether it is done
// or waits for a second person.
type Act struct {
	ID    string `json:"id"`
	State string `json:"state"`
}

// Platforms lists the sharing platforms of the token's person.
func (c *Client) Platforms(ctx context.Context) ([]SharingPlatform, error) {
	var out struct {
		Platforms []SharingPlatform `json:"platforms"`
	}
	_, err := c.get(ctx, "/platforms", nil, &out)
	return out.Platforms, err
}

// Shared lists what was shared on a platform, the newest first: at most so many, of
// a kind ("" for any), and if concerning is set only what concerns them.
func (c *Client) Shared(ctx context.Context, platform, kind string, concerning bool, most int) ([]Shared, error) {
	var out []Shared
	query := url.Values{"limit": {strconv.Itoa(min(max(most, 1), 200))}}
	if kind != "" {
		query.Set("kind", kind)
	}
	if concerning {
		query.Set("concerning", "true")
	}
	for {
		var page struct {
			Shared []Shared `json:"shared"`
			Next   string   `json:"next"`
		}
		if _, err := c.get(ctx, "/platforms/"+url.PathEscape(platform)+"/shared", query, &page); err != nil {
			return nil, err
		}
		out = append(out, page.Shared...)
		switch {
		case len(out) >= most:
			return out[:most], nil
		case page.Next == "":
			return out, nil
		case page.Next == query.Get("after"):
			return nil, fault.New(fault.Unavailable, "%s gives the same page again and again", c.base.Host)
		}
		query.Set("after", page.Next)
	}
}

// SharedItem gives something that was shared, whole.
func (c *Client) SharedItem(ctx context.Context, id string) (*SharedItem, error) {
	var out SharedItem
	_, err := c.get(ctx, "/shared/"+url.PathEscape(id), nil, &out)
	return &out, err
}

// Share shares something on a platform.
func (c *Client) Share(ctx context.Context, platform string, s NewShared, w Write) (*SharedItem, error) {
	var out SharedItem
	return &out, c.send(ctx, "/platforms/"+url.PathEscape(platform)+"/shared", s, w, &out)
}

// Acknowledge gives the word of an organisation, "" for the only one, that it has a
// notice.
func (c *Client) Acknowledge(ctx context.Context, id, org, words string) error {
	var out struct{}
	return c.send(ctx, "/shared/"+url.PathEscape(id)+"/acknowledgement", map[string]string{"org": org, "words": words}, Write{}, &out)
}

// Memberships lists the memberships that the token's person is on one side of,
// without their states.
func (c *Client) Memberships(ctx context.Context) ([]Membership, error) {
	var out struct {
		Memberships []Membership `json:"memberships"`
	}
	_, err := c.get(ctx, "/memberships", nil, &out)
	return out.Memberships, err
}

// Membership gives a membership with its state.
func (c *Client) Membership(ctx context.Context, id string) (*Membership, error) {
	var out Membership
	_, err := c.get(ctx, "/memberships/"+url.PathEscape(id), nil, &out)
	return &out, err
}

// Act does an act in a partnership; what is a map of the keys of an event, such as
// kind, re, text.
func (c *Client) Act(ctx context.Context, membership string, what map[string]any, w Write) (Act, error) {
	var out Act
	err := c.send(ctx, "/memberships/"+url.PathEscape(membership)+"/acts", what, w, &out)
	return out, err
}

// Inbox lists the letters to the organisations of the token's person.
func (c *Client) Inbox(ctx context.Context) ([]Letter, error) {
	var out struct {
		Letters []Letter `json:"letters"`
	}
	_, err := c.get(ctx, "/inbox", nil, &out)
	return out.Letters, err
}

// send posts JSON and reads the answer.
func (c *Client) send(ctx context.Context, path string, v any, w Write, into any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fault.New(fault.Internal, "writing a request: %v", err)
	}
	a, err := c.do(ctx, request{method: http.MethodPost, path: path, body: body, kind: "application/json", key: w.Key, match: w.Match})
	if err != nil {
		return err
	}
	return c.decode(a, into)
}
