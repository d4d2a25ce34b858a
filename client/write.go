package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"tocsin/casefile"
	"tocsin/internal/fault"
)

// Kept says where a write stands. It is durable.
type Kept struct {
	Handle   string    `json:"handle"`
	ID       string    `json:"id,omitempty"` // of the event
	Epoch    int       `json:"epoch"`
	Index    int64     `json:"index"` // first leaf in the log
	Count    int64     `json:"count"`
	Recorded time.Time `json:"recorded-at"`
	Replayed bool      `json:"replayed"`
}

// Write says how a write is to be done.
type Write struct {
	Key   string // idempotency key; "" takes a random one for this call
	Match string // Case.Tag of the state that was seen; "" for whatever is there
}

func (c *Client) post(ctx context.Context, path, kind string, body []byte, w Write) (Kept, error) {
	var out Kept
	a, err := c.do(ctx, request{method: http.MethodPost, path: path, body: body, kind: kind, key: w.Key, match: w.Match})
	if err != nil {
		return out, err
	}
	return out, c.decode(a, &out)
}

func (c *Client) postJSON(ctx context.Context, path string, v any, w Write) (Kept, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return Kept{}, fault.New(fault.Internal, "writing a request: %v", err)
	}
	return c.post(ctx, path, "application/json", body, w)
}

// Import keeps a case file, in YAML or JSON. party is the party of the file that
// the organisation of the token's person is, "" for none: about itself a party has
// its own word, about others it claims.
func (c *Client) Import(ctx context.Context, file []byte, party string, w Write) (Kept, error) {
	path := "/cases"
	if party != "" {
		path += "?" + url.Values{"party": {party}}.Encode()
	}
	return c.post(ctx, path, "application/yaml", file, w) // JSON is YAML
}

// AddEvent adds an event.
func (c *Client) AddEvent(ctx context.Context, ref string, e casefile.Event, w Write) (Kept, error) {
	body, err := eventJSON(e)
	if err != nil {
		return Kept{}, err
	}
	return c.post(ctx, ofCase(ref, "events"), "application/json", body, w)
}

// eventJSON leaves an empty id out: the record gives one.
func eventJSON(e casefile.Event) ([]byte, error) {
	body, err := json.Marshal(e)
	if err != nil {
		return nil, fault.New(fault.Internal, "writing an event: %v", err)
	}
	if e.ID != "" {
		return body, nil
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(body, &keys); err != nil {
		return nil, fault.New(fault.Internal, "writing an event: %v", err)
	}
	delete(keys, "id")
	return json.Marshal(keys)
}

// Adopt makes another's claim about the own party count.
func (c *Client) Adopt(ctx context.Context, ref, event, reason string, w Write) (Kept, error) {
	return c.postJSON(ctx, ofCase(ref, "events", event, "adopt"), map[string]string{"reason": reason}, w)
}
