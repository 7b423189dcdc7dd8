-- claim: gives a worker up to n jobs, each with a lease and a fencing token. Brings due work back first:
-- leases that ran out, and scheduled jobs whose time has come.
--   KEYS[1] base
--   ARGV  1 most jobs  2 lease (ms)  3 keep (ms)
--   returns {more, next, job…}
--     more  1 when queued work remains (the wake-up has been passed on)
--     next  ms until the next lease ends or scheduled job is due, -1 without one
--     job   {id, fence, attempts (this one included), ms until the deadline, request}
--   O((n + due) log jobs)
-- A job found past its deadline ends here: expired if nobody ever began it, else failed.

local RECLAIMS_AT_ONCE, PROMOTIONS_AT_ONCE, CRASHES_ALLOWED = 32, 64, 3

local QUARANTINED = '{"code":"quarantined","message":"Its worker was lost three times while it held this job; '
  .. 'an operator should look at the request before it is queued again.","cascade_path":[]}'
local TOO_LATE = '{"code":"deadline_exceeded","message":"No provider answered before the job\'s deadline.",'
  .. '"cascade_path":[]}'

-- Back to the front of its lane; a job that lost its worker three times is taken out instead.
local function reclaim(K, keep, now)
  local ended = redis.call('ZRANGE', K .. 'lease', '-inf', now, 'BYSCORE', 'LIMIT', 0, RECLAIMS_AT_ONCE)
  for _, id in ipairs(ended) do
    local job = redis.call('HMGET', K .. 'j:' .. id, 'l', 't')
    if redis.call('HINCRBY', K .. 'j:' .. id, 'c', 1) >= CRASHES_ALLOWED then
      finish(K, id, 'failed', QUARANTINED, keep, now)
    else
      redis.call('ZREM', K .. 'lease', id)
      redis.call('HSET', K .. 'j:' .. id, 's', 'queued')
      enqueue(K, id, job[1], job[2], true)
    end
  end
end

local function promote(K, now)
  local due = redis.call('ZRANGE', K .. 'scheduled', '-inf', now, 'BYSCORE', 'LIMIT', 0, PROMOTIONS_AT_ONCE)
  for _, id in ipairs(due) do
    local job = redis.call('HMGET', K .. 'j:' .. id, 'l', 't')
    redis.call('ZREM', K .. 'scheduled', id)
    redis.call('HSET', K .. 'j:' .. id, 's', 'queued')
    enqueue(K, id, job[1], job[2], false)
  end
end

-- Takes the next id: of the lane that is furthest behind, of its tenant that is furthest behind.
local function next_id(K)
  local lanes = redis.call('ZRANGE', K .. 'lanes', 0, 0, 'WITHSCORES')
  local lane, lane_time = lanes[1], tonumber(lanes[2])
  if not lane then return nil end
  local ready = K .. 'ready:' .. lane
  local front = redis.call('ZRANGE', ready, 0, 0, 'WITHSCORES')
  local tenant, tenant_time = front[1], tonumber(front[2])
  local list = K .. 'q:' .. lane .. ':' .. tenant
  local id = redis.call('LPOP', list)
  local weight = id and tonumber(redis.call('HGET', K .. 'j:' .. id, 'w') or 1) or 0
  local after = tenant_time + weight
  if redis.call('EXISTS', list) == 1 then
    redis.call('ZADD', ready, after, tenant)
    redis.call('HSET', K .. 'clock', lane, tenant_time, 'lanes', lane_time)
    redis.call('ZADD', K .. 'lanes', lane_time + LANE_COST[lane], lane)
  else
    redis.call('ZREM', ready, tenant)
    if redis.call('EXISTS', ready) == 1 then
      -- Others wait: what this tenant has used is remembered, or coming back would be a way to the front.
      redis.call('HSET', K .. 'vt:' .. lane, tenant, after)
      redis.call('HSET', K .. 'clock', lane, tenant_time, 'lanes', lane_time)
      redis.call('ZADD', K .. 'lanes', lane_time + LANE_COST[lane], lane)
    else
      -- The lane is empty: time moves to its end, and nobody's past matters any more.
      redis.call('HSET', K .. 'clock', lane, after, 'lanes', lane_time)
      redis.call('DEL', K .. 'vt:' .. lane)
      redis.call('ZREM', K .. 'lanes', lane)
    end
  end
  return id
end

-- Milliseconds until something that no wake-up announces is due, or -1.
local function until_next(K, now)
  local lease = redis.call('ZRANGE', K .. 'lease', 0, 0, 'WITHSCORES')[2]
  local scheduled = redis.call('ZRANGE', K .. 'scheduled', 0, 0, 'WITHSCORES')[2]
  local soonest = math.min(tonumber(lease or math.huge), tonumber(scheduled or math.huge))
  if soonest == math.huge then return -1 end
  return math.max(0, soonest - now)
end

step('claim', { 'allow-oom' }, function(K, args)
  local now, most, lease, keep = now_ms(), tonumber(args[1]), tonumber(args[2]), tonumber(args[3])
  reclaim(K, keep, now)
  promote(K, now)
  local claimed = { 0, -1 }
  while #claimed - 2 < most do
    local id = next_id(K)
    if not id then break end
    local key = K .. 'j:' .. id
    local job = redis.call('HMGET', key, 's', 'f', 'a', 'd', 'st')
    -- An id whose job has ended since (cancelled, say) is passed over.
    if job[1] == 'queued' then
      local left = tonumber(job[4]) - now
      if left <= 0 then
        local begun = tonumber(job[3]) > 0
        finish(K, id, begun and 'failed' or 'expired', begun and TOO_LATE or '', keep, now)
      else
        local fence, attempts = job[2] + 1, job[3] + 1
        redis.call('HSET', key, 's', 'running', 'f', fence, 'a', attempts, 'st', job[5] or now)
        redis.call('ZADD', K .. 'lease', now + lease, id)
        claimed[#claimed + 1] = { id, fence, attempts, left, redis.call('GET', K .. 'p:' .. id) }
      end
    end
  end
  if redis.call('EXISTS', K .. 'lanes') == 1 then
    claimed[1] = 1
    wake(K)
  end
  claimed[2] = until_next(K, now)
  return claimed
end)
