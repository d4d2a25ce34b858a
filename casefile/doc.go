// Package casefile is a case as append-only events, and the portable document
// that carries one (docs/casefile.md, format tocsin-casefile/1).
//
// It reads a document strictly, checks that every name in it points somewhere,
// and answers what the stated facts alone say: who provides what, which product
// contains which, which roles follow, how surely each event is placed in time.
// It promises that a contradiction between events is never an error: claims
// compete, and the plan shows each. It never reads a clock or a disk, never
// decides which claim is true, and knows no law.
package casefile
