-- The janitor's steps: find what no step should leave, and repair it. Each is short: a few hundred jobs. These begin with
-- what is stored; those of walk.lua with the indexes.
--
-- mend_jobs: looks at single jobs.
--   KEYS[1] base   ARGV ids
--   returns {kind, id, …} of what was repaired   O(ids log jobs)

-- How many jobs are counted in one step.
local MOST_COUNTED = 1000

-- A block, because Lua has room for 200 names in a file, and all files are one.
do

-- Lists up to this long are searched for a job that should be in them.
local SEARCHABLE = 1000

-- Whether somebody makes the call that a group shares: who the group is named after, its heir, or who leads those with
-- this cache key.
local function is_called(K, group, cache_key)
  local candidates = { group, redis.call('HGET', K .. 'heirs', group) or '', string_at(K .. 'leader:' .. cache_key) or '' }
  for _, id in ipairs(candidates) do
    local job = job_of(K, id, 'g', 'fo', 'ft')
    if job and job[4] == group and not job[5] and not job[6] then return true end
  end
  return false
end

-- What is wrong with a job, or nil. Repaired by the caller.
local function defect(K, id, job)
  local state, tenant, lane, group, is_following = job[1], job[2], job[3], job[4], job[5]
  if not redis.call('ZSCORE', K .. 'deadlines', id) then return 'no-deadline' end
  if not job[9] and not plain(redis.pcall('ZSCORE', K .. 'jobs:' .. tenant, id)) then return 'not-listed' end
  if state == 'running' then
    return not redis.call('ZSCORE', K .. 'lease', id) and 'no-lease' or nil
  elseif state == 'scheduled' then
    return not redis.call('ZSCORE', K .. 'scheduled', id) and 'not-scheduled' or nil
  elseif job[10] and job[10] ~= '-' then
    return not plain(redis.pcall('ZSCORE', K .. 'gate:' .. job[10], id)) and 'not-at-gate' or nil
  elseif is_following then
    if not group or not plain(redis.pcall('ZSCORE', K .. 'f:' .. group, id)) then return 'not-following' end
    return not is_called(K, group, job[8] or '') and 'no-leader' or nil
  end
  local list = K .. 'q:' .. lane .. ':' .. tenant
  local length = plain(redis.pcall('LLEN', list)) or 0
  if length == 0 or (length <= SEARCHABLE and not redis.call('LPOS', list, id)) then return 'not-queued' end
end

-- Takes a step of others that notes changes, and writes these.
local function write_mended(K, body, ...)
  local changes = new_changes()
  body(K, changes, ...)
  write_changes(K, changes)
end

-- A job that stands nowhere comes to its gates; one that followed takes what a call takes.
local function take_anew(K, changes, id, job, packed, has_followed, now)
  local lists = held.unpack(packed)
  if has_followed then
    held.take_queued(K, changes, lists)
    held.take_tokens(K, changes, lists, now_us())
  end
  held.place(K, changes, id, job, lists, now, 1000 * now, true)
end

local function repair(K, id, job, what, now)
  local state, tenant, lane = job[1], job[2], job[3]
  if what == 'no-deadline' then
    redis.call('ZADD', K .. 'deadlines', job[6] or now, id)
  elseif what == 'no-lease' then
    redis.call('ZADD', K .. 'lease', now, id)
  elseif what == 'not-scheduled' then
    redis.call('ZADD', K .. 'scheduled', now, id)
  elseif what == 'not-listed' then
    write_index('ZADD', K .. 'jobs:' .. tenant, 0, id)
  elseif what == 'no-leader' then
    write_mended(K, promote_follower, job[4], job[8] or '')
  elseif what == 'not-at-gate' then
    -- `mend_held` opens it.
    write_index('ZADD', K .. 'gate:' .. job[10], text(1000 * now), id)
  else
    held.note_change(K, id, tenant)
    redis.call('HDEL', K .. 'j:' .. id, 'fo', 'g', 'gt')
    if job[5] or job[10] then
      write_mended(K, take_anew, id, { t = tenant, l = lane }, job[11], job[5], now)
    else
      enqueue(K, id, lane, tenant, true)
    end
  end
