package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"tocsin/coordination"
	"tocsin/escalation"
	"tocsin/internal/fault"
	"tocsin/plan"
	"tocsin/rulebook"
)

// How often the canary runs, and how long its last good run counts.
const (
	canaryEvery = 5 * time.Minute
	canaryLasts = 10 * time.Minute
	canaryTime  = 30 * time.Second // for one run
	pingTime    = 10 * time.Second
	maxDrift    = 2 * time.Minute // between the wall clock and the one that only goes forward, from run to run
)

// canary is the dead-man's switch: a duty of nobody that runs end to end through
// everything that a real one needs. While its last good run is recent, the
// platform is ready and checkpoints are signed again; when it is not, both stop,
// and whoever watches from outside notices without any message of ours.
type canary struct {
	plan    func(time.Time) ([]*plan.Duty, error) // canaryPlan with the loaded rulebook
	lines   escalation.Store
	seats   coordination.SeatStore
	keys    escalation.Keys
	now     func() time.Time
	elapsed func() time.Duration
	ping    string // address asked after each good run, "" for none
	log     *slog.Logger
	handle  string // reserved: no case can have it, no person a seat on it

	version int64 // of its lines; of run alone

	stage sync.Mutex // held while its lines are there: who counts lines takes it

	mu      sync.Mutex
	wall    time.Time     // of the last good run
	forward time.Duration // the other clock then
	good    bool          // there was one
	failing bool          // the last run was not good
}

func newCanary(book *rulebook.Book, lines escalation.Store, seats coordination.SeatStore, keys escalation.Keys, o Options, ping string) *canary {
	c := &canary{
		plan:  func(now time.Time) ([]*plan.Duty, error) { return canaryPlan(book, now) },
		lines: lines, seats: seats, keys: keys, now: o.Now, elapsed: elapsed(), ping: ping, log: o.Log,
		handle: "canary-" + rand.Text()[:12],
	}
	if c.elapsed == nil {
		start := time.Now()
		c.elapsed = func() time.Duration { return time.Since(start) }
	}
	return c
}

// fresh tells whether a good run is recent, by the clock that nobody can set.
func (c *canary) fresh() bool {
	age, ok := c.age()
	return ok && age <= canaryLasts
}

// age is how long ago the last good run was; false if there was none.
func (c *canary) age() (time.Duration, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.elapsed() - c.forward, c.good
}

// run is one run. A failure is told once, and again when it is over.
func (c *canary) run(ctx context.Context) error {
	ctx, done := context.WithTimeout(ctx, canaryTime)
	defer done()
	wall, forward := c.now(), c.elapsed()
	err := c.sing(ctx, wall, forward)
	c.mu.Lock()
	before := c.failing
	if c.failing = err != nil; err == nil {
		c.wall, c.forward, c.good = wall, forward, true
	}
	c.mu.Unlock()
	switch {
	case err != nil && !before:
		c.log.Error("the canary failed: dates may be wrong; readiness and signing stop when no run was good for ten minutes", "why", err.Error())
	case err == nil && before:
		c.log.Warn("the canary is well again")
	}
	if err == nil && c.ping != "" {
		if perr := ping(ctx, c.ping); perr != nil {
			c.log.Warn("the address of --ping did not answer", "why", perr.Error())
		}
	}
	return err
}

func (c *canary) sing(ctx context.Context, wall time.Time, forward time.Duration) error {
	if err := c.clocks(wall, forward); err != nil {
		return err
	}
	if err := c.fixed(); err != nil {
		return err
	}
	return c.projected(ctx, wall)
}

// clocks compares how far the wall clock came with how far the other one did.
func (c *canary) clocks(wall time.Time, forward time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.good {
		return nil
	}
	if drift := (wall.Sub(c.wall) - (forward - c.forward)).Abs(); drift > maxDrift {
		return fault.New(fault.Internal, "the clock of this machine jumped by %s", drift.Round(time.Second))
	}
	return nil
}

// fixed computes dates that were worked out by hand (canaryKnown).
func (c *canary) fixed() error {
	duties, err := c.plan(canaryAt)
	if err != nil {
		return err
	}
	for _, k := range canaryKnown {
		if !counts(duties, k.duty, k.calc, k.due) {
			return fault.New(fault.Internal, "%s by %s is not %s, as it is by hand", k.duty, k.calc, k.due.Format(time.RFC3339))
		}
	}
	return nil
}

