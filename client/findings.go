package client

import (
	"context"
	"net/url"
	"time"

	"tocsin/calendar"
	"tocsin/earlier"
)

// Report is a report of a vulnerability, and when it arrived.
type Report struct {
	Flaws    []string `json:"vulnerabilities,omitempty"`
	Purls    []string `json:"packages,omitempty"`
	Names    []string `json:"products,omitempty"`
	Received string   `json:"received"` // RFC 3339
	By       string   `json:"by,omitempty"`
}

// Earlier is who may have known before a report arrived: evidence, no judgement.
type Earlier struct {
	Found []struct {
		Membership string         `json:"membership"` // "" for who is no member of the platform
		Evidence   earlier.Member `json:"evidence"`
	} `json:"found"`
	Cases   int       `json:"cases"`
	Weighed int       `json:"weighed"`
	Skip    int       `json:"skip"` // send it for the duties of the next cases
	Next    string    `json:"next"` // send it for further cases
	At      time.Time `json:"at"`
}

// Finding is a lateness finding; in a list without its evidence. It is no verdict.
type Finding struct {
	ID         string `json:"id"`
	Platform   string `json:"platform"`
	Membership string `json:"membership"`
	Limb       string `json:"limb"`  // report, support
	State      string `json:"state"` // draft, waiting, served, answered, contested, withdrawn
	Report     struct {
		Flaws    []string      `json:"vulnerabilities"`
		Purls    []string      `json:"packages"`
		Names    []string      `json:"products"`
		Received calendar.Span `json:"received"`
		By       string        `json:"by"`
	} `json:"report"`
	Made      time.Time      `json:"made"`
	Act       string         `json:"act"`
	Hash      string         `json:"hash"`
	Evidence  earlier.Member `json:"evidence"`
	Words     string         `json:"words"`
	By        string         `json:"by"`
	Unseen    int            `json:"unseen"` // cases left out, since the token's person does not see them
	Less      int            `json:"less"`   // cases of which they see a part
	Contested []string       `json:"contested"`
	Answered  []string       `json:"answered"`
}

// LookEarlier looks who may have known before a report arrived; after and skip are
// Next and Skip of the answer before, if there is one.
func (c *Client) LookEarlier(ctx context.Context, platform string, r Report, after string, skip int) (*Earlier, error) {
	var out Earlier
	body := map[string]any{"report": r, "after": after, "skip": skip}
	return &out, c.send(ctx, "/platforms/"+url.PathEscape(platform)+"/findings/look", body, Write{}, &out)
}

// MakeFinding makes a draft finding about a member, of the limb report or support.
func (c *Client) MakeFinding(ctx context.Context, membership, limb, words string, r Report) (*Finding, error) {
	var out Finding
	body := map[string]any{"report": r, "limb": limb, "words": words}
	return &out, c.send(ctx, "/memberships/"+url.PathEscape(membership)+"/findings", body, Write{}, &out)
}

// Findings lists the lateness findings that the token's person may read, of one
// membership or of all for "".
func (c *Client) Findings(ctx context.Context, membership string) ([]Finding, error) {
	var out struct {
		Findings []Finding `json:"findings"`
	}
	_, err := c.get(ctx, "/findings", given("membership", membership), &out)
	return out.Findings, err
}

// Finding gives a finding with its evidence, as far as the token's person sees it.
func (c *Client) Finding(ctx context.Context, id string) (*Finding, error) {
	var out Finding
	_, err := c.get(ctx, "/findings/"+url.PathEscape(id), nil, &out)
	return &out, err
}
