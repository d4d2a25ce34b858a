// Package dossier writes a case or a decision as one HTML file that stands for
// itself: the record, the plan with its reasons, the picture, the letters, the
// receipts, and a checker that works offline.
//
// It promises that the file loads nothing and runs nothing but its own checker,
// that it holds no more than what it was given for this reader (no text behind
// the picture, no opening of a field beyond the receipts), that a receipt which
// does not hold or says otherwise than the record is refused, and that the same
// dossier gives the same bytes. It works without a script: every receipt can be
// saved and checked by command.
package dossier
