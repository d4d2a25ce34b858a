package sqlstore

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/record"
)

// Store implements record.Store and ledger.Store over a dialect.
type Store struct {
	d       *Dialect
	writers *pool
	readers *pool
	asides  *pool // the writers, where the engine lets only one write
	scan    scan
	queue   queue
	place   atomic.Pointer[string]
}

var (
	_ record.Store = (*Store)(nil)
	_ ledger.Store = (*Store)(nil)
)

// commitWait bounds the wait for the answer of a commit. It is apart from the
// caller's context: a commit that was sent is not called back.
const commitWait = time.Minute

// New makes the store and migrates the schema; it closes what it opened if
// that fails.
func New(ctx context.Context, d *Dialect) (*Store, error) {
	s := &Store{d: d}
	s.writers = newPool(d.Writers, func(ctx context.Context) (*link, error) { return s.dial(ctx, true) })
	s.readers = newPool(d.Readers, func(ctx context.Context) (*link, error) { return s.dial(ctx, false) })
	if s.asides = s.writers; d.Asides > 0 {
		s.asides = newPool(d.Asides, func(ctx context.Context) (*link, error) { return s.dial(ctx, true) })
	}
	c, err := d.Dial(ctx, true)
	if err != nil {
		return nil, d.Fail("opening the database", err)
	}
	err = migrate(ctx, c, d)
	if cerr := c.Close(); err == nil && cerr != nil {
		err = cerr
	}
	if err != nil {
		return nil, d.Fail("preparing the tables", err)
	}
	s.place.Store(new(string))
	// The first connection of each sort now, so that a refusal shows at start.
	for _, p := range []*pool{s.writers, s.readers} {
		l, err := p.get(ctx)
		if err != nil {
			return nil, errors.Join(d.Fail("opening the database", err), s.Close())
		}
		p.put(l, false)
	}
	return s, nil
}

// dial makes a connection and shows it to OnConnect.
func (s *Store) dial(ctx context.Context, write bool) (*link, error) {
	c, err := s.d.Dial(ctx, write)
	if err != nil {
		return nil, err
	}
	l := &link{Conn: c}
	if l.place, err = s.d.Place(ctx, c); err == nil && s.d.OnConnect != nil {
		err = s.look(ctx, l)
		if fault.KindOf(err) == fault.Forbidden {
			l.barred, err = err, nil
		}
	}
	if err != nil {
		_ = c.Close() // the refusal is what counts
		return nil, err
	}
	s.place.Store(&l.place)
	return l, nil
}

func (s *Store) look(ctx context.Context, l *link) error {
	if err := l.Begin(ctx, Reading); err != nil {
		return err
	}
	t := &tx{conn: l.Conn, d: s.d, place: l.place}
	err := s.d.OnConnect(ctx, t, l.place)
	t.conn = nil
	if rerr := s.rollback(ctx, l); err == nil {
		err = rerr
	}
	return err
}

// Place names the database that the newest connection reached.
func (s *Store) Place() string { return *s.place.Load() }

// Update implements record.Store.
func (s *Store) Update(ctx context.Context, fn func(record.Tx) error) error {
	return s.transact(ctx, Writing, func(t *tx) error { return fn(t) })
}

// UpdateLog implements ledger.Store.
func (s *Store) UpdateLog(ctx context.Context, fn func(ledger.Writer) error) error {
	return s.transact(ctx, Writing, func(t *tx) error { return fn(t) })
}

// View implements record.Store.
func (s *Store) View(ctx context.Context, fn func(record.Reader) error) error {
	return s.transact(ctx, Reading, func(t *tx) error { return fn(t) })
}

// ViewLog implements ledger.Store.
func (s *Store) ViewLog(ctx context.Context, fn func(ledger.Reader) error) error {
	return s.transact(ctx, Reading, func(t *tx) error { return fn(t) })
}

// transact runs fn in one transaction. A write that failed dooms it, whatever
// fn makes of the error: PostgreSQL has it so, and the engines shall not differ.
func (s *Store) transact(ctx context.Context, m Mode, fn func(*tx) error) (err error) {
	write := m != Reading
	l, p, err := s.begin(ctx, m)
	if err != nil {
		return s.d.Fail("beginning a transaction", err)
	}
	t := &tx{conn: l.Conn, d: s.d, place: l.place}
	finished := false
	defer func() {
		t.conn = nil
		if !finished { // fn panicked: nothing of it may stand
			p.put(l, true)
		}
	}()
	err = fn(t)
	finished = true
	if err == nil && write {
		err = t.doomed
	}
	if err == nil && write {
		err = s.d.Fail("before the commit", ctx.Err())
	}
	if err != nil || !write {
		rerr := s.rollback(ctx, l)
		p.put(l, rerr != nil)
		return err // a transaction that cannot be rolled back ends with its connection
	}
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitWait)
	defer cancel()
	err = l.Commit(wait)
	p.put(l, err != nil)
	return s.d.Fail("committing", err)
}

// begin gives a connection with a transaction begun. A connection that has been
// idle may have died meanwhile; a new one that fails is the answer.
func (s *Store) begin(ctx context.Context, m Mode) (*link, *pool, error) {
	p := s.readers
	switch m {
	case Writing:
		p = s.writers
	case Aside:
		p = s.asides
	}
	for {
		l, err := p.get(ctx)
		if err != nil {
			return nil, nil, err
		}
		if m != Reading && l.barred != nil {
			err := l.barred
			p.put(l, true) // asked anew with the next connection
			return nil, nil, err
		}
		s.d.tell(ctx, "begin "+m.String())
		if err = l.Begin(ctx, m); err == nil {
			return l, p, nil
		}
		stale := l.used && s.d.Stale != nil && s.d.Stale(err)
		p.put(l, true)
		if !stale {
			return nil, nil, err
		}
	}
}

// rollback ends a transaction even if the caller has gone.
func (s *Store) rollback(ctx context.Context, l *link) error {
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitWait)
	defer cancel()
	return l.Rollback(wait)
}

// Scrub implements record.Store.
func (s *Store) Scrub(ctx context.Context) error {
	l, err := s.writers.get(ctx)
	if err != nil {
		return s.d.Fail("scrubbing the database", err)
	}
	err = s.d.Scrub(ctx, l.Conn)
	s.writers.put(l, err != nil)
	return s.d.Fail("scrubbing the database", err)
}

// Close waits for the transactions that run and closes the database.
func (s *Store) Close() error {
	return s.d.Fail("closing the database", errors.Join(s.asides.close(), s.writers.close(), s.readers.close()))
}
