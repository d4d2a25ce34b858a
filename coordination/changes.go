package coordination

import (
	"context"
	"time"

	"tocsin/access"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// Change tells that something the reader may see has changed.
type Change struct {
	Handle  string // "" for the desk as a whole
	Version int64
	Mark    string // of what the reader sees now
}

// Live bounds how changes are told. Zero values are the usual ones.
type Live struct {
	Tick      <-chan time.Time // when to look; nil: every second while somebody listens
	PerPerson int              // listeners of one person at a time; 16
}

// Changes tells of changes of a case, or for "" of any on the desk, until ctx
// ends or the reader may not see it any more: then the channel is closed.
// again gives who asks anew, and an error when the session ended.
//
// What is told is what the reader would see differently: the newest record of
// the reader's view and the states of its plan, or the first page of the desk.
// So nobody learns from a signal that somebody else did something unseen. Who
// does not listen for a while gets one signal for all that they missed.
// fault.Unavailable if the person listens in too many places already.
func (d *Desk) Changes(ctx context.Context, again func(context.Context) (access.Reader, error), ref string) (<-chan Change, error) {
	return d.ChangesSince(ctx, again, ref, "")
}

// ChangesSince is Changes for a page that was made before it began to listen: what
// happened in between is told at once. mark is of what the page was made of (Mark),
// "" for what is seen now.
func (d *Desk) ChangesSince(ctx context.Context, again func(context.Context) (access.Reader, error), ref, mark string) (<-chan Change, error) {
	who, err := again(ctx)
	if err != nil {
		return nil, err
	}
	if who.Person == "" {
		return nil, notThere()
	}
	l := &listener{person: who.Person, stood: stood(who), wake: make(chan struct{}, 1), out: make(chan Change, 1)}
	if ref != "" {
		s, err := d.sit(ctx, who, ref, access.See)
		if err != nil {
			return nil, err
		}
		l.handle = s.Handle
	}
	if err := d.hub.join(l); err != nil {
		return nil, err
	}
	var version int64
	if l.seen, version, err = d.glance(ctx, who, l.handle); err != nil {
		d.hub.leave(l)
		return nil, err
	}
	if now := markOf(l.seen); mark != "" && mark != now {
		l.out <- Change{Handle: l.handle, Version: version, Mark: now}
	}
	go d.listen(ctx, again, l)
	return l.out, nil
}

// listen serves one listener. Whatever wakes it, the reader is asked for anew
// and the table with it; if either cannot answer, it is the end.
func (d *Desk) listen(ctx context.Context, again func(context.Context) (access.Reader, error), l *listener) {
	defer close(l.out)
	defer d.hub.leave(l)
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.wake:
		}
		who, err := again(ctx)
		if err != nil || who.Person != l.person || fallen(l.stood, stood(who)) {
			return // and looks at the page anew, with the rights of now
		}
		seen, version, err := d.glance(ctx, who, l.handle)
		if err != nil {
			return
		}
		if seen == l.seen {
			continue
		}
		l.seen = seen
		select {
		case <-l.out: // a signal that nobody has taken yet; the new one says it too
		default:
		}
		l.out <- Change{Handle: l.handle, Version: version, Mark: markOf(seen)}
	}
}

// stood is where the organisations stand that a reader acts for.
func stood(who access.Reader) map[string]partner.Standing {
	out := make(map[string]partner.Standing, len(who.Acting))
	for i := range who.Acting {
		a := &who.Acting[i]
		out[a.Org+" "+a.For] = a.Everywhere()
	}
	return out
}

// fallen tells that one of them stands worse now, or is not theirs any more: what
// was open for the reader ends then, whatever it would go on to say.
func fallen(was, now map[string]partner.Standing) bool {
	for org, s := range was {
		if t, ok := now[org]; !ok || t.Worse(s) {
			return true
		}
	}
	return false
}

// glance is what a reader would see, as a hash, and the version of the case.
func (d *Desk) glance(ctx context.Context, who access.Reader, handle string) (out [32]byte, version int64, err error) {
	if handle == "" {
		out, err = d.glanceAll(ctx, who)
		return out, 0, err
	}
	s, err := d.sit(ctx, who, handle, access.See)
	if err != nil {
		return out, 0, err
	}
	p, err := d.planned(ctx, s, PlanOptions{})
	if err != nil && fault.KindOf(err) != fault.Invalid { // too large to be planned: its record still tells
		return out, 0, err
	}
	if err != nil {
		return glanceOf(s.Seen, nil), s.Version, nil
	}
	return glanceOf(s.Seen, p.Plan), s.Version, nil
}

// glanceAll is what a reader would see of the desk.
func (d *Desk) glanceAll(ctx context.Context, who access.Reader) (out [32]byte, err error) {
	page, err := d.Lines(ctx, who, Filter{}, Page{})
	if err != nil {
		return out, err
	}
	waiting, err := recently(ctx, d, who, "waiting", true, d.waiting)
	if err != nil {
		return out, err
	}
	pending, err := recently(ctx, d, who, "pending", true, d.pending)
	if err != nil {
		return out, err
	}
	announced, err := d.Announcements(ctx, who)
	if err != nil {
		return out, err
	}
	return glanceDesk(page.Lines, waiting, pending, announced)
}

// touched tells that a case was written to here: the watcher makes its lines
// anew, and whoever listens is told at once.
func (d *Desk) touched(handle string, _ int64) {
	if d.o.Watch != nil {
		d.o.Watch.Changed(handle)
	}
	d.hub.woke(handle, false)
}
