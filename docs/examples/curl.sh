#!/usr/bin/env bash
# curl.sh - create a session, feed it, close it and read it back, with curl alone
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: curl.sh SESSION
# OUIOE_ADDRESS: where the daemon is, http://127.0.0.1:3005 unless it is set
set -euo pipefail

api=${OUIOE_ADDRESS:-http://127.0.0.1:3005}/api/streaming
post () {
  curl -sS --fail -H 'Content-Type: application/json' -d "$2" "$api/$1" >/dev/null
}

post sessions "{\"session_id\": \"$1\", \"user_id\": \"me\", \"debug_mode\": true}"
post thinking "{\"session_id\": \"$1\", \"thinking_type\": \"analysis\", \"content\": \"Which hosts answer?\"}"
post progress "{\"session_id\": \"$1\", \"progress_type\": \"progress\", \"message\": \"Asked 3 of 5\", \"progress_percentage\": 60}"
curl -sS --fail -X DELETE "$api/sessions/$1?outcome=done" >/dev/null
# until=end: the stream ends with the session
curl -sSN --fail "$api/sessions/$1/stream?until=end"
