package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"time"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/app"
	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/client"
	"tocsin/internal/document"
	"tocsin/internal/fault"
	"tocsin/record"
)

// maxEventLine is the most bytes of one line of --from.
const maxEventLine = 1 << 20

// inFlight is how many events of --from may wait for the disk at once. They
// share commits: many of them cost about what one does.
const inFlight = 256

// acknowledgement is the answer to an event that is durable.
type acknowledgement struct {
	ID       string `json:"id"`
	Handle   string `json:"handle"`
	Sequence int64  `json:"sequence,omitempty"` // with --server it is not told
	Epoch    int    `json:"epoch"`
	Index    int64  `json:"index"`
	Recorded string `json:"recorded-at"`
	Key      string `json:"key,omitempty"`
	Replayed bool   `json:"replayed,omitempty"`
}

// refusal is the answer to a line that was not kept.
type refusal struct {
	Line  int        `json:"line"`
	Key   string     `json:"key,omitempty"`
	Error string     `json:"error"`
	Kind  fault.Kind `json:"kind"`
}

func acknowledge(r record.Result, key string) acknowledgement {
	seq := r.Version - r.Count + 1
	if r.Version == 0 {
		seq = 0
	}
	return acknowledgement{
		ID: r.ID, Handle: r.Handle, Sequence: seq, Epoch: r.Epoch, Index: r.First,
		Recorded: instant(r.Recorded), Key: key, Replayed: r.Replayed,
	}
}

// writeLine writes one JSON object on one line, at once.
func (e *env) writeLine(v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fault.New(fault.Internal, "writing an answer: %v", err)
	}
	if _, err := e.out.Write(b.Bytes()); err != nil {
		return fault.New(fault.Unavailable, "writing an answer: %v", err)
	}
	return nil
}

// pending is a line on its way.
type pending struct {
	line int
	key  string
	wait func() (record.Result, error)
}

// addEventsFrom keeps one event a line, in order. Each line is answered once,
// in order, when its fate is known; what is refused stops nothing but itself.
func (e *env) addEventsFrom(ctx context.Context, c *ufcli.Command, r *client.Client, by string) error {
	name := c.String("from")
	in := e.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return fault.New(fault.Invalid, "%s", pathError(err))
		}
		defer f.Close()
		in = f
	}
	if r != nil {
		ctx, stop := interruptible(ctx)
		defer stop()
		// One after the other: requests on their way side by side could overtake.
		return e.feed(ctx, name, in, func(ctx context.Context, ev casefile.Event, key string) func() (record.Result, error) {
			return func() (record.Result, error) {
				k, err := r.AddEvent(ctx, c.Args().First(), ev, client.Write{Key: key})
				return resultOf(k), err
			}
		})
	}
	return e.within(ctx, c, toWrite, func(ctx context.Context, a *app.App) error {
		k, err := load(ctx, a, c.Args().First())
		if err != nil {
			return err
		}
		return e.feed(ctx, name, in, func(ctx context.Context, ev casefile.Event, key string) func() (record.Result, error) {
			return a.Keeper().StartEvent(ctx, k.Handle, ev, record.AnyVersion, by, key)
		})
	})
}

// feed starts an event a line and answers each in order.
func (e *env) feed(ctx context.Context, name string, in io.Reader, start func(context.Context, casefile.Event, string) func() (record.Result, error)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan pending, inFlight)
	go func() {
		defer close(queue)
		err := eachLine(ctx, name, in, func(n int, line []byte) bool {
			p := pending{line: n}
			ev, key, bad := e.eventLine(name, n, line)
			p.key = key
			if bad != nil {
				p.wait = func() (record.Result, error) { return record.Result{}, bad }
			} else {
				p.wait = start(ctx, ev, key)
			}
			select {
			case queue <- p:
				return true
			case <-ctx.Done():
				return false
			}
		})
		if err != nil {
			queue <- pending{wait: func() (record.Result, error) { return record.Result{}, err }}
		}
	}()
	return e.answer(ctx, queue, cancel)
}

