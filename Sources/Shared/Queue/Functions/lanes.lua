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
  local length = redis.call(front and 'LPUSH' or 'RPUSH', K .. 'q:' .. lane .. ':' .. tenant, id)
  -- A tenant with jobs in its list is served, or parked, already.
  if length > 1 then return end
  if redis.call('ZSCORE', K .. 'ready:' .. lane, tenant) then return end
  if redis.call('HEXISTS', K .. 'parked', lane .. ':' .. tenant) == 1 then return end
  make_ready(K, lane, tenant, tonumber(redis.call('HGET', K .. 'vt:' .. lane, tenant) or 0))
end

-- A tenant runs fewer jobs than before: where it was held back for running too many, it may be served again.
local function unpark(K, tenant)
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

-- A tenant runs so many jobs more or, with a negative number, less.
local function change_running(K, tenant, jobs)
  add(K, 'running', tenant, jobs)
  if jobs < 0 then unpark(K, tenant) end
end

-- Takes a tenant out of its lane; the lane goes with its last tenant, and time moves to the lane's end.
-- Returns whether the lane went.
local function leave_lane(K, lane, tenant, after)
  redis.call('ZREM', K .. 'ready:' .. lane, tenant)
  if redis.call('EXISTS', K .. 'ready:' .. lane) == 1 then return false end
  redis.call('HSET', K .. 'clock', lane, after)
  redis.call('DEL', K .. 'vt:' .. lane)
  redis.call('ZREM', K .. 'lanes', lane)
  return true
end

-- How many jobs `tenant` may have taken now, of `most`: none when it runs `cap` jobs already (0: no cap).
local function room_for(K, tenant, cap, most)
  if cap == 0 then return most end
  return math.min(most, cap - tonumber(redis.call('HGET', K .. 'running', tenant) or 0))
end

-- Takes ids off a list. What has ended since (cancelled, say) is passed over and costs its tenant nothing.
--   returns the live jobs {id, job fields s f a d st w t of sm}, how many ids were taken, the tenant's time when
--   the last job was taken, and after it
local function pop_jobs(K, list, most, time)
  local jobs, last = {}, time
  local ids = redis.call('LPOP', list, most) or {}
  for _, id in ipairs(ids) do
    local job = redis.call('HMGET', K .. 'j:' .. id, 's', 'f', 'a', 'd', 'st', 'w', 't', 'of', 'sm')
    if job[1] == 'queued' then
      jobs[#jobs + 1] = { id, job }
      last, time = time, time + tonumber(job[6])
    end
  end
  return jobs, #ids, last, time
end

-- Takes the next job: of the lane that is furthest behind, of its tenant that is furthest behind. Where no other
-- lane or tenant waits, there is no turn to take, and it takes up to `most` at once. A tenant that runs `cap` jobs
-- (0: no cap) is parked until one of them ends.
--   returns nil when nothing is left, or what was taken {id, job fields s f a d st w t of sm}…, and how many ids
--   were passed over, at least 1 when nothing was taken
local function next_jobs(K, cap, most)
  local lanes = redis.call('ZRANGE', K .. 'lanes', 0, 1, 'WITHSCORES')
  local lane, lane_time = lanes[1], tonumber(lanes[2])
  if not lane then return nil end
  local ready = K .. 'ready:' .. lane
  local front = redis.call('ZRANGE', ready, 0, 1, 'WITHSCORES')
  local tenant, tenant_time = front[1], tonumber(front[2])
  if not tenant then
    redis.call('ZREM', K .. 'lanes', lane)
    return {}, 1
  end
  local is_alone = #lanes == 2 and #front == 2
  local room = room_for(K, tenant, cap, is_alone and most or 1)
  if room <= 0 then
    redis.call('HSET', K .. 'parked', lane .. ':' .. tenant, tenant_time)
    leave_lane(K, lane, tenant, tenant_time)
    return {}, 1
  end
  local list = K .. 'q:' .. lane .. ':' .. tenant
  local jobs, popped, last, after = pop_jobs(K, list, room, tenant_time)
  local passed = #jobs > 0 and popped - #jobs or math.max(popped, 1)
  local cost = LANE_COST[lane]
  redis.call('HSET', K .. 'clock', lane, last, 'lanes', lane_time + math.max(#jobs - 1, 0) * cost)
  if redis.call('EXISTS', list) == 1 then
    if #jobs > 0 then redis.call('ZADD', ready, after, tenant) end
  elseif leave_lane(K, lane, tenant, after) then
    return jobs, passed
  else
    -- Others wait: what this tenant has used is remembered, or coming back would be a way to the front.
    redis.call('HSET', K .. 'vt:' .. lane, tenant, after)
  end
  if #jobs > 0 then redis.call('ZADD', K .. 'lanes', lane_time + #jobs * cost, lane) end
  return jobs, passed
end
