package client

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"tocsin/partner"
)

// WaitingAct is an act of an authority that waits for somebody to decide it on the
// page.
type WaitingAct struct {
	ID         string    `json:"id"`
	Membership string    `json:"membership"`
	Platform   string    `json:"platform"`
	By         string    `json:"by"`
	Via        string    `json:"via"` // token: a program proposed it
	Asked      time.Time `json:"asked"`
	Expires    time.Time `json:"expires"`
	State      string    `json:"state"`
	Event      struct {
		Kind   string `json:"kind"`
		Reason string `json:"reason"`
	} `json:"event"`
}

// ActPreview is what an act would change.
type ActPreview struct {
	Before partner.Standing `json:"before"`
	After  partner.Standing `json:"after"`
	Second string           `json:"second"` // clause by which another person must agree
	Orgs   []struct {
		Org    string  `json:"org"`
		Before []Stand `json:"before"`
		After  []Stand `json:"after"`
	} `json:"organisations"`
	Reach []struct {
		Org    string `json:"org"`
		People int    `json:"people"`
		Hidden int    `json:"hidden"`
		Cases  []struct {
			Handle string `json:"handle"`
			Case   string `json:"case"`
			Title  string `json:"title"`
			Then   string `json:"then"` // lost, gained, changed
		} `json:"cases"`
	} `json:"reach"`
	Unchanged int  `json:"unchanged"`
	More      bool `json:"more"`
}

// Stand is one standing, from an instant on.
type Stand struct {
	From     time.Time        `json:"from"`
	Standing partner.Standing `json:"standing"`
}

// OpenedLetter is a letter with its words.
type OpenedLetter struct {
	Letter
	By      string         `json:"by"`
	Token   string         `json:"token"`
	Act     map[string]any `json:"act"` // as it stands in the partnership file
	Number  string         `json:"number"`
	Lang    string         `json:"lang"`
	Form    string         `json:"form"`
	Text    string         `json:"text"` // "" where there is no formal letter, or it lacks parts
	Missing []string       `json:"missing"`
}

// PreviewAct tells what an act would change; nothing is done.
func (c *Client) PreviewAct(ctx context.Context, membership string, what map[string]any) (*ActPreview, error) {
	var out ActPreview
	return &out, c.send(ctx, "/memberships/"+url.PathEscape(membership)+"/acts/preview", what, Write{}, &out)
}

// WaitingActs lists the acts that wait on the platforms of the token's authority.
func (c *Client) WaitingActs(ctx context.Context) ([]WaitingAct, error) {
	var out struct {
		Acts []WaitingAct `json:"acts"`
	}
	_, err := c.get(ctx, "/partner-acts/waiting", nil, &out)
	return out.Acts, err
}

// OpenLetter opens a letter and gives its words in a language ("": the person's).
// Where the person acts for the recipient, this confirms its receipt.
func (c *Client) OpenLetter(ctx context.Context, id, lang string) (*OpenedLetter, error) {
	path := "/inbox/" + url.PathEscape(id) + "/open"
	a, err := c.do(ctx, request{method: http.MethodPost, path: path, query: given("lang", lang)})
	if err != nil {
		return nil, err
	}
	var out OpenedLetter
	return &out, c.decode(a, &out)
}

// Dossier gives a case as one HTML file that is checked offline, in a language
// ("": the person's).
func (c *Client) Dossier(ctx context.Context, ref, lang string) ([]byte, error) {
	return c.page(ctx, ofCase(ref, "dossier"), given("lang", lang))
}

// PartnershipDossier gives an act of a partnership with what belongs to it, or for
// "" the whole partnership, in the same way.
func (c *Client) PartnershipDossier(ctx context.Context, membership, act, lang string) ([]byte, error) {
	return c.page(ctx, "/memberships/"+url.PathEscape(membership)+"/dossier", given("lang", lang, "act", act))
}

func (c *Client) page(ctx context.Context, path string, query url.Values) ([]byte, error) {
	a, err := c.do(ctx, request{method: http.MethodGet, path: path, query: query, accept: "text/html"})
	if err != nil {
		return nil, err
	}
	return a.body, nil
}

// given are the parameters that are not empty, pairs of name and value.
func given(pairs ...string) url.Values {
	out := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out.Set(pairs[i], pairs[i+1])
		}
	}
	return out
}
