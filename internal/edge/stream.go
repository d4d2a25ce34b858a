package edge

import (
	"context"
	"net/http"
	"time"

	"tocsin/internal/fault"
)

// slowReader is how long a stream waits for its reader to take one message.
const slowReader = 30 * time.Second

// Stream is an answer that stays open. The server's limits on how long a
// request may take do not hold for it; those on how long one message may take do.
type Stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// NewStream makes an answer that stays open. ctx ends with the request, or at
// once when the server is about to stop; the caller calls done.
func NewStream(w http.ResponseWriter, r *http.Request) (s *Stream, ctx context.Context, done func(), err error) {
	c := http.NewResponseController(w)
	if err := c.SetReadDeadline(time.Time{}); err != nil {
		return nil, nil, nil, fault.New(fault.Internal, "this connection cannot stay open: %v", err)
	}
	ctx, cancel := context.WithCancel(r.Context())
	if stopping := of(ctx).stopping; stopping != nil {
		go func() {
			select {
			case <-stopping:
				cancel()
			case <-ctx.Done():
			}
		}()
	}
	return &Stream{w: w, control: c}, ctx, cancel, nil
}

// Send writes one message and pushes it out; an error says that the reader has
// gone or does not read.
func (s *Stream) Send(b []byte) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(slowReader)); err != nil {
		return err
	}
	if _, err := s.w.Write(b); err != nil {
		return err
	}
	return s.control.Flush()
}
