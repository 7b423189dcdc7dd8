-- Lanes and tenants: who is next. Weighted fair queueing by virtual time on both levels (stride scheduling,
-- Waldspurger 1995): who waits falls behind in virtual time and so comes nearer to the front, which is why
-- neither a lane nor a tenant can starve.

-- While all lanes are busy, of 25 jobs 16 are interactive, 4 standard, 4 deliveries, 1 batch.
local LANE_COST = { interactive = 1 / 16, standard = 1 / 4, callback = 1 / 4, batch = 1 }

-- Puts a tenant among those that may be served, not before the present: idling earns no credit.
local function make_ready(K, lane, tenant, own_time)
  local clock = redis.call('HMGET', K .. 'clock', lane, 'lanes')
  redis.call('ZADD', K .. 'ready:' .. lane, math.max(tonumber(clock[1]) or 0, own_time), tenant)
  redis.call('ZADD', K .. 'lanes', 'NX', tonumber(clock[2]) or 0, lane)
end

-- Puts a job into its lane, at the back or (for work that was begun) at the front. O(log tenants).
local function enqueue(K, id, lane, tenant, front)
  redis.call(front and 'LPUSH' or 'RPUSH', K .. 'q:' .. lane .. ':' .. tenant, id)
  if redis.call('ZSCORE', K .. 'ready:' .. lane, tenant) then return end
  if redis.call('HEXISTS', K .. 'parked', lane .. ':' .. tenant) == 1 then return end
  make_ready(K, lane, tenant, tonumber(redis.call('HGET', K .. 'vt:' .. lane, tenant) or 0))
end

-- A tenant runs one job less; where it was held back for running too many, it may be served again.
local function leave_running(K, tenant)
  add(K, 'running', tenant, -1)
  if redis.call('EXISTS', K .. 'parked') == 0 then return end
  for lane in pairs(LANE_COST) do
    local time = redis.call('HGET', K .. 'parked', lane .. ':' .. tenant)
    if time then
      redis.call('HDEL', K .. 'parked', lane .. ':' .. tenant)
      make_ready(K, lane, tenant, tonumber(time))
      wake(K)
    end
  end
end

-- Takes a tenant out of its lane; the lane goes with its last tenant, and time moves to the lane's end.
local function leave_lane(K, lane, tenant, after)
  redis.call('ZREM', K .. 'ready:' .. lane, tenant)
  if redis.call('EXISTS', K .. 'ready:' .. lane) == 1 then return end
  redis.call('HSET', K .. 'clock', lane, after)
  redis.call('DEL', K .. 'vt:' .. lane)
  redis.call('ZREM', K .. 'lanes', lane)
end

-- Takes the next id: of the lane that is furthest behind, of its tenant that is furthest behind. A tenant that
-- runs `cap` jobs (0: no cap) is parked until one of them ends.
--   returns nil when nothing is left, or {id or false, job fields s f a d st w t of sm}
local function next_job(K, cap)
  local lanes = redis.call('ZRANGE', K .. 'lanes', 0, 0, 'WITHSCORES')
  local lane, lane_time = lanes[1], tonumber(lanes[2])
  if not lane then return nil end
  local ready = K .. 'ready:' .. lane
  local front = redis.call('ZRANGE', ready, 0, 0, 'WITHSCORES')
  local tenant, tenant_time = front[1], tonumber(front[2])
  if not tenant then
    redis.call('ZREM', K .. 'lanes', lane)
    return { false }
  end
  if cap > 0 and tonumber(redis.call('HGET', K .. 'running', tenant) or 0) >= cap then
    redis.call('HSET', K .. 'parked', lane .. ':' .. tenant, tenant_time)
    leave_lane(K, lane, tenant, tenant_time)
    return { false }
  end
  local list = K .. 'q:' .. lane .. ':' .. tenant
  local id = redis.call('LPOP', list)
  local job = id and redis.call('HMGET', K .. 'j:' .. id, 's', 'f', 'a', 'd', 'st', 'w', 't', 'of', 'sm')
    or {}
  -- An id whose job has ended since (cancelled, say) is passed over and costs its tenant nothing.
  local live = job[1] == 'queued'
  local after = tenant_time + (live and tonumber(job[6]) or 0)
  redis.call('HSET', K .. 'clock', lane, tenant_time, 'lanes', lane_time)
  if live then redis.call('ZADD', K .. 'lanes', lane_time + LANE_COST[lane], lane) end
  if redis.call('EXISTS', list) == 1 then
    if live then redis.call('ZADD', ready, after, tenant) end
  else
    -- Others may wait: what this tenant has used is remembered, or coming back would be a way to the front.
    redis.call('HSET', K .. 'vt:' .. lane, tenant, after)
    leave_lane(K, lane, tenant, after)
  end
  return { live and id, job }
end
