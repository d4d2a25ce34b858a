package receipt

// Schema is the only schema of records: every kind of record has the same
// number of slots, so that a commitment tells nothing about the kind.
const Schema = 1

// Slots is how many fields every record commits to, used or not. It is a power
// of two: the field commitments are the leaves of a full Merkle tree.
const Slots = 128

// slots names the fields; a field's slot is its position. The table is frozen:
// names are added at the end and never moved, renamed or reused, since every
// commitment ever made holds the slot's number. Slots without a name are
// committed as absent, so a name added later reads as absent in older records.
var slots = [...]string{
	// What every record says of itself.
	"entry",    // case, product, party, source, window, event, receipt, erasure, filler, note
	"handle",   // the random internal handle of the case
	"sequence", // 1, 2, … in the case
	"prev",     // commitment of the record before it in the case, hex
	"recorded-at", "recorded-by", "basis", "mandate",
	"checkpoint",          // the last one published when it was recorded: a lower bound in time
	"claimed-recorded-at", // what an imported document says of its own recording
	"claimed-recorded-by",
	"party", "number", "event", // a numbered receipt: for whom, which one, for which commitment
	"content-digest", "evidence-digest",
	"body", // JSON of records that are about the log itself

	// The keys of an event (docs/casefile.md).
	"id", "kind", "by", "to", "of", "at", "re", "via", "rule", "stage", "covers",
	"how", "result", "reason", "review-on", "detail", "with", "where", "form",
	"user-action", "reveals", "exploited", "incident", "nature", "persons",
	"exposed", "automatable", "impact", "due", "until", "scope",
	"label", "text", "original", "source",
	"assumed", "disputes", "denies", "supersedes", "claimed-by", "attributes",

	// The keys of a case and of its products, parties, sources and windows that
	// are not above.
	"format", "case", "title", "record", "tlp", "vulnerabilities", "adopts", "note",
	"name", "purl", "provider", "contains",
	"country", "markets", "roles", "is", "operates", "part-of",
	"publisher", "published", "language", "cites", "translation", "url",
	"from",
}
