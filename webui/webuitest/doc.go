// Package webuitest starts a real browser for tests of pages: it serves a
// handler on loopback behind the edge, opens pages in Chromium, takes pictures
// of them in every look, and asks axe-core what hinders people.
//
// It promises a browser of its own for each test, with a profile that is thrown
// away, and that a missing browser fails in CI instead of being skipped there.
// It never reaches beyond loopback.
package webuitest
