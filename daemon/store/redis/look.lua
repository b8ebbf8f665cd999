-- look.lua - sessions as they are now
--
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Then: 'these' and session ids, or 'from' N and how many: by creation, from the Nth on. Answers { newest id ever given,
-- number of sessions, { SESSION, newest id in its streams, FIELDS }… }; of a session that is not there FIELDS is empty.
local sessions
if take () == 'these' then
  sessions = { unpack (ARGV, at, #ARGV) }
else
  local from, n = tonumber (take ()), tonumber (take ())
  sessions = redis.call ('ZRANGE', P .. 'ouioe:sessions', from, from + n - 1)
end
local result = { last_id, redis.call ('ZCARD', P .. 'ouioe:sessions') }
for _, sid in ipairs (sessions) do
  local newest = '0-0'
  for s = 1, 2 do
    local top = top_of (P .. STREAMS[s] .. sid)
    if is_after (top, newest) then
      newest = top
    end
  end
  result[#result + 1] = { sid, newest, redis.call ('HGETALL', hash_of (sid)) }
end
return result
