package webui

import (
	"context"
	"net/url"
	"time"

	"tocsin/access"
	"tocsin/internal/edge"
	"tocsin/internal/fault"
)

// heartbeat keeps proxies from closing a stream in which nothing happens.
const heartbeat = 25 * time.Second

// liveAddress is the stream of a page at base that was made of what mark names.
func liveAddress(base, mark string) string {
	if mark == "" {
		return base + "/live"
	}
	return base + "/live?" + url.Values{"seen": {mark}}.Encode()
}

// live streams Server-Sent Events to our own script: one "change" for each
// change of ref ("" for the desk), and "gone" when the reader may not see it any
// more. An element with data-live="URL" listens; elements with data-refresh
// (and an id) are then loaded again. The address says what the page was made of
// (?seen=MARK), and each change what is seen since: a browser whose line broke says
// the newest that it heard of. So nothing is missed before the stream listens.
func (v *visit) live(ref string) error {
	if err := v.need(v.o.Desk != nil, "the desk"); err != nil {
		return err
	}
	session := v.Session.ID
	again := func(ctx context.Context) (access.Reader, error) { return v.o.Identity.Again(ctx, session) }
	ctx, cancel := context.WithCancel(v.ctx())
	defer cancel()
	mark := v.r.Header.Get("Last-Event-ID")
	if mark == "" {
		mark = v.Form.Get("seen")
	}
	changes, err := v.o.Desk.ChangesSince(ctx, again, ref, mark)
	if err != nil {
		return err
	}
	head := v.w.Header()
	head.Set("Content-Type", "text/event-stream")
	head.Set("X-Accel-Buffering", "no")
	stream, sctx, done, err := edge.NewStream(v.w, v.r)
	if err != nil {
		return fault.New(fault.Unavailable, "live updates are not possible here; load the page again instead")
	}
	defer done()
	v.answered = true
	if stream.Send([]byte("retry: 5000\n\n")) != nil {
		return nil
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-sctx.Done():
			return nil
		case <-beat.C:
			if stream.Send([]byte(":\n\n")) != nil {
				return nil
			}
		case change, open := <-changes:
			event := "id: " + change.Mark + "\nevent: change\ndata: 1\n\n"
			if !open {
				event = "event: gone\ndata: 1\n\n"
			}
			if stream.Send([]byte(event)) != nil || !open {
				return nil
			}
		}
	}
}
