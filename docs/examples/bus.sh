#!/usr/bin/env bash
# bus.sh - create a session, feed it and close it, with gdbus alone
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: bus.sh SESSION
set -euo pipefail

name=org.ouioe.Streaming1
call () {
  local object=$1 method=$2
  shift 2
  gdbus call --session --dest "$name" --object-path "$object" --method "$name.$method" "$@"
}

# ('/org/ouioe/Streaming1/session/…',)
path=$(call /org/ouioe/Streaming1 Manager.CreateSession "$1" "$USER" '{"debug_mode": <true>}' | cut -d"'" -f2)
call "$path" Session.AppendThinking analysis 'Which hosts answer?' '{"confidence": <0.7>}' >/dev/null
call "$path" Session.AppendProgress progress 'Asked 3 of 5' '{"progress_percentage": <60.0>}' >/dev/null
call "$path" Session.Close 'done' '{}' >/dev/null
echo "$path"
