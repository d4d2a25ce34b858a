// Package pgtest starts private PostgreSQL servers for tests.
//
// It promises a server of the test's own, with fsync on, on a loopback port and
// a socket of its own, that is gone with the test; and servers that can be
// killed, restarted, copied as a standby and promoted. Where PostgreSQL is
// missing the test fails and says what to install. It never touches a server
// that it did not start.
package pgtest
