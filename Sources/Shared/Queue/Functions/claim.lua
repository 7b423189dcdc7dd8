-- claim: gives a worker up to n jobs, each with a lease and a fencing token. Brings due work back first:
-- leases that ran out, scheduled jobs whose time has come, jobs past their deadline.
--   KEYS[1] base
--   ARGV  1 free slots of the worker  2 lease (ms)  3 keep (ms)  4 worker
--         5 most running jobs of a tenant, 0 for no cap  6 most jobs
--         7 its offer or ''  8 how many jobs it has heard of by this offer
--   With an offer, free slots that this claim does not fill are offered from now on.
--   returns {more, next, job…}
--     more  1 when queued work remains (the wake-up has been passed on)
--     next  ms until something that no wake-up announces is due, -1 without such a thing
--     job   {id, fence, attempts (this one included), ms until the deadline, how its events are written or '',
--           request or nil, job whose end it delivers or nil, its age in ms,
--           after how many attempts it was last put aside for another (retry.lua) or nil}
--   O((n + due) log jobs)
-- A job found past its deadline ends here: expired if nobody ever began it, else failed.

local RECLAIMS_AT_ONCE, PROMOTIONS_AT_ONCE, EXPIRIES_AT_ONCE, CRASHES_ALLOWED = 32, 64, 32, 3
-- Ids of ended jobs that one call passes over at most, beside those that it takes. Also how many are taken in one
-- round: as arguments of one command.
local PASSED_AT_ONCE = 500

local QUARANTINED = '{"code":"quarantined","message":"Its worker was lost three times while it held this job; '
  .. 'an operator should look at the request before it is queued again.","cascade_path":[]}'
local TOO_LATE = '{"code":"deadline_exceeded","message":"No provider answered before the job\'s deadline.",'
  .. '"cascade_path":[]}'

-- A worker's sign of life. After a time without any (Redis was away, or all workers were), the workers that
-- live get a moment to renew their leases before these are taken from them.
local function show_life(K, worker, now)
  local latest = redis.call('ZRANGE', K .. 'workers', '-1', '-1', 'WITHSCORES')[2]
  if latest and now - tonumber(latest) > SILENCE then redis.call('SET', K .. 'grace', 1, 'PX', SILENCE) end
  redis.call('ZADD', K .. 'workers', text(now), worker)
end

-- A running job is queued again, at the front. `watched` is its field `ev`.
local function return_to_lane(K, id, lane, tenant, watched)
  redis.call('ZREM', K .. 'lease', id)
  redis.call('HSET', K .. 'j:' .. id, 's', 'queued')
  change_running(K, { [tenant] = -1 })
  enqueue(K, id, lane, tenant, true)
  if watched then add_status(K, id) end
end

-- Back to the front of its lane; a job that lost its worker three times is taken out instead. A worker that is
-- alive has not crashed: it lost the claim's answer, or was cut off.
local function reclaim_one(K, id, keep, now)
  local job = job_of(K, id, 'by', 'c', 'ev', 'of', 'h', 'w', 'pu', 'ct')
  if not job then return bury(K, 'lease', id) end
  if job[3] ~= 'running' then return drop_stray(K, 'lease', id) end
  local seen, crashes, lost = job[4] and last_seen(K, job[4]) or 0, tonumber(job[5] or 0), nil
  count(K, 'reclaimed')
  if now - seen > SILENCE then
    crashes = redis.call('HINCRBY', K .. 'j:' .. id, 'c', 1)
    count(K, 'crashes')
    if not job[7] then lost = held.lost_attempt(K, { id = id, h = job[8], w = job[9] }) end
  end
  local fields = { id = id, t = job[1], l = job[2], ev = job[6], h = job[8], pu = job[10], ct = job[11] }
  if crashes >= CRASHES_ALLOWED then
    count(K, 'quarantined')
    if lost then held.lose(K, fields, lost, now) end
    finish(K, id, 'failed', QUARANTINED, keep, now)
  elseif not may_begin_anew(K, id) then
    if lost then held.lose(K, fields, lost, now) end
    finish(K, id, 'failed', BROKEN_OFF, keep, now)
  elseif lost then
    held.begin_anew(K, fields, lost, keep, now)
  else
    return_to_lane(K, id, job[2], job[1], job[6])
  end
