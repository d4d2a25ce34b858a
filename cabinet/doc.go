// Package cabinet keeps the platform's own documents: people, organisations,
// credentials, sessions, seats, approvals.
//
// A document is JSON, sealed before it reaches the database and found by keyed
// hashes only, so that a stolen database tells neither who is there nor what
// they are called; it does tell how many documents of a kind there are and how
// many share a word. It promises that a change is made to the version that was
// read or not at all, that several documents change together or not at all, and
// that it is durable when the call returns. It never keeps a case: that is
// record.
package cabinet
