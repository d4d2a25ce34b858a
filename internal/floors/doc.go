// Package floors keeps the floors of the house apart; it has tests only.
//
// Ground (0) is pure: no clock, disk, network, database, context or logger,
// all of these come in as arguments. Codecs (1) turn values into bytes and
// back, with no I/O, and do not know one another. Use cases (2) declare the
// few interfaces they need. Adapters (3) have one technology each and never
// import another adapter. The application (4) may use everything, programs (5)
// only start it. A package never depends, even through others, on a floor
// above its own, and one that no line of the table names fails the test.
package floors
