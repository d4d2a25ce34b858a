package sqlstore

// Every statement of the stores, but those of the migrations and of an engine's
// own housekeeping. They run on both engines as they are. Names that end in
// Insert take rows of parameters at their end (see insert), followed by what ends
// in Replace where a row may be there already; those that end in In take a list.
const (
	epochsSelect = `SELECT n, origin, opened, before_size, carried FROM epoch ORDER BY n`
	epochNewest  = `SELECT n, origin, opened, before_size, carried FROM epoch ORDER BY n DESC LIMIT 1`
	epochInsert  = `INSERT INTO epoch (n, origin, opened, before_size, carried) VALUES `

	// $1 and $2 bound the places of one epoch.
	headNewest = `SELECT place, frontier, recorded FROM head WHERE place >= $1 AND place < $2 ORDER BY place DESC LIMIT 1`
	headInsert = `INSERT INTO head (place, frontier, recorded) VALUES `
	headPrune  = `DELETE FROM head WHERE place >= $1 AND place < (
		SELECT place FROM head WHERE place >= $1 AND place < $2 ORDER BY place DESC LIMIT 1 OFFSET $3)`

	bundlesSelect = `SELECT place, entries FROM bundle WHERE place >= $1 AND place < $2 ORDER BY place`
	bundleInsert  = `INSERT INTO bundle (place, entries) VALUES `
	leavesSelect  = `SELECT place, entry FROM leaf WHERE place >= $1 AND place < $2 ORDER BY place`
	leafInsert    = `INSERT INTO leaf (place, entry) VALUES `
	leavesTake    = `DELETE FROM leaf WHERE place >= $1 AND place < $2 RETURNING place, entry`
	// The last leaf from $1 on that has a row, and the last bundle, of the epoch
	// whose places are from $3 to $2. (Numbers appear first in their order: to
	// SQLite $1 is a name, and some drivers bind by the order of names.)
	leavesEnd = `SELECT COALESCE((SELECT MAX(place) FROM leaf WHERE place >= $1 AND place < $2), -1),
		COALESCE((SELECT MAX(place) FROM bundle WHERE place >= $3 AND place < $2), -1)`

	nodesSelect = `SELECT hash FROM node WHERE place >= $1 AND place < $2 ORDER BY place`
	nodePlaces  = `SELECT place, hash FROM node WHERE place >= $1 AND place < $2 ORDER BY place`
	nodeInsert  = `INSERT INTO node (place, hash) VALUES `

	checkpointColumns  = `seq, epoch, size, root, state, note, stamps, signed_at, timed`
	checkpointNewest   = `SELECT ` + checkpointColumns + ` FROM checkpoint ORDER BY seq DESC LIMIT 1`
	checkpointNewestOf = `SELECT ` + checkpointColumns + ` FROM checkpoint WHERE state = $1 ORDER BY seq DESC LIMIT 1`
	// The earliest with an outside time; sizes grow with seq within an epoch.
	checkpointTimed = `SELECT ` + checkpointColumns + ` FROM checkpoint
		WHERE timed = 1 AND state = 'published' AND epoch = $1 AND size > $2 ORDER BY size, seq LIMIT 1`
	checkpointNewestIn = `SELECT ` + checkpointColumns + ` FROM checkpoint
		WHERE epoch = $1 AND state = 'published' ORDER BY seq DESC LIMIT 1`
	checkpointBySeq   = `SELECT ` + checkpointColumns + ` FROM checkpoint WHERE seq = $1`
	checkpointPage    = `SELECT ` + checkpointColumns + ` FROM checkpoint WHERE seq > $1 ORDER BY seq LIMIT $2`
	checkpointInsert  = `INSERT INTO checkpoint (` + checkpointColumns + `) VALUES `
	checkpointPublish = `UPDATE checkpoint SET state = 'published', note = $1, stamps = $2, signed_at = $3, timed = $4 WHERE seq = $5`

	rowColumns = `place, handle, seq, sealed`
	rowAt      = `SELECT ` + rowColumns + ` FROM event WHERE place = $1`
	rowPage    = `SELECT ` + rowColumns + ` FROM event WHERE place >= $1 ORDER BY place LIMIT $2`
	rowsOfCase = `SELECT ` + rowColumns + ` FROM event WHERE handle = $1 AND handle <> '' AND seq > $2 ORDER BY seq`
	rowInsert  = `INSERT INTO event (` + rowColumns + `) VALUES `
	rowReseal  = `UPDATE event SET sealed = $1 WHERE place = $2`

	viewColumns  = `handle, version, head, lookup, sealed`
	viewOf       = `SELECT ` + viewColumns + ` FROM case_view WHERE handle = $1`
	viewByLookup = `SELECT ` + viewColumns + ` FROM case_view WHERE lookup = $1`
	viewFirst    = `SELECT ` + viewColumns + ` FROM case_view ORDER BY handle LIMIT $1`
	viewPage     = `SELECT ` + viewColumns + ` FROM case_view WHERE handle > $1 ORDER BY handle LIMIT $2`
	viewsIn      = `SELECT ` + viewColumns + ` FROM case_view WHERE handle IN `
	viewInsert   = `INSERT INTO case_view (` + viewColumns + `) VALUES `
	viewReplace  = ` ON CONFLICT (handle) DO UPDATE SET version = excluded.version, head = excluded.head,
		lookup = excluded.lookup, sealed = excluded.sealed`
	viewsDrop = `DELETE FROM case_view`

	keyColumns = `handle, generation, wrapped`
	keyOf      = `SELECT ` + keyColumns + ` FROM case_key WHERE handle = $1`
	keyFirst   = `SELECT ` + keyColumns + ` FROM case_key ORDER BY handle LIMIT $1`
	keyPage    = `SELECT ` + keyColumns + ` FROM case_key WHERE handle > $1 ORDER BY handle LIMIT $2`
	keysIn     = `SELECT ` + keyColumns + ` FROM case_key WHERE handle IN `
	keyInsert  = `INSERT INTO case_key (` + keyColumns + `) VALUES `
	keyReplace = ` ON CONFLICT (handle) DO UPDATE SET generation = excluded.generation, wrapped = excluded.wrapped`

	requestColumns = `key, digest, handle, version, epoch, first, count, replays`
	requestBy      = `SELECT ` + requestColumns + ` FROM request WHERE key = $1`
	requestsIn     = `SELECT ` + requestColumns + ` FROM request WHERE key IN `
	requestPage    = `SELECT ` + requestColumns + ` FROM request WHERE key > $1 ORDER BY key LIMIT $2`
	requestFirst   = `SELECT ` + requestColumns + ` FROM request ORDER BY key LIMIT $1`
	requestInsert  = `INSERT INTO request (` + requestColumns + `) VALUES `
	requestTouch   = `UPDATE request SET replays = replays + 1 WHERE key = $1`
)
