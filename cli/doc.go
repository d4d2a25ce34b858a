// Package cli is the command line: one command a file.
//
// It reads files and flags, asks the pure packages, and prints. It promises
// that bad input is one sentence with its place and exit code 2, that what is
// piped carries no colour, and that NO_COLOR is respected. It holds no rule of
// law and computes no date.
package cli
