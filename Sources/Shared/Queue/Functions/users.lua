-- Users: whom requests name, of each tenant.
--   users:<tenant>  zset  the names of those that were named lately, all with score 0: they come in the order of their bytes
--   userseen        zset  `<tenant> <name>` by when (ms) they were named last, coarsely
-- Who was not named for as long as usage by user is kept goes. What users have used stands in `use:u:<day>` (roll.lua).

-- What retention.lua uses of this.
local forgetting = {}

-- A block: room.lua says why.
do

local BETWEEN, INSTEAD = '\31', '\239\191\189'
local FORGOTTEN_AT_ONCE, LOOKED_AT, PAGE_BYTES = 250, 500, 4194304
local ANSWERS = { 'unfetched', 'fetched', 'fetched_jobs', 'kept' }
-- What says something of who asked, and what stands for an answer that is gone: of a job that stays for its idempotency key.
local OF_ASKERS = { 'us', 'ke', 'by', 'ch', 'k', 'kt', 'w', 'd', 'b', 'z', 'fe', 'qt', 'lz', 'eb', 'dl', 'g', 'nm', 'h', 'gt', 'pu', 'rt', 'ra', 'rp', 'pv' }

-- A user's field of `use:u:<day>`.
local function usage_field(tenant, name) return tenant .. BETWEEN .. (name:gsub(BETWEEN, INSTEAD)) end

-- Returns how many users were not named since and are forgotten.
local function forget_old(K, before, most)
  local key = K .. 'userseen'
  local old = members_of(key, redis.pcall('ZRANGE', key, '-inf', text(before), 'BYSCORE', 'LIMIT', '0', text(most)))
  for _, member in ipairs(old) do
    local tenant, name = member:match('^(%S+) (.*)$')
    if tenant then write_index('ZREM', K .. 'users:' .. tenant, name) end
  end
  call_with_many('ZREM', key, old)
  return #old
end