end

local function reclaim(K, keep, now)
  local late = redis.call('ZRANGE', K .. 'lease', '-inf', now, 'BYSCORE', 'LIMIT', 0, RECLAIMS_AT_ONCE)
  if #late == 0 or redis.call('EXISTS', K .. 'grace') == 1 then return end
  for _, id in ipairs(late) do settle_due(K, 'lease', id, now, reclaim_one, keep, now) end
end

local function promote_one(K, id, keep, now)
  local job = job_of(K, id, 'ev', 'gt', 'h')
  if not job then return bury(K, 'scheduled', id) end
  local gate = job[5]
  if job[3] == 'queued' and gate and gate ~= '-' then
    redis.call('ZREM', K .. 'scheduled', id)
    return held.promote(K, id, { gt = gate }, keep, now)
  end
  if job[3] ~= 'scheduled' then return drop_stray(K, 'scheduled', id) end
  redis.call('ZREM', K .. 'scheduled', id)
  redis.call('HSET', K .. 'j:' .. id, 's', 'queued', 'rt', text(now))
  if gate then
    held.promote(K, id, { t = job[1], l = job[2], gt = gate, h = job[6] }, keep, now)
  else
    enqueue(K, id, job[2], job[1], false)
  end
  if job[4] and job_of(K, id)[3] == 'queued' then add_status(K, id) end
end

local function promote(K, keep, now)
  local due = redis.call('ZRANGE', K .. 'scheduled', '-inf', now, 'BYSCORE', 'LIMIT', 0, PROMOTIONS_AT_ONCE)
  for _, id in ipairs(due) do
    -- Whoever goes on may take others with it, or have them put off.
    local time = redis.call('ZSCORE', K .. 'scheduled', id)
    if time and tonumber(time) <= now then settle_due(K, 'scheduled', id, now, promote_one, keep, now) end
  end
end

-- Ends a job that waits and is past its deadline.
local function expire(K, id, attempts, keep, now)
  local begun = (tonumber(attempts) or 0) > 0
  finish(K, id, begun and 'failed' or 'expired', begun and TOO_LATE or '', keep, now)
end

-- One that runs is left to its worker, and looked at again when its lease may have ended.
local function expire_one(K, id, keep, now)
  local job = job_of(K, id, 'a', 'ft')
  if not job then return bury(K, 'deadlines', id) end
  if job[5] then return drop_stray(K, 'deadlines', id) end
  if job[3] == 'running' then
    redis.call('ZADD', K .. 'deadlines', now + 15000, id)
  else
    expire(K, id, job[4], keep, now)
  end
end

local function expire_due(K, keep, now)
  local due = redis.call('ZRANGE', K .. 'deadlines', '-inf', now, 'BYSCORE', 'LIMIT', 0, EXPIRIES_AT_ONCE)
  for _, id in ipairs(due) do settle_due(K, 'deadlines', id, now, expire_one, keep, now) end
end

-- Takes jobs that are forgotten by now out of their tenants' lists, of those that steps of before have ended.
local function sweep(K, now)
  local gone = redis.call('ZRANGE', K .. 'ended', '-inf', text(now), 'BYSCORE', 'LIMIT', '0', '128')
  for _, member in ipairs(gone) do
    redis.pcall('ZREM', K .. 'jobs:' .. member:sub(42), member:sub(1, 40))
  end
  if #gone > 0 then redis.call('ZREM', K .. 'ended', unpack(gone)) end
end

