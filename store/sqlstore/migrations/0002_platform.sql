-- What the platform keeps beside the record: its documents, who has a seat on
-- which case, and the projection that the desk is read from. Everything that
-- tells something is sealed or a keyed hash; seconds are since 1970 UTC.

-- Numbers that only grow: how often the documents of a kind were changed
-- (cabinet/KIND), how often the lines were (lines), when the program was last
-- alive (alive). Whoever changes what a number stands for changes the number
-- first: the row is the lock.
CREATE TABLE mark (
  name TEXT PRIMARY KEY,
  n {int} NOT NULL
){strict};

CREATE TABLE cabinet (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  version {int} NOT NULL,
  sealed {bytes} NOT NULL,
  PRIMARY KEY (kind, id)
){strict};

CREATE TABLE cabinet_key (
  kind TEXT NOT NULL,
  key {bytes} NOT NULL,
  id TEXT NOT NULL,
  alone {int} NOT NULL CHECK (alone IN (0, 1)),
  PRIMARY KEY (kind, key, id)
){strict};

CREATE UNIQUE INDEX cabinet_key_alone ON cabinet_key (kind, key) WHERE alone = 1;
CREATE INDEX cabinet_key_of ON cabinet_key (kind, id);

-- every is 1 where all of the case is seen; else party says whose side.
CREATE TABLE seat (
  id TEXT PRIMARY KEY,
  handle TEXT NOT NULL,
  who {bytes} NOT NULL,
  every {int} NOT NULL CHECK (every IN (0, 1)),
  party {bytes} NOT NULL,
  sealed {bytes} NOT NULL
){strict};

CREATE INDEX seat_on ON seat (handle, who);
CREATE INDEX seat_of ON seat (who, handle);
CREATE INDEX seat_narrow ON seat (who, handle) WHERE every = 0;

-- What is projected of a case. A row without lines and with nothing sealed is
-- of a case of which something was erased: older lines are not taken any more.
CREATE TABLE desk_case (
  handle TEXT PRIMARY KEY,
  version {int} NOT NULL,
  changes {int} NOT NULL,
  basis {bytes} NOT NULL,
  open {int} NOT NULL,
  sealed {bytes} NOT NULL
){strict};

CREATE INDEX desk_case_changes ON desk_case (changes, handle);
CREATE INDEX desk_case_open ON desk_case (open, handle) WHERE open > 0;

CREATE TABLE desk_line (
  due {int} NOT NULL,
  handle TEXT NOT NULL,
  n {int} NOT NULL,
  party {bytes} NOT NULL,
  law {bytes} NOT NULL,
  sealed {bytes} NOT NULL,
  PRIMARY KEY (due, handle, n)
){strict};

CREATE UNIQUE INDEX desk_line_of ON desk_line (handle, n);
CREATE INDEX desk_line_party ON desk_line (party, due, handle, n);
CREATE INDEX desk_line_law ON desk_line (law, due, handle, n);

CREATE TABLE desk_word (
  word {bytes} NOT NULL,
  handle TEXT NOT NULL,
  PRIMARY KEY (word, handle)
){strict};

CREATE INDEX desk_word_of ON desk_word (handle);

-- Times in which nothing watched.
CREATE TABLE gap (
  since {int} PRIMARY KEY,
  until {int} NOT NULL
){strict};
