-- 0001.sql - the first form of the database
--
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Ids of events are packed into one integer: milliseconds << 20 | number within the millisecond. Times are microseconds
-- since 1970. The file is never vacuumed: pages that become free are used again.

-- One row per session that is known. What ends in _thinking or _progress is counted per stream.
CREATE TABLE sessions (
  key                 INTEGER PRIMARY KEY,
  id                  TEXT NOT NULL UNIQUE,
  user_id             TEXT NOT NULL,
  state               INTEGER NOT NULL,
  outcome             TEXT,
  config              TEXT NOT NULL,
  stats               TEXT NOT NULL,
  last_id             INTEGER NOT NULL,
  created_us          INTEGER NOT NULL,
  last_activity_us    INTEGER NOT NULL,
  ended_us            INTEGER NOT NULL,
  appended_thinking   INTEGER NOT NULL,
  appended_progress   INTEGER NOT NULL,
  trimmed_thinking    INTEGER NOT NULL,
  trimmed_progress    INTEGER NOT NULL,
  trimmed_to_thinking INTEGER NOT NULL,
  trimmed_to_progress INTEGER NOT NULL,
  kept_thinking       INTEGER NOT NULL,
  kept_progress       INTEGER NOT NULL,
  bytes               INTEGER NOT NULL
) STRICT;

-- Apart from the sessions, because it may be large and hardly ever changes while the session lives.
CREATE TABLE contexts (
  session INTEGER PRIMARY KEY,
  json    BLOB NOT NULL
) STRICT;

-- streams: 1 thinking, 2 progress, 3 both. A bit is cleared when the event is trimmed from one of its two streams.
CREATE TABLE events (
  id      INTEGER PRIMARY KEY,
  session INTEGER NOT NULL,
  streams INTEGER NOT NULL,
  kind    INTEGER NOT NULL,
  time_us INTEGER NOT NULL,
  type    TEXT,
  json    BLOB NOT NULL
) STRICT;

-- The id of the event is the last column of the index by itself.
CREATE INDEX events_by_session ON events (session);

-- Sessions that were forgotten while some of their events are still to be removed.
CREATE TABLE forgotten (
  session INTEGER PRIMARY KEY,
  bytes   INTEGER NOT NULL
) STRICT;

-- Idempotency keys; event is 0 when the request was accepted and dropped.
CREATE TABLE keys (
  key         TEXT PRIMARY KEY,
  fingerprint BLOB NOT NULL,
  session     TEXT NOT NULL,
  event       INTEGER NOT NULL,
  time_us     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX keys_by_time ON keys (time_us);

-- last_id: the newest event id that was ever given, as it was when a session was last forgotten.
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
