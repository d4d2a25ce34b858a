// Package ledger puts the commitments of records into a transparency log,
// publishes checkpoints and proves what they cover.
//
// It promises that no checkpoint is signed that contradicts one signed before:
// an intent is committed first, the root is derived a second time from the
// stored entries, and a high-water mark outside the database is raised before a
// signature is released. What contradicts any of these makes the log
// "diverged": read-only, until a person takes one of the documented ways out.
// It never sees what a record says, and never sends a signature that it could
// not stand by after the loss of the database.
package ledger
