// Package webuitest starts what tests of pages need from outside: it serves a
// handler on loopback behind the edge, opens pages in a real Chromium, takes
// pictures of them in every look, asks axe-core what hinders people, and runs a
// provider of single sign-on that we did not write.
//
// It promises a browser of its own for each test, with a profile that is thrown
// away, and that what is missing fails in CI instead of being skipped there. It
// reaches beyond loopback only for the provider's packages, once.
package webuitest
