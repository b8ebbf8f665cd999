-- sweep.lua - forgets sessions that expired, and old idempotency keys
--
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Then: the time before which keys are forgotten, in microseconds. At most 100 of each at a time: nobody waits for long.
local before = take ()
WHO = ''   -- who asks is to be told as well
local due = redis.call ('ZRANGEBYSCORE', P .. 'ouioe:expiry', '-inf', now_ms, 'LIMIT', 0, 100)
for _, sid in ipairs (due) do
  forget (sid)
  tell (sid)
end
forget_keys (redis.call ('ZRANGEBYSCORE', P .. 'ouioe:keytimes', '-inf', '(' .. before, 'LIMIT', 0, 100))
save_weight ()
return #due
