-- What providers let all workers together ask of them. KEYS[1] is the base `sluice:{providers}`.
--   quota:<target>:<kind>:<window>  hash  bucket -> what was asked in it; kind is requests or tokens
--   ledger  hash  `<target> <kind>` -> {left, limit, resets at (ms), window (ms)} as MessagePack: what the
--                 provider itself said last
--   asked   hash  target -> how many reservations there have been
--
-- A window is cut into twelve buckets, and the bucket that is just leaving counts as a whole: within any
-- window of that length, never more than the limit is asked.

-- A block: room.lua says why.
do

local BUCKETS = 12
local LEDGER_FORGOTTEN_AFTER = 3600000

-- What is used of a window, and how long until `wanted` fits below `limit`; 0 when it fits now.
local function wait_for_window(K, target, kind, window, limit, wanted, now)
  local key, size = K .. 'quota:' .. target .. ':' .. kind .. ':' .. window, window / BUCKETS
  local oldest = math.floor(now / size) - BUCKETS
  local stored, used, buckets = redis.call('HGETALL', key), 0, {}
  for index = 1, #stored, 2 do
    local bucket, amount = tonumber(stored[index]), tonumber(stored[index + 1])
    if bucket < oldest then
      redis.call('HDEL', key, stored[index])
    else
      used = used + amount
      buckets[#buckets + 1] = { bucket, amount }
    end
  end
  if used + wanted <= limit then return 0 end
  table.sort(buckets, function(a, b) return a[1] < b[1] end)
  for _, bucket in ipairs(buckets) do
    used = used - bucket[2]
    if used + wanted <= limit then return math.ceil((bucket[1] + BUCKETS + 1) * size - now) end
  end
  return window
end

-- What the provider said last, filled up again if that has reset since; nil when it said nothing.
local function ledger(K, target, kind, now)
  local field = target .. ' ' .. kind
  local stored = redis.call('HGET', K .. 'ledger', field)
  if not stored then return nil end
  local entry = cmsgpack.unpack(stored)
  if entry[3] < now - LEDGER_FORGOTTEN_AFTER then
    redis.call('HDEL', K .. 'ledger', field)
    return nil
  end
  if entry[3] <= now then entry[1], entry[3] = entry[2], now + entry[4] end
  return entry
end

local function write_ledger(K, target, kind, entry)
  redis.call('HSET', K .. 'ledger', target .. ' ' .. kind, cmsgpack.pack(entry))
end

-- reserve: takes one request and its tokens from every limit of a target, or from none.
--   ARGV 1 target  2 tokens (estimated)  3… limits: kind, window (ms), limit
--   returns {0, receipt, now (ms)}, or {ms until it may be asked}   O(limits)
step('reserve', { 'allow-oom' }, function(K, args)
  local target, now, wait = args[1], now_ms(), 0
  local wanted = { requests = 1, tokens = tonumber(args[2]) }
  for index = 3, #args, 3 do
    local kind, limit = args[index], tonumber(args[index + 2])
    -- What is larger than the limit could never go: it goes when nothing else does.
    local amount = math.min(wanted[kind], limit)
    wait = math.max(wait, wait_for_window(K, target, kind, tonumber(args[index + 1]), limit, amount, now))
  end
  local entries = {}
  for kind, amount in pairs(wanted) do
    local entry = ledger(K, target, kind, now)
    if entry then
      if entry[1] < math.min(amount, entry[2]) then wait = math.max(wait, entry[3] - now) end
      entries[kind] = entry
    end
  end
  if wait > 0 then return { wait } end
  for index = 3, #args, 3 do
    local window = tonumber(args[index + 1])
    local key = K .. 'quota:' .. target .. ':' .. args[index] .. ':' .. args[index + 1]
    redis.call('HINCRBY', key, math.floor(now / (window / BUCKETS)), wanted[args[index]])
    redis.call('PEXPIRE', key, 2 * window)
  end
  for kind, entry in pairs(entries) do
    entry[1] = entry[1] - wanted[kind]
    write_ledger(K, target, kind, entry)
  end
  return { 0, redis.call('HINCRBY', K .. 'asked', target, 1), now }
end)

-- settle: puts the tokens that a request really used in the place of the estimate.
--   ARGV 1 target  2 when it was reserved (ms)  3 used minus estimated tokens  4… windows of tokens (ms)
--   returns 1   O(windows)
step('settle', { 'allow-oom' }, function(K, args)
  for index = 4, #args do
    local key = K .. 'quota:' .. args[1] .. ':tokens:' .. args[index]
    local bucket = math.floor(tonumber(args[2]) / (tonumber(args[index]) / BUCKETS))
    if redis.call('HEXISTS', key, bucket) == 1 then redis.call('HINCRBY', key, bucket, args[3]) end
  end
  return 1
end)

-- observe: what a provider's response said is left of its own limits.
--   ARGV 1 target  2 receipt of the request, or -1 without one
--        3… kind, left, limit, ms until the reset, for each limit that it spoke of
--   returns 1   O(limits)
-- Requests that were reserved after this one may not have been counted by the provider yet, so they are
-- taken off; the next response corrects it.
step('observe', { 'allow-oom' }, function(K, args)
  local target, receipt, now = args[1], tonumber(args[2]), now_ms()
  local asked = tonumber(redis.call('HGET', K .. 'asked', target) or 0)
  local under_way = receipt < 0 and 0 or asked - receipt
  for index = 3, #args, 4 do
    local kind, left, limit = args[index], tonumber(args[index + 1]), tonumber(args[index + 2])
    local reset = math.max(1, tonumber(args[index + 3]))
    if kind == 'requests' then left = left - under_way end
    write_ledger(K, target, kind, { left, limit, now + reset, reset })
  end
  return 1
end)

-- metered: the targets of whose own limits so little is left that nobody should ask them without a
-- reservation. What is small stays so after a reset.
--   returns names   O(targets)
local TIGHT = { requests = 100, tokens = 20000 }

step('metered', { 'no-writes' }, function(K, args)
  local names, now = {}, now_ms()
  local stored = redis.call('HGETALL', K .. 'ledger')
  for index = 1, #stored, 2 do
    local target, kind = stored[index]:match('^(.*) (%a+)$')
    local entry = cmsgpack.unpack(stored[index + 1])
    local left = entry[3] <= now and entry[2] or entry[1]
    if entry[3] >= now - LEDGER_FORGOTTEN_AFTER and left <= math.max(TIGHT[kind], entry[2] / 4) then
      names[#names + 1] = target
    end
  end
  return names
end)

end