// answer writes the answers in order and gives the worst of the errors. When ctx
// ends it answers what is under way and waits for no more input.
func (e *env) answer(ctx context.Context, queue <-chan pending, stop context.CancelCauseFunc) error {
	refused, worst := 0, error(nil)
	var broken error
	next := func() (p pending, ok bool) {
		select {
		case p, ok = <-queue:
			return p, ok
		default:
		}
		select {
		case p, ok = <-queue:
		case <-ctx.Done():
		}
		return p, ok
	}
	for p, ok := next(); ok; p, ok = next() {
		r, err := p.wait()
		switch {
		case broken != nil: // nobody reads the answers any more; what is under way still ends
			continue
		case err == nil:
			err = e.writeLine(acknowledge(r, p.key))
		case p.line == 0: // the input itself
			broken = err
			continue
		default:
			refused++
			kind := fault.KindOf(err)
			if worst == nil || kind == fault.Unavailable || kind == fault.Internal {
				worst = err
			}
			err = e.writeLine(refusal{Line: p.line, Key: p.key, Error: err.Error(), Kind: kind})
		}
		if err != nil {
			broken = err
			stop(err)
		}
	}
	switch {
	case broken != nil:
		return broken
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case refused > 0:
		return &exit{exitCode(worst), fault.New(fault.KindOf(worst), "lines that were not kept: %d; each has its answer in the output", refused)}
	}
	return nil
}

// eachLine calls fn with every line that is not blank until it says no.
func eachLine(ctx context.Context, name string, in io.Reader, fn func(n int, line []byte) bool) error {
	r := bufio.NewReaderSize(in, 64<<10)
	for n := 1; ; n++ {
		line, err := readLine(r)
		if errors.Is(err, errLong) {
			return fault.At(name, n, "", "the line has more than %d bytes", maxEventLine)
		}
		if text := bytes.TrimSpace(line); len(text) > 0 && !fn(n, text) {
			return context.Cause(ctx)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fault.New(fault.Unavailable, "%s: reading line %d: %v", name, n, err)
		}
	}
}

var errLong = errors.New("long line")

func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > maxEventLine {
			return nil, errLong
		}
		line = append(line, part...)
		if err != bufio.ErrBufferFull {
			return line, err
		}
	}
}

// eventLine reads a line: an event as a case file writes it in JSON, and "key".
// Without a time it happened now, unless a key says that it may be sent again.
func (e *env) eventLine(name string, n int, line []byte) (ev casefile.Event, key string, err error) {
	if line[0] != '{' {
		return ev, "", fault.At(name, n, "", "a JSON object is needed, such as {\"kind\": \"aware\", \"by\": \"acme\"}")
	}
	root, err := document.Parse(name, line, document.Limits{Bytes: maxEventLine})
	if err != nil {
		return ev, "", atLine(err, n)
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value == "key" {
			if key = root.Content[i+1].Value; root.Content[i+1].Tag != "!!str" {
				return ev, "", fault.At(name, n, "key", "a text is needed")
			}
			root.Content = append(root.Content[:i], root.Content[i+2:]...)
			break
		}
	}
	if err := document.Decode(name, root, &ev); err != nil {
		return ev, key, atLine(err, n)
	}
	if ev.At.IsZero() {
		if key != "" {
			return ev, key, fault.At(name, n, "at", "a line with a key needs its time: sent again it must say the same")
		}
		ev.At.Moment = calendar.Moment{Value: e.now().UTC().Format(time.RFC3339)}
	}
	ev.Line = n
	return ev, key, nil
}

// atLine puts the line of the file for the line of the little document.
func atLine(err error, n int) error {
	var f *fault.Error
	if errors.As(err, &f) {
		g := *f
		g.Line = n
		return &g
	}
	return err
}
