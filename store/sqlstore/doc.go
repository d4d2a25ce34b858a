// Package sqlstore is the plumbing that the SQL stores share: the statements,
// the tables, the transactions, and the mapping of failures.
//
// It promises that one transaction is all or nothing, that it is durable when
// Update returns nil, and that a commit whose answer was lost is told apart
// from one that failed. Statements are plain SQL with $n that both engines
// run; what differs stands in a Dialect. It never opens a database, never
// reads what a record says, and never puts a driver's words into a message.
package sqlstore
