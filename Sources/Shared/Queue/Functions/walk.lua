-- mend_index: the janitor's look at some members of an index, from a rank on. What stands there without its job, or beside
-- it, goes (orphans.lua).
--   KEYS[1] base
--   ARGV  1 index: deadlines, lease, scheduled, dead, ended, lanes, cached, ready:<lane>, jobs:<tenant>, f:<group> or
--           gate:<subject>
--         2 rank  3 most members  4 keep (ms)
--   returns {rank at which to go on, or -1 at the end, kind, name, … of what was repaired}   O(most log members)

-- A block, because Lua has room for 200 names in a file, and all files are one.
do

-- Whether what was to be kept until `time` may be gone: a key's own time begins with the step that sets it, a little before
-- the step asks for the time.
local function is_over(time, now)
  return time <= now + 1000
end

-- What is looked at in each kind of index. Returns nil when the member belongs there; else it is gone, and `true` means that
-- this was a defect.
local LOOKS = {}

-- For an index of jobs: `belongs` is told what `job_of` says, with the fields ft, fo and g.
local function look_at_jobs(index, belongs)
  LOOKS[index] = function(K, id)
    local job = job_of(K, id, 'ft', 'fo', 'g', 'gt')
    if job and belongs(job) then return nil end
    if job then drop_stray(K, index, id) else bury(K, index, id) end
    return true
  end
end

look_at_jobs('deadlines', function(job) return not job[4] end)
look_at_jobs('lease', function(job) return job[3] == 'running' end)
look_at_jobs('scheduled', function(job)
  return job[3] == 'scheduled' or (job[3] == 'queued' and job[7] and job[7] ~= '-')
end)

-- A dead letter is kept as long as it can be read. Those whose time is over go with the next failure, or here.
function LOOKS.dead(K, id, time, now, keep)
  local job = job_of(K, id)
  if job and job[3] == 'failed' then return nil end
  redis.call('ZREM', K .. 'dead', id)
  -- No defect, because `keep` may have been shorter then.
  if job or not is_over(time + keep, now) then count_orphan(K, 'dead') end
  return false
end

-- `sweep` takes out those whose time is over.
function LOOKS.ended(K, member, time, now)
  if is_over(time, now) or redis.pcall('HEXISTS', K .. 'j:' .. member:sub(1, 40), 't') == 1 then return nil end
  redis.pcall('ZREM', K .. 'jobs:' .. member:sub(42), member:sub(1, 40))
  drop_stray(K, 'ended', member)
  return true
end

function LOOKS.lanes(K, lane)
  if LANE_COST[lane] and redis.call('EXISTS', K .. 'ready:' .. lane) == 1 then return nil end
  drop_stray(K, 'lanes', lane)
  return true
end

function LOOKS.cached(K, key)
  if redis.call('HEXISTS', K .. 'cachesize', key) == 1 then return nil end
  forget_cached(K, key)
  return true
end

function LOOKS.ready(K, tenant, _, _, _, index)
  if redis.call('EXISTS', K .. 'q:' .. index:sub(7) .. ':' .. tenant) == 1 then return nil end
  redis.call('ZREM', K .. index, tenant)
  count_orphan(K, 'ready')
  return true
end

function LOOKS.jobs(K, id, _, _, _, index)
  if redis.pcall('HEXISTS', K .. 'j:' .. id, 't') == 1 then return nil end
  return unlist(K, index:sub(6), id)
end

function LOOKS.f(K, id, _, _, _, index)
  local job = job_of(K, id, 'fo', 'g', 'ft')
  if follows(job, index:sub(3)) then return nil end
  redis.call('ZREM', K .. index, id)
  if job then count_orphan(K, 'followers') else bury(K, 'followers', id) end
  return true
end

function LOOKS.gate(K, id, _, _, _, index)
  local job = job_of(K, id, 'gt', 'ft')
  if job and job[3] == 'queued' and job[4] == index:sub(6) and not job[5] then return nil end
  redis.call('ZREM', K .. index, id)
  if job then count_orphan(K, 'gate') else bury(K, 'gate', id) end
  return true
end

step('mend_index', { 'allow-oom' }, function(K, args)
  local index, first, most, now, keep = args[1], tonumber(args[2]), tonumber(args[3]), now_ms(), tonumber(args[4])
  local key, kind, gone = K .. index, index:match('^%a+'), 0
  local repaired, note = repairs_of(K)
  local found = members_of(key, redis.pcall('ZRANGE', key, first, first + most - 1, 'WITHSCORES'))
  for place = 1, #found, 2 do
    local is_defect = LOOKS[kind](K, found[place], tonumber(found[place + 1]), now, keep, index)
    if is_defect ~= nil then gone = gone + 1 end
    if is_defect then note('stray-' .. kind, found[place]) end
  end
  -- Should nobody have opened it. While sums can be set right, that is done first (mend_held).
  if kind == 'gate' and first == 0 and redis.call('ZCARD', K .. 'deadlines') > MOST_COUNTED then
    held.open(K, { index:sub(6) }, keep)
  end
  local looked_at = #found / 2
  return { looked_at < most and -1 or first + looked_at - gone, unpack(repaired) }
end)

-- mend_leftovers: drops what is left of jobs that are lost: their requests and the like, which have no time to end by. Of a
-- job that has ended it is kept as long as the job.
--   KEYS[1] base
--   ARGV names of keys without the base: p:, m:, u:, w: or events:, and the id
--   returns {kind, name, …} of what was repaired   O(keys)
step('mend_leftovers', { 'allow-oom' }, function(K, args)
  local repaired, note = repairs_of(K)
  for _, name in ipairs(args) do
    local id = name:match('^%a+:(.*)$')
    local job = redis.call('PTTL', K .. name) == -1 and (job_of(K, id, 'ft') or {})
    if job and not job[3] then
      redis.call('DEL', K .. name)
    elseif job and job[4] then
      redis.call('PEXPIRE', K .. name, redis.call('PTTL', K .. 'j:' .. id))
    end
    if job and (job[4] or not job[3]) then note('leftover', name) end
  end
  return repaired
end)

end
