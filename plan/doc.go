// Package plan works out, from a case and a rulebook, who must be told what, in
// what order and by when, what must not be said, and where two rules pull apart.
//
// For is a pure function of the case, the rulebook and the instant "now". Every
// time in it is an interval; every line carries its reasons as codes with
// arguments, the facts it rests on and the clause. Claims that compete are
// evaluated side by side and none is chosen; absence from outside sources is
// never called a breach. It never resolves a conflict, never invents a number
// that the law does not give, and never reads a clock.
package plan