end

step('mend_jobs', { 'allow-oom' }, function(K, args)
  local now, repaired = now_ms(), {}
  for _, id in ipairs(args) do
    local job = redis.pcall('HMGET', K .. 'j:' .. id, 's', 't', 'l', 'g', 'fo', 'd', 'ft', 'k', 'of', 'gt', 'h', 'ow')
    if job[7] and job[12] and not redis.call('ZSCORE', K .. 'owed', id) then
      redis.call('ZADD', K .. 'owed', text(now), id)
      count(K, 'repaired:not-owed')
      repaired[#repaired + 1], repaired[#repaired + 2] = 'not-owed', id
    end
    if not job[7] then
      local is_job = job[1] and job[2] and job[3]
      local what = is_job and defect(K, id, job)
      -- One that has ended since it was found is not there.
      if not is_job and redis.call('DEL', K .. 'j:' .. id) == 1 then what = 'no-job' end
      if what then
        if is_job then repair(K, id, job, what, now) end
        count(K, 'repaired:' .. what)
        repaired[#repaired + 1] = what
        repaired[#repaired + 1] = id
      end
    end
  end
  if #repaired > 0 then wake(K) end
  return repaired
end)

-- mend_leaders: frees cache keys whose leader has ended, and lets an orphaned follower take its place.
--   KEYS[1] base   ARGV cache keys   returns {kind, key, …} of what was repaired   O(keys log jobs)
step('mend_leaders', { 'allow-oom' }, function(K, args)
  local repaired = {}
  for _, key in ipairs(args) do
    local leader = plain(redis.pcall('GET', K .. 'leader:' .. key)) or ''
    if not redis.call('ZSCORE', K .. 'deadlines', leader) and redis.call('EXISTS', K .. 'leader:' .. key) == 1 then
      local group = plain(redis.pcall('HGET', K .. 'j:' .. leader, 'g')) or leader
      redis.call('DEL', K .. 'leader:' .. key)
      write_mended(K, promote_follower, group, key)
      count(K, 'repaired:dead-leader')
      repaired[#repaired + 1] = 'dead-leader'
      repaired[#repaired + 1] = key
    end
  end
  return repaired
end)

-- mend_counters: compares counters with the jobs that they count, where these are few enough for one step; drops what
-- stands in a hash without what it is of. What killed workers have offered is dropped, too, and is no defect.
--   KEYS[1] base
--   returns {kind, name, …} of what was repaired   O(jobs log jobs), of which there are at most 1,000
-- Tenants that are held back although they have no jobs in that lane; and heirs of groups without a call.
local function drop_stray_fields(K, note)
  if redis.call('HLEN', K .. 'parked') <= MOST_COUNTED then
    for _, name in ipairs(redis.call('HKEYS', K .. 'parked')) do
      if redis.call('EXISTS', K .. 'q:' .. name) == 0 then
        redis.call('HDEL', K .. 'parked', name)
        note('stray-parked', name)
      end
    end
  end
  if redis.call('HLEN', K .. 'heirs') > MOST_COUNTED then return end
  local heirs = redis.call('HGETALL', K .. 'heirs')
  for index = 1, #heirs, 2 do
    local job = job_of(K, heirs[index + 1], 'ft')
    -- One that an older version ended is still there.
    if not job or job[4] then redis.call('HDEL', K .. 'heirs', heirs[index]) end
  end
end

local function sum(counters, name, amount)
  counters[name] = (counters[name] or 0) + amount
end

-- How many jobs each tenant runs.
local function true_running(K)
  local running = {}
  for _, id in ipairs(redis.call('ZRANGE', K .. 'lease', 0, -1)) do
    local job = job_of(K, id)
    if job and job[3] == 'running' then sum(running, job[1], 1) end
  end
  return running
end

-- What `open` should say.
local function true_open(K)
  local open = {}
  for _, id in ipairs(redis.call('ZRANGE', K .. 'deadlines', 0, -1)) do
    local job = job_of(K, id, 'b', 'of')
    if job and not job[5] then
      local bytes = tonumber(job[4]) or 0
      sum(open, 'bytes', bytes)
      sum(open, 'jobs:' .. job[1], 1)
      sum(open, 'bytes:' .. job[1], bytes)
    end
  end
  return open
end

local function mend_hash(K, hash, wanted, note)
  local stored = redis.call('HGETALL', K .. hash)
  for index = 1, #stored, 2 do
    local name, value = stored[index], tonumber(stored[index + 1])
    if value ~= (wanted[name] or 0) then
      redis.call('HDEL', K .. hash, name)
      if wanted[name] then redis.call('HSET', K .. hash, name, text(wanted[name])) end
      note('counter-' .. hash, name)
    end
    wanted[name] = nil
  end
  for name, value in pairs(wanted) do
    if value ~= 0 then
      redis.call('HSET', K .. hash, name, text(value))
      note('counter-' .. hash, name)
    end
  end
end

local function drop_lapsed_offers(K)
  for _, offer in ipairs(redis.call('ZRANGE', K .. 'offers', 0, MOST_COUNTED - 1)) do
    if last_seen(K, offer:match(' (%S+) ') or '') == 0 then end_offer(K, offer) end
  end
  if redis.call('HLEN', K .. 'handed') > MOST_COUNTED then return end
  for _, offer in ipairs(redis.call('HKEYS', K .. 'handed')) do
    if last_seen(K, offer:match(' (%S+) ') or '') == 0 and not redis.call('ZSCORE', K .. 'offers', offer) then
      redis.call('HDEL', K .. 'handed', offer)
    end
  end
end

step('mend_counters', { 'allow-oom' }, function(K, args)
  local repaired, note = repairs_of(K)
  drop_lapsed_offers(K)
  drop_stray_fields(K, note)
  if redis.call('ZCARD', K .. 'lease') <= MOST_COUNTED then mend_hash(K, 'running', true_running(K), note) end
  if redis.call('ZCARD', K .. 'deadlines') <= MOST_COUNTED then mend_hash(K, 'open', true_open(K), note) end
  return repaired
end)

-- mend_tenants: puts lanes and tenants with queued jobs back among those that are served.
--   KEYS[1] base   ARGV lane:tenant of each queue   returns {kind, name, …}   O(queues log tenants)
step('mend_tenants', { 'allow-oom' }, function(K, args)
  local repaired, note = repairs_of(K)
  for _, name in ipairs(args) do
    local lane, tenant = name:match('^([^:]+):(.*)$')
    local list = K .. 'q:' .. name
    if not LANE_COST[lane] or not plain(redis.pcall('LLEN', list)) then
      redis.call('DEL', list)
      note('no-queue', name)
    end
    local ready = plain(redis.pcall('ZSCORE', K .. 'ready:' .. (lane or ''), tenant or ''))
    local served = ready and redis.call('ZSCORE', K .. 'lanes', lane)
    -- A parked tenant is served again when one of its jobs ends, so one must be running.
    local parked = redis.call('HGET', K .. 'parked', name)
    if parked and redis.call('HEXISTS', K .. 'running', tenant) == 0 then
      redis.call('HDEL', K .. 'parked', name)
      parked = false
    end
    if not served and not parked and redis.call('EXISTS', list) == 1 then
      make_ready(K, lane, tenant, tonumber(ready or 0))
      note('unserved-tenant', name)
    end
  end
  if #repaired > 0 then wake(K) end
  return repaired
end)

end
