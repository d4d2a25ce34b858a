// Package sharing is what goes round on a sharing platform beside its cases:
// reports, indicators, sightings and risk notices, from the authority to its
// members, from members to one another, and from a member to the authority.
//
// Who receives what is access.Receives, asked anew at every reading with where
// the member stands then. Nothing is edited: what was shared is corrected by
// another version and withdrawn by a mark, and the log has a commitment to each,
// so that it can be proved when it was shared. It promises that what is not there
// and what is not the reader's are one error with the same statements, and that
// a suspended member can still report. It resolves and fetches nothing that it
// carries: an indicator is text.
package sharing
