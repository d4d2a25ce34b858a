// Package rfc3161 asks for time-stamp tokens and verifies them (RFC 3161 with
// the update of RFC 5816, and the parts of RFC 5652 that tokens use).
//
// It promises that a time it returns was signed by an authority whose chain,
// as of that very time, ends in one of the given roots, whose certificate may
// sign time-stamps and nothing else, and over the given message. Reading a
// token is not trusting it: there is no way to a time around Verify. It never
// uses the roots of the system, a clock or a network, and reads DER only. It
// does not ask whether a certificate was revoked: that is a question to a
// network, and to the day on which it is asked.
package rfc3161
