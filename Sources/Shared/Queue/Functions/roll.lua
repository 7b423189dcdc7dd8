-- Usage in sums: the records of the outbox (`usage`, ends.lua) are added up, each once.
--   rolled        hash  cursor: the last record that was added; first: when (ms) the first was written
--   use:h:<hour>  hash  sums of an hour, counted from 1970, kept for 90 days
--   use:d:<day>   hash  the same of a day, kept for ever
--   use:u:<day>   hash  the same by user, kept as long as records are
-- Fields: tenant, key, route, lane, provider and model (of users: tenant and user), with 0x1F between them. Values: numbers
-- with spaces between them, in the order of `numbers_of`. The field '' is the last record that was added to this hash: who
-- deletes `rolled` makes nothing count twice.

-- What others use of the outbox.
local outbox = {}

-- A block: room.lua says why.
do

local HOUR = 3600000
local HOURS_STAY = 90 * DAY
local BETWEEN, INSTEAD = '\31', '\239\191\189'
-- What UsageRecord takes for true at most.
local MOST_TOKENS, MOST_NANOS = 1e8, 1e15
-- Whether an end is an error.
local IS_ERROR = { succeeded = 0, failed = 1, expired = 1, cancelled = 0 }
-- The fields of a record as `record_usage` writes them.
local FIELDS = { 'job', 'tenant', 'state', 'provider', 'model', 'prompt', 'completion', 'cost', 'nanos', 'attempts', 'requeued',
  'provider_key', 'key', 'user', 'route', 'lane', 'how', 'kinds', 'ms', 'tags' }
local LAST_FIELD = 2 * #FIELDS - 1
-- Of sums, how they are stored.
local READ, WRITTEN = '^' .. ('(%d+) '):rep(10) .. '(%d+)$', ('%d '):rep(10) .. '%d'

-- The last record that was added to sums; nil before the first.
function outbox.rolled_until(K)
  local cursor = plain(redis.pcall('HGET', K .. 'rolled', 'cursor'))
  return cursor and cursor:match('^%d+%-%d+$')
end

local function number(value, most)
  value = tonumber(value) or 0
  return value < 0 and 0 or value > most and most or value
end

-- Of kinds of tokens: from the provider's cache, to it, thoughts; and whether no price was known.
local function kinds_of(kinds)
  local cached, written, thoughts, unpriced = 0, 0, 0, 0
  for letter, amount in kinds:gmatch('(%a)(%d+)') do
    if letter == 'c' then
      cached = number(amount, MOST_TOKENS)
    elseif letter == 'w' or letter == 'W' then
      written = written + number(amount, MOST_TOKENS)
    elseif letter == 'r' then
      thoughts = number(amount, MOST_TOKENS)
    elseif letter == 'u' then
      unpriced = 1
    end
  end
  return cached, written, thoughts, unpriced
end

-- requests, errors, from the cache, by another's call, prompt tokens, of these from and to the provider's cache,
-- completion tokens, of these thoughts, nano-dollars, without a known price
local function numbers_of(state, prompt, completion, cost, nanos, how, kinds)
  local cached, written, thoughts, unpriced = 0, 0, 0, 0
  if kinds and kinds ~= '' then cached, written, thoughts, unpriced = kinds_of(kinds) end
  return {
    1, IS_ERROR[state], how == 'hit' and 1 or 0, how == 'coalesced' and 1 or 0, number(prompt, MOST_TOKENS), cached,
    written, number(completion, MOST_TOKENS), thoughts,
    number(tonumber(nanos) or number(cost, MOST_NANOS) * 1000, MOST_NANOS), unpriced,
  }
end

-- The parts of a record's place in the outbox: when (ms) it was written, and which it was then.
local function place_of(id)
  local time, order = (id or ''):match('^(%d+)-(%d+)$')
  return tonumber(time) or 0, tonumber(order) or -1
end

