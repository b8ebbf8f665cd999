-- log.lua - events of all sessions in the order of their ids
--
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Then: FROM, TO, COUNT, "oldest" or "newest". Answers { number looked at, last id looked at, newest trimmed of each stream,
-- { ID, SESSION, STREAMS, FIELDS }… }; what was trimmed or forgotten since is left out.
local from, to, count, order = take (), take (), tonumber (take ()), take ()
local key = P .. 'ouioe:log'
local trimmed = redis.call ('HMGET', P .. 'ouioe:trimmed', 0, 1)
local rows
if order == 'newest' then
  rows = redis.call ('XREVRANGE', key, to, from, 'COUNT', count)
else
  rows = redis.call ('XRANGE', key, from, to, 'COUNT', count)
end
local result = { #rows, #rows > 0 and rows[#rows][1] or '0-0', trimmed[1] or '0-0', trimmed[2] or '0-0' }

-- What the log itself has lost is lost to who reads all sessions.
if redis.call ('EXISTS', key) == 1 then
  local info, length, added = redis.call ('XINFO', 'STREAM', key), 0, 0
  for i = 1, #info, 2 do
    if info[i] == 'length' then
      length = info[i + 1]
    elseif info[i] == 'entries-added' then
      added = info[i + 1]
    elseif info[i] == 'first-entry' and added > length and info[i + 1] then
      local ms, seq = split (info[i + 1][1])
      local cut = string.format ('%.0f-%.0f', seq > 0 and ms or ms - 1, seq > 0 and seq - 1 or 1048575)
      for s = 3, 4 do
        if is_after (cut, result[s]) then
          result[s] = cut
        end
      end
    end
  end
end

for _, row in ipairs (rows) do
  local id, sid, mask, found, fields = row[1], row[2][2], tonumber (row[2][4]), 0, nil
  for s = 1, 2 do
    if mask == s or mask == 3 then
      local entry = redis.call ('XRANGE', P .. STREAMS[s] .. sid, id, id)[1]
      if entry then
        found = found + s
        fields = entry[2]
      end
    end
  end
  if fields then
    result[#result + 1] = { id, sid, found, fields }
  end
end
return result
