package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"tocsin/directive"
)

// Directive is a directive on a sharing platform, as it stands in a list.
type Directive struct {
	ID       string            `json:"id"`
	Platform string            `json:"platform"`
	Number   string            `json:"number"`
	Issuer   string            `json:"issuer"`
	Title    map[string]string `json:"title,omitempty"` // by language; not while withheld
	TLP      string            `json:"tlp"`
	Status   string            `json:"status"` // draft, issued, ended
	Side     string            `json:"side"`
	Issued   *time.Time        `json:"issued,omitempty"`
	Withheld bool              `json:"withheld"` // the words lie above the ceiling of where the token's person stands
	Waits    int               `json:"waits"`
	Due      *struct {
		Earliest time.Time `json:"earliest"`
		Latest   time.Time `json:"latest"`
	} `json:"due,omitempty"`
	PastDue int            `json:"past-due"`
	Count   map[string]int `json:"count,omitempty"` // for the authority
	Yours   []string       `json:"yours"`
}

// WholeDirective is a directive with what came of it.
type WholeDirective struct {
	Directive
	At      time.Time `json:"at"`
	Version int       `json:"version"`
	Refused string    `json:"refused,omitempty"` // of a draft: what speaks against issuing it
	Duties  []struct {
		Cell struct {
			Member string `json:"member"`
			Step   string `json:"step"`
			Status string `json:"status"`
		} `json:"cell"`
		Kind string `json:"kind"`
	} `json:"duties"`
	Acts []DirectiveAct `json:"acts"`
}

// DirectiveAct is an act on record.
type DirectiveAct struct {
	N   int `json:"n"`
	Act struct {
		ID   string `json:"id"`
		Kind string `json:"kind"`
		By   string `json:"by"`
	} `json:"act"`
	Recorded time.Time `json:"recorded-at"`
	Hash     string    `json:"hash"` // SHA-256 of Sealed, as the log has it
	Epoch    int       `json:"epoch"`
	Index    int64     `json:"index"`
	Sealed   string    `json:"sealed,omitempty"`
}

// Directives lists the directives on a platform that the token's person sees.
func (c *Client) Directives(ctx context.Context, platform string) ([]Directive, error) {
	var out struct {
		Directives []Directive `json:"directives"`
	}
	_, err := c.get(ctx, "/platforms/"+url.PathEscape(platform)+"/directives", nil, &out)
	return out.Directives, err
}

// DraftDirective makes a draft of a document, in YAML or JSON. It binds nobody
// before a person issues it on its page.
func (c *Client) DraftDirective(ctx context.Context, platform string, file []byte, w Write) (*WholeDirective, error) {
	var out WholeDirective
	a, err := c.do(ctx, request{method: http.MethodPost, path: "/platforms/" + url.PathEscape(platform) + "/directives", body: file, kind: "application/yaml", key: w.Key}) // JSON is YAML
	if err != nil {
		return nil, err
	}
	return &out, c.decode(a, &out)
}

// Directive gives a directive with what came of it by now.
func (c *Client) Directive(ctx context.Context, id string) (*WholeDirective, error) {
	var out WholeDirective
	_, err := c.get(ctx, "/directives/"+url.PathEscape(id), nil, &out)
	return &out, err
}

// DirectiveFile gives a directive as a document, json or yaml, with the acts on it:
// for a member its own side.
func (c *Client) DirectiveFile(ctx context.Context, id, format string) ([]byte, error) {
	a, err := c.do(ctx, request{method: http.MethodGet, path: "/directives/" + url.PathEscape(id) + "/file", query: url.Values{"format": {format}}, accept: "application/" + format})
	if err != nil {
		return nil, err
	}
	return a.body, nil
}

// ActOn puts an act on a directive on record; its id and its time are the
// platform's to set. expected is WholeDirective.Version, negative for any.
func (c *Client) ActOn(ctx context.Context, id string, act directive.Act, expected int, w Write) (*WholeDirective, error) {
	type keys struct { // without id and at, which are not the asker's
		directive.Act
		ID string `json:"id,omitempty"`
		At string `json:"at,omitempty"`
		By string `json:"by,omitempty"`
	}
	var out WholeDirective
	path := "/directives/" + url.PathEscape(id) + "/acts?" + url.Values{"expected": {strconv.Itoa(max(expected, -1))}}.Encode()
	return &out, c.send(ctx, path, keys{Act: act, By: act.By}, w, &out)
}

// DirectiveReport gives the closing report, or an interim one, to the authority.
func (c *Client) DirectiveReport(ctx context.Context, id string) (*directive.Closing, error) {
	var out directive.Closing
	_, err := c.get(ctx, "/directives/"+url.PathEscape(id)+"/report", nil, &out)
	return &out, err
}
