// Package receipt proves what a log holds: commitments over the fields of a
// record, inclusion proofs, checkpoints, cosignatures, time-stamps; and it
// verifies a receipt offline with keys alone.
//
// It promises that a receipt opens only the fields that were chosen, that the
// encodings of commitments never change (schema 1), and that a verdict says no
// more than was proved: without a verified witness or time-stamp, no time. It
// never reads a clock, a disk or a network, and it holds no state.
//
// Sources: C2SP signed-note v1.0.0, tlog-checkpoint v1.0.0, tlog-cosignature
// v1.1.0-rc.1, tlog-proof and tlog-policy (main of July 2026), RFC 6962
// section 2.1, RFC 3161, FIPS 204.
package receipt