// projected puts one line that is past due and one that runs where the desk
// keeps its lines, finds them as the desk does, and takes them away again.
func (c *canary) projected(ctx context.Context, now time.Time) (err error) {
	now = now.Truncate(time.Second)
	duties, err := c.plan(now)
	if err != nil {
		return err
	}
	rows, err := c.rows(duties, now)
	if err != nil {
		return err
	}
	c.stage.Lock()
	defer c.stage.Unlock()
	who := c.keys.Who(c.handle)
	c.version = max(c.version+2, now.UnixMilli()) // grows even where the clock does not
	version := c.version
	defer func() {
		// What is there for a moment must go, whatever became of the run.
		ctx, done := context.WithTimeout(context.WithoutCancel(ctx), pingTime)
		defer done()
		derr := c.seats.DropSeat(ctx, c.handle)
		if perr := c.lines.PutLines(ctx, c.row(version+1), nil); derr == nil {
			derr = perr
		}
		if err == nil {
			err = derr
		}
	}()
	if err := c.lines.PutLines(ctx, c.row(version), rows); err != nil {
		return err
	}
	if err := c.seats.PutSeat(ctx, coordination.SeatRow{ID: c.handle, Handle: c.handle, Who: who, Every: true, Sealed: []byte{0}}); err != nil {
		return err
	}
	for _, q := range []struct {
		window escalation.Query
		want   []escalation.Row
	}{
		{escalation.Query{Before: now.Unix() + 1}, rows[:1]},
		{escalation.Query{From: now.Unix() + 1}, rows[1:]},
		{escalation.Query{}, rows},
	} {
		q.window.Who, q.window.Limit = [][32]byte{who}, 10
		got, err := c.lines.Lines(ctx, q.window)
		if err != nil {
			return err
		}
		if len(got) != len(q.want) {
			return fault.New(fault.Internal, "the desk shows %d of the canary's %d lines", len(got), len(q.want))
		}
		for i := range got {
			if got[i].Handle != c.handle || got[i].Due != q.want[i].Due || !bytes.Equal(got[i].Sealed, q.want[i].Sealed) {
				return fault.New(fault.Internal, "the desk shows a line of the canary otherwise than it was kept")
			}
		}
	}
	return nil
}

// row is what is projected of the canary as a whole.
func (c *canary) row(version int64) escalation.CaseRow {
	return escalation.CaseRow{Handle: c.handle, Version: version, Changes: escalation.NoDue, Sealed: []byte{0}}
}

// rows are the lines of the two duties: due an hour ago, and in an hour.
func (c *canary) rows(duties []*plan.Duty, now time.Time) ([]escalation.Row, error) {
	out := make([]escalation.Row, 0, 2)
	for n, product := range []string{"past", "running"} {
		due := now.Add(time.Duration(2*n-1) * time.Hour)
		id := canaryDuty(product)
		if !counts(duties, id, "elapsed", due) {
			return nil, fault.New(fault.Internal, "the duty %s of now is not due an hour from now", id)
		}
		sealed, err := json.Marshal(escalation.Line{Handle: c.handle, Duty: id, Due: &due})
		if err != nil {
			return nil, fault.New(fault.Internal, "%v", err)
		}
		out = append(out, escalation.Row{Handle: c.handle, N: n, Due: due.Unix(), Party: c.keys.Party(c.handle, "m"), Law: c.keys.Law("canary"), Sealed: sealed})
	}
	return out, nil
}

// counts tells whether a reading of a duty ends at due.
func counts(duties []*plan.Duty, id, calc string, due time.Time) bool {
	for _, d := range duties {
		if d.ID != id {
			continue
		}
		for _, r := range d.Readings {
			if r.Calc == calc && r.DueLatest != nil && r.DueLatest.Equal(due) {
				return true
			}
		}
	}
	return false
}

// watch runs at each tick until ctx ends. The first run is the caller's.
func (c *canary) watch(ctx context.Context, tick <-chan time.Time) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick:
			_ = c.run(ctx) // it says itself what is wrong
		}
	}
}

// ping asks the operator's own address, and reads nothing of the answer.
func ping(ctx context.Context, url string) error {
	ctx, done := context.WithTimeout(ctx, pingTime)
	defer done()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("it is not an address")
	}
	req.Header.Set("User-Agent", "tocsin")
	t := &http.Transport{DisableKeepAlives: true, Proxy: http.ProxyFromEnvironment}
	client := &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("no connection") // the error would repeat the address, which may hold a secret
	}
	_, _ = io.CopyN(io.Discard, res.Body, 4<<10)
	if err := res.Body.Close(); err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("it answered %d", res.StatusCode)
	}
	return nil
}
