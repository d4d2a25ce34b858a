// Package partnership runs the relation of an authority with the members of its
// sharing platforms: agreement, call, reminder, warning, hearing, suspension,
// rectification, review.
//
// The record of a membership is a case file of its own (the partnership file),
// and where a member stands follows from it. It promises that an act is checked
// against the agreement and the file when it is asked for and again when it is
// done, that where the agreement wants two persons nobody acts alone, that nobody
// decides on an organisation of theirs, that a suspension has cut every road
// before it is answered for, and that what was begun is finished after a crash.
// It never judges: whether somebody was late is evidence here, not a verdict.
package partnership
