package postgres

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// signerLock is the advisory lock of the one process that publishes.
const signerLock = int64(0x746f6373696e0002)

// unlockWait bounds the wait for the server's word that the lock is free again.
const unlockWait = 5 * time.Second

// signer is the right to publish: a session lock on a connection of its own,
// which is kept for the next time.
type signer struct {
	config *pgx.ConnConfig
	fail   func(doing string, err error) error

	mu    sync.Mutex
	spare *conn // connected and without the lock; nil if there is none
}

// TrySigner takes the right to publish, by a session lock on a connection of
// its own; ok is false if another process has it. The lock goes with the
// connection, so a process that dies holds nobody up. It keeps publishers from
// disturbing one another; what keeps them from contradicting one another is the
// intent's number.
func (s *Store) TrySigner(ctx context.Context) (release func(), ok bool, err error) {
	c := s.signer.take()
	if c != nil {
		if ok, err = c.tryLock(ctx); err != nil { // it may have died while it was idle
			_ = c.Close()
			c = nil
		}
	}
	if c == nil {
		if c, err = dial(ctx, s.signer.config, true); err == nil {
			ok, err = c.tryLock(ctx)
		}
	}
	switch {
	case err != nil:
		if c != nil {
			_ = c.Close() // nothing was taken
		}
		return nil, false, s.signer.fail("asking for the right to publish", err)
	case !ok:
		s.signer.keep(c)
		return nil, false, nil
	}
	return sync.OnceFunc(func() { s.signer.letGo(c) }), true, nil
}

func (c *conn) tryLock(ctx context.Context) (ok bool, err error) {
	err = c.c.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, signerLock).Scan(&ok)
	return ok, err
}

// letGo waits for the server's word: a lock that goes with a closed connection
// is gone only when the server has noticed, and the next one would find it taken.
func (s *signer) letGo(c *conn) {
	ctx, done := context.WithTimeout(context.Background(), unlockWait)
	defer done()
	var was bool
	if err := c.c.QueryRow(ctx, `SELECT pg_advisory_unlock($1)`, signerLock).Scan(&was); err != nil || !was {
		_ = c.Close() // then it goes with the connection
		return
	}
	s.keep(c)
}

func (s *signer) take() *conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.spare
	s.spare = nil
	return c
}

func (s *signer) keep(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.spare == nil {
		s.spare = c
		return
	}
	_ = c.Close()
}

// Close ends the connections.
func (s *Store) Close() error {
	if c := s.signer.take(); c != nil {
		_ = c.Close() // it holds nothing
	}
	return s.Store.Close()
}
