-- batch.lua - one batch as the store's interface has it: all of it, or nothing
--
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Then: operations, each a letter and its arguments. All are looked at before anything is done.
local start = at

local function each (on)
  at = start
  while at <= #ARGV do
    on[take ()] ()
  end
end

local there, unborn, id_before, problem = {}, {}, last_id, nil

local function check_session (sid)
  if there[sid] == nil then
    there[sid] = redis.call ('EXISTS', hash_of (sid)) == 1
  end
  if not there[sid] then
    unborn[sid] = true
  end
end

each {
  P = function ()
    local sid = take ()
    skip (tonumber (take ()))
    there[sid], unborn[sid] = true, nil
  end,
  A = function ()
    local sid, _, id = take (), take (), take ()
    skip (tonumber (take ()))
    if not is_after (id, id_before) then
      problem = 'order'
    end
    id_before = id
    check_session (sid)
  end,
  T = function () skip (3) end,
  F = function ()
    local sid = take ()
    there[sid], unborn[sid] = false, nil
  end,
  K = function () skip (3) end,
  G = function () skip (1) end,
}
if problem ~= nil then
  return { problem }
end
if next (unborn) ~= nil then
  return { 'session' }
end

local result = { 'ok', '' }

each {
  P = function ()
    local sid = take ()
    local first, last = skip (tonumber (take ()))
    local h = hash_of (sid)
    local marks = redis.call ('HMGET', h, 'r0', 'r1', 'm0', 'm1', 'b')
    redis.call ('DEL', h)
    redis.call ('HSET', h, unpack (ARGV, first, last))
    redis.call ('HSET', h, 'b', marks[5] or 0)
    local now = redis.call ('HMGET', h, 'r0', 'r1', 'm0', 'm1', 'ttl', 'created')
    for i = 1, 2 do
      if marks[i] and tonumber (marks[i]) > tonumber (now[i]) then
        redis.call ('HSET', h, 'r' .. (i - 1), marks[i])
      end
      if marks[i + 2] and is_after (marks[i + 2], now[i + 2]) then
        redis.call ('HSET', h, 'm' .. (i - 1), marks[i + 2])
      end
    end
    redis.call ('ZADD', P .. 'ouioe:sessions', now[6], sid)
    renew (sid, tonumber (now[5]), nil, 3)
  end,
  A = function ()
    local sid, mask, id = take (), tonumber (take ()), take ()
    local first, last = skip (tonumber (take ()))
    for s = 1, 2 do
      if mask == s or mask == 3 then
        redis.call ('XADD', P .. STREAMS[s] .. sid, id, unpack (ARGV, first, last))
        add_weight (sid, weigh (ARGV, first, last))
      end
    end
    log (id, sid, mask)
    use_id (id)
    renew (sid, tonumber (redis.call ('HGET', hash_of (sid), 'ttl') or 86400000), now_ms, mask)
  end,
  T = function ()
    local sid, s, keep = take (), tonumber (take ()), tonumber (take ())
    local n, gone = trim (sid, s + 1, keep)
    if n > 0 then
      for _, value in ipairs { sid, s, n, gone } do
        result[#result + 1] = tostring (value)
      end
    end
  end,
  F = function () forget (take ()) end,
  K = function ()
    local name, value, time = take (), take (), take ()
    put_key (name, value, time)
  end,
  G = function ()
    forget_keys (redis.call ('ZRANGEBYSCORE', P .. 'ouioe:keytimes', '-inf', '(' .. take ()))
  end,
}
save_clock ()
save_weight ()
result[2] = redis.call ('GET', P .. 'ouioe:bytes') or '0'
return result
