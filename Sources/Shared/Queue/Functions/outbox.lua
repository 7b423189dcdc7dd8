-- The outbox of usage: its sums are read here, and its records go (roll.lua adds them up).

-- A block: room.lua says why.
do

-- usage_sums: sums of hours, days or users' days.
--   KEYS[1] base
--   ARGV  1 'h', 'd' or 'u'  2 the first hour or day  3 the last  4 where in the first to go on, or '0'  5 most fields, about
--   returns {the hour or day to go on with, or '' at the end, where in it, {hour or day, {field, value…}}…}: a field may come
--           twice, since sums grow; the later value is it
--   O(fields + hours or days)
local MOST_KEYS = 1000

step('usage_sums', { 'no-writes' }, function(K, args)
  local last, at, most, keys, found = tonumber(args[3]), args[4], tonumber(args[5]), 0, 0
  local page = { '', '0' }
  for index = tonumber(args[2]), last do
    if found >= most or keys >= MOST_KEYS then
      page[1], page[2] = text(index), '0'
      return page
    end
    keys = keys + 1
    repeat
      local reply = redis.pcall('HSCAN', K .. 'use:' .. args[1] .. ':' .. text(index), at, 'COUNT', text(most))
      if reply.err then break end
      at = reply[1]
      if #reply[2] > 0 then page[#page + 1] = { text(index), reply[2] } end
      found = found + #reply[2] / 2
      if found >= most and at ~= '0' then
        page[1], page[2] = text(index), at
        return page
      end
    until at == '0'
    at = '0'
  end
  return page
end)

-- usage_reach: how far back records and sums reach.
--   KEYS[1] base
--   returns {now (ms), when the first record was added to sums or '', place of the oldest record or ''}   O(1)
step('usage_reach', { 'no-writes' }, function(K)
  local oldest = redis.pcall('XRANGE', K .. 'usage', '-', '+', 'COUNT', '1')
  return { now_ms(), plain(redis.pcall('HGET', K .. 'rolled', 'first')) or '', not oldest.err and oldest[1] and oldest[1][1] or '' }
end)

-- What Redis takes for a usage record beside its values, about, and how much larger than its records the memory of a page
-- of them is.
local USAGE_RECORD_BYTES, ROUNDED_UP = 22, 1.22

-- What usage records take, about, by the oldest of them.
local function usage_bytes(K)
  local records = plain(redis.pcall('XLEN', K .. 'usage')) or 0
  local sample, values = records > 0 and redis.call('XRANGE', K .. 'usage', '-', '+', 'COUNT', '16') or {}, 0
  if #sample == 0 then return 0, records, 0 end
  for _, record in ipairs(sample) do
    for index = 2, #record[2], 2 do values = values + 2 + #record[2][index] end
  end
  local each = math.ceil(ROUNDED_UP * (USAGE_RECORD_BYTES + values / #sample))
  return records * each, records, each
end

-- How many usage records go at once at most. Redis drops whole pages of them, of about so many bytes each.
local USAGE_AT_ONCE, USAGE_PAGE_BYTES = 5000, 5120

-- Drops the oldest of the records before a place, up to so many, whole pages of them.
local function trim_pages(K, before, most)
  return redis.call('XTRIM', K .. 'usage', 'MINID', '~', before, 'LIMIT', text(math.min(most, USAGE_AT_ONCE)))
end

-- Drops the oldest usage records beyond `most` bytes, and those from before `time` (ms); none that was not added up yet.
-- Returns whether more are to go.
function outbox.trim(K, most, time)
  local bytes, records, each = usage_bytes(K)
  local cursor, beyond, old = outbox.rolled_until(K), 0, 0
  if cursor then
    local last, order = cursor:match('^(%d+)-(%d+)$')
    local rolled = last .. '-' .. text(order + 1)
    if bytes > most then
      beyond = trim_pages(K, rolled, records - math.floor(most / each) + math.ceil(USAGE_PAGE_BYTES / each))
      if beyond > 0 then redis.call('HINCRBY', K .. 'counts', 'dropped:usage', text(beyond)) end
    end
    local before = time < tonumber(last) and text(math.max(time, 0)) or rolled
    old = trim_pages(K, before, USAGE_AT_ONCE)
    -- What is left of it stands in a page with others.
    if old < USAGE_AT_ONCE / 2 then old = old + redis.call('XTRIM', K .. 'usage', 'MINID', before) end
  end
  write_index('HSET', K .. 'memory', 'usage', text(bytes - (beyond + old) * each))
  return math.max(beyond, old) >= USAGE_AT_ONCE / 2
end

end
