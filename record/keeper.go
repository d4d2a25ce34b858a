package record

import (
	"context"
	"crypto/rand"
	"io"
	"sync"
	"time"

	"tocsin/internal/fault"
	"tocsin/ledger"
)

// defaults of Options.
const (
	defaultBatch = 256
	maxWaiting   = 4096             // commands that may queue before the next has to wait
	grace        = 30 * time.Second // how long the true result of a command is waited for after its caller has gone
)

// Keeper keeps cases in a store. All that it writes goes through one sequencer,
// which puts the commands that wait into one transaction: while one commit is
// on its way, the next batch gathers, so that nobody waits for a timer.
type Keeper struct {
	store  Store
	seal   *Sealer
	o      Options
	clock  *clock
	cache  *cache
	blanks *blanks
	jobs   chan *job
	mu     sync.RWMutex // guards closed against the channel
	closed bool
	done   chan struct{}
}

// New starts a keeper; Close ends it. The log must have an epoch before anything
// is appended (see OpenEpoch).
func New(store Store, o Options) (*Keeper, error) {
	if store == nil || o.Wraps == nil {
		return nil, fault.New(fault.Internal, "a keeper needs a store and the wrapping keys")
	}
	o = o.orDefault()
	k := &Keeper{store: store, seal: NewSealer(o.Wraps, o.LookupKey, o.Rand), o: o, clock: newClock(o.Now, o.Elapsed),
		cache: newCache(), blanks: newBlanks(o.Rand), jobs: make(chan *job, maxWaiting), done: make(chan struct{})}
	go k.sequence()
	return k, nil
}

func (o Options) orDefault() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Elapsed == nil {
		start := time.Now()
		o.Elapsed = func() time.Duration { return time.Since(start) }
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	o.Rand = &sharedReader{r: o.Rand}
	if o.Batch <= 0 {
		o.Batch = defaultBatch
	}
	return o
}

// sharedReader lets several goroutines read from one source.
type sharedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (s *sharedReader) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.Read(p)
}

// Close lets the commands that wait finish, and takes no more. The store stays open.
func (k *Keeper) Close() error {
	k.mu.Lock()
	first := !k.closed
	if first {
		k.closed = true
		close(k.jobs)
	}
	k.mu.Unlock()
	<-k.done
	if first {
		k.blanks.close()
	}
	k.seal.forget()
	return nil
}

// job is a command on its way.
type job struct {
	cmd  command
	done chan struct{}

	mu    sync.Mutex
	state jobState

	res   Result
	err   error
	first receiptOf // of its first record, to find it again after a lost answer
}

// receiptOf is where a record went and what its leaf is.
type receiptOf struct {
	epoch int
	index int64
	leaf  [32]byte
	set   bool
}

type jobState int

const (
	waiting jobState = iota
	taken
	withdrawn
)

// take claims the job for a batch; false if its caller has gone.
func (j *job) take() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.state == withdrawn {
		return false
	}
	j.state = taken
	return true
}

// withdraw takes the job back; false if it is on its way already.
func (j *job) withdraw() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.state == taken {
		return false
	}
	j.state = withdrawn
	return true
}

// start queues a command in the order of the calls. wait gives its result.
func (k *Keeper) start(ctx context.Context, c command) (wait func() (Result, error)) {
	j := &job{cmd: c, done: make(chan struct{})}
	if err := k.enqueue(ctx, j); err != nil {
		return func() (Result, error) { return Result{}, err }
	}
	return func() (Result, error) {
		select {
		case <-j.done:
			return j.res, j.err
		case <-ctx.Done():
		}
		if j.withdraw() {
			return Result{}, cancelled(ctx)
		}
		t := time.NewTimer(grace)
		defer t.Stop()
		select {
		case <-j.done:
			return j.res, j.err
		case <-t.C:
			return Result{}, fault.New(fault.Unavailable, "the database does not answer: it is not known whether the command stands; %s", again(j.cmd.key))
		}
	}
}

func (k *Keeper) enqueue(ctx context.Context, j *job) error {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if k.closed {
		return fault.New(fault.Unavailable, "the record is being closed; nothing was added")
	}
	select {
	case <-ctx.Done():
		return cancelled(ctx)
	default:
	}
	select {
	case k.jobs <- j:
		return nil
	case <-ctx.Done():
		return cancelled(ctx)
	}
}

func cancelled(ctx context.Context) error {
	return fault.New(fault.Unavailable, "the command was withdrawn before it began (%v); nothing was added", context.Cause(ctx))
}

func again(key string) string {
	if key != "" {
		return "send it again with the same key"
	}
	return "look at the case before sending it again"
}

// sequence runs one batch after the other until the queue is closed and empty.
func (k *Keeper) sequence() {
	defer close(k.done)
	for first := range k.jobs {
		jobs := []*job{first}
	gather:
		for len(jobs) < k.o.Batch {
			select {
			case j, ok := <-k.jobs:
				if !ok {
					break gather
				}
				jobs = append(jobs, j)
			default:
				break gather
			}
		}
		k.run(jobs)
	}
}

