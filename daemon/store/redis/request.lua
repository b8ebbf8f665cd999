-- request.lua - what producers ask for, of any daemon: each request is checked, numbered, kept and told at once, or refused
--
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Then: MAX_SESSIONS, MAX_KEYS, and requests. A request is 'k' NAME FINGERPRINT TIME or 'n', then a letter and its arguments.
-- The answer has for each: { 'ok', ID, A0, A1 } or one word why not, with more behind it.
local max_sessions, max_keys = tonumber (take ()), tonumber (take ())
local dirty = false

local function publish (sid, id, mask, a0, a1, rest)
  log (id, sid, mask)
  redis.call ('PUBLISH', CH .. 'e:' .. sid, id .. ' ' .. mask .. ' ' .. a0 .. ' ' .. a1 .. ' ' .. rest)
  dirty = true
end

local function limit (sid, s, max)
  if redis.call ('XLEN', P .. STREAMS[s] .. sid) > max + math.max (1, math.min (1000, math.floor (max / SLACK))) then
    trim (sid, s, max)
  end
end

-- An event of both streams.
local function add_both (sid, fields)
  for s = 1, 2 do
    pass (P .. STREAMS[s] .. sid)
  end
  local id = next_id ()
  for s = 1, 2 do
    redis.call ('XADD', P .. STREAMS[s] .. sid, id, unpack (fields))
  end
  weight = weight + 2 * weigh (fields, 1, #fields)
  return id, 2 * weigh (fields, 1, #fields)
end

local function create ()
  local sid = take ()
  local first, last = skip (tonumber (take ()))
  local pairs_first, pairs_last = first, last
  first, last = skip (tonumber (take ()))
  local rest = take ()
  local h = hash_of (sid)
  local before = redis.call ('HMGET', h, 'state', 'a0', 'a1', 'r0', 'r1', 'm0', 'm1', 'b')

  if before[1] == OPEN then
    return { 'exists' }
  end
  if not before[1] and max_sessions > 0 and redis.call ('ZCARD', P .. 'ouioe:sessions') >= max_sessions then
    return { 'full' }
  end

  local id, bytes = add_both (sid, { unpack (ARGV, first, last) })
  local a0, a1 = (before[2] or 0) + 1, (before[3] or 0) + 1
  redis.call ('DEL', h)
  redis.call ('HSET', h, unpack (ARGV, pairs_first, pairs_last))
  redis.call ('HSET', h, 'a0', a0, 'a1', a1, 'r0', before[4] or 0, 'r1', before[5] or 0, 'm0', before[6] or '0-0',
              'm1', before[7] or '0-0', 'last', id, 'b', (before[8] or 0) + bytes)
  local now = redis.call ('HMGET', h, 'created', 'ttl', 'len')
  redis.call ('ZADD', P .. 'ouioe:sessions', now[1], sid)
  renew (sid, tonumber (now[2]), nil, 3)
  for s = 1, 2 do
    limit (sid, s, tonumber (now[3]))
  end
  publish (sid, id, 3, a0, a1, rest)
  tell (sid)
  return { 'ok', id, tostring (a0), tostring (a1) }
end

-- A step (s 1) or an update (s 2).
local function append ()
  local sid, s, word, own, paced, confidence, time = take (), tonumber (take ()), take (), take (), take (), take (), take ()
  local first, last = skip (tonumber (take ()))
  local rest = take ()
  local h, key = hash_of (sid), P .. STREAMS[s] .. sid
  local a, count, type_count, own_count = 'a' .. (s - 1), s == 1 and 'nt' or 'np', (s == 1 and 't:' or 'p:') .. word, 'o' .. (s - 1)
  local v = redis.call ('HMGET', h, 'state', 'dbg', 'upd', 'thr', 'lp', 'len', 'ttl', 'xs', 'a0', 'a1', count, type_count,
                        own_count, 'cs', 'cn', 'b')
  local set = { 'active', time, 'su', time }

  local function also (name, value)
    set[#set + 1] = name
    set[#set + 1] = value
  end

  if not v[1] then
    return { 'none' }
  end
  if v[1] ~= OPEN then
    return { 'closed' }
  end
  if own == '1' and not v[12] then
    if tonumber (v[13] or 0) >= MAX_OWN_TYPES then
      return { 'types' }
    end
    also (own_count, (v[13] or 0) + 1)
  end
  if s == 1 and v[2] ~= '1' then
    return { 'dropped', 'debug_mode' }
  end
  if s == 2 and v[3] ~= '1' then
    return { 'dropped', 'progress_updates' }
  end
  if paced == '1' and tonumber (v[4]) > 0 then
    local since = tonumber (time) - tonumber (v[5] or 0)
    if v[5] and v[5] ~= '0' and since >= 0 and since < tonumber (v[4]) then
      return { 'dropped', 'update_threshold' }
    end
    also ('lp', time)
  end

  local id = next_id ()
  local added = redis.pcall ('XADD', key, id, unpack (ARGV, first, last))
  if type (added) == 'table' and added.err then
    if not string.find (added.err, 'equal or smaller', 1, true) then
      return redis.error_reply (added.err)
    end
    pass (key)
    id = next_id ()
    redis.call ('XADD', key, id, unpack (ARGV, first, last))
  end

  local n, bytes = (v[8 + s] or 0) + 1, weigh (ARGV, first, last)
  weight = weight + bytes
  also ('b', (v[16] or 0) + bytes)
  also (a, n)
  also ('last', id)
  also (count, (v[11] or 0) + 1)
  also (type_count, (v[12] or 0) + 1)
  if confidence ~= '' and s == 1 then
    also ('cs', string.format ('%.17g', (v[14] or 0) + confidence))
    also ('cn', (v[15] or 0) + 1)
  end
  redis.call ('HSET', h, unpack (set))
  renew (sid, tonumber (v[7]), tonumber (v[8] or 0), s)
  limit (sid, s, tonumber (v[6]))

  local a0, a1 = v[9] or 0, v[10] or 0
  if s == 1 then
    a0 = n
  else
    a1 = n
  end
  publish (sid, id, s, a0, a1, rest)
  return { 'ok', id, tostring (a0), tostring (a1) }
end

-- Seconds as the typed form writes them: the shortest text, always with a point.
local function seconds (us)
  local text = string.gsub (string.format ('%.6f', us / 1000000), '0+$', '')
  return string.sub (text, -1) == '.' and text .. '0' or text
end

local function close ()
  local sid, outcome, time = take (), take (), take ()
  local first, last = skip (tonumber (take ()))
  local rest = take ()
  local h = hash_of (sid)
  local v = redis.call ('HMGET', h, 'state', 'created', 'nt', 'np', 'a0', 'a1', 'ttl', 'len', 'b')

  if v[1] ~= OPEN then
    return { 'none' }
  end

  -- Only here is known what the session came to.
  local duration = seconds (math.max (0, time - v[2]))
  local fields = { unpack (ARGV, first, last) }
  rest = rest .. ',"duration":' .. duration .. ',"thinking_steps":' .. v[3] .. ',"progress_updates":' .. v[4] .. '}'
  for _, value in ipairs { 'duration', duration, 'thinking_steps', v[3], 'progress_updates', v[4], 'ouioe', rest } do
    fields[#fields + 1] = value
  end
  local id, bytes = add_both (sid, fields)
  local a0, a1 = v[5] + 1, v[6] + 1
  redis.call ('HSET', h, 'state', CLOSED, 'outcome', outcome, 'ended', time, 'active', time, 'a0', a0, 'a1', a1, 'last', id,
              'b', (v[9] or 0) + bytes)
  renew (sid, tonumber (v[7]), nil, 3)
  for s = 1, 2 do
    limit (sid, s, tonumber (v[8]))
  end
  publish (sid, id, 3, a0, a1, rest)
  tell (sid)
  return { 'ok', id, tostring (a0), tostring (a1) }
end

local function remove ()
  local sid = take ()
  if redis.call ('EXISTS', hash_of (sid)) == 0 then
    return { 'none' }
  end
  forget (sid)
  tell (sid)
  return { 'ok', '0-0', '0', '0' }
end

local function set ()
  local sid = take ()
  local first, last = skip (tonumber (take ()))
  if redis.call ('EXISTS', hash_of (sid)) == 0 then
    return { 'none' }
  end
  redis.call ('HSET', hash_of (sid), unpack (ARGV, first, last))
  tell (sid)
  return { 'ok', '0-0', '0', '0' }
end

local handlers = { c = create, s = append, e = close, f = remove, u = set }

-- Passes over the arguments of a request that is answered from its key.
local function pass_over (letter)
  if letter == 'c' then
    skip (1)
    skip (tonumber (take ()))
    skip (tonumber (take ()) + 1)
  elseif letter == 's' then
    skip (7)
    skip (tonumber (take ()) + 1)
  elseif letter == 'e' then
    skip (3)
    skip (tonumber (take ()) + 1)
  end
end

local answers = {}
while at <= #ARGV do
  local name, fingerprint, time, known
  if take () == 'k' then
    name, fingerprint, time = take (), take (), take ()
    known = redis.call ('HGET', P .. 'ouioe:keys', name)
  end
  local letter = take ()
  if known then
    pass_over (letter)
    local of, id = string.match (known, '^(%x+) (%d+%-%d+)')
    answers[#answers + 1] = of == fingerprint and { 'replayed', id } or { 'reused' }
  else
    local answer = handlers[letter] ()
    if answer.err then
      return answer
    end
    if name and (answer[1] == 'ok' or answer[1] == 'dropped') then
      put_key (name, fingerprint .. ' ' .. (answer[1] == 'ok' and answer[2] or '0-0') .. ' ', time)
      local n = redis.call ('ZCARD', P .. 'ouioe:keytimes') - max_keys
      if n > 0 then
        forget_keys (redis.call ('ZRANGE', P .. 'ouioe:keytimes', 0, n - 1))
      end
    end
    answers[#answers + 1] = answer
  end
end
if dirty then
  save_clock ()
end
save_weight ()
return answers
