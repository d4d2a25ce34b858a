-- The record and its log. Placeholders in braces are types that the engines
-- name differently; a line that begins with the name of an engine is for that
-- engine. place is epoch << 40 | index: one integer as key keeps rows small, and
-- on SQLite it is the row's own address.

-- Who this database is: a random id from its making.
CREATE TABLE store (
  one {int} PRIMARY KEY CHECK (one = 1),
  id TEXT NOT NULL,
  settled {int} NOT NULL DEFAULT 0
){strict};

CREATE TABLE event (
  place {int} PRIMARY KEY,
  handle TEXT NOT NULL,
  seq {int} NOT NULL,
  sealed {bytes} NOT NULL
){strict};

-- Fillers belong to no case and have no sequence.
CREATE UNIQUE INDEX event_of_case ON event (handle, seq) WHERE handle <> '';

-- A full bundle is 256 leaves in one row, 33 bytes each; place is epoch << 40 |
-- number of the bundle. Its bytes are random: to compress them is lost labour,
-- and a row of more than a page goes beside the table in any case.
CREATE TABLE bundle (
  place {int} PRIMARY KEY,
  entries {bytes} NOT NULL
){strict};
{postgres} ALTER TABLE bundle ALTER COLUMN entries SET STORAGE EXTERNAL;

-- The leaves after the last full bundle: at most 255 an epoch. All that were
-- here before are dead rows, so the table is cleaned by their number alone.
CREATE TABLE leaf (
  place {int} PRIMARY KEY,
  entry {bytes} NOT NULL
){strict};
{postgres} ALTER TABLE leaf SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1024, autovacuum_vacuum_cost_delay = 0);

-- place is epoch << 40 | level << 36 | n.
CREATE TABLE node (
  place {int} PRIMARY KEY,
  hash {bytes} NOT NULL
){strict};

-- place is epoch << 40 | size. Rows are inserted and pruned, never updated:
-- an updated row would leave a trail of dead ones under a long snapshot.
CREATE TABLE head (
  place {int} PRIMARY KEY,
  frontier {bytes} NOT NULL,
  recorded TEXT NOT NULL
){strict};

CREATE TABLE epoch (
  n {int} PRIMARY KEY,
  origin TEXT NOT NULL UNIQUE,
  opened TEXT NOT NULL,
  before_size {int} NOT NULL,
  carried {int} NOT NULL
){strict};

CREATE TABLE checkpoint (
  seq {int} PRIMARY KEY,
  epoch {int} NOT NULL,
  size {int} NOT NULL,
  root {bytes} NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('intent', 'published')),
  note {bytes} NOT NULL,
  stamps {bytes} NOT NULL,
  signed_at TEXT NOT NULL,
  timed {int} NOT NULL CHECK (timed IN (0, 1))
){strict};

-- The newest checkpoint of an epoch.
CREATE INDEX checkpoint_newest ON checkpoint (epoch, seq);

-- The earliest checkpoint with an outside time that covers a leaf.
CREATE INDEX checkpoint_timed ON checkpoint (epoch, size, seq) WHERE timed = 1 AND state = 'published';

CREATE TABLE case_key (
  handle TEXT PRIMARY KEY,
  generation {int} NOT NULL,
  wrapped {bytes} NOT NULL
){strict};

CREATE TABLE case_view (
  handle TEXT PRIMARY KEY,
  version {int} NOT NULL,
  head {bytes} NOT NULL,
  lookup {bytes} NOT NULL UNIQUE,
  sealed {bytes} NOT NULL
){strict};

CREATE TABLE request (
  key {bytes} PRIMARY KEY,
  digest {bytes} NOT NULL,
  handle TEXT NOT NULL,
  version {int} NOT NULL,
  epoch {int} NOT NULL,
  first {int} NOT NULL,
  count {int} NOT NULL,
  replays {int} NOT NULL
){strict};
