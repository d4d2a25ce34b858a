// Package letters composes the formal letter of an act in a partnership from the
// act, the partnership file and the terms: pages, API and dossiers say the same.
//
// It promises that a letter states what the file held when the act was done and
// nothing that its reader's file lacks, that the clause is in the words of the
// rule pack, and that what is contested is shown as contested. It writes nothing
// itself (letter does), serves nothing (partnership does), and reads no clock.
package letters
