// Package tasking runs directives on a sharing platform: its authority issues
// one to the members, and both sides put on record what they do about it.
//
// What a directive says and what its acts come to is directive's to tell. Here a
// draft becomes an issued document that never changes, acts are only ever added,
// one winner where they race, and the log has a commitment to each. It promises
// that a member sees its own side alone and nothing above the ceiling of where it
// stands, that it can still do there what it owes, and that what is not there and
// what is not the reader's are one error with the same statements. A reminder is a
// courtesy: that none came changes no date. It never calls anybody late.
package tasking
