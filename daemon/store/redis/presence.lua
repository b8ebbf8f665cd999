-- presence.lua - which daemons are there
--
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Then: what is to be told of the daemon that asks, or nothing when it leaves. Answers { NAME, milliseconds since it was told, WHAT }
-- for each; who has not been heard of for 30 s is forgotten.
local about = take ()
local key = P .. 'ouioe:daemons'
if about == '' then
  redis.call ('HDEL', key, WHO)
else
  redis.call ('HSET', key, WHO, string.format ('%.0f ', now_ms) .. about)
  redis.call ('PEXPIRE', key, 60000)
end
local result, all = {}, redis.call ('HGETALL', key)
for i = 1, #all, 2 do
  local at_ms, what = string.match (all[i + 1], '^(%d+) (.*)$')
  local age = at_ms and math.max (0, now_ms - tonumber (at_ms)) or 60000
  if age > 30000 then
    redis.call ('HDEL', key, all[i])
  else
    result[#result + 1] = { all[i], age, what }
  end
end
return result
