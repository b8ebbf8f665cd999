-- common.lua - what the scripts of the Redis store share; stands in front of each of them
--
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- ARGV[1]: prefix of keys, ARGV[2]: prefix of channels, ARGV[3]: events that the log of all sessions keeps,
-- ARGV[4]: name of the daemon that asks; then what the script wants.
local P, CH, LOG, WHO = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local at = 5
local OPEN, CLOSED = '1', '2'
local STREAMS = { 'thinking:', 'progress:' }
local SLACK = 10               -- a trim removes about a tenth at once
local MAX_OWN_TYPES = 256

local function take ()
  at = at + 1
  return ARGV[at - 1]
end

-- The next n arguments: the places of the first and the last.
local function skip (n)
  at = at + n
  return at - n, at - 1
end

local clock = redis.call ('TIME')
local now_ms = math.floor (clock[1] * 1000 + clock[2] / 1000)

-- ---- ids: one order over all sessions of this server, whatever its clock does ----

local function split (id)
  local ms, seq = string.match (id, '^(%d+)-(%d+)$')
  return tonumber (ms), tonumber (seq)
end

local function is_after (a, b)
  local a_ms, a_seq = split (a)
  local b_ms, b_seq = split (b)
  return a_ms > b_ms or (a_ms == b_ms and a_seq > b_seq)
end

local last_id = redis.call ('GET', P .. 'ouioe:clock') or '0-0'
local last_ms, last_seq = split (last_id)

local function next_id ()
  if now_ms > last_ms then
    last_ms, last_seq = now_ms, 0
  elseif last_seq < 1048575 then
    last_seq = last_seq + 1
  else
    last_ms, last_seq = last_ms + 1, 0
  end
  last_id = string.format ('%.0f-%.0f', last_ms, last_seq)
  return last_id
end

local function use_id (id)
  last_id = id
  last_ms, last_seq = split (id)
end

local function save_clock ()
  redis.call ('SET', P .. 'ouioe:clock', last_id)
end

-- ---- a session ----

local function hash_of (sid)
  return P .. 'ouioe:session:' .. sid
end

-- The newest id of a stream, whoever wrote it.
local function top_of (key)
  if redis.call ('EXISTS', key) == 0 then
    return '0-0'
  end
  local info = redis.call ('XINFO', 'STREAM', key)
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then
      return info[i + 1]
    end
  end
end

-- Other programs write to the same streams, with ids of their own.
local function pass (key)
  local top = top_of (key)
  if is_after (top, last_id) then
    use_id (top)
  end
end

-- What entries weigh: the bytes of their names and values. Counted for each session and for all.
local weight = 0

local function weigh (list, first, last)
  local sum = 0
  for i = first, last do
    sum = sum + #list[i]
  end
  return sum
end

local function add_weight (sid, change)
  redis.call ('HINCRBY', hash_of (sid), 'b', change)
  weight = weight + change
end

local function save_weight ()
  if weight ~= 0 then
    redis.call ('INCRBY', P .. 'ouioe:bytes', weight)
  end
end

-- Removes all but the newest of a stream; tells how many, and the newest that is gone.
local function trim (sid, s, keep)
  local key = P .. STREAMS[s] .. sid
  local n = redis.call ('XLEN', key) - keep
  if n <= 0 then
    return 0, '0-0'
  end
  local old = redis.call ('XRANGE', key, '-', '+', 'COUNT', n)
  local gone, sum = old[#old][1], 0
  for _, entry in ipairs (old) do
    sum = sum + weigh (entry[2], 1, #entry[2])
  end
  redis.call ('XTRIM', key, 'MAXLEN', '=', keep)
  redis.call ('HINCRBY', hash_of (sid), 'r' .. (s - 1), n)
  redis.call ('HSET', hash_of (sid), 'm' .. (s - 1), gone)
  add_weight (sid, -sum)
  if is_after (gone, redis.call ('HGET', P .. 'ouioe:trimmed', s - 1) or '0-0') then
    redis.call ('HSET', P .. 'ouioe:trimmed', s - 1, gone)
  end
  return n, gone
end

local function log (id, sid, mask)
  redis.call ('XADD', P .. 'ouioe:log', 'MAXLEN', '~', LOG, id, 's', sid, 'm', mask)
end

-- No key stays without an expiry, and none of a session that is written to goes. Those of the session as a whole are renewed
-- now and then, that of a stream with each entry, for another program may have removed it.
local function renew (sid, ttl, renewed, mask)
  if renewed == nil or now_ms - renewed > ttl / 64 then
    redis.call ('PEXPIRE', hash_of (sid), ttl + 604800000)   -- whoever sweeps next knows what it weighed
    redis.call ('HSET', hash_of (sid), 'xs', now_ms)
    redis.call ('ZADD', P .. 'ouioe:expiry', now_ms + ttl, sid)
    mask = 3
  end
  for s = 1, 2 do
    if mask == s or mask == 3 then
      redis.call ('PEXPIRE', P .. STREAMS[s] .. sid, ttl)
    end
  end
end

-- All daemons look at the session anew.
local function tell (sid)
  redis.call ('PUBLISH', CH .. 'sessions', WHO .. ' ' .. sid)
end

local function forget (sid)
  weight = weight - (redis.call ('HGET', hash_of (sid), 'b') or 0)
  redis.call ('DEL', P .. STREAMS[1] .. sid, P .. STREAMS[2] .. sid, hash_of (sid))
  redis.call ('ZREM', P .. 'ouioe:sessions', sid)
  redis.call ('ZREM', P .. 'ouioe:expiry', sid)
end

-- ---- idempotency keys ----

local function put_key (name, value, time)
  redis.call ('HSET', P .. 'ouioe:keys', name, value)
  redis.call ('ZADD', P .. 'ouioe:keytimes', time, name)
end

local function forget_keys (names)
  for _, name in ipairs (names) do
    redis.call ('HDEL', P .. 'ouioe:keys', name)
    redis.call ('ZREM', P .. 'ouioe:keytimes', name)
  end
end
