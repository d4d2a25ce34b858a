// Package earlier finds who knew of a vulnerability before a report of it
// arrived.
//
// Of reads from a case what it tells of knowledge: who knew of what, since when,
// whose word that is, whom it told. Look holds this against a report. It promises
// to judge nobody: it lists evidence with its sources, what speaks for whoever
// knew, and what is uncertain; what may have been before is called perhaps, and
// what rests on a claim alone or is disputed is never more than that. It knows no
// deadline and no duty: those are for plan.
package earlier