-- When the first job of each set is due; infinity for a set that is empty.
local function first_due(K)
  local due = {}
  for _, set in ipairs({ 'lease', 'scheduled', 'deadlines' }) do
    due[set] = tonumber(redis.call('ZRANGE', K .. set, '0', '0', 'WITHSCORES')[2] or math.huge)
  end
  return due
end

-- Does what is due by now. Returns when the next is.
local function do_due(K, keep, now)
  local due = first_due(K)
  if math.min(due.lease, due.scheduled, due.deadlines) > now then return due end
  reclaim(K, keep, now)
  promote(K, keep, now)
  expire_due(K, keep, now)
  return first_due(K)
end

local function until_next(K, due, now)
  local lease = due.lease
  if lease <= now then lease = now + math.max(0, redis.call('PTTL', K .. 'grace')) end
  local soonest = math.min(lease, due.scheduled, due.deadlines)
  if soonest == math.huge then return -1 end
  return math.max(0, soonest - now)
end

-- Gives a job to a worker. Returns what the worker is told of it.
local function give(K, id, job, request, worker, now_us)
  local now = math.floor(now_us / 1000)
  local fence, attempts = next_fence(job[2], now_us), job[3] + 1
  redis.call('HSET', K .. 'j:' .. id, 's', 'running', 'f', text(fence), 'a', text(attempts), 'st', job[5] or text(now),
    'by', worker)
  if job[9] then
    redis.call('HDEL', K .. 'j:' .. id, 'dl')
    add_status(K, id)
  end
  return { id, fence, attempts, tonumber(job[4]) - now, job[9] or '', request, job[8], now - (job[12] or now),
    job[13] or nil }
end

-- Gives jobs to a worker but those that are past their deadline: they end.
local function give_all(K, jobs, worker, lease, keep, now_us, claimed)
  local now = math.floor(now_us / 1000)
  local lease_end, changes, given, late, keys = text(now + lease), new_changes(), {}, {}, {}
  for _, next in ipairs(jobs) do
    local list = tonumber(next[2][4]) > now and given or late
    list[#list + 1] = next
  end
  for index, next in ipairs(given) do keys[index] = K .. 'p:' .. next[1] end
  local requests = #keys > 0 and redis.call('MGET', unpack(keys))
  for index, next in ipairs(given) do
    local id, job = next[1], next[2]
    claimed[#claimed + 1] = give(K, id, job, requests[index], worker, now_us)
    note_added(changes, 'lease', lease_end, id)
    add_to(changes.running, job[7], 1)
  end
  write_changes(K, changes)
  for _, next in ipairs(late) do expire(K, next[1], next[2][3], keep, now) end
end

step('claim', { 'allow-oom' }, function(K, args)
  local micros, slots, lease, keep = now_us(), tonumber(args[1]), tonumber(args[2]), tonumber(args[3])
  local now = math.floor(micros / 1000)
  local worker, cap, offer = args[4], tonumber(args[5]), args[7]
  if offer ~= '' then slots = slots - on_their_way(K, offer, args[8]) end
  show_life(K, worker, now)
  local due = do_due(K, keep, now)
  local claimed, passed = { 0, -1 }, 0
  local most = math.min(slots, tonumber(args[6]))
  while #claimed - 2 < most and passed < PASSED_AT_ONCE do
    local jobs, ended = take_round(K, cap, math.min(most - (#claimed - 2), PASSED_AT_ONCE))
    if not jobs then break end
    passed = passed + ended
    give_all(K, jobs, worker, lease, keep, micros, claimed)
  end
  if offer ~= '' then redis.call('ZADD', K .. 'offers', text(math.max(0, slots - (#claimed - 2))), offer) end
  if #claimed > 2 then due.lease = math.min(due.lease, now + lease) end
  if redis.call('EXISTS', K .. 'lanes') == 1 then
    claimed[1] = 1
    wake(K)
  end
  claimed[2] = until_next(K, due, now)
  return claimed
end)
