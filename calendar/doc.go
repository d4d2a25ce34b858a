// Package calendar is the arithmetic of legal time: civil dates, periods
// (P1M is a month, never 730 hours), zones, working days, holidays, and the
// computation rules of each legal order.
//
// It promises that the same input gives the same answer on every machine:
// zones and holidays come from data embedded in the program, a time stated
// vaguely is carried as an interval, and a date that rests on a table which is
// not complete says that it is provisional.
//
// It never reads the clock, the host's zone files, a disk or the network.
package calendar
