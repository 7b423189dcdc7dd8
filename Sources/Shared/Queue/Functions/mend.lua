-- The janitor's steps: find what no step should leave, and repair it. Each is short: a few hundred jobs.
--
-- mend_jobs: looks at single jobs.
--   KEYS[1] base   ARGV ids
--   returns {kind, id, …} of what was repaired   O(ids log jobs)

-- Lists up to this long are searched for a job that should be in them.
local SEARCHABLE = 1000

-- What is wrong with a job, or nil. Repaired by the caller.
local function defect(K, id, job)
  local state, tenant, lane, group, follows = job[1], job[2], job[3], job[4], job[5]
  if not redis.call('ZSCORE', K .. 'deadlines', id) then return 'no-deadline' end
  if state == 'running' then
    return not redis.call('ZSCORE', K .. 'lease', id) and 'no-lease' or nil
  elseif state == 'scheduled' then
    return not redis.call('ZSCORE', K .. 'scheduled', id) and 'not-scheduled' or nil
  elseif follows then
    return not redis.call('ZSCORE', K .. 'f:' .. group, id) and 'not-following' or nil
  end
  local list = K .. 'q:' .. lane .. ':' .. tenant
  if redis.call('LLEN', list) <= SEARCHABLE and not redis.call('LPOS', list, id) then return 'not-queued' end
end

local function repair(K, id, job, what, now)
  local state, tenant, lane = job[1], job[2], job[3]
  if what == 'no-deadline' then
    redis.call('ZADD', K .. 'deadlines', job[6] or now, id)
  elseif what == 'no-lease' then
    redis.call('ZADD', K .. 'lease', now, id)
  elseif what == 'not-scheduled' then
    redis.call('ZADD', K .. 'scheduled', now, id)
  else
    redis.call('HDEL', K .. 'j:' .. id, 'fo', 'g')
    enqueue(K, id, lane, tenant, true)
  end
end

step('mend_jobs', { 'allow-oom' }, function(K, args)
  local now, repaired = now_ms(), {}
  for _, id in ipairs(args) do
    local job = redis.call('HMGET', K .. 'j:' .. id, 's', 't', 'l', 'g', 'fo', 'd', 'ft')
    if job[1] and not job[7] then
      local what = defect(K, id, job)
      if what then
        repair(K, id, job, what, now)
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
    local leader = redis.call('GET', K .. 'leader:' .. key)
    if leader and not redis.call('ZSCORE', K .. 'deadlines', leader) then
      local group = redis.call('HGET', K .. 'j:' .. leader, 'g') or leader
      redis.call('DEL', K .. 'leader:' .. key)
      promote_follower(K, group, key)
      count(K, 'repaired:dead-leader')
      repaired[#repaired + 1] = 'dead-leader'
      repaired[#repaired + 1] = key
    end
  end
  return repaired
end)

-- mend_counters: compares counters with the jobs that they count, where these are few enough for one step;
-- drops what stands in a set without a job. What killed workers have offered is dropped, too, and is no defect.
--   KEYS[1] base
--   returns {kind, name, …} of what was repaired   O(jobs log jobs), of which there are at most 1,000
local MOST_COUNTED = 1000

local function drop_strays(K, note)
  for _, set in ipairs({ 'deadlines', 'lease', 'scheduled' }) do
    for _, id in ipairs(redis.call('ZRANGE', K .. set, 0, MOST_COUNTED - 1)) do
      local job = redis.call('HMGET', K .. 'j:' .. id, 's', 'ft')
      local belongs = job[1] and not job[2]
        and (set == 'deadlines' or (set == 'lease') == (job[1] == 'running'))
      if not belongs then
        redis.call('ZREM', K .. set, id)
        note('stray-' .. set, id)
      end
    end
  end
end

local function true_counters(K)
  local open, running = {}, {}
  local function sum(counters, name, amount) counters[name] = (counters[name] or 0) + amount end
  for _, id in ipairs(redis.call('ZRANGE', K .. 'deadlines', 0, -1)) do
    local job = redis.call('HMGET', K .. 'j:' .. id, 't', 's', 'b', 'of')
    if job[2] == 'running' then sum(running, job[1], 1) end
    if not job[4] then
      sum(open, 'bytes', tonumber(job[3]))
      sum(open, 'jobs:' .. job[1], 1)
      sum(open, 'bytes:' .. job[1], tonumber(job[3]))
    end
  end
  return { open = open, running = running }
end

local function mend_hash(K, hash, wanted, note)
  local stored = redis.call('HGETALL', K .. hash)
  for index = 1, #stored, 2 do
    local name, value = stored[index], tonumber(stored[index + 1])
    if value ~= (wanted[name] or 0) then
      redis.call('HDEL', K .. hash, name)
      if wanted[name] then redis.call('HSET', K .. hash, name, wanted[name]) end
      note('counter-' .. hash, name)
    end
    wanted[name] = nil
  end
  for name, value in pairs(wanted) do
    if value ~= 0 then
      redis.call('HSET', K .. hash, name, value)
      note('counter-' .. hash, name)
    end
  end
end

-- What a step repaired: a list to return, and a function that adds to it.
local function repairs_of(K)
  local repaired = {}
  return repaired, function(kind, name)
    count(K, 'repaired:' .. kind)
    repaired[#repaired + 1] = kind
    repaired[#repaired + 1] = name
  end
end

local function drop_lapsed_offers(K)
  for _, offer in ipairs(redis.call('ZRANGE', K .. 'offers', 0, MOST_COUNTED - 1)) do
    if last_seen(K, offer:match(' (%S+) ')) == 0 then end_offer(K, offer) end
  end
end

step('mend_counters', { 'allow-oom' }, function(K, args)
  local repaired, note = repairs_of(K)
  drop_lapsed_offers(K)
  drop_strays(K, note)
  if redis.call('ZCARD', K .. 'deadlines') <= MOST_COUNTED then
    for hash, wanted in pairs(true_counters(K)) do mend_hash(K, hash, wanted, note) end
  end
  return repaired
end)

-- mend_tenants: puts lanes and tenants with queued jobs back among those that are served.
--   KEYS[1] base   ARGV lane:tenant of each queue   returns {kind, name, …}   O(queues log tenants)
step('mend_tenants', { 'allow-oom' }, function(K, args)
  local repaired, note = repairs_of(K)
  for _, name in ipairs(args) do
    local lane, tenant = name:match('^([^:]+):(.*)$')
    local ready = redis.call('ZSCORE', K .. 'ready:' .. lane, tenant)
    local served = ready and redis.call('ZSCORE', K .. 'lanes', lane)
    -- A parked tenant is served again when one of its jobs ends, so one must be running.
    local parked = redis.call('HGET', K .. 'parked', name)
    if parked and redis.call('HEXISTS', K .. 'running', tenant) == 0 then
      redis.call('HDEL', K .. 'parked', name)
      parked = false
    end
    if not served and not parked and redis.call('EXISTS', K .. 'q:' .. name) == 1 then
      make_ready(K, lane, tenant, tonumber(ready or 0))
      note('unserved-tenant', name)
    end
  end
  if #repaired > 0 then wake(K) end
  return repaired
end)
