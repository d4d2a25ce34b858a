// Package access says who may see or do what: one table, one function.
//
// The table knows roles, parties, TLP, consent to the embargo, the standing of
// the partner, and the reader's legal entity and place. Decide reads it; View
// cuts a case down to what a reader may see, so that a plan, a picture or a
// search made of it cannot tell more. It promises that what is not there and
// what is not the reader's own are refused alike, and that whoever reads the
// table in one sitting knows every answer. It stores nothing and knows no
// session.
package access
