// Package security looks at the running platform from outside, as somebody would
// who must not see a case, or who wants to do harm.
//
// It promises that every route of the router is looked at, since it walks the
// router itself and a route without a line in its table fails; that "not there"
// and "not yours" are compared down to headers, bytes and the statements that the
// database is asked; and that each of its checks has a control which must fail.
// It attacks nothing but a platform that it started itself, on loopback.
package security
