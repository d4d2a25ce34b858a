package sqlstore

// The statements of what the platform keeps beside the record, but those that
// are put together for what is asked (lines_read.go, cases_of.go). As in
// statements.go; what ends in With takes parameters of its own before the list.
const (
	markOf   = `SELECT n FROM mark WHERE name = $1`
	markGrow = `INSERT INTO mark (name, n) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET n = mark.n + 1`
	markSet  = `INSERT INTO mark (name, n) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET n = excluded.n`

	docColumns = `kind, id, version, sealed`
	docOf      = `SELECT ` + docColumns + ` FROM cabinet WHERE kind = $1 AND id = $2`
	docPage    = `SELECT ` + docColumns + ` FROM cabinet WHERE kind = $1 AND id > $2 ORDER BY id LIMIT $3`
	docEach    = `SELECT ` + docColumns + ` FROM cabinet WHERE (kind, id) > ($1, $2) ORDER BY kind, id LIMIT $3`
	docByKey   = `SELECT c.kind, c.id, c.version, c.sealed FROM cabinet_key k JOIN cabinet c ON c.kind = k.kind AND c.id = k.id
		WHERE k.kind = $1 AND k.key = $2 AND k.id > $3 ORDER BY k.id LIMIT $4`
	docsWith     = `SELECT ` + docColumns + ` FROM cabinet WHERE kind = $1 AND id IN `
	docVersions  = `SELECT id, version FROM cabinet WHERE kind = $1 AND id IN `
	docInsert    = `INSERT INTO cabinet (` + docColumns + `) VALUES `
	docReplace   = ` ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, sealed = excluded.sealed`
	docDropWith  = `DELETE FROM cabinet WHERE kind = $1 AND id IN `
	docKeysWith  = `SELECT id, key, alone FROM cabinet_key WHERE kind = $1 AND id IN `
	docKeyInsert = `INSERT INTO cabinet_key (kind, key, id, alone) VALUES `
	docKeyDrop   = `DELETE FROM cabinet_key WHERE kind = $1 AND key = $2 AND id = $3`

	seatColumns = `id, handle, who, every, party, sealed`
	seatsOf     = `SELECT ` + seatColumns + ` FROM seat WHERE handle = $1 ORDER BY id`
	seatEach    = `SELECT ` + seatColumns + ` FROM seat WHERE id > $1 ORDER BY id LIMIT $2`
	seatInsert  = `INSERT INTO seat (` + seatColumns + `) VALUES `
	seatReplace = ` ON CONFLICT (id) DO UPDATE SET handle = excluded.handle, who = excluded.who, every = excluded.every,
		party = excluded.party, sealed = excluded.sealed`
	seatDrop = `DELETE FROM seat WHERE id = $1`

	caseVersion = `SELECT version FROM desk_case WHERE handle = $1`
	casePut     = `INSERT INTO desk_case (handle, version, changes, basis, open, sealed) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (handle) DO UPDATE SET version = excluded.version, changes = excluded.changes, basis = excluded.basis,
		open = excluded.open, sealed = excluded.sealed`
	casesDrop = `DELETE FROM desk_case`
	linesDrop = `DELETE FROM desk_line`
	wordsDrop = `DELETE FROM desk_word`

	lineColumns  = `due, handle, n, party, law, sealed`
	linesOf      = `SELECT ` + lineColumns + ` FROM desk_line WHERE handle = $1 ORDER BY n`
	linesOfDrop  = `DELETE FROM desk_line WHERE handle = $1`
	linesCutWith = `DELETE FROM desk_line WHERE handle = $1 AND n IN `
	lineInsert   = `INSERT INTO desk_line (` + lineColumns + `) VALUES `
	wordsOf      = `SELECT word FROM desk_word WHERE handle = $1 ORDER BY word`
	wordsOfDrop  = `DELETE FROM desk_word WHERE handle = $1`
	wordsCutWith = `DELETE FROM desk_word WHERE handle = $1 AND word IN `
	wordInsert   = `INSERT INTO desk_word (word, handle) VALUES `

	changesNext = `SELECT COALESCE(MIN(changes), $1) FROM desk_case`
	changesDue  = `SELECT handle FROM desk_case c WHERE changes <= $1
		AND EXISTS (SELECT 1 FROM case_view v WHERE v.handle = c.handle) ORDER BY changes, handle LIMIT $2`
	// What is projected, if anything is, of a stretch of $3 cases of the record in
	// order of their handles; the log's own handle ($2) is no case.
	staleStretch = `SELECT v.handle, v.version, COALESCE(c.version, -1), c.basis FROM
		(SELECT handle, version FROM case_view WHERE handle > $1 AND handle <> $2 ORDER BY handle LIMIT $3) v
		LEFT JOIN desk_case c ON c.handle = v.handle ORDER BY v.handle`
	// The same of the cases that got a record at place $1 or later.
	staleSince = `SELECT v.handle, v.version, COALESCE(c.version, -1), c.basis FROM
		(SELECT DISTINCT handle FROM event WHERE place >= $1 AND handle <> $2 AND handle <> '') e
		JOIN case_view v ON v.handle = e.handle LEFT JOIN desk_case c ON c.handle = v.handle ORDER BY v.handle`
	eventsEnd = `SELECT COALESCE(MAX(place), -1) FROM event`

	// Counts of all lines, of those before $1, and the first of them.
	figures = `SELECT (SELECT COUNT(*) FROM desk_line), (SELECT COUNT(*) FROM desk_line WHERE due < $1),
		COALESCE((SELECT MIN(due) FROM desk_line WHERE due < $1), 0)`

	gapInsert = `INSERT INTO gap (since, until) VALUES ($1, $2) ON CONFLICT (since) DO UPDATE SET until = excluded.until`
	gapsAll   = `SELECT since, until FROM gap ORDER BY since`
)