-- The sums at a key that a step adds to; nil for those of a time that is over.
local function open_sums(K, sums, key, over, now)
  local known = sums[key]
  if known ~= nil then return known end
  known = false
  if not over or over > now then
    local time, order = place_of(plain(redis.pcall('HGET', K .. key, '')))
    known = { key = key, over = over, time = time, order = order, fields = {}, names = {} }
    sums[#sums + 1] = known
  end
  sums[key] = known
  return known
end

-- Adds a record, unless it was added before.
local function add_numbers(known, id, time, order, name, numbers)
  if not known or time < known.time or (time == known.time and order <= known.order) then return end
  known.last = id
  local sum = known.fields[name]
  if not sum then
    known.names[#known.names + 1] = name
    known.fields[name] = { unpack(numbers) }
    return
  end
  for index = 1, #numbers do sum[index] = sum[index] + numbers[index] end
end

-- The sums of an hour, its day and its users' day.
local function sums_of_hour(K, sums, hour, users_stay, now)
  local known = sums.hours[hour]
  if known then return known end
  local day = math.floor(hour * HOUR / DAY)
  known = {
    open_sums(K, sums, 'use:h:' .. text(hour), (hour + 1) * HOUR + HOURS_STAY, now),
    open_sums(K, sums, 'use:d:' .. text(day), nil, now),
    open_sums(K, sums, 'use:u:' .. text(day), (day + 1) * DAY + users_stay, now),
  }
  sums.hours[hour] = known
  return known
end

-- What divides a field's parts does not stand in them.
local function clean(known, part)
  if not part then return '' end
  local same = known[part]
  if not same then
    same = part:gsub(BETWEEN, INSTEAD)
    known[part] = same
  end
  return same
end

-- The values of a record in the order of FIELDS.
local function values_of(pairs)
  local values = {}
  if pairs[LAST_FIELD] == FIELDS[#FIELDS] and pairs[1] == FIELDS[1] then
    for index = 1, #FIELDS do values[index] = pairs[2 * index] end
    return values
  end
  -- Of an older version, or by another hand.
  local named = {}
  for index = 1, #pairs, 2 do named[pairs[index]] = pairs[index + 1] end
  for index, name in ipairs(FIELDS) do values[index] = named[name] end
  return values
end

local function add_entry(K, sums, entry, users_stay, now)
  local values, known = values_of(entry[2]), sums.parts
  local job, tenant, state, provider, model, prompt, completion, cost, nanos = unpack(values, 1, 9)
  local key, user, route, lane, how, kinds = unpack(values, 13, 18)
  if not job or not tenant or not IS_ERROR[state] then return end
  local id, numbers = entry[1], numbers_of(state, prompt, completion, cost, nanos, how, kinds)
  local time, order = place_of(id)
  local at = sums_of_hour(K, sums, math.floor(time / HOUR), users_stay, now)
  tenant = clean(known, tenant)
  local name = tenant .. BETWEEN .. clean(known, key) .. BETWEEN .. clean(known, route) .. BETWEEN .. clean(known, lane)
    .. BETWEEN .. clean(known, provider) .. BETWEEN .. clean(known, model)
  add_numbers(at[1], id, time, order, name, numbers)
  add_numbers(at[2], id, time, order, name, numbers)
  add_numbers(at[3], id, time, order, tenant .. BETWEEN .. clean(known, user), numbers)
end

local function add_stored(sum, first, ...)
  -- What is damaged is gone.
  if not first then return end
  sum[1] = sum[1] + first
  for index, amount in ipairs({ ... }) do sum[index + 1] = sum[index + 1] + amount end
end

-- Adds what is stored to what a step has added up, and returns fields and values as HSET takes them.
local function merged(K, known)
  local values, names = {}, known.names
  for first = 1, #names, ARGUMENTS_AT_ONCE do
    local last = math.min(#names, first + ARGUMENTS_AT_ONCE - 1)
    local stored = redis.pcall('HMGET', K .. known.key, unpack(names, first, last))
    for index = first, last do
      local sum, before = known.fields[names[index]], not stored.err and stored[index - first + 1]
      if before then add_stored(sum, before:match(READ)) end
      values[#values + 1], values[#values + 2] = names[index], WRITTEN:format(unpack(sum))
    end
  end
  values[#values + 1], values[#values + 2] = '', known.last
  return values
end

-- roll: adds records of usage to sums, the oldest first that were not added yet.
--   KEYS[1] base   ARGV 1 most records  2 how long (ms) users' days stay
--   returns how many records it has come past   O(records)
-- Cursor and sums are written in this one step, so a record counts once however often and wherever it is taken.
step('roll', { 'allow-oom' }, function(K, args)
  local cursor, now, sums = outbox.rolled_until(K), now_ms(), { hours = {}, parts = {} }
  local entries = redis.pcall('XRANGE', K .. 'usage', cursor and '(' .. cursor or '-', '+', 'COUNT', args[1])
  if not entries or entries.err or #entries == 0 then return 0 end
  for _, entry in ipairs(entries) do add_entry(K, sums, entry, tonumber(args[2]), now) end
  for _, known in ipairs(sums) do
    if known.last then
      call_with_many('HSET', K .. known.key, merged(K, known))
      if known.over then redis.call('PEXPIRE', K .. known.key, text(known.over - now)) end
    end
  end
  local first = not cursor and { 'first', text(place_of(entries[1][1])) } or {}
  write_index('HSET', K .. 'rolled', 'cursor', entries[#entries][1], unpack(first))
  return #entries
end)

end
