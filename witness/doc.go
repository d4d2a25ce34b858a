// Package witness is both sides of the C2SP witness protocol: a server that
// cosigns checkpoints of other people's logs, and a client for a log that wants
// them cosigned; and the same exchange by files, for closed networks.
//
// The server promises that it never cosigns two checkpoints of one log that
// contradict one another, and that what it cosigned is on its disk before the
// signature leaves. It keeps one checkpoint a log, and no entries. It can not
// notice that its own directory went back in time: put no snapshot of a
// witness back, make a new one. The client hands out only lines that verify.
package witness