// run commits a batch and answers each of its commands.
func (k *Keeper) run(jobs []*job) {
	live := jobs[:0:0]
	for _, j := range jobs {
		if j.take() {
			live = append(live, j)
		}
	}
	defer func() {
		for _, j := range live {
			close(j.done)
		}
	}()
	err := k.commit(live)
	switch {
	case err == nil:
		return
	case len(live) == 1 && !ledger.IsUncertain(err):
		live[0].res, live[0].err = Result{}, err
		return
	}
	// Alone, each gets its own true answer: what was refused may have been so for
	// the sake of another that does not stand now.
	for _, j := range live {
		if ledger.IsUncertain(err) && j.err == nil {
			k.settle(j)
		} else if err := k.commit([]*job{j}); ledger.IsUncertain(err) {
			k.settle(j)
		} else if err != nil {
			j.res, j.err = Result{}, err
		}
	}
}

// commit puts the commands into one transaction. What a command itself was
// refused for stands in its err; the error returned is that of the transaction.
func (k *Keeper) commit(jobs []*job) error {
	if len(jobs) == 0 {
		return nil
	}
	ctx := context.Background() // callers may go; what was begun is ended by the store's own limits
	var b *batch
	err := k.store.Update(ctx, func(tx Tx) error {
		var err error
		if b, err = k.begin(ctx, tx); err != nil {
			return err
		}
		if err := b.readAhead(ctx, jobs); err != nil {
			return err
		}
		for _, j := range jobs {
			j.res, j.err, j.first = Result{}, nil, receiptOf{}
			res, err := b.apply(ctx, j)
			if r, ok := err.(refusal); ok {
				err = r.error
			} else if fatal(err) {
				return err
			}
			j.res, j.err = res, err
		}
		return b.flush(ctx)
	})
	if err != nil {
		return err
	}
	if b.clockErr == nil || b.grown != nil {
		k.clock.passed(b.reading, b.grown != nil)
	}
	if b.grown != nil && k.o.Guard != nil {
		k.o.Guard.Acknowledged(*b.grown)
	}
	for _, s := range b.states {
		k.cache.put(s)
	}
	k.blanks.used(len(b.entries))
	return nil
}

// fatal errors end the transaction; the others refuse one command.
func fatal(err error) bool {
	if err == nil {
		return false
	}
	kind := fault.KindOf(err)
	return kind == fault.Unavailable || kind == fault.Internal
}

// attempts to find out what became of a commit whose answer was lost, and the
// pause before the second; it doubles.
const (
	settleAttempts = 6
	settlePause    = 50 * time.Millisecond
)

// settle finds out under the lock what became of a command whose commit was not
// answered. One that does not stand is done now. One that stands is answered
// only after a further durable commit (a replay counted, or a filler), since
// what can be read need not be what a standby has.
func (k *Keeper) settle(j *job) {
	sent := false // by this very job, whose answer is then late and no replay
	for i := range settleAttempts {
		if i > 0 {
			time.Sleep(settlePause << (i - 1))
		}
		lost, res := j.first, j.res
		sent = sent || lost.set
		if lost.set && j.cmd.key == "" {
			stands, err := k.stands(lost)
			if fault.KindOf(err) == fault.Forbidden {
				break // the guard: the database is not the one it was
			}
			if err != nil {
				continue
			}
			if stands {
				j.res, j.err = res, nil
				return
			}
		}
		err := k.commit([]*job{j})
		if err == nil {
			j.res.Replayed = j.res.Replayed && !sent
			return
		}
		if fault.KindOf(err) == fault.Forbidden {
			break
		}
		if !ledger.IsUncertain(err) {
			j.first, j.res = lost, res // this attempt left nothing
		}
	}
	j.res = Result{}
	j.err = fault.New(fault.Unavailable, "the answer of the database was lost: it is not known whether the command stands; %s", again(j.cmd.key))
}

// stands looks for the leaf of a command under the lock, and commits a filler if
// it is there.
func (k *Keeper) stands(f receiptOf) (yes bool, err error) {
	ctx := context.Background()
	var b *batch
	err = k.store.Update(ctx, func(tx Tx) error {
		yes = false
		var err error
		if b, err = k.begin(ctx, tx); err != nil {
			return err
		}
		if b.head.Epoch < f.epoch || b.head.Epoch == f.epoch && b.head.Size <= f.index {
			return nil
		}
		got, err := tx.Entries(ctx, f.epoch, f.index, f.index+1)
		if err != nil {
			return err
		}
		if yes = len(got) == 1 && got[0].Commitment() == f.leaf; !yes {
			return nil
		}
		if b.clockErr != nil { // it carries no time that the log could not take back
			b.recorded = b.head.Recorded
		}
		if err := b.filler(); err != nil {
			return err
		}
		return b.flush(ctx)
	})
	if err == nil && b.grown != nil && k.o.Guard != nil {
		k.o.Guard.Acknowledged(*b.grown)
	}
	return yes, err
}
