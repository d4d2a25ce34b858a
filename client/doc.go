// Package client speaks to a running platform over its REST API.
//
//	c, err := client.New("https://tocsin.example.org", token, nil)
//	kept, err := c.AddEvent(ctx, "TOC-2026-0042", event, client.Write{Key: "import-7"})
//
// It promises that a write is sent again after a lost connection under the same
// idempotency key, so that it is done once or not at all; that a token goes to the
// host it was given for and to no other; that no answer is read without a bound;
// and that errors come back as the errors of the package that made them, with kind
// and place. It never keeps anything and never decides anything.
package client
