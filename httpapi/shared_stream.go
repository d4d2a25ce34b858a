package httpapi

import (
	"context"
	"net/http"
	"time"

	"tocsin/access"
	"tocsin/internal/edge"
	"tocsin/internal/fault"
	"tocsin/sharing"
)

// Sessions tells who is behind what stays open, now (identity.Service).
type Sessions interface {
	Again(ctx context.Context, session string) (access.Reader, error)
}

// beatEvery keeps proxies from closing a stream in which nothing happens.
const beatEvery = 25 * time.Second

type streamIn struct {
	Platform string `query:"platform" maxLength:"200" doc:"Only of this platform."`
}

// addSharedStream registers the only operation whose answer stays open.
func (a *api) addSharedStream() {
	if a.o.Sessions == nil {
		return
	}
	op := operation{
		id: "shared-stream", method: http.MethodGet, path: "/shared/stream", tag: "sharing", act: access.See, summary: "Hear of changes as they happen",
		about: "Server-Sent Events: change when a list of what was shared with you would be another, without what; gone when you may receive less than when it began, or your token ended: then the answer is over.",
		fails: []fault.Kind{fault.NotFound}, gives: map[int]*content{200: {also: []string{eventStream}}},
	}
	add(a, op, func(ctx context.Context, c *call, in *streamIn) (*reply, error) {
		session := c.reader.Session
		changes, err := a.o.Shares.Watch(ctx, func(ctx context.Context) (access.Reader, error) { return a.o.Sessions.Again(ctx, session) }, in.Platform)
		if err != nil {
			return nil, err
		}
		if c.r.Method == http.MethodHead {
			return &reply{status: http.StatusOK, kind: eventStream}, nil
		}
		return &reply{open: func(w http.ResponseWriter, r *http.Request) { a.follow(w, r, changes) }}, nil
	})
}

const eventStream = "text/event-stream"

// follow says what a channel says until it, or the request, ends.
func (a *api) follow(w http.ResponseWriter, r *http.Request, changes <-chan sharing.Change) {
	stream, ctx, done, err := edge.NewStream(w, r)
	if err != nil {
		a.refuse(w, r, fault.New(fault.Invalid, "over this connection nothing can stay open; ask for the list now and then instead"))
		return
	}
	defer done()
	w.Header().Set("Content-Type", eventStream)
	w.Header().Set("X-Accel-Buffering", "no")
	if stream.Send([]byte("retry: 5000\n\n")) != nil {
		return
	}
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	for {
		message, last := ":\n\n", false
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		case _, open := <-changes:
			message, last = "event: change\ndata: 1\n\n", !open
			if last {
				message = "event: gone\ndata: 1\n\n"
			}
		}
		if stream.Send([]byte(message)) != nil || last {
			return
		}
	}
}
