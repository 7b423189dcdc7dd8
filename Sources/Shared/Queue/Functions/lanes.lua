-- Lanes and tenants: who is next. Weighted fair queueing by virtual time on both levels (stride scheduling,
-- Waldspurger 1995): who waits falls behind in virtual time and so comes nearer to the front, which is why
-- neither a lane nor a tenant can starve.

-- While all lanes are busy, of 25 jobs 16 are interactive, 4 standard, 4 deliveries, 1 batch.
local LANE_COST = { interactive = 1 / 16, standard = 1 / 4, callback = 1 / 4, batch = 1 }

-- Puts a tenant among those that may be served, not before the present: idling earns no credit.
local function make_ready(K, lane, tenant, own_time)
  local clock = redis.call('HMGET', K .. 'clock', lane, 'lanes')
  write_index('ZADD', K .. 'ready:' .. lane, math.max(tonumber(clock[1]) or 0, own_time), tenant)
  redis.call('ZADD', K .. 'lanes', 'NX', tonumber(clock[2]) or 0, lane)
end

-- A tenant that has jobs in its list is among those that may be served, unless it is parked.
local function take_place(K, lane, tenant)
  if plain(redis.pcall('ZSCORE', K .. 'ready:' .. lane, tenant)) then return end
  if redis.call('HEXISTS', K .. 'parked', lane .. ':' .. tenant) == 1 then return end
  make_ready(K, lane, tenant, tonumber(redis.call('HGET', K .. 'vt:' .. lane, tenant) or 0))
end

-- Puts a job into its lane, at the back or (for work that was begun) at the front. O(log tenants).
local function enqueue(K, id, lane, tenant, front)
  local list = K .. 'q:' .. lane .. ':' .. tenant
  local length = write_index(front and 'LPUSH' or 'RPUSH', list, id)
  -- A tenant with jobs in its list is served, or parked, already.
  if length > 1 then return end
  local is_done, problem = pcall(take_place, K, lane, tenant)
  if is_done then return end
  -- Nobody would be served from a list without its place, and what comes behind would not give it one.
  redis.pcall('LPOP', list)
  raise(problem)
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

-- Tenants run so many jobs more or, with negative numbers, less.
local function change_running(K, jobs_of)
  add_all(K, 'running', jobs_of)
  for tenant, jobs in pairs(jobs_of) do
    if jobs < 0 then unpark(K, tenant) end
  end
end
