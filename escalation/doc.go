// Package escalation knows for every kept case what is owed next, and wakes when
// an instant passes or a case changes.
//
// It keeps a projection: a line for each duty that is not done, in order of its
// due date over all cases, and for each case the next instant at which its plan
// would change. The projection can be dropped and is rebuilt from the records
// to the same bytes; a case that changed while nobody watched is found by its
// version. What was missed while the program was down keeps its true due and
// gets the time at which it was noticed. It never sends anything and never
// decides what is due: that is plan.
package escalation