-- users_seen: users were named. Twice as many as these are forgotten, and some more: as long as others come, the old ones go.
--   KEYS[1] base   ARGV 1 how long (ms) they are known  2… tenant, name, when (ms)
--   returns how many are forgotten   O(users log users)
step('users_seen', {}, function(K, args)
  for index = 2, #args, 3 do
    local tenant, name = args[index], args[index + 1]
    write_index('ZADD', K .. 'users:' .. tenant, '0', name)
    write_index('ZADD', K .. 'userseen', 'GT', args[index + 2], tenant .. ' ' .. name)
  end
  return forget_old(K, now_ms() - tonumber(args[1]), FORGOTTEN_AT_ONCE + 2 * math.floor(#args / 3))
end)

-- users_old: who was not named for so long is forgotten, also where nobody is named any more.
--   KEYS[1] base   ARGV 1 how long (ms) they are known   returns '1' when there are more   O(250 log users)
step('users_old', { 'allow-oom' }, function(K, args)
  return forget_old(K, now_ms() - tonumber(args[1]), FORGOTTEN_AT_ONCE) == FORGOTTEN_AT_ONCE and '1' or '0'
end)

-- The names of a page, and whether there are more.
local function names_of(K, tenant, after, most)
  local key, from = K .. 'users:' .. tenant, after == '' and '-' or '(' .. after
  local names = members_of(key, redis.pcall('ZRANGE', key, from, '+', 'BYLEX', 'LIMIT', '0', text(most + 1)))
  local has_more = #names > most
  if has_more then names[#names] = nil end
  return names, has_more
end

-- users: a tenant's users in the order of their names, with what they used.
--   KEYS[1] base   ARGV 1 tenant  2 name behind which to begin, or ''  3 most  4, 5 first and last day, counted from 1970
--   returns {'1' when there are more, {name, when it was named last (ms) or '', {sums of a day as roll.lua stores them, …}}, …}
--   O(log users + most days)
step('users', { 'allow-oom' }, function(K, args)
  local names, has_more = names_of(K, args[1], args[2], tonumber(args[3]))
  local page, fields = { has_more and '1' or '0' }, {}
  for place, name in ipairs(names) do
    local seen = plain(redis.pcall('ZSCORE', K .. 'userseen', args[1] .. ' ' .. name)) or ''
    page[place + 1], fields[place] = { name, seen, {} }, usage_field(args[1], name)
  end
  if #names == 0 then return page end
  for day = tonumber(args[4]), tonumber(args[5]) do
    local sums = redis.pcall('HMGET', K .. 'use:u:' .. text(day), unpack(fields))
    for place = 1, sums.err and 0 or #fields do
      local days = page[place + 1][3]
      days[#days + 1] = sums[place] or nil
    end
  end
  return page
end)

-- Calls `body` with the id of each job of a user on a page of a tenant's jobs, the newest first, until it returns true.
-- Returns before which job to go on, or ''.
local function each_job(K, tenant, user, before, body)
  local key, from = K .. 'jobs:' .. tenant, before == '' and '+' or '(' .. before
  local ids = members_of(key, redis.pcall('ZRANGE', key, from, '-', 'BYLEX', 'REV', 'LIMIT', '0', text(LOOKED_AT)))
  for place, id in ipairs(ids) do
    if redis.pcall('HGET', K .. 'j:' .. id, 'us') == user and body(id) then
      return place == #ids and #ids < LOOKED_AT and '' or id
    end
  end
  return #ids < LOOKED_AT and '' or ids[#ids]
end

-- user_jobs: a user's jobs, the newest first.
--   KEYS[1] base   ARGV 1 tenant  2 user  3 id before which to go on, or ''
--   returns {id to go on before or '' at the end, view…}; a page may be empty before the end   O(jobs looked at)
step('user_jobs', { 'allow-oom' }, function(K, args)
  local page, bytes = { '' }, 0
  page[1] = each_job(K, args[1], args[2], args[3], function(id)
    local job = view(K, id)
    page[#page + 1], bytes = job, bytes + #(job and job[13] or '')
    return bytes >= PAGE_BYTES
  end)
  return page
end)

-- A job that has ended goes with all that is its own. One that stands for an idempotency key stays for that alone.
function forgetting.job(K, id, job, now)
  forget_log(K, id, job.lz)
  local stub = finished_member(id, text(STUB_BYTES), job.t)
  if job.z then leave_finished(K, id, job, ANSWERS) end
  if write_index('ZREM', K .. 'stubs', stub) == 1 then add_bytes(K, 'stubs', -STUB_BYTES) end
  redis.call('ZREM', K .. 'dead', id)
  for _, part in ipairs({ 'r:', 'm:', 'u:', 'p:', 'events:', 'w:', kept.PREFIX }) do redis.call('DEL', K .. part .. id) end
  local left = redis.call('PTTL', K .. 'j:' .. id)
  -- For its key alone, which is gone after a day: a kept response would stay for weeks.
  if job.ct then left = math.min(left, tonumber(job.ct) + DAY + 3600000 - now) end
  if not job.ik or left <= 0 then
    redis.call('DEL', K .. 'j:' .. id)
    return write_index('ZREM', K .. 'jobs:' .. job.t, id)
  end
  redis.call('HDEL', K .. 'j:' .. id, unpack(OF_ASKERS))
  redis.call('HSET', K .. 'j:' .. id, 'go', '1')
  redis.call('PEXPIRE', K .. 'j:' .. id, text(left))
  if redis.call('HEXISTS', K .. 'j:' .. id, 'ev') == 1 then redis.call('HSET', K .. 'j:' .. id, 'ev', 'gone') end
  write_index('ZADD', K .. 'stubs', text(now + left), stub)
  add_bytes(K, 'stubs', STUB_BYTES)
end

-- Jobs up to one that was created then (ms) are gone: whoever finds that one is not there must not take it for lost.
function forgetting.note(K, created)
  local before = tonumber(plain(redis.pcall('HGET', K .. 'memory', 'dropped_until')) or 0)
  if created > before then write_index('HSET', K .. 'memory', 'dropped_until', text(created)) end
end

-- user_forget_jobs: a user's jobs that have ended go.
--   KEYS[1] base   ARGV 1 tenant  2 user  3 id before which to go on, or ''
--   returns {id to go on before or '' at the end, how many are gone, id of one that has not ended, …}   O(jobs looked at)
step('user_forget_jobs', { 'allow-oom' }, function(K, args)
  local page, newest, now = { '', 0 }, 0, now_ms()
  page[1] = each_job(K, args[1], args[2], args[3], function(id)
    local job = finished_fields(K, id)
    if job.ft and not job.ua then
      forgetting.job(K, id, job, now)
      page[2], newest = page[2] + 1, math.max(newest, tonumber(job.ct) or 0)
    else
      page[#page + 1] = id
    end
  end)
  forgetting.note(K, newest)
  return page
end)

-- user_forget_cached: answers that a user's jobs have made go from the cache.
--   KEYS[1] base   ARGV 1 tenant  2 user  3 cursor, 0 at the start
--   returns {cursor to go on with, '0' at the end, how many are gone}   O(entries looked at)
step('user_forget_cached', { 'allow-oom' }, function(K, args)
  local found = redis.pcall('ZSCAN', K .. 'cached', args[3], 'COUNT', text(LOOKED_AT))
  if found.err then return { '0', 0 } end
  local gone, keys = 0, found[2]
  for index = 1, #keys, 2 do
    local id = plain(redis.pcall('GETRANGE', K .. 'cache:' .. keys[index], '0', '39')) or ''
    local job = id ~= '' and redis.pcall('HMGET', K .. 'j:' .. id, 't', 'us') or {}
    if job[1] == args[1] and job[2] == args[2] then
      forget_cached(K, keys[index])
      gone = gone + 1
    end
  end
  return { found[1], gone }
end)

-- Whether a record of usage is a user's.
local function is_of(values, tenant, user)
  local matches = 0
  for index = 1, #values, 2 do
    local name, value = values[index], values[index + 1]
    if (name == 'tenant' and value == tenant) or (name == 'user' and value == user) then matches = matches + 1 end
  end
  return matches == 2
end

-- user_forget_usage: records of a user's usage go that were added to sums; of these only numbers stay, without the user.
--   KEYS[1] base   ARGV 1 tenant  2 user  3 place behind which to begin, or ''
--   returns {place to go on behind or '' at the end, how many are gone}   O(records looked at)
step('user_forget_usage', { 'allow-oom' }, function(K, args)
  local last = outbox.rolled_until(K)
  if not last then return { '', 0 } end
  local from = args[3] == '' and '-' or '(' .. args[3]
  local entries = redis.pcall('XRANGE', K .. 'usage', from, last, 'COUNT', text(LOOKED_AT))
  if entries.err or #entries == 0 then return { '', 0 } end
  local gone = {}
  for _, entry in ipairs(entries) do
    if is_of(entry[2], args[1], args[2]) then gone[#gone + 1] = entry[1] end
  end
  call_with_many('XDEL', K .. 'usage', gone)
  return { #entries < LOOKED_AT and '' or entries[#entries][1], #gone }
end)

-- user_forget: a user was never named.
--   KEYS[1] base   ARGV 1 tenant  2 user  3, 4 first and last day of whose users there are sums   returns 1   O(days)
step('user_forget', { 'allow-oom' }, function(K, args)
  write_index('ZREM', K .. 'users:' .. args[1], args[2])
  write_index('ZREM', K .. 'userseen', args[1] .. ' ' .. args[2])
  for day = tonumber(args[3]), tonumber(args[4]) do
    redis.pcall('HDEL', K .. 'use:u:' .. text(day), usage_field(args[1], args[2]))
  end
  return 1
end)

end
