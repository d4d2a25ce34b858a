package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// SharedSeen is how often a sign was seen, and when first and last.
type SharedSeen struct {
	Type  string    `json:"type"`
	Value string    `json:"value"`
	Count int64     `json:"count"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// SharedAbout is what it is about.
type SharedAbout struct {
	Vulnerabilities []string `json:"vulnerabilities,omitempty"`
	Purls           []string `json:"purls,omitempty"`
	Products        []string `json:"products,omitempty"`
	Keywords        []string `json:"keywords,omitempty"`
}

// ShareFile shares what a file in YAML or JSON says, whose keys are those of
// NewShared, which the platform checks.
func (c *Client) ShareFile(ctx context.Context, platform string, file []byte, w Write) (*SharedItem, error) {
	var out SharedItem
	a, err := c.do(ctx, request{method: http.MethodPost, path: "/platforms/" + url.PathEscape(platform) + "/shared", body: file, kind: "application/yaml", key: w.Key}) // JSON is YAML
	if err != nil {
		return nil, err
	}
	return &out, c.decode(a, &out)
}
