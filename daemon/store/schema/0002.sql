-- 0002.sql - what is known of the model's work behind a session
--
-- SPDX-License-Identifier: GPL-3.0-or-later

-- Apart from the sessions, as most have none, and it changes seldom. A JSON object.
CREATE TABLE generations (
  session INTEGER PRIMARY KEY,
  json    BLOB NOT NULL
) STRICT;
