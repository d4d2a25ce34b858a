// Package e2e drives the built program from outside, as a newcomer or a script
// would: the scripts in testdata are stories, one a file.
//
// It promises that what they run is the real binary, built from this tree, and
// that the examples they read are those that ship. It tests no function.
package e2e
