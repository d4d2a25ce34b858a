package crashsim

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	gosync "sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/internal/fault"
)

// cuts is how often a run takes the power away: what every commit must bear.
// CRASHSIM_CUTS asks for more at night.
func cuts(t *testing.T, n int) int {
	t.Helper()
	if s := os.Getenv("CRASHSIM_CUTS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatalf("CRASHSIM_CUTS=%s: %v", s, err)
		}
	}
	if testing.Short() {
		n = max(n/10, 45)
	}
	return n
}

// life is how many cuts a disk lives through before a new one takes its place.
const life = 15

// tally is what many cuts came to.
type tally struct {
	cuts, acked, signed, refused int
	verdict
}

func (t tally) String() string {
	s := fmt.Sprintf("%d cuts, %d events acknowledged, %d checkpoints signed; %d lost, %d forks", t.cuts, t.acked, t.signed, t.lost, t.forks)
	if t.refused > 0 {
		s += fmt.Sprintf(", %d starts refused", t.refused)
	}
	if len(t.other) > 0 {
		s += fmt.Sprintf("; %d other findings, such as:\n%s", len(t.other), strings.Join(t.other[:min(5, len(t.other))], "\n"))
	}
	return s
}

// cutMany takes the power away n times. prepare makes each new world what the
// test wants it to be. It runs in a bubble of fake time, in which a process that
// waits for its dead disk costs nothing.
func cutMany(t *testing.T, seed uint64, n int, prepare func(*world)) (sum tally) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { sum = cutManyInside(t, seed, n, prepare) })
	return sum
}

func cutManyInside(t *testing.T, seed uint64, n int, prepare func(*world)) (sum tally) {
	t.Helper()
	var w *world
	rnd := rand.New(rand.NewPCG(seed, 4))
	finish := func() {
		if w != nil {
			sum.acked += len(w.journal.acked)
			sum.signed += len(w.outside.witness.notes())
		}
		w = nil
	}
	for i := range n {
		if i%life == 0 {
			finish()
		}
		if w == nil {
			w = newWorld(seed + uint64(i))
			prepare(w)
		}
		v, refused := w.cutOnce(t, rnd)
		sum.cuts++
		sum.add(v)
		if refused != nil {
			sum.refused++
			sum.other = append(sum.other, refused.Error())
		}
		if refused != nil || v.bad() {
			sum.acked += v.lost
			finish() // what follows from it is not counted again
		}
	}
	finish()
	return sum
}

