// Package desktest has what a desk needs beside a keeper, in memory: lines,
// seats and the pulse of the watch, for the tests of whatever stands on them.
//
// It promises what a database promises (its statements are held against it in
// their own tests) and counts the calls, so that a test can tell that two
// answers cost the same. It can be told to fail. It is never part of the program.
package desktest
