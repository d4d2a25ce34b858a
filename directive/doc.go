// Package directive is what an authority orders or asks groups of members to do
// by a date, and how far each of them is (docs/directive.md, format
// tocsin-directive/1).
//
// It reads a directive strictly, keeps modality and scope as they were issued,
// and folds the acts on record into a state at an instant: who has answered,
// what is done, what is excepted, what was open on each day. It promises that a
// later act never changes an earlier state. It never guesses whom a scope in
// words reaches, never calls anything a breach, and reads no clock.
package directive
