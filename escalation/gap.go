package escalation

import (
	"context"
	"time"

	"tocsin/record"
)

const (
	beatEvery = time.Minute
	// A gap is more than two beats missed: everything shorter is a slow disk.
	gapAfter = 2 * beatEvery
	// noteAfter is from when on a gap is an event of the log itself.
	noteAfter = 5 * time.Minute
)

// pulse tells that the program is alive, once a minute, and keeps what it finds
// missing since the last time: a stop, a suspended machine, a clock that jumped
// ahead.
func (w *Watcher) pulse(ctx context.Context, now time.Time) error {
	if w.beaten && now.Before(w.nextBeat) && !now.Before(w.nextBeat.Add(-2*beatEvery)) {
		return w.note(ctx, now)
	}
	last, err := w.o.Store.Alive(ctx)
	if err != nil {
		return err
	}
	var gap *Gap
	if last > 0 && now.Unix()-last > int64(gapAfter/time.Second) {
		gap = &Gap{From: last, To: now.Unix()}
	}
	if err := w.o.Store.Beat(ctx, now.Unix(), gap); err != nil {
		return err
	}
	w.beaten, w.nextBeat = true, now.Add(beatEvery)
	if gap != nil {
		w.o.Log.Warn("nothing watched for a while", "from", gap.From, "to", gap.To)
		if gap.To-gap.From > int64(noteAfter/time.Second) {
			w.unnoted = append(w.unnoted, *gap)
		}
	}
	return w.note(ctx, now)
}

// note writes the gaps into the log that are not in it yet. The log may not take
// anything for now; it is asked again with every beat.
func (w *Watcher) note(ctx context.Context, now time.Time) error {
	for len(w.unnoted) > 0 && !now.Before(w.nextNote) {
		g := w.unnoted[0]
		_, err := w.o.Keeper.Note(ctx, "gap", map[string]any{
			"from": time.Unix(g.From, 0).UTC().Format(time.RFC3339), "to": time.Unix(g.To, 0).UTC().Format(time.RFC3339)}, "escalation")
		if err != nil {
			w.nextNote = now.Add(beatEvery)
			return err
		}
		w.unnoted = w.unnoted[1:]
	}
	return nil
}

// recordedAt gives when the events behind the anchors of lines were recorded, if
// there is a gap to hold them against. The id of an event is that of its record.
func recordedAt(kept *record.Kept, lines []Line, gaps []Gap) func(event string) time.Time {
	if len(gaps) == 0 || len(lines) == 0 {
		return nil
	}
	at := make(map[string]time.Time, len(kept.Records))
	for _, m := range kept.Records {
		if m.Entry == "event" {
			at[m.ID] = m.Recorded
		}
	}
	return func(id string) time.Time { return at[id] }
}

// noticed is when the program came back after the due of a line had passed
// unseen. It follows from the gaps, so that lines that are made anew say the
// same; a fact that was recorded only later made no line that could be missed.
func noticed(l *Line, gaps []Gap, recorded func(event string) time.Time) *time.Time {
	if l.Due == nil || recorded == nil {
		return nil
	}
	for _, g := range gaps {
		if due := l.Due.Unix(); due <= g.From || due > g.To {
			continue
		}
		for _, e := range l.events {
			if recorded(e).Unix() > g.To {
				return nil
			}
		}
		t := time.Unix(g.To, 0).UTC()
		return &t
	}
	return nil
}
