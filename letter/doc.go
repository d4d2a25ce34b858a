// Package letter writes the formal letters between an authority and a member of
// its platform: reminder, warning, hearing, decision, call, request, receipt,
// answer and appeal, in English, Chinese, French and German.
//
// It promises that a letter which lacks a part that its kind must have is not
// written at all, that the plain text and the page say the same, that a date
// never stands without its zone, and that nothing in a text from outside can
// steer a program, load anything or turn the reading direction.
// It never decides anything and reads no clock: what is decided, and when, is in
// the Letter.
package letter