// cutOnce starts the product, compares it with what is known of it, lets it work
// until the power fails, and ends the boot. refused is a start that failed
// although nothing was wrong with the disk.
func (w *world) cutOnce(t *testing.T, rnd *rand.Rand) (v verdict, refused error) {
	t.Helper()
	plan := Plan{}
	if rnd.IntN(5) == 0 {
		plan.CutAt = 1 + rnd.Int64N(150) // while it starts
	}
	dir := w.disk.Boot(plan)
	var p *process
	defer func() {
		w.disk.Cut()
		if p != nil {
			p.stop()
		}
		if err := w.disk.Release(); err != nil {
			t.Fatal(err)
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var err error
	if p, err = w.start(ctx, dir); err != nil {
		if w.disk.Off() {
			return v, nil
		}
		return v, fmt.Errorf("start: %w", err)
	}
	if v, err = w.check(ctx, p); err != nil {
		if w.disk.Off() {
			return verdict{}, nil
		}
		return v, fmt.Errorf("check: %w", err)
	}
	if v.bad() {
		if v.forks > 0 && !w.deaf {
			v.other = append(v.other, w.mustRefuse(ctx, p)...)
		}
		return v, nil
	}
	w.disk.CutIn(1 + rnd.Int64N(600))
	if err := w.work(ctx, p, rnd); !w.disk.Off() {
		return v, fmt.Errorf("at work: %w", err)
	}
	return v, nil
}

// mustRefuse tries to write to a log that lacks what was signed.
func (w *world) mustRefuse(ctx context.Context, p *process) (wrong []string) {
	before := len(w.outside.witness.notes())
	if err := p.keeper.Fillers(ctx, 1); fault.KindOf(err) != fault.Forbidden {
		wrong = append(wrong, fmt.Sprintf("%s: adding answers %v", notRefused, err))
	}
	if _, err := p.publisher.Publish(ctx); fault.KindOf(err) != fault.Forbidden {
		wrong = append(wrong, fmt.Sprintf("%s: publishing answers %v", notRefused, err))
	}
	if len(w.outside.witness.notes()) != before {
		wrong = append(wrong, notRefused+": it was signed")
	}
	return wrong
}

const notRefused = "the log lacks what was signed and takes more"

// work adds events, fillers and checkpoints until something fails, with one
// client or with several.
func (w *world) work(ctx context.Context, p *process, rnd *rand.Rand) error {
	if err := w.importCase(ctx, p); err != nil {
		return err
	}
	for _, key := range w.journal.open() { // what the last cut left without an answer
		if err := w.add(ctx, p, key, w.journal.texts[key]); err != nil {
			return err
		}
	}
	clients := []int{1, 1, 4}[rnd.IntN(3)]
	failed := make([]error, clients)
	var group gosync.WaitGroup
	for c := range clients {
		own := rand.New(rand.NewPCG(rnd.Uint64(), uint64(c)))
		group.Go(func() {
			for failed[c] == nil {
				failed[c] = w.step(ctx, p, own, c == 0)
			}
		})
	}
	group.Wait()
	return errors.Join(failed...)
}

// step is one command. Only the first client publishes, as in the program.
func (w *world) step(ctx context.Context, p *process, rnd *rand.Rand, first bool) error {
	switch n := rnd.IntN(20); {
	case n < 4 && first:
		_, err := p.publisher.Publish(ctx)
		return err
	case n == 4:
		return p.keeper.Fillers(ctx, 1+rnd.Int64N(5))
	case n == 5 && first:
		return p.keeper.Rebuild(ctx)
	case n == 6 && first && rnd.IntN(3) == 0:
		return w.erase(ctx, p, rnd)
	}
	key, text := w.journal.fresh(rnd)
	return w.add(ctx, p, key, text)
}

// TestPowerCuts is the promise: nothing acknowledged is lost, nothing is without
// its leaf, and nothing signed is contradicted, wherever the power fails.
func TestPowerCuts(t *testing.T) {
	t.Parallel()
	start := time.Now()
	sum := cutMany(t, seed(t), cuts(t, 600), func(*world) {})
	t.Logf("synchronous=FULL: %v, in %v", sum, time.Since(start).Round(time.Millisecond))
	if sum.bad() || sum.refused > 0 {
		t.Errorf("synchronous=FULL: %v", sum)
	}
	if sum.acked < sum.cuts || sum.signed < sum.cuts/4 {
		t.Errorf("%v: too little happened for the test to mean anything", sum)
	}
}

// TestPowerCutsWithNormal is the control: with synchronous=NORMAL acknowledged
// events must be lost, or the simulator would not see it if they were.
func TestPowerCutsWithNormal(t *testing.T) {
	t.Parallel()
	sum := cutMany(t, seed(t), cuts(t, 120), func(w *world) { w.normal, w.deaf = true, true })
	t.Logf("control, synchronous=NORMAL: %v", sum)
	if sum.lost == 0 || sum.forks == 0 {
		t.Errorf("control, synchronous=NORMAL: %v; want events lost and forks", sum)
	}
}

// TestPowerCutsWithNormalAndGuard shows what the restore guard is worth: events
// are lost, but a log that lacks what was signed is never written to again.
func TestPowerCutsWithNormalAndGuard(t *testing.T) {
	t.Parallel()
	sum := cutMany(t, seed(t), cuts(t, 120), func(w *world) { w.normal = true })
	t.Logf("control, synchronous=NORMAL with the guard: %v", sum)
	if sum.forks == 0 {
		t.Error("control, synchronous=NORMAL with the guard: nothing signed was lost, so nothing had to be refused")
	}
	for _, what := range sum.other {
		if strings.Contains(what, notRefused) {
			t.Error(what)
		}
	}
}

// TestPowerCutsOnALyingDisk is the other control: a disk that only pretends to
// sync. No program can bear that; the simulator must show it.
func TestPowerCutsOnALyingDisk(t *testing.T) {
	t.Parallel()
	sum := cutMany(t, seed(t), cuts(t, 60), func(w *world) { w.disk.NoSync, w.deaf = true, true })
	t.Logf("control, disk without sync: %v", sum)
	if !sum.bad() {
		t.Errorf("control, disk without sync: %v; want losses", sum)
	}
}
