// Package datadir keeps what an operator has outside the database: the lock,
// the keys, the marks that guard the log, and the sources of outside time.
//
// It promises that keys are read and written by their owner alone, that a
// directory left half made by a crash is completed and one that lost a part is
// refused, and that a mark which is torn or gone is never taken for the absence
// of one. It never overwrites a key, never lowers a mark and prints no secret.
// What it can not notice is that the whole directory went back in time: that
// takes a witness.
package datadir
